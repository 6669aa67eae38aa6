//! One visit, from setting out to the report.

use super::{Break, Technician};
use crate::company::PartCount;
use crate::domain::event::EventKind;
use crate::domain::ids::VisitId;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::replay::town::{CAUSE_NONE, CAUSE_OUR_WORK, CAUSE_WORN, demanded};
use crate::views::board::VisitRow;
use crate::views::technician::{FieldOutcome, PartUse, ReportRequest, Tap};

/// Work that lasts longer than planned by less than this is not worth a word.
const WORTH_A_WORD: Seconds = Seconds::minutes(5);
/// The least and the most that a technician can say of a delay, minutes.
const DELAY_MINUTES: (i64, i64) = (5, 240);
const MINUTES_MAX: i64 = 1_440;
/// What a technician says to a visit that would keep him longer than he may work.
pub(super) const LATE_HOME_REASON: &str = "帰着が勤務時間を超えるため";

impl Technician {
    pub(super) async fn serve(&mut self, visit: VisitRow) -> Result<(), Break> {
        self.current = Some(visit.id);
        let end = self.go_and_repair(&visit).await;
        self.current = None;
        end
    }

    async fn go_and_repair(&mut self, visit: &VisitRow) -> Result<(), Break> {
        if self.visits.get(&visit.id).is_some_and(|now| now.state == VisitState::Dispatched) {
            self.unread.remove(&visit.id);
            self.tap(visit.id, Tap::Accept, None, None).await?;
        }
        self.tap(visit.id, Tap::SetOut, None, None).await?;
        self.drive(visit.position).await?;
        self.tap(visit.id, Tap::Arrive, None, None).await?;
        self.note_arrival(visit.id);
        // Nobody is let in before the time that was agreed.
        if let Some(from) = self.visits.get(&visit.id).and_then(|now| now.promised).map(|promised| promised.from) {
            self.stay(from).await?;
        }
        self.tap(visit.id, Tap::Start, None, None).await?;
        self.work(visit).await?;
        self.file(visit.id, self.found(visit)).await
    }

    /// Waits through news that does not concern the visit at hand.
    async fn stay(&mut self, until: Timestamp) -> Result<(), Break> {
        while self.stage.now() < until {
            match self.wait(until).await {
                Ok(()) | Err(Break::News) => {}
                Err(end) => return Err(end),
            }
        }
        Ok(())
    }

    fn job(&self, visit: &VisitRow) -> Option<usize> {
        self.stage.job_of(&visit.customer_name)
    }

    fn note_arrival(&self, id: VisitId) {
        let Some(visit) = self.visits.get(&id) else { return };
        let Some(job) = self.job(visit) else { return };
        let mut book = self.stage.tally.book();
        let story = &mut book.jobs[job];
        (story.arrived_at, story.promised) = (visit.timeline.arrived_at, visit.promised);
    }

    async fn work(&mut self, visit: &VisitRow) -> Result<(), Break> {
        let started = self.stage.now();
        let actual = self.job(visit).map_or(visit.service_minutes * 60, |job| self.stage.job(job).actual_s);
        let (planned_end, end) = (started + Seconds::minutes(visit.service_minutes), started + Seconds(actual));
        if end > planned_end + WORTH_A_WORD {
            self.stay(planned_end).await?;
            let left = end.since(self.stage.now()).minutes_up();
            let said = (left + 4) / 5 * 5;
            self.tap(visit.id, Tap::Delay, Some(said.clamp(DELAY_MINUTES.0, DELAY_MINUTES.1)), None).await?;
            if let Some(later) = self.too_much(end, visit.position) {
                // Taken off his list meanwhile: so much the better.
                let _ = self.decline(&later, LATE_HOME_REASON).await;
            }
        }
        self.stay(end).await
    }

    fn found(&self, visit: &VisitRow) -> FieldOutcome {
        self.job(visit).map_or(FieldOutcome::Repaired, |job| self.stage.dice.outcome(job))
    }

    pub(super) async fn file(&mut self, id: VisitId, outcome: FieldOutcome) -> Result<(), Break> {
        let now = self.stage.now();
        let started = self.visits.get(&id).and_then(|visit| visit.timeline.started_at).unwrap_or(now);
        let (cause, remedy) = match outcome {
            FieldOutcome::Repaired => (CAUSE_WORN, "部品を調整し、動作を確認しました"),
            FieldOutcome::OwnDefect | FieldOutcome::Recurrence => (CAUSE_OUR_WORK, "前回の作業を直しました"),
            FieldOutcome::NoFaultFound => (CAUSE_NONE, "点検し、異常はありませんでした"),
            FieldOutcome::NeedsRevisit => (CAUSE_WORN, "作業を中断しました"),
        };
        let request = ReportRequest {
            cause: cause.to_owned(),
            cause_text: String::new(),
            remedy: remedy.to_owned(),
            parts: self.used(id, outcome),
            minutes: now.since(started).minutes_up().clamp(1, MINUTES_MAX),
            outcome,
            at: now,
        };
        match self.api.report(id, &request).await {
            Ok(mine) => {
                self.confirm(&mine.visit, EventKind::ReportFiled);
                self.note_report(&mine.visit, outcome);
                self.visits.remove(&id);
                Ok(())
            }
            Err(error) => Err(self.refused(id, "the report", &error)),
        }
    }

    /// What the job takes, when it was done.
    fn used(&self, id: VisitId, outcome: FieldOutcome) -> Vec<PartUse> {
        let job = self.visits.get(&id).and_then(|visit| self.job(visit)).filter(|_| outcome == FieldOutcome::Repaired);
        let parts = job.map_or_else(Vec::new, |job| demanded(&self.stage.job(job).demand));
        let used = |part: PartCount| PartUse {
            code: part.code,
            quantity: i64::from(part.quantity),
            serial_old: None,
            serial_new: None,
        };
        parts.into_iter().map(used).collect()
    }

    fn note_report(&self, visit: &VisitRow, outcome: FieldOutcome) {
        let Some(job) = self.job(visit).filter(|_| outcome != FieldOutcome::NeedsRevisit) else { return };
        let mut book = self.stage.tally.book();
        let story = &mut book.jobs[job];
        story.started_at = visit.timeline.started_at;
        story.finished_at = visit.timeline.finished_at;
        story.outcome = Some(outcome);
    }

    /// Says no to a visit that has not begun.
    pub(super) async fn decline(&mut self, visit: &VisitRow, reason: &str) -> Result<(), Break> {
        tracing::info!(technician = %self.me().id, customer = %visit.customer_name, reason, "declines");
        self.tap(visit.id, Tap::Decline, None, Some(reason)).await?;
        self.stage.tally.book().declined += 1;
        Ok(())
    }

    /// Gives a visit back from whatever state it is in: the work on it is lost, the customer keeps his claim.
    pub(super) async fn give_up(&mut self, visit: &VisitRow, reason: &str) -> Result<(), Break> {
        match visit.state {
            VisitState::EnRoute => {
                self.tap(visit.id, Tap::Undo, None, None).await?;
                self.decline(visit, reason).await
            }
            VisitState::Arrived => self.tap(visit.id, Tap::NoAccess, None, Some(reason)).await,
            VisitState::Working => self.file(visit.id, FieldOutcome::NeedsRevisit).await,
            VisitState::Paused => {
                self.tap(visit.id, Tap::Resume, None, None).await?;
                self.file(visit.id, FieldOutcome::NeedsRevisit).await
            }
            _ => self.decline(visit, reason).await,
        }
    }
}
