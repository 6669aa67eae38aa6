//! Tests of the day planner.

mod holes;
mod kit;
mod laws;
mod running;
mod timing;
