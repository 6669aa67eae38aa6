//! Reads everything again and says what does not fit: ledger against balances, tickets against ledger, holds against
//! issues, journal against state. An empty list means that the data explain themselves.

mod adjustments;
mod books;
mod calls;
mod cases;
mod charge;
mod claims;
mod clocks;
mod contacts;
mod extent;
mod follow;
mod holds;
mod issues;
mod lots;
mod past;
#[cfg(test)]
mod plant;
mod policies;
mod refusals;
#[cfg(test)]
#[path = "removed/tests.rs"]
mod removed;
mod reports;
mod roots;
mod streams;
#[cfg(test)]
mod tests;
mod told;
mod wallets;

pub use follow::Follower;
pub(super) use told::seals;

use diesel::result::Error as Diesel;
use schemars::JsonSchema;
use serde::Serialize;

use super::Reader;
use super::connection::Database;
use super::error::{Fault, StoreError};
use crate::effects::progress::Progress;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable code of the check, such as `wallet.chain`.
    pub check: &'static str,
    /// What it is about, by id.
    pub subject: String,
    pub detail: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.check, self.subject, self.detail)
    }
}

/// What a check does: it adds what it finds. A row that can't be read ends it, and is a finding too.
type Check = fn(&mut Database, &mut Findings, &Progress) -> Result<(), Fault>;

/// Gathers findings.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, subject: impl std::fmt::Display, detail: impl Into<String>) {
        self.0.push(Finding { check, subject: subject.to_string(), detail: detail.into() });
    }

    fn equal<T: PartialEq + std::fmt::Debug>(
        &mut self,
        check: &'static str,
        subject: impl std::fmt::Display,
        what: &str,
        seen: T,
        expected: T,
    ) {
        if seen != expected {
            self.add(check, subject, format!("{what} is {seen:?}, must be {expected:?}"));
        }
    }
}

impl Reader<'_> {
    /// Everything that does not fit, in the order of the checks. Takes a while on large data; it is run by hand or at
    /// night.
    pub fn verify(&mut self) -> Result<Vec<Finding>, Fault> {
        self.verify_told(&Progress::default())
    }

    /// The same for somebody who waits for it.
    pub fn verify_told(&mut self, progress: &Progress) -> Result<Vec<Finding>, Fault> {
        let mut findings = Findings::default();
        let checks: [(&'static str, Check); 15] = [
            ("checking wallets", wallets::check),
            ("checking policies", |database, findings, _| policies::check(database, findings)),
            ("checking holds", |database, findings, _| holds::check(database, findings)),
            ("checking books", |database, findings, _| books::check(database, findings)),
            ("checking claims", |database, findings, _| claims::check(database, findings)),
            ("checking adjustments", |database, findings, _| adjustments::check(database, findings)),
            ("checking streams", |database, findings, _| streams::check(database, findings)),
            ("checking contacts", |database, findings, _| contacts::check(database, findings)),
            ("checking calls", |database, findings, _| calls::check(database, findings)),
            ("checking clocks", |database, findings, _| clocks::check(database, findings)),
            ("checking issues and visits", |database, findings, _| cases::check(database, findings)),
            ("checking what was said of issues", |database, findings, _| issues::check(database, findings)),
            ("checking reports", |database, findings, _| reports::check(database, findings)),
            ("checking refusals", |database, findings, _| refusals::check(database, findings)),
            ("checking roots", |database, findings, _| roots::check(database, findings)),
        ];
        for (step, check) in checks {
            progress.begin(step, 0);
            match check(self.database, &mut findings, progress) {
                Err(Fault::Store(
                    error @ (StoreError::Corrupt(_) | StoreError::Query(Diesel::DeserializationError(_))),
                )) => findings.add("row.unreadable", step, error.to_string()),
                done => done?,
            }
        }
        Ok(findings.0)
    }
}
