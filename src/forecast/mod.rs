//! The work that outstanding units will bring: how many issues a month, how many technician-days for whom, and what will
//! expire unused.
//!
//! A contract's issues come as a Poisson stream whose rate is learned from its own past and, where that is short, from
//! all contracts (gamma prior, by moments); the season and the curve along which a lot is used (its age, and the months
//! to its end) change it, and bad months come for all contracts at once. A seeded simulation plays the months ahead many
//! times, each time with other factors, shocks and habits that the past leaves possible, so that every figure comes as a
//! median and a 90th percentile. Nothing is assumed to be bought: it is the work that is already paid for.
//!
//! Pure: history in, figures out. Days are local days.

pub mod backtest;
pub mod curve;
pub mod expiring;
pub mod facts;
pub mod learn;
pub mod months;
pub mod need;
mod play;
pub mod spread;
