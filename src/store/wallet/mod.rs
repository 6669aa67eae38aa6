//! The ticket wallet at rest: tickets, holds and postings. Every change locks the wallet's row first, posts its lines
//! to the chain and tells of them in the journal.

mod cost;
mod hold;
mod ledger;
mod lots;
mod settle;
#[cfg(test)]
mod tests;

mod views;

pub use cost::IssueTickets;
pub use hold::{Held, HoldOrder};
pub(in crate::store) use ledger::{Ledger, Told, WALLET_COLUMNS, WalletRow};
pub use lots::{Expired, NewLot, Purchased};
pub(in crate::store) use lots::{TicketRow, insert_tickets, new_lot, post_lot};
pub use settle::Settled;
pub use views::Funds;
