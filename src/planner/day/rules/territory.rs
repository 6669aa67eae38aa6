//! Territories: a technician of another territory is borrowed, at a price, if he may be lent at all. Who belongs to none
//! works everywhere, and a job that belongs to none is everybody's.

/// Does the technician work outside his territory with this job?
#[must_use]
pub fn borrowed(job: Option<&str>, technician: Option<&str>) -> bool {
    job.zip(technician).is_some_and(|(job, own)| job != own)
}
