//! Bookkeeping of what was prepaid: contract liability, revenue, breakage, and the reports of the Payment Services Act.
//! Pure: lots and what happened to their units in, figures out. Whole yen, local days.

pub mod base_date;
pub mod compare;
pub mod experience;
#[cfg(test)]
mod laws;
pub mod ledger;
pub mod lot;
pub mod months;
pub mod recognition;
pub mod refund;
