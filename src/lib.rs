//! kaketsuke (駆けつけ): field service dispatch coordination. ARCHITECTURE.md is the map of these rooms.

pub mod cli;
pub mod domain;
pub mod eta;
pub mod planner;
pub mod roads;
