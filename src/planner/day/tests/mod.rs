//! Tests of the day planner.

mod calm;
mod holes;
mod kit;
mod laws;
mod running;
mod timing;
