//! No more jobs a day than agreed with the technician; done, running and planned ones count.

use super::Finding;

/// `load` counts the jobs of the day so far.
pub fn check(load: u32, max_jobs: Option<u32>) -> Finding<'static> {
    match max_jobs {
        None => Finding::JobsUnlimited,
        Some(max) if load < max => Finding::JobsRoom { load, max },
        Some(max) => Finding::JobsFull { max },
    }
}
