//! What the edges share: one value for all workers.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::actors::guardian::Guardian;
use crate::actors::hub::Hub;
use crate::domain::ids::TechnicianId;
use crate::effects::seeds::Seeds;
use crate::http::{LogInLimit, Passwords};
use crate::limits;
use crate::store::{Fault, Store, StoreError};
use crate::views::technician::{PositionBatch, PositionsAccepted};

/// Takes what technicians' phones report.
pub trait PositionSink: Send + Sync + 'static {
    /// Answers once the fixes are durable.
    fn accept(&self, batch: PositionBatch, technician: TechnicianId)
    -> BoxFuture<'_, Result<PositionsAccepted, Fault>>;
}

/// Until somebody takes positions, phones are asked to send them again.
pub struct NobodyListens;

impl PositionSink for NobodyListens {
    fn accept(&self, _: PositionBatch, _: TechnicianId) -> BoxFuture<'_, Result<PositionsAccepted, Fault>> {
        Box::pin(async { Err(StoreError::Busy.into()) })
    }
}

pub struct Services {
    pub store: Store,
    pub hub: Hub,
    pub guardian: Guardian,
    pub positions: Arc<dyn PositionSink>,
    pub passwords: Passwords,
    pub log_ins: LogInLimit,
    /// Turns of sockets that read the journal.
    pub resumes: Semaphore,
    /// The pages are served over TLS, so the cookie must not leave it.
    pub secure_cookie: bool,
    /// Days that a log-in lasts.
    pub session_days: i64,
}

impl Services {
    pub fn new(store: Store, seeds: Seeds, hub: Hub, guardian: Guardian) -> Result<Self, Fault> {
        Ok(Self {
            store,
            hub,
            guardian,
            positions: Arc::new(NobodyListens),
            passwords: Passwords::new(seeds)?,
            log_ins: LogInLimit::default(),
            resumes: Semaphore::new(limits::RESUMES),
            secure_cookie: false,
            session_days: limits::SESSION_DAYS,
        })
    }
}
