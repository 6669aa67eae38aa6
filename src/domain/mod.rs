//! The language of the trade: values, aggregates and rules. No I/O, no clock, no random source.

pub mod absence;
pub mod access;
pub mod arrival_window;
pub mod call;
pub mod complaint;
pub mod contact;
pub mod eta;
pub mod event;
pub mod ids;
pub mod issue;
pub mod notice;
pub mod person;
pub mod phone;
pub mod place;
pub mod postcode;
pub mod priority;
pub mod promise;
pub mod refusal;
pub mod text;
pub mod time;
pub mod visit;
pub mod wallet;
