//! The course of a day: the company is founded, the server lives, loses its power, lives again, and in the end
//! everything is looked at.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_rt::{System, SystemRunner};
use anyhow::Context;
use chrono::NaiveTime;

use super::audit;
use super::book::Book;
use super::cast::Cast;
use super::house::House;
use super::luck::Luck;
use super::person::Scene;
use super::storm::Storm;
use super::{Options, Outcome};
use crate::company::CompanyFile;
use crate::demo::{DEMO_SEED, base_date, demo, demo_center};
use crate::domain::time::{Seconds, Timestamp};
use crate::effects::clock::VirtualClock;
use crate::effects::seeds::Seeds;
use crate::store::{Address, Store, company, connection};

/// How long the server is without power.
const DARK: Seconds = Seconds(25);
/// Streams of chance that belong to nobody of the cast.
const WEATHER: u64 = u64::MAX;
const POWER: u64 = u64::MAX - 1;

/// What outlives the server's lives.
struct World {
    address: Address,
    seeds: Seeds,
    storm: Storm,
    cast: Cast,
    book: Rc<RefCell<Book>>,
    respawns: u64,
}

pub fn run(seed: u64, hours: u32, options: &Options) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let file = folder.path().join("world.db").to_str().context("the temporary folder's name is not UTF-8")?.to_owned();
    let (address, seeds) = (Address::File(file), Seeds::from_number(seed));
    let company = small_company(options.customers);
    let opening = opening();
    found(&address, &seeds, &company, opening)?;
    let mut world = World {
        address,
        seeds,
        storm: Storm::new(Luck::of(seed, WEATHER), options.panic_once_in),
        cast: Cast::of(seed, company),
        book: Rc::default(),
        respawns: 0,
    };
    let mut power = Luck::of(seed, POWER);
    let mut now = opening;
    let whole = i64::from(hours) * 3_600 / i64::from(options.power_cuts + 1);
    for life in 0..options.power_cuts {
        let span = Duration::from_millis((whole * 1_000 + power.between(-60_000, 60_000)).unsigned_abs());
        now = world.live(u64::from(life), now, span)? + DARK;
    }
    let last = Duration::from_secs(whole.unsigned_abs());
    world.live_to_the_end(u64::from(options.power_cuts), now, last, seed, hours)
}

/// The demo company with fewer customers.
fn small_company(customers: usize) -> CompanyFile {
    let mut company = demo(DEMO_SEED, base_date(), demo_center()).company;
    company.customers.truncate(customers.max(3));
    let assets = || company.customers.iter().flat_map(|customer| &customer.contracts).flat_map(|c| &c.assets);
    let serials: std::collections::BTreeSet<String> = assets().map(|asset| asset.serial.clone()).collect();
    company.history.retain(|repair| serials.contains(&repair.serial));
    company
}

fn opening() -> Timestamp {
    let time = NaiveTime::from_hms_opt(8, 30, 0).unwrap_or_default();
    Timestamp::on_day(base_date(), time, chrono_tz::Asia::Tokyo)
}

/// A runtime whose time stands still while anybody works and jumps to the next timer when nobody does.
fn system() -> anyhow::Result<SystemRunner> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(System::with_tokio_rt(|| runtime))
}

fn found(address: &Address, seeds: &Seeds, company: &CompanyFile, opening: Timestamp) -> anyhow::Result<()> {
    connection::migrate(&mut connection::open(address)?)?;
    system()?.block_on(async {
        let clock = Arc::new(VirtualClock::starting_at(opening));
        let store = Store::inline(address, clock, seeds.clone(), chrono_tz::Asia::Tokyo)?;
        company::import(&store, company.clone()).await?;
        Ok(())
    })
}

impl World {
    async fn open(&self, from: Timestamp) -> anyhow::Result<Scene> {
        let clock = Arc::new(VirtualClock::starting_at(from));
        let house = House::open(&self.address, clock, &self.seeds, self.storm.chaos()).await?;
        let book = Rc::clone(&self.book);
        Ok(Scene { house, book, closing: Rc::new(Cell::new(false)), calm: Rc::new(Cell::new(false)) })
    }

    /// One life that ends in the middle of everything; says when.
    fn live(&mut self, life: u64, from: Timestamp, span: Duration) -> anyhow::Result<Timestamp> {
        let system = system()?;
        let world = &*self;
        let (ended, respawns, house) = system.block_on(async {
            let scene = world.open(from).await?;
            world.cast.enter(&scene, life).await?;
            tokio::time::sleep(span).await;
            let house = Arc::downgrade(&scene.house.services);
            anyhow::Ok((scene.now(), respawns(&scene), house))
        })?;
        drop(system);
        self.respawns += respawns;
        if house.upgrade().is_some() {
            self.book.borrow_mut().wrong(format!("{ended} a part of the server survived the power cut"));
        }
        Ok(ended)
    }

    /// The last life: people finish what they do, and everything is checked.
    fn live_to_the_end(
        mut self,
        life: u64,
        from: Timestamp,
        span: Duration,
        seed: u64,
        hours: u32,
    ) -> anyhow::Result<Outcome> {
        let system = system()?;
        let world = &self;
        let (digest, respawns) = system.block_on(async {
            let scene = world.open(from).await?;
            let actors = world.cast.enter(&scene, life).await?;
            tokio::time::sleep(span).await;
            scene.closing.set(true);
            scene.calm.set(true);
            world.storm.calm();
            actors.leave(&scene).await;
            let digest = audit::audit(&scene, &world.cast, &world.storm).await?;
            anyhow::Ok((digest, respawns(&scene)))
        })?;
        drop(system);
        self.respawns += respawns;
        let book = self.book.take();
        let panics = self.storm.thrown();
        Ok(Outcome {
            seed,
            hours,
            journal: digest.hash,
            events: digest.events,
            stream_entries: digest.entries,
            kinds: digest.kinds,
            panics: panics.into_iter().map(|(point, count)| (point.to_owned(), count)).collect(),
            respawns: self.respawns,
            power_cuts: u32::try_from(life).unwrap_or(u32::MAX),
            tally: book.tally,
            wrong: book.wrong,
        })
    }
}

fn respawns(scene: &Scene) -> u64 {
    scene.house.services.guardian.states().iter().map(|state| state.restarts).sum()
}
