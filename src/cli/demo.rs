//! `demo`: a whole company in a fictional city, at work.

use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{NaiveTime, Timelike};

use crate::company::CompanyFile;
use crate::crowd::Crowd;
use crate::demo::{self, DEMO_SEED};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::effects::clock::{Clock, ScaledClock, SystemClock};
use crate::effects::seeds::Seeds;
use crate::map::BaseMap;
use crate::node::services::World;
use crate::node::settings::Settings;
use crate::node::{Application, Ground, SettingsLayer};
use crate::store::{Store, company, connection};

#[derive(clap::Args)]
pub struct Options {
    /// Put the company around this place instead of its fictional city
    #[arg(long, value_name = "LAT,LON", value_parser = place, allow_hyphen_values = true)]
    place: Option<Position>,
    /// Seconds of the demo's day that pass in one second
    #[arg(long, value_name = "TIMES", default_value_t = 1.0)]
    speed: f64,
    /// Only the company, without simulated people: you play all the roles
    #[arg(long)]
    quiet: bool,
}

pub(super) fn place(text: &str) -> Result<Position, String> {
    let wrong = || "a place is written LAT,LON in degrees, such as 36.5613,136.6562".to_owned();
    let (lat, lon) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
    Position::new(number(lat)?, number(lon)?).ok_or_else(wrong)
}

/// Serves the demo company until the process is told to stop. Everything lives in a folder that goes with it, unless a
/// data folder or a database is named.
pub async fn run(mut layer: SettingsLayer, options: Options) -> anyhow::Result<()> {
    let seeds = Seeds::from_entropy()?;
    let scratch = tempfile::tempdir().context("no temporary folder")?;
    if layer.data.is_none() && layer.database.is_none() {
        layer.data = Some(scratch.path().to_owned());
    }
    let secret = || format!("whsec_{}", STANDARD.encode(seeds.bytes::<32>()));
    layer.call_secret.get_or_insert_with(secret);
    layer.log.get_or_insert_with(|| "warn".to_owned());
    let settings = layer.resolve()?;
    crate::node::telemetry::start(&settings.log, settings.log_format)?;
    anyhow::ensure!(options.speed > 0.0 && options.speed <= 1_000.0, "--speed must lie above 0 and at most at 1,000");

    let clock = Arc::new(going_on(&settings, business_hours(&settings, options.speed)).await?);
    let ground = Ground::of(&settings)?;
    if let (Some(network), Some(place)) = (ground.network(), options.place) {
        anyhow::ensure!(network.snap(place).is_some(), "--place lies off the map that --roads names: name one of both");
    }
    let own = || ground.network().map_or_else(demo::demo_center, |network| network.middle());
    let center = options.place.unwrap_or_else(own);
    let demo::Demo { city, company, calls, .. } = demo::demo(DEMO_SEED, clock.now().day(settings.zone), center);
    let company = match ground.network() {
        Some(network) => demo::streets::on_streets(company, center, network),
        None => company,
    };
    furnish(&settings, &company, clock.clone()).await?;
    let map = match (&settings.basemap, ground.network()) {
        (None, None) => BaseMap::streets(Bytes::from(city.geojson().to_string()), center),
        _ => ground.map(&settings).await?,
    };
    drop(city);
    let world = World { travel: ground.travel(), map: Arc::new(map) };
    let application = Application::build(&settings, clock.clone(), Seeds::from_entropy()?, world)?;
    greet(&application);
    if !options.quiet {
        let base = format!("http://{}", application.address());
        Crowd::new(&base, company, calls, ground, clock, seeds, settings.call_keys).play();
    }
    application.run().await
}

/// The demo's day begins now, but never at night: a newcomer wants to see people at work.
fn business_hours(settings: &Settings, speed: f64) -> ScaledClock {
    let now = SystemClock.now();
    let hour = now.utc().with_timezone(&settings.zone).hour();
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or(NaiveTime::MIN);
    let start =
        if (9..15).contains(&hour) { now } else { Timestamp::on_day(now.day(settings.zone), nine, settings.zone) };
    ScaledClock { origin: now, start: start + Seconds::ZERO, speed }
}

/// A demo that was ended goes on where it was: its clock never goes back behind what has happened.
async fn going_on(settings: &Settings, clock: ScaledClock) -> anyhow::Result<ScaledClock> {
    crate::node::application::make_folder(settings)?;
    connection::migrate(&mut connection::open(&settings.database)?)?;
    let store = Store::open(&settings.database, Arc::new(clock), Seeds::from_entropy()?, settings.zone)?;
    let newest = store.read(|reader| reader.newest_event()).await?;
    Ok(ScaledClock { start: newest.map_or(clock.start, |at| clock.start.max(at + Seconds(1))), ..clock })
}

async fn furnish(settings: &Settings, company: &CompanyFile, clock: Arc<ScaledClock>) -> anyhow::Result<()> {
    let store = Store::open(&settings.database, clock, Seeds::from_entropy()?, settings.zone)?;
    match company::import(&store, company.clone()).await {
        Ok(_) | Err(company::ImportError::Taken) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn greet(application: &Application) {
    let at = format!("http://{}", application.address());
    let password = demo::company::DEMO_PASSWORD;
    println!("駆けつけ demo: {at}   (password of all log-ins: {password})\n");
    let roles = [
        ("operator", "オペレーター", "Operator", "/desk"),
        ("dispatcher", "手配担当", "Dispatcher", "/board"),
        ("tanaka", "技術員", "Technician", "/tech"),
        ("customer", "お客様ご担当者", "Customer contact", "/portal"),
        ("admin", "管理者", "Administrator", "/admin"),
    ];
    for (login, ja, en, page) in roles {
        println!("  {en:<17} {ja:<8} {login:<11} {at}{page}");
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_demo_that_goes_on_does_not_go_back_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let settings = SettingsLayer { data: Some(folder.path().to_owned()), ..SettingsLayer::default() };
        let settings = settings.resolve().unwrap();
        let morning = ScaledClock { origin: SystemClock.now(), start: SystemClock.now(), speed: 1.0 };
        assert_eq!(going_on(&settings, morning).await.unwrap().start, morning.start, "nothing has happened yet");
        let evening = ScaledClock { start: morning.start + Seconds::hours(9), ..morning };
        let demo = demo::demo(DEMO_SEED, evening.start.day(settings.zone), demo::demo_center());
        furnish(&settings, &demo.company, Arc::new(evening)).await.unwrap();
        assert!(going_on(&settings, morning).await.unwrap().start >= evening.start);
    }
}
