//! Clients that send a command until it is answered.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::join;

use super::deeds::{Act, Deed};
use crate::domain::refusal::{Code, Refusal};
use crate::sim::luck::Luck;
use crate::store::{Answer, Fault, Operation, Store};

/// Attempts after which a command counts as lost.
const ATTEMPTS: u32 = 50;

/// A command under way.
#[derive(Clone)]
pub struct Job {
    pub deed: Deed,
    pub operation: Operation,
    /// What its client does follows from this.
    pub seed: u64,
}

#[derive(PartialEq)]
pub enum Told {
    Answer(Answer),
    Refused(Refusal),
    /// Trouble on the way: the command may stand or not.
    Lost(String),
}

/// A command and what its client was told.
pub struct Carried {
    pub deed: Deed,
    pub operation: Operation,
    pub attempts: u32,
    pub doubled: u32,
    pub told: Told,
}

/// Sends a command again and again, to any node, until it is answered. An impatient client sends it twice at once.
pub async fn carry(nodes: &[Store], job: Job) -> Carried {
    let Job { deed, operation, seed } = job;
    let mut luck = Luck::of(seed, 0);
    let (mut attempts, mut doubled) = (0, 0);
    let mut told = Told::Lost("it was never sent".to_owned());
    while attempts < ATTEMPTS && matches!(told, Told::Lost(_)) {
        attempts += 1;
        let mut node = || luck.pick(nodes).unwrap_or(&nodes[0]).clone();
        let (one, other) = (node(), node());
        told = if luck.once_in(30) {
            doubled += 1;
            let both = join(attempt(one, &deed, operation), attempt(other, &deed, operation)).await;
            either(both.0, both.1)
        } else {
            attempt(one, &deed, operation).await
        };
    }
    if let Told::Refused(refusal) = &told
        && luck.once_in(4)
    {
        audit(&nodes[0], &deed, operation, refusal.clone()).await;
    }
    Carried { deed, operation, attempts, doubled, told }
}

/// What a client knows that sent twice: one success is a success, and two must be the same.
fn either(one: Told, other: Told) -> Told {
    match (one, other) {
        (Told::Answer(one), Told::Answer(other)) if one != other => Told::Refused(Refusal::new(Code::OperationReused)),
        (Told::Answer(answer), _) | (_, Told::Answer(answer)) => Told::Answer(answer),
        (Told::Lost(why), _) | (_, Told::Lost(why)) => Told::Lost(why),
        (one, _) => one,
    }
}

async fn attempt(node: Store, deed: &Deed, operation: Operation) -> Told {
    match AssertUnwindSafe(send(node, deed.clone(), operation)).catch_unwind().await {
        Ok(Ok(answer)) => Told::Answer(answer),
        Ok(Err(Fault::Refused(refusal))) => Told::Refused(refusal),
        Ok(Err(Fault::Store(error))) => Told::Lost(error.to_string()),
        Err(_) => Told::Lost("the answer fell over".to_owned()),
    }
}

async fn send(node: Store, deed: Deed, operation: Operation) -> Result<Answer, Fault> {
    if matches!(deed.act, Act::Expire) {
        return node.task(deed.actor(), move |unit| deed.run(unit)).await;
    }
    node.command(deed.actor(), operation, move |unit| deed.run(unit)).await
}

/// What was refused is noted, as the API does it. In bad weather the note may be lost; it stands whole or not at all.
async fn audit(node: &Store, deed: &Deed, operation: Operation, refusal: Refusal) {
    let (contract, action) = (deed.contract, deed.act.name());
    let noted = node.task(deed.actor(), move |unit| unit.note_attempt(operation.into(), contract, action, &refusal));
    drop(AssertUnwindSafe(noted).catch_unwind().await);
}
