//! What customers asked for and how much of it needed a visit: whether prepaid tickets keep small matters from the road.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The issues accepted in one month of the company's calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DemandLine {
    /// `2026-11`.
    pub month: String,
    pub issues: i64,
    /// Those of priority P4: nothing stands still, and it may wait.
    pub low: i64,
    /// Ended with an answer, without anybody having gone there.
    pub answered: i64,
    /// Ended because an article solved it, free of charge.
    pub by_article: i64,
    /// A technician reported a visit for them.
    pub visited: i64,
    /// Taken back by the customer.
    pub withdrawn: i64,
    /// Of all that ended other than by being withdrawn, the part that needed no visit, in thousandths. None: nothing ended.
    pub deflected_permille: Option<i64>,
}
