//! What can go wrong on the way to the data. `Refusal` is the domain's "no"; `StoreError` is trouble.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

use crate::domain::refusal::Refusal;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database cannot be opened: {0}")]
    Connect(String),
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(String),
    #[error("database: {0}")]
    Query(#[from] Diesel),
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    #[error("another kaketsuke server is running on {0}; stop it first, or give this one a data folder of its own")]
    Taken(String),
    #[error("the store's queue is full")]
    Busy,
    #[error("the store has stopped")]
    Stopped,
    #[error("a command or a read fell over in the middle; nothing of it was kept")]
    Panicked,
    #[error("a command changed data without a journal entry")]
    Unjournaled,
    #[error("the operation was answered before, or at the same time")]
    Answered,
}

impl StoreError {
    pub fn connect(error: impl std::fmt::Display) -> Self {
        Self::Connect(error.to_string())
    }

    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    /// Another transaction was in the way; the same command may succeed when run again.
    pub fn is_transient(&self) -> bool {
        if matches!(self, Self::Answered) {
            return true;
        }
        let Self::Query(Diesel::DatabaseError(kind, info)) = self else { return false };
        match kind {
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => true,
            _ => info.message().contains("deadlock detected"),
        }
    }
}

/// A command's failure: refused by a rule, or lost to trouble.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Diesel> for Fault {
    fn from(error: Diesel) -> Self {
        Self::Store(error.into())
    }
}
