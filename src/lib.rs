//! kaketsuke (駆けつけ): field service dispatch coordination. ARCHITECTURE.md is the map of these rooms.

pub mod actors;
pub mod domain;
pub mod effects;
pub mod http;
pub mod limits;
pub mod live;
pub mod node;
pub mod store;
pub mod views;
