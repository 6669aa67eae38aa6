//! The ticket wallet: a prepaid, double-entry ledger of individually numbered tickets. Points and minutes stand on the
//! same ledger; a numbered slip of theirs carries several units and is cut when a part of it is used.
//!
//! Every posting moves one or more units between two accounts of one wallet and is never changed afterwards; the
//! balance is the sum of the postings. Sources of the rules: the contract texts that Japanese support desks use.

pub mod account;
pub mod acknowledgement;
pub mod approval;
pub mod billing;
pub mod book;
pub mod chain;
pub mod dispute;
pub mod draft;
pub mod judge;
pub mod number;
pub mod past;
pub mod policy;
pub mod refund;
pub mod reorder;
pub mod root;
pub mod scope;
pub mod select;
pub mod settle;
pub mod terms;
