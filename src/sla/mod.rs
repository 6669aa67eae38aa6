//! Service levels: how long a contract gives us to respond, to arrive and to restore, counted in its own hours of service.
//! Pure: holidays, marks and the present come as arguments.
//!
//! - [`hours`] reads the hours of one day as contracts write them.
//! - [`calendar`] lays them out over weeks, holidays and the turn of the year, in a zone, and counts time in them.
//! - [`pause`] says what stops which clock.
//! - [`clock`] reads one clock: what is used up, when it is due, whether it was kept.
//! - [`level`] is what a contract promises, and [`issue`] reads the clocks of one issue under it.

pub mod calendar;
pub mod clock;
pub mod hours;
pub mod issue;
pub mod level;
pub mod pause;
#[cfg(test)]
mod tests;

pub use calendar::{Calendar, ServiceHours, YearEnd};
pub use clock::{Clock, ClockKind, ClockStanding, Due, Reading};
pub use hours::Hours;
pub use issue::Course;
pub use level::{ServiceLevel, Step, Told};
pub use pause::{Pause, PauseReason};
