//! Plans a whole day: who does which job, in what order, at the least cost. Pure: numbers in, a plan out; the caller
//! owns the clock. README.md beside this file names the properties and the measured figures.

mod anneal;
pub mod budget;
pub mod build;
pub mod chance;
pub mod check;
pub mod insertion;
mod items;
pub mod model;
mod near;
pub mod online;
mod place;
mod recreate;
mod roads;
pub mod route;
mod ruin;
pub mod rules;
pub mod search;
pub mod team;
mod together;
pub mod travel;
pub mod tuning;
mod who;
pub mod wire;
pub mod write;

#[cfg(test)]
mod tests;

pub use budget::{Budget, Steps};
pub use build::{Day, build};
pub use check::{Card, check};
pub use model::Model;
pub use search::Plan;
pub use team::{improve, plan_day};
pub use together::{Ties, plan};
pub use tuning::Tuning;
pub use write::solution;
