//! The dispatcher of one territory: watches its live topic, and gives what waits to the best technician who breaks
//! nobody's promise; where there is none, to the one who breaks the fewest. Where nobody is fit he asks again who said
//! no before and would have time now, then lets a visit change hands to make room. What is left he keeps, with the
//! reasons, and looks at it again.

mod exchange;
mod morning;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::customer;
use super::stage::{Phase, Stage};
use crate::clients::{Api, CallError, Live, Update};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::{TechnicianId, TerritoryId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::answer::{Candidate, Ranking};
use crate::views::board::{AssignRequest, Assigned, QueueRow};

/// A job for which nobody was fit is looked at again when something changed, but not more often than this.
const LOOK_AGAIN: Seconds = Seconds::minutes(5);
/// And at the latest after this: the time alone can make somebody fit, at the start of a shift.
const LOOK_LATEST: Seconds = Seconds::minutes(30);
/// Who said no is asked again after this, when his plan has room.
const ASK_AGAIN: Seconds = Seconds::minutes(5);
/// An assignment that meets a change is tried so often at once.
const TRIES: usize = 4;
/// What a dispatcher writes who breaks a promise.
const REASON: &str = "約束を守れる技術員がいないため";

/// A job in the queue.
struct Waiting {
    row: QueueRow,
    /// When the last look found nobody.
    tried_at: Option<Timestamp>,
}

/// What became of a job that was looked at.
enum Placed {
    /// With whether that broke promises.
    Given(Box<Assigned>, bool),
    /// It is not in the queue any more.
    Gone,
    /// Nobody is fit: how many technicians fail for which reason.
    Nobody(String),
}

pub struct Dispatcher {
    stage: Arc<Stage>,
    api: Api,
    live: Live,
    territory: TerritoryId,
    queue: BTreeMap<WorkOrderId, Waiting>,
    /// Who said no to a job, and when last.
    declined: BTreeMap<(WorkOrderId, TechnicianId), Timestamp>,
    /// When something last happened that may have made somebody fit.
    changed_at: Timestamp,
    /// The picture of the board must be taken again.
    stale: bool,
    /// What was known when the day began has been shared out.
    planned: bool,
}

impl Dispatcher {
    pub async fn start(stage: Arc<Stage>, api: Api, territory: TerritoryId) -> Result<Self, CallError> {
        let live = stage.watch_as(&api);
        let changed_at = stage.now();
        let (queue, declined) = (BTreeMap::new(), BTreeMap::new());
        let mut dispatcher =
            Self { stage, api, live, territory, queue, declined, changed_at, stale: false, planned: false };
        dispatcher.look().await?;
        Ok(dispatcher)
    }

    /// Takes the picture of the board and watches from there.
    async fn look(&mut self) -> Result<(), CallError> {
        self.stale = false;
        let board = self.api.board(self.territory).await?;
        self.queue.clear();
        board.queue.into_iter().for_each(|row| self.enqueue(row));
        self.live.watch(&board.stream, None);
        Ok(())
    }

    pub async fn run(mut self) {
        let mut phase = self.stage.phase.subscribe();
        loop {
            let now = *phase.borrow_and_update();
            if now == Phase::Over {
                return;
            }
            if self.stale
                && let Err(error) = self.look().await
            {
                self.stage.tally.fault(format!("the board cannot be read: {error}"));
            }
            if now >= Phase::Planning && !self.planned {
                self.planned = true;
                self.drain();
                self.plan_the_morning().await;
            }
            let next = (now >= Phase::Planning).then(|| self.due()).flatten();
            match next {
                Some((at, order)) if at <= self.stage.now() => {
                    self.drain();
                    self.place(order).await;
                }
                later => {
                    let at = later.map(|(at, _)| at);
                    tokio::select! {
                        update = self.live.next() => match update {
                            Some(update) => self.note(update),
                            None => return self.stage.tally.fault("a dispatcher was turned away from the live stream"),
                        },
                        () = self.stage.clock.sleep_until(at.unwrap_or_default()), if at.is_some() => {}
                        changed = phase.changed() => if changed.is_err() { return },
                    }
                }
            }
        }
    }

    /// Reads what has come meanwhile, without waiting.
    fn drain(&mut self) {
        while let Some(update) = self.live.try_next() {
            self.note(update);
        }
    }

    fn note(&mut self, update: Update) {
        match update {
            Update::Event { event, .. } => self.note_event(&event),
            Update::Reset { .. } => self.stale = true,
            Update::Refused { code, en, .. } => self.stage.tally.fault(format!("a dispatcher's topic: {code}: {en}")),
            Update::Closed { code } => self.stage.tally.fault(format!("a dispatcher was turned away: {code}")),
            _ => {}
        }
    }

    fn note_event(&mut self, event: &Event) {
        match event.kind {
            EventKind::WorkOrderOpened | EventKind::WorkOrderReopened => {
                let row = event.data.get("queue").cloned().unwrap_or_default();
                match serde_json::from_value::<QueueRow>(row) {
                    Ok(row) => self.enqueue(row),
                    Err(error) => self.stage.tally.fault(format!("a queue row cannot be read: {error}")),
                }
                self.changed_at = self.stage.now();
            }
            EventKind::VisitAssigned
            | EventKind::WorkOrderClosed
            | EventKind::IssueClosed
            | EventKind::IssueResolved => {
                event.about.work_order_id.map(|order| self.queue.remove(&order));
            }
            EventKind::VisitDeclined => {
                if let (Some(order), Some(technician)) = (event.about.work_order_id, event.about.technician_id) {
                    self.declined.insert((order, technician), self.stage.now());
                }
                self.changed_at = self.stage.now();
            }
            EventKind::VisitFinished | EventKind::VisitCancelled | EventKind::VisitUnassigned => {
                self.changed_at = self.stage.now();
            }
            _ => {}
        }
    }

    /// A technician who is lent elsewhere brings that territory's events here too; its queue is not ours.
    fn enqueue(&mut self, row: QueueRow) {
        if row.territory_id != self.territory {
            return;
        }
        self.queue.insert(row.work_order_id, Waiting { row, tried_at: None });
    }

    /// The job to look at next and when: what was never looked at first, the most urgent of those first.
    fn due(&self) -> Option<(Timestamp, WorkOrderId)> {
        let weight = |waiting: &Waiting| {
            let by = waiting.row.wish.map(|wish| wish.to).or(waiting.row.arrive_by);
            (self.again_at(waiting), waiting.row.priority, by, waiting.row.created_at, waiting.row.work_order_id)
        };
        self.queue.values().map(weight).min().map(|(at, .., order)| (at, order))
    }

    fn again_at(&self, waiting: &Waiting) -> Timestamp {
        match waiting.tried_at {
            None => Timestamp::default(),
            Some(tried) if self.changed_at > tried => tried + LOOK_AGAIN,
            Some(tried) => tried + LOOK_LATEST,
        }
    }

    async fn place(&mut self, order: WorkOrderId) {
        let job = self.queue.get(&order).and_then(|waiting| self.stage.job_of(&waiting.row.customer_name));
        let Some(job) = job else {
            self.queue.remove(&order);
            return self.stage.tally.fault(format!("{order} belongs to no job of the day"));
        };
        let placed = match self.try_place(order).await {
            Ok(Placed::Nobody(_)) => self.make_room(order).await,
            placed => placed,
        };
        match placed {
            Ok(Placed::Given(assigned, broke)) => {
                self.queue.remove(&order);
                self.note_assigned(job, &assigned, broke);
            }
            Ok(Placed::Gone) => {}
            Ok(Placed::Nobody(why)) => self.keep(order, job, Some(why)),
            Err(error) => {
                // Taken, called off or changed in between: the stream tells. Anything else is a fault.
                let meanwhile = ["work_order.taken", "issue.transition", "record.stale", "not_found"];
                if !error.code().is_some_and(|code| meanwhile.contains(&code)) {
                    self.stage.tally.fault(format!("job {} was not dispatched: {error}", self.stage.job(job).id));
                }
                self.keep(order, job, None);
            }
        }
    }

    fn note_assigned(&self, job: usize, assigned: &Assigned, broke: bool) {
        let visit = &assigned.visit;
        tracing::info!(job = %self.stage.job(job).id, to = %visit.technician_name, start = %visit.planned_start, "assigned");
        {
            let mut book = self.stage.tally.book();
            let story = &mut book.jobs[job];
            story.assignments += 1;
            story.broke_promises += u32::from(broke);
            (story.looked_for, story.why_kept) = (true, None);
            book.confirm(job, EventKind::VisitAssigned, Some(assigned.visit.id));
        }
        customer::watch(&self.stage, job, assigned);
    }

    fn keep(&mut self, order: WorkOrderId, job: usize, why: Option<String>) {
        if let Some(waiting) = self.queue.get_mut(&order) {
            waiting.tried_at = Some(self.stage.now());
        }
        tracing::info!(job = %self.stage.job(job).id, ?why, "nobody goes");
        let mut book = self.stage.tally.book();
        let story = &mut book.jobs[job];
        story.looked_for = true;
        story.why_kept = why.or(story.why_kept.take());
    }

    /// Asks who could go and gives it to the best.
    async fn try_place(&mut self, order: WorkOrderId) -> Result<Placed, CallError> {
        let mut last = None;
        for _ in 0..TRIES {
            let Some(waiting) = self.queue.get(&order) else { return Ok(Placed::Gone) };
            let version = waiting.row.version;
            let ranking = self.api.candidates(order).await?;
            if !self.queue.contains_key(&order) {
                return Ok(Placed::Gone);
            }
            let Some(best) = self.choose(order, &ranking) else {
                return Ok(Placed::Nobody(self.why(order, &ranking)));
            };
            let broke = !best.breaks.is_empty();
            let reason = broke.then(|| REASON.to_owned());
            let request = AssignRequest { technician_id: best.technician_id, version, accept_broken: broke, reason };
            match self.api.assign(order, &request).await {
                Ok(assigned) => return Ok(Placed::Given(Box::new(assigned), broke)),
                Err(CallError::Refused(problem)) if problem.code == "record.stale" => {
                    let version = problem.detail.get("current").and_then(|now| now.get("version")?.as_i64());
                    if let (Some(version), Some(waiting)) = (version, self.queue.get_mut(&order)) {
                        waiting.row.version = version;
                    }
                    last = Some(CallError::Refused(problem));
                }
                // His route changed while we chose.
                Err(error) if matches!(error.code(), Some("promise.would_break" | "technician.unfit")) => {
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match last {
            Some(error) if error.code() != Some("technician.unfit") => Err(error),
            _ => Ok(Placed::Nobody("everybody's route changed while he was asked".to_owned())),
        }
    }

    /// The best fit candidate who breaks no promise, else the one who breaks the fewest; who said no before comes
    /// after all others, and only when some time has passed. Among equals, who comes within the customer's wish, then
    /// who needs no overtime: that is kept for work that lasts longer than planned. The ranking comes best first.
    fn choose<'a>(&self, order: WorkOrderId, ranking: &'a Ranking) -> Option<&'a Candidate> {
        let fit =
            ranking.candidates.iter().filter(|candidate| candidate.fit && self.may_go(order, candidate.technician_id));
        let wish = self.queue.get(&order).and_then(|waiting| waiting.row.wish);
        fit.min_by_key(|candidate| {
            let said_no = self.said_no(order, candidate.technician_id).is_some();
            let late = candidate.insertion.as_ref().zip(wish).is_some_and(|(place, wish)| place.start > wish.to);
            let overtime = candidate.rules.iter().any(|rule| rule.reason_code == "shift.overtime");
            (said_no, candidate.breaks.len(), late, overtime)
        })
    }

    /// He is at work and has not said no just now.
    fn may_go(&self, order: WorkOrderId, technician: TechnicianId) -> bool {
        let long_ago = |at| self.stage.now() >= at + ASK_AGAIN;
        !self.stage.is_away(technician) && self.said_no(order, technician).is_none_or(long_ago)
    }

    fn said_no(&self, order: WorkOrderId, technician: TechnicianId) -> Option<Timestamp> {
        self.declined.get(&(order, technician)).copied()
    }

    /// Why nobody goes: how many technicians fail for each reason, of the person before that of the time.
    fn why(&self, order: WorkOrderId, ranking: &Ranking) -> String {
        let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
        for candidate in &ranking.candidates {
            let failed = candidate.rules.iter().find(|rule| !rule.passed).map(|rule| rule.reason_code.as_ref());
            let own = if self.stage.is_away(candidate.technician_id) { "away" } else { "declined" };
            let stale = self.said_no(order, candidate.technician_id).is_some() || own == "away";
            *reasons.entry(failed.unwrap_or(if stale { own } else { "other" })).or_default() += 1;
        }
        reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect::<Vec<_>>().join(", ")
    }
}
