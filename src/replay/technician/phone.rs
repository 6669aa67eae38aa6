//! What comes in on the phone, and the taps that go out.

use super::{Break, Fate, Technician};
use crate::clients::{CallError, Update};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::VisitId;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::replay::stage::Phase;
use crate::views::board::VisitRow;
use crate::views::technician::{ProgressRequest, Tap};

impl Technician {
    /// Takes the picture of the day and watches from there.
    pub(super) async fn look(&mut self) -> Result<(), CallError> {
        let day = self.api.my_day().await?;
        self.visits.clear();
        for visit in day.visits {
            self.learn(visit.visit);
        }
        self.live.watch(&day.stream, None);
        Ok(())
    }

    fn learn(&mut self, visit: VisitRow) {
        if visit.technician_id != self.id || !visit.state.is_live() {
            self.visits.remove(&visit.id);
            self.unread.remove(&visit.id);
            return;
        }
        if visit.state == VisitState::Dispatched && !self.unread.contains_key(&visit.id) {
            let job = self.stage.job_of(&visit.customer_name).unwrap_or_default();
            self.unread.insert(visit.id, self.stage.now() + Seconds(self.stage.dice.answer_s(job)));
        }
        self.visits.insert(visit.id, visit);
    }

    /// Waits until `until`, answering the phone meanwhile.
    pub(super) async fn wait(&mut self, until: Timestamp) -> Result<(), Break> {
        let stage = std::sync::Arc::clone(&self.stage);
        loop {
            let answer_at = self.unread.values().min().copied();
            let next = answer_at.map_or(until, |at| at.min(until));
            tokio::select! {
                biased;
                update = self.live.next() => self.hear(update).await?,
                fate = self.fates.recv() => return Err(self.meet(fate)),
                () = stage.clock.sleep_until(next) => {
                    if stage.now() >= until {
                        return Ok(());
                    }
                    self.answer().await;
                }
                () = stage.reached(Phase::Over) => return Err(Break::Over),
            }
        }
    }

    fn meet(&self, fate: Option<Fate>) -> Break {
        match fate {
            Some(Fate::Down) => Break::Down,
            Some(Fate::Up) => {
                self.stage.tell_away(self.id, false);
                Break::News
            }
            None => Break::Over,
        }
    }

    async fn hear(&mut self, update: Option<Update>) -> Result<(), Break> {
        match update {
            Some(Update::Event { event, .. }) => self.event(&event),
            Some(Update::Reset { .. }) => {
                if let Err(error) = self.look().await {
                    self.stage.tally.fault(format!("a technician's day cannot be read: {error}"));
                }
                Err(Break::News)
            }
            Some(Update::Accepted { accepted, ignored }) => {
                let mut book = self.stage.tally.book();
                book.positions_accepted += accepted as u64;
                for fix in ignored {
                    *book.positions_ignored.entry(fix.code).or_default() += 1;
                }
                Ok(())
            }
            Some(Update::Refused { topic: None, code, .. }) => {
                *self.stage.tally.book().positions_ignored.entry(code).or_default() += 1;
                Ok(())
            }
            Some(Update::Refused { code, en, .. }) => {
                self.stage.tally.fault(format!("a technician's topic: {code}: {en}"));
                Ok(())
            }
            Some(Update::Eta { .. } | Update::Position { .. }) => Ok(()),
            Some(Update::Closed { code }) => {
                self.stage.tally.fault(format!("a technician was turned away from the live stream: {code}"));
                Err(Break::Over)
            }
            None => Err(Break::Over),
        }
    }

    /// Learns what a visit has become. His own taps come back here too, and are no news.
    fn event(&mut self, event: &Event) -> Result<(), Break> {
        let Some(row) = event.data.get("visit") else { return Ok(()) };
        let row: VisitRow = match serde_json::from_value(row.clone()) {
            Ok(row) => row,
            Err(error) => {
                self.stage.tally.fault(format!("a visit cannot be read: {error}"));
                return Ok(());
            }
        };
        let (id, known) = (row.id, self.visits.get(&row.id).map(|known| known.version));
        if known.is_some_and(|known| known >= row.version) {
            return Ok(());
        }
        // A finished visit that is told of late must not come back.
        if known.is_none() && event.kind != EventKind::VisitAssigned {
            return Ok(());
        }
        self.learn(row);
        let gone = !self.visits.contains_key(&id);
        Err(if gone && self.current == Some(id) { Break::Off } else { Break::News })
    }

    /// Accepts what he has looked at by now.
    async fn answer(&mut self) {
        let now = self.stage.now();
        let ready: Vec<VisitId> = self.unread.iter().filter(|(_, at)| **at <= now).map(|(id, _)| *id).collect();
        for id in ready {
            self.unread.remove(&id);
            let dispatched = self.visits.get(&id).is_some_and(|visit| visit.state == VisitState::Dispatched);
            if dispatched {
                // Called off meanwhile: he has learnt it, and goes on with what he is at.
                let _ = self.tap(id, Tap::Accept, None, None).await;
            }
        }
    }

    /// Taps, and learns what the visit is now. `Off` when the server says that this cannot be done any more.
    pub(super) async fn tap(
        &mut self,
        id: VisitId,
        action: Tap,
        delay_minutes: Option<i64>,
        reason: Option<&str>,
    ) -> Result<(), Break> {
        let request = ProgressRequest {
            action,
            at: self.stage.now(),
            version: None,
            delay_minutes,
            reason: reason.map(str::to_owned),
        };
        match self.api.progress(id, &request).await {
            Ok(mine) => {
                self.confirm(&mine.visit, told_as(action));
                self.learn(mine.visit);
                Ok(())
            }
            Err(error) => Err(self.refused(id, action.as_str(), &error)),
        }
    }

    pub(super) fn confirm(&self, visit: &VisitRow, kind: EventKind) {
        if let Some(job) = self.stage.job_of(&visit.customer_name) {
            self.stage.tally.book().confirm(job, kind, Some(visit.id));
        }
    }

    /// The visit was called off while he tapped: that is life. Anything else is a fault.
    pub(super) fn refused(&mut self, id: VisitId, what: &str, error: &CallError) -> Break {
        if !matches!(error.code(), Some("visit.transition" | "visit.not_yours")) {
            self.stage.tally.fault(format!("{what} of a visit failed: {error}"));
        }
        self.visits.remove(&id);
        self.unread.remove(&id);
        Break::Off
    }
}

/// The event that a tap leaves.
fn told_as(action: Tap) -> EventKind {
    match action {
        Tap::Accept => EventKind::VisitAccepted,
        Tap::Decline => EventKind::VisitDeclined,
        Tap::SetOut => EventKind::VisitSetOut,
        Tap::Arrive => EventKind::VisitArrived,
        Tap::Start => EventKind::VisitStarted,
        Tap::Pause => EventKind::VisitPaused,
        Tap::Resume => EventKind::VisitResumed,
        Tap::Delay => EventKind::VisitDelayed,
        Tap::NoAccess => EventKind::VisitNoAccess,
        Tap::Undo => EventKind::VisitUndone,
    }
}
