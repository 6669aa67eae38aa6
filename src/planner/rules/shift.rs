//! Back home by shift end and allowed overtime, with the job on the route. Without a shift today: no job.

use super::Finding;
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::problem::{Stop, TechnicianState};
use crate::planner::route::Step;

/// A place was found: `home` is his way home with the job.
pub(crate) fn fits(technician: &TechnicianState, home: &Step) -> Finding {
    let over = technician.shift.map_or(Seconds::ZERO, |shift| home.end.since(shift.to).max_zero());
    match over {
        Seconds::ZERO => Finding::ShiftFits { home_at: home.end },
        over => Finding::ShiftOvertime { home_at: home.end, over },
    }
}

/// No place was found; the best one is `over` past the last allowed moment.
pub(crate) fn fails(technician: &TechnicianState, stop: &Stop, now: Timestamp, over: Seconds) -> Finding {
    let may_start = stop.windows.first().map_or(stop.earliest, |slot| slot.window.from.max(stop.earliest));
    match technician.shift {
        None => Finding::ShiftNone,
        Some(shift) if shift.to <= now => Finding::ShiftOver { ended: shift.to },
        Some(shift) if may_start >= shift.to + technician.overtime_max => Finding::ShiftBeforeWork { may_start },
        Some(_) => Finding::ShiftNoRoom { over },
    }
}
