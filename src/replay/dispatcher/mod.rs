//! The dispatcher of one territory: watches its live topic, and gives what waits to the best technician who breaks
//! nobody's promise; where there is none, to the one who breaks the fewest; where nobody is fit, he keeps it.

use std::collections::{BTreeMap, BTreeSet};
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
/// An assignment that meets a change is tried so often at once.
const TRIES: usize = 4;
/// What a dispatcher writes who breaks a promise.
const REASON: &str = "約束を守れる技術員がいないため";

/// A job in the queue.
struct Waiting {
    row: QueueRow,
    /// When the last look found nobody.
    tried_at: Option<Timestamp>,
    /// Who said no to it.
    declined: BTreeSet<TechnicianId>,
}

pub struct Dispatcher {
    stage: Arc<Stage>,
    api: Api,
    live: Live,
    territory: TerritoryId,
    queue: BTreeMap<WorkOrderId, Waiting>,
    /// Who said no, also while a job is out of the queue.
    declined: BTreeMap<WorkOrderId, BTreeSet<TechnicianId>>,
    /// When something last happened that may have made somebody fit.
    changed_at: Timestamp,
    /// The picture of the board must be taken again.
    stale: bool,
}

impl Dispatcher {
    pub async fn start(stage: Arc<Stage>, api: Api, territory: TerritoryId) -> Result<Self, CallError> {
        let live = stage.watch_as(&api);
        let changed_at = stage.now();
        let (queue, declined) = (BTreeMap::new(), BTreeMap::new());
        let mut dispatcher = Self { stage, api, live, territory, queue, declined, changed_at, stale: false };
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
                    self.declined.entry(order).or_default().insert(technician);
                    if let Some(waiting) = self.queue.get_mut(&order) {
                        waiting.declined.insert(technician);
                    }
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
        let declined = self.declined.get(&row.work_order_id).cloned().unwrap_or_default();
        self.queue.insert(row.work_order_id, Waiting { row, tried_at: None, declined });
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
        match self.try_place(order).await {
            Ok(Some((assigned, broke))) => {
                self.queue.remove(&order);
                self.note_assigned(job, &assigned, broke);
                customer::watch(&self.stage, job, &assigned);
            }
            Ok(None) => self.keep(order, job),
            Err(error) => {
                // Taken, called off or changed in between: the stream tells. Anything else is a fault.
                let meanwhile = ["work_order.taken", "issue.transition", "record.stale", "not_found"];
                if !error.code().is_some_and(|code| meanwhile.contains(&code)) {
                    self.stage.tally.fault(format!("job {} was not dispatched: {error}", self.stage.job(job).id));
                }
                self.keep(order, job);
            }
        }
    }

    fn note_assigned(&self, job: usize, assigned: &Assigned, broke: bool) {
        let mut book = self.stage.tally.book();
        let story = &mut book.jobs[job];
        story.assignments += 1;
        story.broke_promises += u32::from(broke);
        (story.looked_for, story.nobody_fit) = (true, false);
        book.confirm(job, EventKind::VisitAssigned, Some(assigned.visit.id));
    }

    fn keep(&mut self, order: WorkOrderId, job: usize) {
        if let Some(waiting) = self.queue.get_mut(&order) {
            waiting.tried_at = Some(self.stage.now());
        }
        let mut book = self.stage.tally.book();
        (book.jobs[job].looked_for, book.jobs[job].nobody_fit) = (true, true);
    }

    /// The assignment and whether it breaks promises; none when nobody is fit.
    async fn try_place(&mut self, order: WorkOrderId) -> Result<Option<(Assigned, bool)>, CallError> {
        let mut last = None;
        for _ in 0..TRIES {
            let Some(waiting) = self.queue.get(&order) else { return Ok(None) };
            let version = waiting.row.version;
            let ranking = self.api.candidates(order).await?;
            let Some(waiting) = self.queue.get(&order) else { return Ok(None) };
            let Some(best) = choose(&ranking, |id| self.stage.is_away(id) || waiting.declined.contains(&id)) else {
                return Ok(None);
            };
            let broke = !best.breaks.is_empty();
            let reason = broke.then(|| REASON.to_owned());
            let request = AssignRequest { technician_id: best.technician_id, version, accept_broken: broke, reason };
            match self.api.assign(order, &request).await {
                Ok(assigned) => return Ok(Some((assigned, broke))),
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
            _ => Ok(None),
        }
    }
}

/// The best fit candidate who breaks no promise, else the one who breaks the fewest. The ranking comes best first.
fn choose(ranking: &Ranking, out: impl Fn(TechnicianId) -> bool) -> Option<&Candidate> {
    let fit = || ranking.candidates.iter().filter(|candidate| candidate.fit && !out(candidate.technician_id));
    fit().min_by_key(|candidate| candidate.breaks.len())
}
