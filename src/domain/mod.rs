//! The language of the trade: values, aggregates and rules. No I/O, no clock, no random source.

pub mod eta;
pub mod ids;
pub mod place;
pub mod time;
