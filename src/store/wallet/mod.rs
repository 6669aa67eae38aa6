//! The ticket wallet at rest: tickets, holds and postings. Every change locks the wallet's row first, posts its lines
//! to the chain and tells of them in the journal.

mod adjust;
mod bill;
mod bond;
mod bought;
mod correct;
mod cost;
mod expire;
mod hold;
mod lapsed;
mod ledger;
mod lots;
mod refund;
mod rows;
mod settle;
mod slips;
#[cfg(test)]
mod tests;
mod tickets;
mod transfer;
mod views;

pub(in crate::store) use adjust::TermsRow;
pub use bill::overage_terms;
pub use correct::Because;
pub use cost::IssueTickets;
pub use expire::Expired;
pub use hold::{Held, HoldOrder};
pub use lapsed::Lapsed;
pub(in crate::store) use ledger::{Ledger, Told, WALLET_COLUMNS, WalletRow};
pub use lots::Purchased;
pub(in crate::store) use lots::{new_lot, post_lot, settle};
pub use refund::RefundOrder;
pub(in crate::store) use rows::{TicketRow, insert_tickets};
pub use settle::Settled;
pub use transfer::TransferOrder;
pub use views::Funds;
