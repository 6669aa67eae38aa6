//! Which entries of a territory's journal call for a new look at its day.

use std::collections::BTreeSet;

use crate::commands::replan;
use crate::domain::event::{Event, EventKind, Stream};
use crate::domain::ids::{TerritoryId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::planner::problem::Scene;
use crate::planner::replan::late;
use crate::roads::TravelTimes;
use crate::store::{Fault, Reader};
use crate::views::replan::{Trigger, TriggerKind};

/// A visit that ends so much before its plan frees somebody.
const EARLY: Seconds = Seconds::minutes(15);

/// What one look found.
pub struct Found {
    pub offset: i64,
    /// The newest entry that changed a route or the queue.
    pub touched: Option<i64>,
    /// The newest entry that calls for a proposal by itself.
    pub called: Option<Trigger>,
    /// Visits that would come too late as the board stands.
    pub late: BTreeSet<WorkOrderId>,
}

/// How far the journal was read, and what was late then.
pub struct Seen {
    pub offset: i64,
    late: BTreeSet<WorkOrderId>,
}

impl From<i64> for Seen {
    fn from(offset: i64) -> Self {
        Self { offset, late: BTreeSet::new() }
    }
}

impl Seen {
    /// Whether a proposal is due: something called for it, another visit would come too late, or the one that stands
    /// no longer fits.
    pub fn judge(&mut self, found: Found, refreshes: bool, now: Timestamp) -> Option<Trigger> {
        self.offset = found.offset;
        let later = found.late.iter().any(|order| !self.late.contains(order));
        self.late = found.late;
        let delay = later.then(|| trigger(TriggerKind::Delay, now));
        found.called.or(delay).or_else(|| refreshes.then(|| trigger(TriggerKind::Change, now)))
    }
}

/// Reads what the journal brought after `after`, and what is late.
pub fn look(
    reader: &mut Reader<'_>,
    territory: TerritoryId,
    stream: Stream,
    after: i64,
    travel: &dyn TravelTimes,
    now: Timestamp,
) -> Result<Found, Fault> {
    let mut found = Found { offset: after, touched: None, called: None, late: BTreeSet::new() };
    loop {
        let events = reader.events_after(stream, found.offset, limits::JOURNAL_PAGE)?;
        let all = (events.len() as i64) < limits::JOURNAL_PAGE;
        for (offset, event) in &events {
            found.offset = *offset;
            if touches(event.kind) {
                found.touched = Some(*offset);
            }
            found.called = calls(event).map(|kind| trigger(kind, event.at)).or(found.called);
        }
        if all {
            break;
        }
    }
    let (board, names) = (replan::board(reader, territory, now)?, reader.names()?);
    found.late = late(&board, &Scene { now, zone: reader.zone(), travel, names: &names });
    Ok(found)
}

/// What changes a route or the queue.
const fn touches(kind: EventKind) -> bool {
    use EventKind::*;
    matches!(
        kind,
        WorkOrderOpened
            | WorkOrderReopened
            | WorkOrderClosed
            | ClockPaused
            | ClockResumed
            | VisitAssigned
            | VisitRescheduled
            | VisitUnassigned
            | VisitCancelled
            | VisitDeclined
            | VisitSetOut
            | VisitStarted
            | VisitPaused
            | VisitDelayed
            | VisitNoAccess
            | VisitUndone
            | VisitFinished
            | AbsenceSet
            | AbsenceEnded
    )
}

/// What calls for a proposal by itself.
fn calls(event: &Event) -> Option<TriggerKind> {
    match event.kind {
        EventKind::WorkOrderOpened | EventKind::WorkOrderReopened => Some(TriggerKind::Work),
        EventKind::AbsenceSet | EventKind::AbsenceEnded => Some(TriggerKind::Absence),
        EventKind::VisitUnassigned
        | EventKind::VisitCancelled
        | EventKind::VisitDeclined
        | EventKind::VisitNoAccess => Some(TriggerKind::Freed),
        EventKind::VisitDelayed => Some(TriggerKind::Delay),
        EventKind::VisitFinished if early(event) => Some(TriggerKind::Early),
        _ => None,
    }
}

fn early(event: &Event) -> bool {
    let planned = event.data.pointer("/visit/planned_end").cloned();
    let planned: Option<Timestamp> = planned.and_then(|at| serde_json::from_value(at).ok());
    planned.is_some_and(|planned| event.at + EARLY <= planned)
}

/// A trigger with its sentence.
pub fn trigger(kind: TriggerKind, at: Timestamp) -> Trigger {
    Trigger { kind, at, ja: kind.ja().to_owned(), en: kind.en().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(called: Option<TriggerKind>, late: &[u128]) -> Found {
        use crate::domain::ids::Id;
        let late = late.iter().map(|number| WorkOrderId::from_uuid(uuid::Uuid::from_u128(*number))).collect();
        let called = called.map(|kind| trigger(kind, Timestamp::default()));
        Found { offset: 7, touched: None, called, late }
    }

    #[test]
    fn a_proposal_is_due_for_a_call_a_new_delay_or_a_plan_that_no_longer_fits() {
        let mut seen = Seen::from(0);
        let mut check = |found, refreshes, expected: Option<TriggerKind>| {
            let due = seen.judge(found, refreshes, Timestamp::default());
            assert_eq!(due.map(|trigger| trigger.kind), expected);
        };
        check(found(None, &[]), false, None);
        check(found(Some(TriggerKind::Absence), &[1]), true, Some(TriggerKind::Absence));
        check(found(None, &[1]), false, None);
        check(found(None, &[1, 2]), false, Some(TriggerKind::Delay));
        check(found(None, &[2]), true, Some(TriggerKind::Change));
    }
}
