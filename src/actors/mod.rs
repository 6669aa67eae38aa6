//! Shells around the rules: mailboxes, timers, retries. Decisions are made elsewhere.

pub mod courier;
pub mod crews;
pub mod customer_view;
pub mod frame;
pub mod guardian;
pub mod herald;
pub mod hub;
pub mod offers;
pub mod outbox;
pub mod planner;
mod presence;
pub mod relay;
pub mod replanner;
pub mod switchboard;
pub mod timekeeper;
pub mod tracker;
mod triggers;
mod waiting;
mod watch;
