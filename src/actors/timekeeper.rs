//! Does what the calendar asks for: lets tickets die after their last day, takes the root of the ledger once a day, approves what a customer lets pass by itself
//! after a time, clears away slots whose hold has run out, ends calls whose end was lost, and forgets log-ins and answers that nobody will ask for again. Each step is idempotent and bounded, so a fall or a restart costs nothing.

use actix::prelude::*;
use serde_json::json;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline};
use crate::commands::{calls, slots, wallet};
use crate::domain::access;
use crate::domain::time::Seconds;
use crate::limits;
use crate::store::{Fault, Store};

/// Between two looks at the calendar: tickets die within a minute of midnight.
const LOOK_EVERY: Seconds = Seconds(60);

/// What one look did.
struct Done {
    /// Units whose last day was over.
    expired: i64,
    /// There may be more to approve: look again.
    more: bool,
}

pub struct Timekeeper {
    store: Store,
    lifeline: Lifeline,
    at_work: bool,
    expired: i64,
}

impl Timekeeper {
    pub fn new(store: Store, lifeline: Lifeline) -> Self {
        Self { store, lifeline, at_work: false, expired: 0 }
    }

    fn look(&mut self, context: &mut Context<Self>) {
        if std::mem::replace(&mut self.at_work, true) {
            return;
        }
        let work = step(self.store.clone());
        let span = self.lifeline.span();
        context.spawn(work.instrument(span.clone()).into_actor(self).map(move |done, keeper, context| {
            let _named = span.enter();
            keeper.at_work = false;
            match done {
                Ok(done) => {
                    keeper.expired += done.expired;
                    keeper.lifeline.teller().tell(json!({ "expired": keeper.expired }));
                    if done.more {
                        keeper.look(context);
                    }
                }
                Err(error) => tracing::warn!(%error, "the calendar's work failed, the next look tries again"),
            }
        }));
    }
}

impl Actor for Timekeeper {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        self.look(context);
        context.run_interval(self.store.clock().wall(LOOK_EVERY), |keeper, context| keeper.look(context));
    }
}

impl Kept for Timekeeper {
    const NAME: &'static str = "timekeeper";
    /// It is woken by its own timer and has no messages.
    const MAILBOX: usize = 1;
}

fn keeper() -> access::Actor {
    access::Actor::system("timekeeper")
}

/// Transactions of their own, so that none holds the others up. The root of the day comes after what died at midnight.
async fn step(store: Store) -> Result<Done, Fault> {
    store.task(keeper(), slots::sweep).await?;
    store.task(keeper(), calls::sweep).await?;
    let more = store.task(keeper(), wallet::approve_overdue).await?;
    let expired = expire(&store).await?;
    let work = store.task(keeper(), |unit| {
        unit.forget_figures(unit.now() - Seconds::hours(24 * limits::FIGURE_DAYS))?;
        unit.forget_old(Seconds::hours(24 * limits::OPERATION_DAYS))
    });
    work.await?;
    if let Some(taken) = store.task(keeper(), |unit| unit.take_root()).await? {
        // In the log it stands outside the database, too.
        tracing::info!(day = %taken.day, root = taken.root, chains = taken.chains, "the root of the ledger");
    }
    Ok(Done { expired, more })
}

/// Lets everything die whose last day is over, and returns how many units that were. Callers go first: each transaction
/// is short, and the pause after it is theirs, so that a command waits behind one of them at the most.
pub async fn expire(store: &Store) -> Result<i64, Fault> {
    let mut units = 0;
    loop {
        let run = store.task(keeper(), |unit| {
            let today = unit.today();
            unit.expire_due(today)
        });
        let run = run.await?;
        units += run.units;
        if !run.more {
            return Ok(units);
        }
        tokio::time::sleep(limits::EXPIRY_PAUSE).await;
    }
}

#[cfg(test)]
mod tests;
