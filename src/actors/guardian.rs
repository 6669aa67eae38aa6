//! Keeps actors alive. actix's own supervisor does not bring an actor back after a panic, so each kept actor holds a
//! [`Lifeline`]; when that is dropped, for whatever reason, the actor is made anew from its factory after a pause that
//! doubles. Addresses are looked up and not kept, since they change with each life.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Context, Handler, Message};
use actix_rt::ArbiterHandle;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;
use tracing::Span;

use crate::limits;
use crate::store::{Fault, StoreError};

/// An actor that a guardian can keep.
pub trait Kept: Actor<Context = Context<Self>> {
    const NAME: &'static str;
    /// Messages that wait before `ask` answers busy.
    const MAILBOX: usize = limits::MAILBOX;
}

/// What an actor is doing, as the debug page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActorState {
    /// Kind of the actor, and its key where there are several.
    pub name: String,
    pub state: Life,
    /// Times that it fell and came back.
    pub restarts: u64,
    pub mailbox_capacity: usize,
    /// What the actor tells of itself.
    pub detail: Value,
}

crate::coded! {
    Life {
        Running = "running", "稼働中", "Running";
        Fallen = "fallen", "再起動待ち", "Coming back";
        Stopped = "stopped", "停止", "Stopped";
    }
}

type Name = (&'static str, String);

struct Ward {
    life: Life,
    restarts: u64,
    capacity: usize,
    detail: Value,
    /// An `Address<A>`.
    address: Option<Box<dyn Any + Send>>,
}

#[derive(Default)]
struct Wards {
    wards: Mutex<BTreeMap<Name, Ward>>,
    stopping: AtomicBool,
}

impl Wards {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, Ward>> {
        self.wards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, name: &Name, change: impl FnOnce(&mut Ward)) {
        self.lock().get_mut(name).map(change);
    }
}

/// Held by a kept actor for as long as it lives.
pub struct Lifeline {
    teller: Teller,
    _cut: oneshot::Sender<()>,
}

impl Lifeline {
    pub fn teller(&self) -> &Teller {
        &self.teller
    }

    /// In which the actor works, so that log lines name it.
    pub fn span(&self) -> Span {
        let (actor, key) = &self.teller.name;
        tracing::info_span!("actor", kind = actor, key)
    }
}

/// Lets an actor show what it is doing.
#[derive(Clone)]
pub struct Teller {
    wards: Weak<Wards>,
    name: Name,
}

impl Teller {
    pub fn tell(&self, detail: impl Serialize) {
        let Some(wards) = self.wards.upgrade() else { return };
        let detail = serde_json::to_value(detail).unwrap_or(Value::Null);
        wards.change(&self.name, |ward| ward.detail = detail);
    }
}

/// The way to an actor in its present life.
pub struct Address<A: Actor> {
    addr: Addr<A>,
    permits: Arc<Semaphore>,
}

impl<A: Actor> Clone for Address<A> {
    fn clone(&self) -> Self {
        Self { addr: self.addr.clone(), permits: Arc::clone(&self.permits) }
    }
}

/// Asks and waits for the answer. Busy when too many ask already, when the answer takes too long, and when the actor
/// fell meanwhile: whoever asks may ask again.
pub async fn ask<A, M>(to: &Address<A>, message: M) -> Result<M::Result, Fault>
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    let _permit = to.permits.try_acquire().map_err(|_| StoreError::Busy)?;
    match tokio::time::timeout(limits::ASK_DEADLINE, to.addr.send(message)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) | Err(_) => Err(StoreError::Busy.into()),
    }
}

/// Wakes an actor with an idempotent message. A full mailbox needs no further waking.
pub fn nudge<A, M>(to: &Address<A>, message: M)
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    let _ = to.addr.try_send(message);
}

#[derive(Clone, Default)]
pub struct Guardian(Arc<Wards>);

impl Guardian {
    /// Keeps an actor on an arbiter from now on. The factory makes each of its lives; state comes from the store.
    pub fn keep<A, F>(&self, on: &ArbiterHandle, key: &str, factory: F)
    where
        A: Kept,
        F: Fn(Lifeline) -> A + Send + 'static,
    {
        let name: Name = (A::NAME, key.to_owned());
        let ward = Ward { life: Life::Fallen, restarts: 0, capacity: A::MAILBOX, detail: Value::Null, address: None };
        self.0.lock().insert(name.clone(), ward);
        let wards = Arc::clone(&self.0);
        on.spawn_fn(move || {
            actix_rt::spawn(tend(wards, name, factory));
        });
    }

    /// The actor in its present life; none while it is on its way back.
    pub fn lookup<A: Kept>(&self, key: &str) -> Option<Address<A>> {
        let wards = self.0.lock();
        let ward = wards.get(&(A::NAME, key.to_owned()))?;
        ward.address.as_ref()?.downcast_ref::<Address<A>>().cloned()
    }

    /// Looks up and asks.
    pub async fn ask<A, M>(&self, key: &str, message: M) -> Result<M::Result, Fault>
    where
        A: Kept + Handler<M>,
        A::Context: ToEnvelope<A, M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        let address = self.lookup::<A>(key).ok_or(StoreError::Busy)?;
        ask(&address, message).await
    }

    /// Looks up and nudges.
    pub fn nudge<A, M>(&self, key: &str, message: M)
    where
        A: Kept + Handler<M>,
        A::Context: ToEnvelope<A, M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        if let Some(address) = self.lookup::<A>(key) {
            nudge(&address, message);
        }
    }

    /// What all kept actors are doing, by name.
    pub fn states(&self) -> Vec<ActorState> {
        self.0.lock().iter().map(|(name, ward)| state(name, ward)).collect()
    }

    /// From now on, what falls stays down.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }
}

fn state((kind, key): &Name, ward: &Ward) -> ActorState {
    ActorState {
        name: if key.is_empty() { (*kind).to_owned() } else { format!("{kind}:{key}") },
        state: ward.life,
        restarts: ward.restarts,
        mailbox_capacity: ward.capacity,
        detail: ward.detail.clone(),
    }
}

async fn tend<A, F>(wards: Arc<Wards>, name: Name, factory: F)
where
    A: Kept,
    F: Fn(Lifeline) -> A,
{
    let mut pause = limits::RESPAWN_FIRST;
    loop {
        let began = Instant::now();
        live_once(&wards, &name, &factory).await;
        wards.change(&name, |ward| ward.address = None);
        if wards.stopping.load(Ordering::SeqCst) {
            return wards.change(&name, |ward| ward.life = Life::Stopped);
        }
        if began.elapsed() > limits::RESPAWN_LONGEST {
            pause = limits::RESPAWN_FIRST;
        }
        tracing::warn!(actor = name.0, key = name.1, ?pause, "an actor fell and comes back after a pause");
        wards.change(&name, |ward| ward.life = Life::Fallen);
        tokio::time::sleep(pause).await;
        wards.change(&name, |ward| ward.restarts += 1);
        pause = (pause * 2).min(limits::RESPAWN_LONGEST);
    }
}

/// One life, from the factory to the fall. The factory itself may panic.
async fn live_once<A, F>(wards: &Arc<Wards>, name: &Name, factory: &F)
where
    A: Kept,
    F: Fn(Lifeline) -> A,
{
    let (cut, fell) = oneshot::channel();
    let teller = Teller { wards: Arc::downgrade(wards), name: name.clone() };
    let lifeline = Lifeline { teller, _cut: cut };
    let born = catch_unwind(AssertUnwindSafe(|| {
        A::create(|context| {
            context.set_mailbox_capacity(A::MAILBOX);
            factory(lifeline)
        })
    }));
    let Ok(addr) = born else { return };
    let address = Address { addr, permits: Arc::new(Semaphore::new(A::MAILBOX)) };
    wards.change(name, |ward| {
        ward.life = Life::Running;
        ward.address = Some(Box::new(address));
    });
    // The sender is never used: that it is dropped is the message.
    let _ = fell.await;
}

#[cfg(test)]
mod tests;
