//! The demo's simulated people. They use the public interface like everybody else, so a newcomer can step in anywhere:
//! take a call himself, assign before the dispatcher does, or work as the technician whom nobody plays.

mod customer;
mod desk;
mod dispatcher;
mod technician;
mod telephone;
mod way;

use std::sync::Arc;
use std::time::Duration;

use crate::clients::{Api, CallError, Http, Live, LiveChecks, Pass};
use crate::company::CompanyFile;
use crate::company::calls::CallsFile;
use crate::demo::company::DEMO_PASSWORD;
use crate::domain::access::Role;
use crate::domain::time::Seconds;
use crate::effects::clock::SharedClock;
use crate::effects::seeds::Seeds;
use crate::node::Ground;
use crate::telephone::signature::Keys;
use telephone::Exchange;

/// The technician whom the newcomer plays.
pub const YOURS: &str = "tanaka";

/// What all of them share.
#[derive(Clone)]
pub struct Crowd {
    pub company: Arc<CompanyFile>,
    pub calls: Arc<CallsFile>,
    pub clock: SharedClock,
    pub seeds: Seeds,
    pub ground: Ground,
    visitor: Api,
    exchange: Exchange,
    checks: Arc<LiveChecks>,
}

impl Crowd {
    /// `base` is `http://host:port`.
    pub fn new(
        base: &str,
        company: CompanyFile,
        calls: CallsFile,
        ground: Ground,
        clock: SharedClock,
        seeds: Seeds,
        keys: Keys,
    ) -> Self {
        let visitor = Api::new(Http::new(base, Arc::default()), clock.clone(), seeds.clone());
        Self {
            company: Arc::new(company),
            calls: Arc::new(calls),
            clock,
            seeds,
            ground,
            visitor,
            exchange: Exchange::new(base, keys),
            checks: Arc::default(),
        }
    }

    /// Everybody goes to work, and works until the process ends.
    pub fn play(self) {
        actix_rt::spawn(desk::work(self.clone()));
        let logins = |role: Role| self.company.users.iter().filter(move |user| user.role == role);
        for user in logins(Role::Dispatcher) {
            actix_rt::spawn(dispatcher::work(self.clone(), user.login.clone()));
        }
        for user in logins(Role::Technician).filter(|user| user.login != YOURS) {
            actix_rt::spawn(technician::work(self.clone(), user.login.clone()));
        }
    }

    async fn log_in(&self, login: &str) -> Result<Api, CallError> {
        Ok(self.visitor.log_in(login, DEMO_PASSWORD).await?.0)
    }

    fn watch(&self, pass: &Pass) -> Live {
        Live::open(self.visitor.http().base(), pass, Arc::clone(&self.checks))
    }

    /// Waits on the demo's clock.
    async fn wait(&self, span: Seconds) {
        tokio::time::sleep(self.clock.wall(span)).await;
    }

    /// A number from `low` to `high`.
    fn roll(&self, low: i64, high: i64) -> i64 {
        low + (self.seeds.number() % (high - low + 1).unsigned_abs()) as i64
    }
}

/// Between two tries when the server did not answer.
const AGAIN: Duration = Duration::from_secs(2);
