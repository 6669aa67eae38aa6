//! Tests of the day planner.
