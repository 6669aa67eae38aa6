//! Little extra driving.
//!
//! 100 for none (or less than before), falling in a straight line to 0 at an hour of extra driving over the whole route.

use super::{Graded, line};
use crate::domain::time::Seconds;

const WORST: i64 = 3_600;

pub(crate) fn grade(extra: Seconds) -> Graded {
    Graded::Detour { grade: line(extra.0, (0, 100), (WORST, 0)), extra: extra.max_zero() }
}
