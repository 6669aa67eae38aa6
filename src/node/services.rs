//! What the edges share: one value for all workers.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::actors::crews::{Planners, Trackers};
use crate::actors::guardian::Guardian;
use crate::actors::hub::Hub;
use crate::effects::seeds::Seeds;
use crate::http::{LogInLimit, Outlook, Passwords};
use crate::limits;
use crate::live::door::Door;
use crate::live::lines::Lines;
use crate::map::BaseMap;
use crate::roads::TravelTimes;
use crate::store::{Fault, Store};
use crate::telephone::signature::Keys;
use crate::views::session::ServerClock;

/// The ground on which the company works.
#[derive(Clone)]
pub struct World {
    pub travel: Arc<dyn TravelTimes>,
    pub map: Arc<BaseMap>,
}

pub struct Services {
    pub store: Store,
    pub hub: Hub,
    pub guardian: Guardian,
    pub planners: Planners,
    pub trackers: Trackers,
    pub travel: Arc<dyn TravelTimes>,
    pub map: Arc<BaseMap>,
    pub passwords: Passwords,
    pub log_ins: LogInLimit,
    /// What was learned for the proposals of purchases.
    pub outlook: Outlook,
    /// Turns of sockets that read the journal.
    pub resumes: Semaphore,
    /// Who comes in to the live stream.
    pub door: Door,
    /// Server-sent events and long polls that are open.
    pub lines: Lines,
    /// Turns of tables that come in.
    pub imports: Semaphore,
    /// A telephone system is connected.
    pub telephone: bool,
    /// Secrets of the telephone system.
    pub call_keys: Keys,
    /// The pages are served over TLS, so the cookie must not leave it.
    pub secure_cookie: bool,
    /// Proxies in front, each of which adds whom it serves to `X-Forwarded-For`.
    pub proxies: usize,
    /// Days that a log-in lasts.
    pub session_days: i64,
    /// The folder for bodies that are too large for memory.
    pub spool: PathBuf,
}

impl Services {
    pub fn new(store: Store, seeds: Seeds, hub: Hub, guardian: Guardian, world: World) -> Result<Self, Fault> {
        let World { travel, map } = world;
        Ok(Self {
            planners: Planners::new(guardian.clone(), store.clone()),
            trackers: Trackers::new(guardian.clone(), store.clone()),
            store,
            hub,
            guardian,
            travel,
            map,
            passwords: Passwords::new(seeds)?,
            log_ins: LogInLimit::default(),
            outlook: Outlook::default(),
            resumes: Semaphore::new(limits::RESUMES),
            door: Door::default(),
            lines: Lines::default(),
            imports: Semaphore::new(limits::IMPORTS),
            telephone: false,
            call_keys: Keys::default(),
            secure_cookie: false,
            proxies: 0,
            session_days: limits::SESSION_DAYS,
            spool: std::env::temp_dir(),
        })
    }

    /// What screens are told of the server's time.
    pub fn clock(&self) -> ServerClock {
        let clock = self.store.clock();
        ServerClock { now: clock.now(), speed: clock.speed(), zone: self.store.zone().name().to_owned() }
    }
}
