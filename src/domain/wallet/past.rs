//! What happened to units before they came in with an import. The ledger's own time is that of the import, so the day
//! on which it really was stands beside the posting, and the posting seals it.

use chrono::NaiveDate;

use super::chain::{Link, Seal};
use crate::domain::ids::{Id, ReportId};

/// The seal that a posting carries for its day and for the repair that used its units.
pub fn seal(day: NaiveDate, repair: Option<ReportId>) -> Link {
    let repair = repair.map(Id::uuid);
    let mut seal = Seal::new("past");
    seal.text(&day.to_string()).maybe(repair.as_ref().map(|id| &id.as_bytes()[..]));
    seal.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn neither_the_day_nor_the_repair_can_be_exchanged() {
        let day: NaiveDate = "2026-04-01".parse().expect("a date of the test");
        let repair = Some(ReportId::from_uuid(Uuid::from_u128(7)));
        assert_ne!(seal(day, None), seal(day, repair));
        assert_ne!(seal(day, repair), seal(day.succ_opt().expect("a day"), repair));
    }
}
