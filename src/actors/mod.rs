//! Shells around the rules: mailboxes, timers, retries. Decisions are made elsewhere.

pub mod courier;
pub mod crews;
pub mod customer_view;
pub mod frame;
pub mod guardian;
pub mod herald;
pub mod hub;
pub mod outbox;
pub mod planner;
pub mod relay;
pub mod switchboard;
pub mod timekeeper;
pub mod tracker;
