//! The wallet as people see it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::hold::candidates;
use super::ledger::{WALLET_COLUMNS, WalletRow};
use crate::domain::ids::{ContractId, IssueId, LotId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, Origin, TicketState};
use crate::domain::wallet::chain::hex;
use crate::domain::wallet::select::Candidate;
use crate::store::Reader;
use crate::store::codec::{day, last_day};
use crate::store::connection::Database;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{issues, lots, tickets, wallets};
use crate::views::wallet::{Expiry, LotView, TicketView, WalletDetail, WalletSummary};

/// What a wallet can pay with today.
#[derive(Debug, Clone)]
pub struct Funds {
    pub wallet: WalletId,
    pub balances: Balances,
    /// Available tickets whose last day is not over.
    pub valid: i64,
    /// The first of them in the order in which they will be used, as many as were asked for.
    pub next: Vec<Candidate>,
}

impl Reader<'_> {
    pub fn wallet_summary(&mut self, contract: ContractId) -> Result<WalletSummary, Fault> {
        let mut found = self.wallet_summaries(&[contract])?;
        Ok(found.remove(&contract).ok_or_else(|| Refusal::new(Code::NotFound))?)
    }

    /// The wallets of several contracts.
    pub fn wallet_summaries(&mut self, contracts: &[ContractId]) -> Result<BTreeMap<ContractId, WalletSummary>, Fault> {
        let rows: Vec<WalletRow> =
            wallets::table.filter(wallets::contract_id.eq_any(contracts)).select(WALLET_COLUMNS).load(self.database)?;
        let ids: Vec<WalletId> = rows.iter().map(|row| row.id).collect();
        let mut lots = lot_views(self.database, &ids)?;
        rows.into_iter()
            .map(|row| {
                let contract = row.contract;
                let lots = lots.remove(&row.id).unwrap_or_default();
                Ok((contract, summary(&row, lots)))
            })
            .collect()
    }

    /// The wallet with every ticket and the issue that holds or used it.
    pub fn wallet_detail(&mut self, contract: ContractId) -> Result<WalletDetail, Fault> {
        let summary = self.wallet_summary(contract)?;
        let head: Vec<u8> = wallets::table.find(summary.id).select(wallets::chain_head).first(self.database)?;
        type Row = (String, TicketState, LotId, String, Option<IssueId>, Option<String>);
        let rows: Vec<Row> = tickets::table
            .left_join(issues::table.on(tickets::issue_id.eq(issues::id.nullable())))
            .filter(tickets::wallet_id.eq(summary.id))
            .order_by((tickets::expires_on, tickets::number))
            .select((
                tickets::number,
                tickets::state,
                tickets::lot_id,
                tickets::expires_on,
                tickets::issue_id,
                issues::number.nullable(),
            ))
            .load(self.database)?;
        let tickets: Result<Vec<TicketView>, StoreError> = rows
            .into_iter()
            .map(|(number, state, lot_id, expires_on, issue_id, issue_number)| {
                let expires_on = last_day(&expires_on)?;
                Ok(TicketView { number, state, lot_id, expires_on, issue_id, issue_number })
            })
            .collect();
        Ok(WalletDetail { summary, tickets: tickets?, chain_head: hex(&head) })
    }

    /// What the wallet of a contract can pay with on `today`, and the `units` tickets that it would use first.
    pub fn funds(&mut self, contract: ContractId, units: i64, today: NaiveDate) -> Result<Funds, Fault> {
        let row: WalletRow =
            wallets::table.filter(wallets::contract_id.eq(contract)).select(WALLET_COLUMNS).first(self.database)?;
        let valid = tickets::table
            .filter(tickets::wallet_id.eq(row.id))
            .filter(tickets::state.eq(TicketState::Available))
            .filter(tickets::expires_on.ge(today.to_string()))
            .select(count_star())
            .first(self.database)?;
        let next = candidates(self.database, row.id, units, today)?;
        Ok(Funds { wallet: row.id, balances: row.balances(), valid, next })
    }
}

fn summary(row: &WalletRow, lots: Vec<LotView>) -> WalletSummary {
    let balances = row.balances();
    WalletSummary {
        id: row.id,
        unit: "ticket".to_owned(),
        available: balances.available,
        held: balances.held,
        consumed: balances.consumed,
        expired: balances.expired,
        overdraft: -balances.overdraft,
        version: row.version,
        next_expiry: next_expiry(&lots),
        lots,
    }
}

fn next_expiry(lots: &[LotView]) -> Option<Expiry> {
    let on = lots.iter().filter(|lot| lot.available > 0).filter_map(|lot| lot.expires_on).min()?;
    let count = lots.iter().filter(|lot| lot.expires_on == Some(on)).map(|lot| lot.available).sum();
    Some(Expiry { on, count })
}

/// The lots of each wallet, those that die first at the top.
fn lot_views(database: &mut Database, wallets: &[WalletId]) -> Result<BTreeMap<WalletId, Vec<LotView>>, Fault> {
    type Row = (LotId, WalletId, String, Origin, i64, String, String);
    let rows: Vec<Row> = lots::table
        .filter(lots::wallet_id.eq_any(wallets))
        .order_by((lots::expires_on, lots::issued_on, lots::number))
        .select((lots::id, lots::wallet_id, lots::number, lots::origin, lots::units, lots::issued_on, lots::expires_on))
        .load(database)?;
    let counts = ticket_counts(database, wallets)?;
    let mut found: BTreeMap<WalletId, Vec<LotView>> = BTreeMap::new();
    for (id, wallet, number, origin, count, issued_on, expires_on) in rows {
        let in_state = |state| counts.get(&(id, state)).copied().unwrap_or_default();
        found.entry(wallet).or_default().push(LotView {
            id,
            number,
            origin,
            count,
            available: in_state(TicketState::Available),
            held: in_state(TicketState::Held),
            consumed: in_state(TicketState::Consumed),
            expired: in_state(TicketState::Expired),
            issued_on: day(&issued_on)?,
            expires_on: last_day(&expires_on)?,
        });
    }
    Ok(found)
}

fn ticket_counts(database: &mut Database, wallets: &[WalletId]) -> Result<BTreeMap<(LotId, TicketState), i64>, Fault> {
    let rows: Vec<(LotId, TicketState, i64)> = tickets::table
        .filter(tickets::wallet_id.eq_any(wallets))
        .group_by((tickets::lot_id, tickets::state))
        .select((tickets::lot_id, tickets::state, count_star()))
        .load(database)?;
    Ok(rows.into_iter().map(|(lot, state, count)| ((lot, state), count)).collect())
}
