//! The customer with his tracking link: opens the page, watches, and remembers what it showed.

use std::sync::Arc;

use super::looks::{Shown, looks};
use super::stage::{Phase, Stage};
use crate::clients::{CallError, Live, Pass, Update};
use crate::domain::event::{Event, EventKind};
use crate::domain::time::Timestamp;
use crate::views::board::Assigned;
use crate::views::track::TrackView;

/// Customers that watch; of a larger day every n-th does.
const WATCHERS_MAX: usize = 400;

/// Lets the customer of a job watch, if he is one of those who do.
pub fn watch(stage: &Arc<Stage>, job: usize, assigned: &Assigned) {
    let each = stage.day.jobs.len().div_ceil(WATCHERS_MAX).max(1);
    if !job.is_multiple_of(each) {
        return;
    }
    let Some(secret) = assigned.track_url.rsplit('/').next().map(str::to_owned) else { return };
    let stage = Arc::clone(stage);
    tokio::spawn(async move {
        stage.tally.book().watched += 1;
        let name = stage.job(job).id.clone();
        match Customer::open(&stage, secret).await {
            Ok(customer) => customer.run().await,
            // The visit may have been called off before he looked.
            Err(error) if matches!(error.code(), Some("link.expired" | "link.revoked")) => {}
            Err(error) => stage.tally.fault(format!("the page of job {name} cannot be opened: {error}")),
        }
    });
}

struct Customer {
    stage: Arc<Stage>,
    secret: String,
    live: Live,
    shown: Vec<Shown>,
    arrived: bool,
}

impl Customer {
    async fn open(stage: &Arc<Stage>, secret: String) -> Result<Self, CallError> {
        let live = stage.watch(&Pass::Link(secret.clone()));
        let mut customer = Self { stage: Arc::clone(stage), secret, live, shown: Vec::new(), arrived: false };
        customer.look().await?;
        Ok(customer)
    }

    /// Takes the picture of the page and watches from there.
    async fn look(&mut self) -> Result<(), CallError> {
        let page: TrackView = self.stage.visitor().track(&self.secret).await?;
        if let Some(eta) = &page.eta {
            self.shown.push(Shown::of(eta, self.stage.now()));
        }
        self.live.watch(&page.stream, page.eta.map(|eta| eta.seq));
        Ok(())
    }

    async fn run(mut self) {
        let stage = Arc::clone(&self.stage);
        loop {
            tokio::select! {
                update = self.live.next() => {
                    let Some(update) = update else { return };
                    if !self.take(update).await {
                        return;
                    }
                }
                () = stage.reached(Phase::Over) => return,
            }
        }
    }

    /// Whether there is more to see.
    async fn take(&mut self, update: Update) -> bool {
        match update {
            Update::Eta { eta, .. } => {
                let now = self.stage.now();
                self.shown.push(Shown::of(&eta, now));
                self.stage.latency(eta.correlation_id);
            }
            Update::Event { event, .. } => return self.event(&event),
            Update::Reset { .. } => {
                if let Err(error) = self.look().await {
                    self.stage.tally.fault(format!("a customer's page cannot be read: {error}"));
                }
            }
            Update::Refused { code, en, .. } => self.stage.tally.fault(format!("a customer's topic: {code}: {en}")),
            // The link lost its force: the visit is over.
            Update::Closed { .. } => return false,
            Update::Position { .. } | Update::Accepted { .. } => {}
        }
        true
    }

    fn event(&mut self, event: &Event) -> bool {
        match event.kind {
            EventKind::VisitArrived if !self.arrived => {
                self.arrived = true;
                let at = arrived_at(event).unwrap_or(event.at);
                let mut book = self.stage.tally.book();
                book.seen_arriving += 1;
                book.looks.extend(looks(&self.shown, at));
            }
            EventKind::VisitUnassigned | EventKind::VisitDeclined | EventKind::VisitCancelled => return false,
            EventKind::VisitNoAccess | EventKind::ReportFiled => return false,
            _ => {}
        }
        true
    }
}

fn arrived_at(event: &Event) -> Option<Timestamp> {
    let at = event.data.get("visit")?.get("timeline")?.get("arrived_at")?;
    serde_json::from_value(at.clone()).ok()
}
