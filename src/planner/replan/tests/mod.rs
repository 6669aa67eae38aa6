//! Stories of re-planning, and what holds of every proposal.

mod kit;
mod laws;
mod stories;
mod ways_out;
