//! Back home by shift end and allowed overtime, with the job on the route. Without a shift today: no job.

use super::Finding;
use crate::domain::time::{Seconds, Window};
use crate::planner::problem::{Scene, Stop};
use crate::planner::route::Step;

/// A place was found: `home` is his way home with the job.
pub(crate) fn fits(shift: Option<Window>, home: &Step) -> Finding<'static> {
    let over = shift.map_or(Seconds::ZERO, |shift| home.end.since(shift.to).max_zero());
    match over {
        Seconds::ZERO => Finding::ShiftFits { home_at: home.end },
        over => Finding::ShiftOvertime { home_at: home.end, over },
    }
}

/// No place was found; the best one is `over` past the last allowed moment. Only today is planned: work that may start
/// on a later day says so before anything of today's shift.
pub(crate) fn fails(
    (shift, overtime_max): (Option<Window>, Seconds),
    stop: &Stop,
    scene: &Scene,
    over: Seconds,
) -> Finding<'static> {
    let now = scene.now;
    let may_start = stop.windows.first().map_or(stop.earliest, |slot| slot.window.from.max(stop.earliest));
    let today_ends = shift.map_or(may_start, |shift| shift.to + overtime_max);
    if may_start >= today_ends && may_start.day(scene.zone) > now.day(scene.zone) {
        return Finding::ShiftOtherDay { may_start };
    }
    match shift {
        None => Finding::ShiftNone,
        Some(shift) if shift.to <= now => Finding::ShiftOver { ended: shift.to },
        Some(_) if may_start >= today_ends => Finding::ShiftBeforeWork { may_start },
        Some(_) => Finding::ShiftNoRoom { over },
    }
}
