//! The work that outstanding units will bring: how many issues a month, how many technician-days for whom, and what will
//! expire unused.
//!
//! A contract's issues come as a Poisson stream whose rate is learned from its own past and, where that is short, from
//! all contracts (gamma prior, by moments); the season and the rush before an expiry change it, and bad months come for
//! all contracts at once. A seeded simulation plays the months ahead many times, so that every figure comes as a median
//! and a 90th percentile. Nothing is assumed to be bought: it is the work that is already paid for.
//!
//! Pure: history in, figures out. Days are local days.

pub mod backtest;
pub mod expiring;
pub mod facts;
pub mod learn;
pub mod months;
pub mod need;
mod play;
pub mod spread;
