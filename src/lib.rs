//! kaketsuke (駆けつけ): field service dispatch coordination. ARCHITECTURE.md is the map of these rooms.

pub mod domain;
pub mod web;
