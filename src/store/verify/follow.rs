//! The same proof of the wallets, of what is new only: after each command it costs what the command wrote.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::told;
use super::wallets::{Line, Read, lines_after};
use super::{Finding, Findings};
use crate::domain::ids::WalletId;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::wallets;
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};

/// A model of every wallet that is fed with the postings as they come: accounts, chain, where each ticket stands, what
/// each issue holds. What it says must be what the wallets' rows say.
#[derive(Default)]
pub struct Follower(BTreeMap<WalletId, Read>);

impl Follower {
    /// Reads on from where it was.
    pub fn follow(&mut self, reader: &mut Reader<'_>) -> Result<Vec<Finding>, Fault> {
        let mut findings = Findings::default();
        let rows: Vec<WalletRow> = wallets::table.order(wallets::id).select(WALLET_COLUMNS).load(reader.database)?;
        let contracts = rows.iter().map(|row| (row.id, row.contract)).collect();
        let mut fresh: Vec<Line> = Vec::new();
        for row in &rows {
            let read = self.0.entry(row.id).or_insert_with(|| Read::new(row));
            if row.postings != read.lines() {
                fresh.extend(lines_after(reader.database, row.id, read.lines())?);
            }
        }
        let told = told::of(reader.database, fresh.iter().map(|line| line.event))?;
        for line in &fresh {
            if let Some(read) = self.0.get_mut(&line.wallet) {
                read.line(line, &told, &mut findings);
            }
        }
        told::fits(&told, &contracts, fresh.iter(), &mut findings);
        for row in &rows {
            if let Some(read) = self.0.get(&row.id) {
                read.compare(row, &mut findings);
            }
        }
        Ok(findings.0)
    }
}
