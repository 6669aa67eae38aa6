//! When somebody will be at the door: sampled, said with its spread, told only when it matters. Pure; the caller
//! brings the time and the seed.

pub mod accuracy;
pub mod calibration;
pub mod chain;
pub mod draw;
pub mod filter;
pub mod horizon;
pub mod learned;
pub mod publish;
mod walk;

#[cfg(test)]
mod tests;

pub use calibration::{Calibration, Outcome};
pub use chain::{Chain, ChainBreak, ChainVisit, Doing, EtaInterval, Fix, Word, arrivals, seed};
pub use draw::Lognormal;
pub use filter::{Doubted, Numbered, PositionFault, Seen, Trail, Use};
pub use learned::{Durations, HourFactors, WorkKey, WorkKind, word_bias};
pub use publish::{Circumstance, Reason, Told};
