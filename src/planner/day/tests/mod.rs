//! Tests of the day planner.

mod calm;
mod holes;
mod kit;
mod laws;
mod people;
mod running;
mod timing;
mod together;
