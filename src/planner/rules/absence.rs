//! No drive and no work while he is away. A job that fits before or behind the absence is fine; the rule fails when
//! the job would fit without the absence and does not fit with it.

use super::Finding;
use crate::domain::time::{Timestamp, Window};

/// A place was found, or the absences are not the reason that there is none.
pub(crate) fn passes(absences: &[Window], now: Timestamp) -> Finding<'static> {
    match absences.iter().any(|away| away.to > now) {
        true => Finding::AbsenceAround,
        false => Finding::AbsenceNone,
    }
}

/// Names the longest absence that is not over: it is the one most in the way.
pub(crate) fn fails(absences: &[Window], now: Timestamp) -> Finding<'static> {
    let ahead = absences.iter().filter(|away| away.to > now);
    match ahead.max_by_key(|away| (away.to.since(away.from), away.from)) {
        Some(away) => Finding::AbsenceInTheWay { from: away.from, to: away.to },
        None => Finding::AbsenceNone,
    }
}
