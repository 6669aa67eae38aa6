//! Appointment slots for a caller who is still on the phone: which of the house's two-hour slots can be promised, how
//! good each is, and when none can, why not and which single change would help. Pure, like the rest of the room.
//!
//! A [`Book`] is what the days hold already: the live routes of today, the shifts of the days after, what was promised
//! and waits for its technician, and slots that are held for other callers. [`lay`] puts these commitments on the routes,
//! and behind them what waits without a promise; a slot is offered only when the work still fits beside all of it, starts
//! inside the slot, makes nobody else later, and needs no overtime. When it fits only after the commitments change hands
//! among themselves, [`fit`] finds that too; visits that have a technician already stay with him.
//!
//! Holding a slot asks the same [`fit`] as offering it, and gives each commitment the technician who could serve it. That
//! is no assignment: it lets the next question find the same answer again, so that what fitted once fits on. All
//! commitments of a book can so be served together, as long as the routes themselves do not change.
//!
//! A grade is 0 to 100, the weighted mean of
//! - time, 40: inside a wish 100, beside it 60 falling to 0 at two days; without one 100 for at once, 50 at the arrival
//!   due, 0 three days after it;
//! - driving, 25: 100 for no extra driving, 0 for an hour;
//! - slack, 20: how late he may get before the promise breaks, 0 for nothing, 100 for an hour or more;
//! - choice, 15: 34, 67, 100 for one, two, three or more technicians who could come.

mod explain;
mod fit;
mod grade;
mod lay;
mod offer;
#[cfg(test)]
mod tests;
mod why;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Job, TechnicianState};
use crate::domain::ids::{TechnicianId, WorkOrderId};
use crate::domain::time::{Timestamp, Window};

pub use explain::sentence;
pub use fit::hold;
pub use lay::{Laid, lay};
pub use offer::{offers, spread};
pub use why::{Beyond, why};

/// Work that somebody relies on and that has no technician yet: a promise that waits, or a slot that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    /// Its `promised` says when.
    pub job: Job,
    /// Who could serve it when it was last asked.
    pub hint: Option<TechnicianId>,
}

impl Commitment {
    /// The promised window; one without is no commitment and belongs to no day.
    fn window(&self) -> Option<Window> {
        self.job.promised
    }
}

/// One local day from `now` on: of today the live state, of a later day its shifts.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub date: NaiveDate,
    /// The present, or the begin of a later day.
    pub now: Timestamp,
    pub technicians: Vec<TechnicianState>,
}

/// What the days hold already. `days` in order of time; technicians stand in the same order on each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Book {
    pub days: Vec<Day>,
    pub commitments: Vec<Commitment>,
    /// Work without a promise, the most urgent first: it is kept time for where there is some.
    pub waiting: Vec<Job>,
}

/// A slot that can be promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    pub window: Window,
    /// How good it is; the head of this room says from what to what.
    #[schemars(range(min = 0, max = 100))]
    pub grade: u8,
    /// How many technicians could come.
    pub technicians: u32,
    /// Extra driving of the best of them, in seconds.
    pub detour_s: i64,
    /// Seconds between his planned start and the end of the slot.
    pub slack_s: i64,
    /// Why it has this grade.
    pub ja: String,
    pub en: String,
    /// To be read out.
    pub say_ja: String,
    pub say_en: String,
}

/// Why no slot can be offered, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoSlot {
    /// The rule that is in the way: `skill`, `time` and so on, as of a proposal.
    pub reason_code: String,
    pub ja: String,
    pub en: String,
    /// The first of the changes `later`, `parts`, `overtime`, `max_jobs`, `borrow`, `absence`, `skill` that alone would
    /// open a slot; none when no single one does.
    pub change: Option<SlotChange>,
}

/// A single change that would open a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlotChange {
    pub code: String,
    pub window: Window,
    pub ja: String,
    pub en: String,
}

/// Who could serve each commitment of a day, the newest one among them.
pub type Hints = BTreeMap<WorkOrderId, TechnicianId>;

/// The job as it would be with a slot promised. The promise counts from then on, and no longer the arrival due.
pub fn with_window(job: &Job, window: Window) -> Job {
    Job { promised: Some(window), wish: Some(window), arrive_by: None, ..job.clone() }
}
