//! `cargo bench --bench roads -- FILE.osm.pbf` measures the road network of an extract: first load, load from the cache,
//! memory, snapping, routes against plain Dijkstra in the same run, tables. Without a file it takes a made town of
//! 50,000 junctions. `KAKETSUKE_ROADS` names a file too.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use kaketsuke::domain::place::Position;
use kaketsuke::effects::roads::{cache_of, load};
use kaketsuke::roads::dijkstra::{Arcs, distances_to};
use kaketsuke::roads::{RoadNetwork, Snap, SpeedTable, Spot};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[allow(dead_code)]
#[path = "../../src/roads/extract/testing.rs"]
mod testing;

/// The writer of made towns names its neighbours as the library does.
mod roads {
    pub use kaketsuke::roads::protobuf;
}

/// Junctions along a side of the made town: 224 x 224 = 50,176.
const SIDE: i64 = 224;
const PAIRS: usize = 2_000;
const DIJKSTRAS: usize = 100;
const TABLE: usize = 1_000;
const LOADS: usize = 5;

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let extract = folder.path().join("bench.osm.pbf");
    let named = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    match named.or_else(|| std::env::var("KAKETSUKE_ROADS").ok()).map(PathBuf::from) {
        Some(path) => {
            std::fs::copy(&path, &extract).with_context(|| format!("cannot read {}", path.display()))?;
            println!("extract: {}", path.display());
        }
        None => {
            std::fs::write(&extract, testing::Extract::town(SIDE, 36.45, 136.5).bytes())?;
            println!("extract: a made town of {SIDE} x {SIDE} junctions");
        }
    }
    println!("load of the machine: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let network = loads(&extract)?;
    let snaps = snaps(&network);
    routes(&network, &snaps);
    tables(&network, &snaps);
    println!("load of the machine: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    Ok(())
}

fn show(what: &str, value: impl std::fmt::Display) {
    println!("{what:<44} {value}");
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// The middle of the times of `work`, and their 99th percentile.
fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    format!("p50 {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100])
}

fn loads(extract: &Path) -> anyhow::Result<RoadNetwork> {
    let mut firsts = Vec::new();
    for _ in 0..LOADS {
        let _ = std::fs::remove_file(cache_of(extract));
        let (loaded, took) = timed(|| load(extract, &SpeedTable::VAN));
        anyhow::ensure!(!loaded?.from_cache);
        firsts.push(took);
    }
    show("first load", percentiles(firsts));
    let mut cached = Vec::new();
    for _ in 0..LOADS {
        let (loaded, took) = timed(|| load(extract, &SpeedTable::VAN));
        anyhow::ensure!(loaded?.from_cache);
        cached.push(took);
    }
    show("load from the cache", percentiles(cached));
    let network = load(extract, &SpeedTable::VAN)?.network;
    let streets = network.streets();
    show("streets, junctions, points", format!("{}, {}, {}", streets.len(), network.junctions(), streets.points.len()));
    show("memory kept", format!("{:.1} MB", network.bytes() as f64 / 1e6));
    Ok(network)
}

/// Points of streets near places that are spread evenly over the map.
fn snaps(network: &RoadNetwork) -> Vec<(Position, Snap)> {
    let (low, high) = network.bounds();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut snaps, mut times) = (Vec::new(), Vec::new());
    while snaps.len() < 2 * PAIRS {
        let (lat, lon) = (rng.random_range(low.lat()..high.lat()), rng.random_range(low.lon()..high.lon()));
        let Some(place) = Position::new(lat, lon) else { continue };
        let (snap, took) = timed(|| network.snap(place));
        times.push(took);
        snaps.extend(snap.map(|snap| (place, snap)));
    }
    show("snap", percentiles(times));
    snaps
}

fn routes(network: &RoadNetwork, snaps: &[(Position, Snap)]) {
    let pairs = || snaps.chunks_exact(2).map(|pair| (&pair[0].1, &pair[1].1));
    let times = pairs().map(|(from, to)| timed(|| network.ms(from, to)).1).collect();
    show("route, time", percentiles(times));
    let times = pairs().map(|(from, to)| timed(|| network.route(from, to)).1).collect();
    show("route, time and shape", percentiles(times));
    let arcs = Arcs::of(network.junctions(), &network.streets().arcs());
    let mut times = Vec::new();
    for (from, to) in pairs().filter(|(from, to)| from.street != to.street).take(DIJKSTRAS) {
        let ends = network.ends(to);
        let targets: Vec<u32> = ends.iter().map(|(junction, _)| *junction).collect();
        let (reached, took) = timed(|| distances_to(&arcs, &network.starts(from), &targets));
        times.push(took);
        let plain = ends.iter().map(|(junction, ms)| reached[*junction as usize].saturating_add(*ms)).min();
        assert_eq!(plain, network.ms(from, to), "the hierarchy and plain Dijkstra disagree");
    }
    show("the same by plain Dijkstra, all equal", percentiles(times));
}

fn tables(network: &RoadNetwork, snaps: &[(Position, Snap)]) {
    let points: Vec<Snap> = snaps.iter().map(|(_, snap)| *snap).collect();
    for size in [100, TABLE] {
        let (starts, targets) = (&points[..size], &points[size..2 * size]);
        let times = (0..LOADS).map(|_| timed(|| network.table(starts, targets)).1).collect();
        show(&format!("table {size} x {size}"), percentiles(times));
    }
    let (spots, took) = timed(|| {
        let places = snaps.iter().take(2 * TABLE).map(|(place, _)| network.spot(*place));
        places.collect::<Option<Vec<Spot>>>().unwrap_or_default()
    });
    let bytes: usize = spots.iter().map(Spot::bytes).sum();
    let (count, per_place) = (spots.len().max(1), bytes / spots.len().max(1));
    show("a place's labels", format!("{:?}, {per_place} bytes", took / count as u32));
    let (_, took) = timed(|| {
        let pairs = spots.iter().take(TABLE).flat_map(|from| spots.iter().skip(TABLE).map(move |to| (from, to)));
        pairs.filter_map(|(from, to)| network.ms_between(from, to)).map(u64::from).sum::<u64>()
    });
    show("a pair of places with labels", format!("{:?}", took / (TABLE * TABLE) as u32));
}
