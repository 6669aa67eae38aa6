//! The licence that the work needs by law or by the maker, valid on the day of the work; its last day counts.

use chrono::NaiveDate;

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

/// Of several entries of the same licence the one that lasts longest counts.
pub fn check(job: &Job, technician: &TechnicianState, day: NaiveDate) -> Finding {
    let Some(code) = job.qualification.clone() else {
        return Finding::QualificationNotNeeded;
    };
    let held = technician.qualifications.iter().filter(|licence| licence.code == code);
    match held.map(|licence| licence.expires_on.unwrap_or(NaiveDate::MAX)).max() {
        None => Finding::QualificationMissing { code },
        Some(until) if until < day => Finding::QualificationExpired { code, on: until },
        Some(until) => Finding::QualificationValid { code, until: Some(until).filter(|&date| date != NaiveDate::MAX) },
    }
}
