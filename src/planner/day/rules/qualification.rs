//! The licence that a job needs by law or by the maker, valid on the day that is planned; its last day counts. Without
//! the day's date nothing that ends can be said to be valid.

use chrono::NaiveDate;

/// Is a licence with this last day valid on the day?
#[must_use]
pub fn valid(until: Option<NaiveDate>, day: Option<NaiveDate>) -> bool {
    until.is_none_or(|last| day.is_some_and(|day| day <= last))
}
