//! The demonstration: a city, a company in it and a day of its calls, all made from a seed. The files under
//! `fixtures/demo` are what it makes for [`DEMO_SEED`] and [`base_date`]; a test compares.

pub mod city;
pub mod company;
pub mod day;
mod dice;
mod files;
pub mod scenario;
pub mod streets;
mod words;

#[cfg(test)]
pub(crate) use files::sample;
pub use files::{Demo, demo, write_all};

use chrono::NaiveDate;

use crate::domain::place::Position;

/// Seed of the checked-in demo.
pub const DEMO_SEED: u64 = 1;

/// Middle of the invented city, in the open sea off the coast of the Hokuriku region: no real place is meant.
pub fn demo_center() -> Position {
    Position::new(37.20, 137.60).expect("on the globe")
}

/// Day of the checked-in demo.
pub fn base_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("in the calendar")
}
