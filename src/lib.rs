//! kaketsuke (駆けつけ): field service dispatch coordination. ARCHITECTURE.md is the map of these rooms.

pub mod commands;
pub mod company;
pub mod domain;
pub mod effects;
pub mod limits;
pub mod planner;
pub mod replay;
pub mod roads;
pub mod store;
pub mod views;
