//! `roads`: a map extract at work, without a server.

mod places;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use chrono::{NaiveTime, Timelike};
use serde_json::{Value, json};

use super::demo::place;
use crate::domain::place::Position;
use crate::domain::time::Seconds;
use crate::effects::roads::load;
use crate::limits;
use crate::node::{Settings, SettingsLayer};
use crate::roads::{GreatCircle, RoadNetwork, RoadRoute, SNAP_MAX_M, Snap, TravelSource, TravelTimes};

#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Prepare the streets of an extract and keep them beside it, so that a server starts at once
    Build {
        /// OpenStreetMap extract (.osm.pbf)
        file: PathBuf,
    },
    /// The quickest way between two places
    Route(Route),
    /// Driving times between many places, as the planner's problem files take them
    Table(Table),
}

#[derive(clap::Args)]
struct Route {
    /// OpenStreetMap extract (.osm.pbf)
    file: PathBuf,
    #[arg(value_name = "LAT,LON", value_parser = place, allow_hyphen_values = true)]
    from: Position,
    #[arg(value_name = "LAT,LON", value_parser = place, allow_hyphen_values = true)]
    to: Position,
    /// Local time of leaving: the hour's traffic counts [default: an hour without a factor]
    #[arg(long, value_name = "HH:MM")]
    at: Option<NaiveTimeText>,
    /// Write the way as GeoJSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Table {
    /// OpenStreetMap extract (.osm.pbf)
    file: PathBuf,
    /// Places: JSON ([[lat,lon], …] or objects with lat and lon) or CSV with the columns lat and lon
    #[arg(long, value_name = "FILE")]
    places: PathBuf,
    /// Local time of leaving: the hour's traffic counts [default: an hour without a factor]
    #[arg(long, value_name = "HH:MM")]
    at: Option<NaiveTimeText>,
    /// Where the table goes: JSON, or CSV if the name ends so
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A time of day as people write it.
#[derive(Debug, Clone, Copy)]
struct NaiveTimeText(NaiveTime);

impl std::str::FromStr for NaiveTimeText {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let time = NaiveTime::parse_from_str(text, "%H:%M");
        time.map(Self).map_err(|_| "a time of day is written HH:MM, such as 08:30".to_owned())
    }
}

pub fn run(layer: SettingsLayer, options: &Options) -> anyhow::Result<()> {
    let settings = layer.resolve()?;
    match &options.what {
        What::Build { file } => build(&settings, file),
        What::Route(route) => print_route(&settings, route),
        What::Table(table) => write_table(&settings, table),
    }
}

fn build(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    let loaded = load(file, &settings.road_speeds)?;
    let took_s = start.elapsed().as_secs_f64();
    let (network, from_cache) = (&loaded.network, loaded.from_cache);
    let streets = network.streets();
    let km = streets.length_dm.iter().map(|&dm| f64::from(dm)).sum::<f64>() / 10_000.0;
    let how = if from_cache { "read as they were prepared" } else { "prepared" };
    println!("{} streets, {} junctions, {km:.0} km: {how} in {took_s:.2} s", streets.len(), network.junctions());
    match loaded.not_kept {
        None => println!("kept in {} ({:.1} MB in memory)", loaded.cache.display(), network.bytes() as f64 / 1e6),
        Some(why) => anyhow::bail!("{} cannot be written: {why}", loaded.cache.display()),
    }
    Ok(())
}

fn network(settings: &Settings, file: &Path) -> anyhow::Result<RoadNetwork> {
    let loaded = load(file, &settings.road_speeds)?;
    if let Some(why) = loaded.not_kept {
        eprintln!("{} cannot be written ({why}): the next start prepares the roads again", loaded.cache.display());
    }
    Ok(loaded.network)
}

fn factor(settings: &Settings, at: Option<NaiveTimeText>) -> f64 {
    at.map_or(1.0, |at| settings.road_speeds.hours[at.0.hour() as usize])
}

fn off_map(place: Position) -> String {
    format!("{},{} lies more than {SNAP_MAX_M} m from every street of the map", place.lat(), place.lon())
}

fn print_route(settings: &Settings, asked: &Route) -> anyhow::Result<()> {
    let network = network(settings, &asked.file)?;
    let snap = |at: Position| network.snap(at).with_context(|| off_map(at));
    let (from, to) = (snap(asked.from)?, snap(asked.to)?);
    let route = network.route(&from, &to).context("no way leads there")?;
    let told = told(&route, &from, &to, factor(settings, asked.at));
    println!("{told:#}");
    if let Some(out) = &asked.out {
        let line: Vec<[f64; 2]> = route.line.iter().map(|at| at.position()).map(|at| [at.lon(), at.lat()]).collect();
        let geometry = json!({ "type": "LineString", "coordinates": line });
        write(out, &format!("{}\n", json!({ "type": "Feature", "properties": told, "geometry": geometry })))?;
    }
    Ok(())
}

/// The drive, and with it getting away and parking as the planner counts it.
fn told(route: &RoadRoute, from: &Snap, to: &Snap, factor: f64) -> Value {
    let seconds = f64::from(route.ms) / 1_000.0 * factor;
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "seconds": tenth(seconds),
        "door_to_door_seconds": (seconds + GreatCircle::CITY.overhead.0 as f64).round() as i64,
        "metres": route.metres.round() as i64,
        "source": TravelSource::Road,
        "hour_factor": factor,
        "from_off_street_metres": tenth(from.metres),
        "to_off_street_metres": tenth(to.metres),
    })
}

fn write_table(settings: &Settings, asked: &Table) -> anyhow::Result<()> {
    let places = places::read(&asked.places)?;
    ensure!(!places.is_empty(), "{} names no place", asked.places.display());
    let most = limits::TABLE_PLACES;
    ensure!(places.len() <= most, "{} places are too many: a table takes at most {most}", places.len());
    let network = network(settings, &asked.file)?;
    let factor = factor(settings, asked.at);
    let (durations, off) = table(&network, &places, factor);
    for &index in &off {
        eprintln!("place {index}: {}; its drives are estimated by straight distance", off_map(places[index]));
    }
    let text = match asked.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        true => csv(&durations),
        false => format!(
            "{}\n",
            json!({ "kind": "explicit", "durations": durations, "source": TravelSource::Road, "estimated_places": off })
        ),
    };
    write(&asked.out, &text)?;
    println!("{} x {} drives in {}", places.len(), places.len(), asked.out.display());
    Ok(())
}

/// Seconds from each place (row) to each other, and the places off the map, whose drives are estimates.
fn table(network: &RoadNetwork, places: &[Position], factor: f64) -> (Vec<Vec<i64>>, Vec<usize>) {
    let snaps: Vec<Option<Snap>> = places.iter().map(|place| network.snap(*place)).collect();
    let on: Vec<Snap> = snaps.iter().flatten().copied().collect();
    let mut rows = network.table(&on, &on).into_iter();
    let drive = GreatCircle { overhead: Seconds::ZERO, ..GreatCircle::CITY };
    let estimate = |from: usize, to: usize| drive.seconds(places[from], places[to]).seconds.0 as f64;
    let durations = (0..places.len()).map(|from| {
        let row = snaps[from].and_then(|_| rows.next()).unwrap_or_default();
        let mut known = row.into_iter();
        let seconds = (0..places.len()).map(|to| {
            let ms = snaps[to].and_then(|_| known.next());
            let seconds = ms.map_or_else(|| estimate(from, to), |ms| f64::from(ms) / 1_000.0);
            (seconds * factor).round() as i64
        });
        seconds.collect()
    });
    let durations = durations.collect();
    (durations, (0..places.len()).filter(|&index| snaps[index].is_none()).collect())
}

fn csv(durations: &[Vec<i64>]) -> String {
    let line = |row: &Vec<i64>| row.iter().map(i64::to_string).collect::<Vec<_>>().join(",") + "\n";
    durations.iter().map(line).collect()
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::SpeedTable;
    use crate::roads::extract::testing::Extract;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    #[test]
    fn a_table_keeps_the_order_of_places_and_estimates_what_is_off_the_map() {
        let network = RoadNetwork::build(&Extract::town(12, 36.5, 136.6).bytes(), &SpeedTable::VAN).unwrap();
        let places = [at(36.502, 136.602), at(35.0, 135.0), at(36.508, 136.609)];
        let (durations, off) = table(&network, &places, 1.0);
        assert_eq!(off, [1]);
        let snap = |place| network.snap(place).unwrap();
        let there = network.ms(&snap(places[0]), &snap(places[2])).unwrap();
        assert_eq!(durations[0][2], (f64::from(there) / 1_000.0).round() as i64);
        assert!((0..3).all(|index| durations[index][index] == 0));
        assert_eq!(durations[0][1], GreatCircle::CITY.seconds(places[0], places[1]).seconds.0 - 120);
        assert_eq!(csv(&[vec![0, 1], vec![2, 0]]), "0,1\n2,0\n");
        let rush = table(&network, &places, 2.0).0[0][2];
        assert!((rush - 2 * durations[0][2]).abs() <= 1);
    }

    #[test]
    fn files_and_places_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let (map, list, out) = (folder.path().join("t.osm.pbf"), folder.path().join("p.json"), folder.path().join("o"));
        std::fs::write(&map, Extract::town(6, 36.5, 136.6).bytes()).unwrap();
        let settings = SettingsLayer::default().resolve().unwrap();
        let ask = |text: &str| {
            std::fs::write(&list, text).unwrap();
            let asked = Table { file: map.clone(), places: list.clone(), at: None, out: out.clone() };
            write_table(&settings, &asked).map_err(|error| format!("{error:#}"))
        };
        assert!(ask("[]").unwrap_err().contains("no place"));
        let many = vec!["[36.5,136.6]"; limits::TABLE_PLACES + 1].join(",");
        assert!(ask(&format!("[{many}]")).unwrap_err().contains("at most 4000"));
        ask("[[36.501,136.601],[36.502,136.603]]").unwrap();
        assert!(std::fs::read_to_string(&out).unwrap().contains("\"kind\":\"explicit\""));
        let route = Route { file: map.clone(), from: at(36.501, 136.601), to: at(35.0, 135.0), at: None, out: None };
        assert!(format!("{:#}", print_route(&settings, &route).unwrap_err()).contains("35,135 lies more than"));
        assert!("8:30".parse::<NaiveTimeText>().is_ok() && "25:00".parse::<NaiveTimeText>().is_err());
    }
}
