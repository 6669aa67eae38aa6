//! The licence that the work needs by law or by the maker, valid on the day of the work; its last day counts.

use chrono::NaiveDate;

use super::Finding;
use crate::planner::problem::{Job, Qualification};

/// The last day of a licence that somebody holds, the latest possible one when it never ends. Of several entries of the
/// same licence the one that lasts longest counts.
pub(crate) fn lasts(held: &[Qualification], code: &str) -> Option<NaiveDate> {
    let held = held.iter().filter(|licence| licence.code == code);
    held.map(|licence| licence.expires_on.unwrap_or(NaiveDate::MAX)).max()
}

/// `lasts` is the last day of the licence that the job needs, `day` that of the work; neither is asked for nothing.
pub fn check(job: &Job, lasts: impl FnOnce(&str) -> Option<NaiveDate>, day: impl FnOnce() -> NaiveDate) -> Finding<'_> {
    let Some(code) = job.qualification.as_deref() else {
        return Finding::QualificationNotNeeded;
    };
    let Some(until) = lasts(code) else {
        return Finding::QualificationMissing { code };
    };
    match until < day() {
        true => Finding::QualificationExpired { code, on: until },
        false => Finding::QualificationValid { code, until: Some(until).filter(|&date| date != NaiveDate::MAX) },
    }
}
