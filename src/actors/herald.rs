//! Follows the journal and the calendar, and gives customers the notices that come of them. How far it has read is kept
//! with what it wrote, and each notice has a key of its own: a fall or a restart neither loses nor repeats one.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix::{Actor, AsyncContext, Context, WrapFuture};
use chrono::NaiveDate;
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline, Teller};
use crate::commands::notices::{self, CONSUMER};
use crate::domain::access;
use crate::domain::event::Stream;
use crate::domain::ids::{ContractId, WalletId};
use crate::limits;
use crate::store::notices::NewNotice;
use crate::store::{Fault, Store};

/// The actor: it only carries the loop, so that the guardian can bring it back.
pub struct Herald {
    store: Store,
    domain: Option<Arc<str>>,
    lifeline: Lifeline,
}

impl Herald {
    /// `domain` is that of the sender's address when mail goes out.
    pub fn new(store: Store, domain: Option<Arc<str>>, lifeline: Lifeline) -> Self {
        Self { store, domain, lifeline }
    }
}

impl Actor for Herald {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let rounds = Rounds::new(self.store.clone(), self.domain.clone());
        let work = run(rounds, self.lifeline.teller().clone());
        context.spawn(work.instrument(self.lifeline.span()).into_actor(self));
    }
}

impl Kept for Herald {
    const NAME: &'static str = "herald";
    /// It is woken by the store and has no messages of its own.
    const MAILBOX: usize = 1;
}

async fn run(mut rounds: Rounds, teller: Teller) {
    let wake = rounds.store.wake();
    let mut swept: Option<Instant> = None;
    loop {
        let due = swept.is_none_or(|at| at.elapsed() >= limits::HERALD_SWEEP);
        if due || (rounds.far_behind && rounds.todo.is_empty()) {
            if let Err(error) = rounds.sweep().await {
                tracing::warn!(%error, "what customers are to be told cannot be read; trying again");
            }
            swept = Some(Instant::now());
        }
        rounds.look_at(wake.take().into_keys());
        let worked = rounds.step().await;
        if let Err(error) = &worked {
            tracing::warn!(%error, "notices could not be given; trying again");
        }
        teller.tell(json!({ "given": rounds.given, "waiting": rounds.todo.len() }));
        // The pause comes first: what happens in it becomes one transaction.
        let idle = rounds.todo.is_empty() && !rounds.far_behind;
        let breath = !idle && worked.is_ok();
        tokio::time::sleep(if breath { limits::HERALD_BREATH } else { limits::HERALD_PAUSE }).await;
        if idle {
            let left = limits::HERALD_SWEEP.saturating_sub(swept.map(|at| at.elapsed()).unwrap_or_default());
            tokio::select! {
                // In the order written, so that a seed reproduces a run.
                biased;
                () = wake.wait() => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }
}

/// What is to be looked at.
pub struct Rounds {
    store: Store,
    domain: Option<Arc<str>>,
    /// Contracts whose streams may have grown.
    todo: BTreeSet<ContractId>,
    /// A batch failed: the next ones are single contracts, until the one in the way is found and left to the next sweep.
    one_by_one: bool,
    /// There are more contracts behind than were named.
    far_behind: bool,
    /// The day whose expiries have been told.
    told_day: Option<NaiveDate>,
    given: usize,
}

impl Rounds {
    pub fn new(store: Store, domain: Option<Arc<str>>) -> Self {
        Self { store, domain, todo: BTreeSet::new(), one_by_one: false, far_behind: false, told_day: None, given: 0 }
    }

    pub fn look_at(&mut self, streams: impl IntoIterator<Item = Stream>) {
        self.todo.extend(streams.into_iter().filter_map(|stream| match stream {
            Stream::Contract(id) => Some(id),
            Stream::Agent(_) | Stream::Desk | Stream::Visit(_) | Stream::Technician(_) | Stream::Territory(_) => None,
        }));
    }

    /// Finds what no wake-up told, and looks at the calendar.
    pub async fn sweep(&mut self) -> Result<(), Fault> {
        let limit = limits::IDS_PER_QUERY as i64;
        self.far_behind = false;
        let behind = self.store.read(move |reader| reader.contracts_behind(CONSUMER, limit)).await?;
        self.far_behind = behind.len() == limits::IDS_PER_QUERY;
        self.todo.extend(behind);
        let now = self.store.clock().now();
        let soon = self.store.read(move |reader| notices::running_out(reader, now)).await?;
        self.give(&soon).await?;
        let today = now.day(self.store.zone());
        if self.told_day != Some(today) {
            self.tell_expiries(today).await?;
            self.told_day = Some(today);
        }
        Ok(())
    }

    async fn tell_expiries(&mut self, today: NaiveDate) -> Result<(), Fault> {
        let mut after: Option<WalletId> = None;
        loop {
            let (due, next) = self.store.read(move |reader| notices::expiring(reader, after, today)).await?;
            self.give(&due).await?;
            match next {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Gives notices that the calendar brought, a bounded number in one transaction.
    async fn give(&mut self, due: &[NewNotice]) -> Result<(), Fault> {
        for part in due.chunks(limits::HERALD_CONTRACTS) {
            let (part, domain) = (part.to_vec(), self.domain.clone());
            let given = self.store.task(herald(), move |unit| {
                let mut given = 0;
                for notice in &part {
                    given += usize::from(unit.give_notice(notice, domain.as_deref())?.is_some());
                }
                Ok(given)
            });
            self.given += given.await?;
        }
        Ok(())
    }

    /// Follows some of the streams that grew.
    pub async fn step(&mut self) -> Result<(), Fault> {
        let count = if self.one_by_one { 1 } else { limits::HERALD_CONTRACTS };
        let part: Vec<ContractId> = self.todo.iter().copied().take(count).collect();
        if part.is_empty() {
            self.one_by_one = false;
            return Ok(());
        }
        let (wanted, domain) = (part.clone(), self.domain.clone());
        let followed = self.store.task(herald(), move |unit| {
            let follow = |contract: &ContractId| notices::follow(unit, *contract, domain.as_deref());
            wanted.iter().map(follow).collect::<Result<Vec<_>, Fault>>()
        });
        let followed = match followed.await {
            Ok(followed) => followed,
            Err(error) => {
                if let [lone] = part[..] {
                    self.todo.remove(&lone);
                }
                self.one_by_one = true;
                return Err(error);
            }
        };
        self.store.chaos().point("herald.followed");
        for (contract, followed) in part.into_iter().zip(followed) {
            self.given += followed.given;
            if !followed.more {
                self.todo.remove(&contract);
            }
        }
        Ok(())
    }
}

fn herald() -> access::Actor {
    access::Actor::system("herald")
}

#[cfg(test)]
mod tests;
