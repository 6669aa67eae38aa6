//! What all simulated people share: the day, the clock, the way to the server, and the book of what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{NaiveDate, NaiveTime};
use tokio::sync::watch;
use tokio::time::Instant;

use super::ZONE;
use super::clock::DayClock;
use super::day::{Day, DayJob};
use super::dice::Dice;
use super::tally::Tally;
use super::town::Town;
use crate::clients::{Api, CallError, Http, Live, LiveChecks, Pass, Requests};
use crate::domain::ids::TechnicianId;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::effects::seeds::Seeds;
use crate::roads::TableTravel;
use crate::views::session::Me;

/// Positions whose way to the customers is measured at the same time.
const UNDER_WAY_MAX: usize = 10_000;

/// How far the play is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The known jobs are being called in; the clock is held.
    Calling,
    /// The dispatchers share out what is known; the clock is held.
    Planning,
    /// The day runs.
    Running,
    /// Everybody goes home.
    Over,
}

pub struct Stage {
    pub day: Day,
    pub town: Town,
    pub roads: Arc<TableTravel>,
    pub clock: Arc<DayClock>,
    pub dice: Dice,
    pub tally: Tally,
    pub checks: Arc<LiveChecks>,
    pub requests: Arc<Requests>,
    pub phase: watch::Sender<Phase>,
    midnight: Timestamp,
    password: String,
    visitor: Api,
    jobs: BTreeMap<String, usize>,
    /// Who has told the dispatchers that he cannot work.
    away: Mutex<BTreeSet<TechnicianId>>,
    /// When the newest positions were sent, by correlation id.
    sent: Mutex<BTreeMap<u64, Instant>>,
}

/// What makes a stage.
pub struct Setting {
    pub day: Day,
    pub town: Town,
    pub on: NaiveDate,
    pub clock: Arc<DayClock>,
    pub seed: u64,
    /// `http://host:port`.
    pub base: String,
    pub password: String,
}

impl Stage {
    pub fn new(setting: Setting) -> anyhow::Result<Self> {
        let Setting { day, town, on, clock, seed, base, password } = setting;
        let requests = Arc::new(Requests::default());
        let http = Http::new(&base, Arc::clone(&requests));
        let visitor = Api::new(http, clock.clone(), Seeds::from_entropy()?);
        Ok(Self {
            roads: Arc::new(day.roads()?),
            jobs: town.customers.iter().cloned().zip(0..).collect(),
            tally: Tally::of(day.jobs.len()),
            midnight: midnight(on),
            dice: Dice::new(seed),
            checks: Arc::default(),
            phase: watch::Sender::new(Phase::Calling),
            away: Mutex::default(),
            sent: Mutex::default(),
            day,
            town,
            clock,
            requests,
            password,
            visitor,
        })
    }

    pub fn at(&self, second: i64) -> Timestamp {
        self.midnight + Seconds(second)
    }

    pub fn now(&self) -> Timestamp {
        self.visitor.now()
    }

    /// Somebody without a log-in.
    pub fn visitor(&self) -> &Api {
        &self.visitor
    }

    pub async fn log_in(&self, login: &str) -> Result<(Api, Me), CallError> {
        self.visitor.log_in(login, &self.password).await
    }

    pub fn watch(&self, pass: &Pass) -> Live {
        Live::open(self.visitor.http().base(), pass, Arc::clone(&self.checks))
    }

    /// Watches with somebody's log-in.
    pub fn watch_as(&self, api: &Api) -> Live {
        self.watch(&Pass::Session(api.http().token().unwrap_or_default().to_owned()))
    }

    /// The job of a customer, by his name.
    pub fn job_of(&self, customer_name: &str) -> Option<usize> {
        self.jobs.get(customer_name).copied()
    }

    pub fn job(&self, index: usize) -> &DayJob {
        &self.day.jobs[index]
    }

    pub fn span(&self, (from, to): (i64, i64)) -> Option<Window> {
        Window::new(self.at(from), self.at(to))
    }

    pub fn is_away(&self, technician: TechnicianId) -> bool {
        self.away.lock().unwrap_or_else(PoisonError::into_inner).contains(&technician)
    }

    pub fn away(&self) -> Vec<TechnicianId> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    pub fn tell_away(&self, technician: TechnicianId, away: bool) {
        let mut known = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if away {
            known.insert(technician)
        } else {
            known.remove(&technician)
        };
    }

    /// A position leaves the phone.
    pub fn sent(&self, correlation: Option<u64>) {
        let Some(correlation) = correlation else { return };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.insert(correlation, Instant::now());
        if sent.len() > UNDER_WAY_MAX {
            sent.pop_first();
        }
    }

    /// A figure that rests on a position is on a customer's page. The first page counts.
    pub fn latency(&self, correlation: Option<u64>) {
        let Some(correlation) = correlation else { return };
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner).remove(&correlation);
        if let Some(sent) = sent {
            let took = u64::try_from(sent.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.tally.book().push_ms.push(took);
        }
    }

    /// Waits until the play has come to `phase`.
    pub async fn reached(&self, phase: Phase) {
        // The sender lives in this very stage, so the wait cannot fail.
        let _ = self.phase.subscribe().wait_for(|now| *now >= phase).await;
    }
}

/// The first instant of a local day.
pub fn midnight(on: NaiveDate) -> Timestamp {
    Timestamp::on_day(on, NaiveTime::MIN, ZONE)
}
