//! The wallet as people see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::hold::candidates;
use super::ledger::{WALLET_COLUMNS, WalletRow};
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Balances, Movement, Origin, TicketState};
use crate::domain::wallet::chain::hex;
use crate::domain::wallet::scope::{Scope, Service};
use crate::domain::wallet::select::Stock;
use crate::domain::wallet::terms::{LawClass, UnitKind};
use crate::limits;
use crate::store::Reader;
use crate::store::codec::{day, last_day};
use crate::store::connection::Database;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{invoices as invoice_rows, issues, lot_acknowledgements, lots, postings, tickets, wallets};
use crate::store::{acknowledgements, invoices};
use crate::views::wallet::{Expiry, LedgerPage, LotView, PostingView, TicketView, WalletDetail, WalletSummary};

/// What a wallet can pay with today.
#[derive(Debug, Clone)]
pub struct Funds {
    pub wallet: WalletId,
    pub unit: UnitKind,
    pub balances: Balances,
    /// Available units whose last day is not over.
    pub valid: i64,
    /// The first of them in the order in which they will be used, enough for what was asked.
    pub stock: Stock,
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
        type Row = (String, i64, TicketState, LotId, String, Option<IssueId>, Option<String>);
        let rows: Vec<Row> = tickets::table
            .left_join(issues::table.on(tickets::issue_id.eq(issues::id.nullable())))
            .filter(tickets::wallet_id.eq(summary.id))
            .order_by((tickets::expires_on, tickets::number))
            .select((
                tickets::number,
                tickets::units,
                tickets::state,
                tickets::lot_id,
                tickets::expires_on,
                tickets::issue_id,
                issues::number.nullable(),
            ))
            .load(self.database)?;
        let tickets: Result<Vec<TicketView>, StoreError> = rows
            .into_iter()
            .map(|(number, units, state, lot_id, expires_on, issue_id, issue_number)| {
                let expires_on = last_day(&expires_on)?;
                Ok(TicketView { number, units, state, lot_id, expires_on, issue_id, issue_number })
            })
            .collect();
        Ok(WalletDetail { summary, tickets: tickets?, chain_head: hex(&head) })
    }

    /// What the wallet of a contract can pay with on `today`, and what it would use first for issues that are served so,
    /// `units` at the most.
    pub fn funds(
        &mut self,
        contract: ContractId,
        services: &BTreeSet<Service>,
        units: i64,
        today: NaiveDate,
    ) -> Result<Funds, Fault> {
        let row: WalletRow =
            wallets::table.filter(wallets::contract_id.eq(contract)).select(WALLET_COLUMNS).first(self.database)?;
        let left: Vec<i64> = lots::table
            .filter(lots::wallet_id.eq(row.id).and(lots::available.gt(0)))
            .filter(lots::usable_until.ge(today.to_string()))
            .select(lots::available)
            .load(self.database)?;
        let mut usable = Vec::new();
        for service in services {
            usable.extend(candidates(self.database, row.unit, row.id, *service, units, today)?);
        }
        let stock = Stock::new(usable, today);
        Ok(Funds { wallet: row.id, unit: row.unit, balances: row.balances(), valid: left.into_iter().sum(), stock })
    }

    /// The wallet of a contract, what it counts and how many postings it has.
    pub fn wallet_head(&mut self, contract: ContractId) -> Result<(WalletId, UnitKind, i64), Fault> {
        let found = wallets::table
            .filter(wallets::contract_id.eq(contract))
            .select((wallets::id, wallets::unit, wallets::postings))
            .first(self.database)
            .optional()?;
        Ok(found.ok_or_else(|| Refusal::new(Code::NotFound).at("contract_id"))?)
    }

    /// What stands on each account of a contract's wallet.
    pub fn wallet_book(&mut self, contract: ContractId) -> Result<Balances, Fault> {
        let row: Option<WalletRow> = wallets::table
            .filter(wallets::contract_id.eq(contract))
            .select(WALLET_COLUMNS)
            .first(self.database)
            .optional()?;
        Ok(row.ok_or_else(|| Refusal::new(Code::NotFound))?.balances())
    }

    /// Postings of all wallets.
    pub fn posting_count(&mut self) -> Result<i64, Fault> {
        let counts: Vec<i64> = wallets::table.select(wallets::postings).load(self.database)?;
        Ok(counts.into_iter().sum())
    }

    /// A page of the ledger of a contract's wallet, newest first.
    pub fn ledger_page(
        &mut self,
        contract: ContractId,
        before: Option<i64>,
        limit: Option<i64>,
    ) -> Result<LedgerPage, Fault> {
        let limit = limit.unwrap_or(limits::LEDGER_PAGE).clamp(1, limits::LEDGER_PAGE_MAX);
        let found: Option<(WalletId, Vec<u8>)> = wallets::table
            .filter(wallets::contract_id.eq(contract))
            .select((wallets::id, wallets::chain_head))
            .first(self.database)
            .optional()?;
        let (wallet, head) = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let mut rows: Vec<LineRow> = postings::table
            .left_join(lots::table.on(postings::lot_id.eq(lots::id.nullable())))
            .left_join(tickets::table.on(postings::ticket_id.eq(tickets::id.nullable())))
            .left_join(issues::table.on(postings::issue_id.eq(issues::id.nullable())))
            .filter(postings::wallet_id.eq(wallet).and(postings::seq.lt(before.unwrap_or(i64::MAX))))
            .order(postings::seq.desc())
            .limit(limit + 1)
            .select((
                (postings::id, postings::seq, postings::movement, postings::from_account, postings::to_account),
                (
                    postings::units,
                    postings::lot_id,
                    lots::number.nullable(),
                    postings::ticket_id,
                    tickets::number.nullable(),
                ),
                (postings::issue_id, issues::number.nullable(), postings::refers_to, postings::event_id),
                (postings::at, postings::reason, postings::terms, postings::link),
            ))
            .load(self.database)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next = rows.last().map(|row| row.place.1).filter(|_| more);
        Ok(LedgerPage {
            wallet_id: wallet,
            postings: rows.into_iter().map(LineRow::view).collect(),
            next,
            chain_head: hex(&head),
        })
    }
}

#[derive(Queryable)]
struct LineRow {
    place: (PostingId, i64, Movement, Account, Account),
    what: (i64, Option<LotId>, Option<String>, Option<TicketId>, Option<String>),
    about: (Option<IssueId>, Option<String>, Option<PostingId>, EventId),
    told: (Timestamp, String, Option<Vec<u8>>, Vec<u8>),
}

impl LineRow {
    fn view(self) -> PostingView {
        let (id, seq, movement, from, to) = self.place;
        let (units, lot_id, lot, ticket_id, ticket) = self.what;
        let (issue_id, issue_number, refers_to, event_id) = self.about;
        let (at, reason, terms, link) = self.told;
        let (terms, link) = (terms.map(|terms| hex(&terms)), hex(&link));
        PostingView {
            id,
            seq,
            movement,
            from,
            to,
            units,
            lot_id,
            lot,
            ticket_id,
            ticket,
            issue_id,
            issue_number,
            terms,
            refers_to,
            event_id,
            at,
            reason,
            link,
        }
    }
}

fn summary(row: &WalletRow, lots: Vec<LotView>) -> WalletSummary {
    let balances = row.balances();
    WalletSummary {
        id: row.id,
        unit: row.unit,
        available: balances.available,
        held: balances.held,
        consumed: balances.consumed,
        expired: balances.expired,
        voided: balances.voided,
        overdraft: -balances.overdraft,
        version: row.postings,
        next_expiry: next_expiry(&lots),
        lots,
    }
}

fn next_expiry(lots: &[LotView]) -> Option<Expiry> {
    let on = lots.iter().filter(|lot| lot.available > 0).filter_map(|lot| lot.usable_until).min()?;
    let count = lots.iter().filter(|lot| lot.usable_until == Some(on)).map(|lot| lot.available).sum();
    Some(Expiry { on, count })
}

#[derive(Queryable)]
struct LotRow {
    id: LotId,
    wallet: WalletId,
    number: String,
    origin: Origin,
    sold: (i64, i64, Scope, LawClass),
    days: (String, String, String),
    counts: (i64, i64, i64, i64, i64),
    invoice: Option<invoices::Row>,
    acknowledged: Option<acknowledgements::Row>,
}

/// The lots of each wallet, those that die first at the top.
fn lot_views(database: &mut Database, wallets: &[WalletId]) -> Result<BTreeMap<WalletId, Vec<LotView>>, Fault> {
    let rows: Vec<LotRow> = lots::table
        .left_join(invoice_rows::table.on(invoice_rows::lot_id.eq(lots::id)))
        .left_join(lot_acknowledgements::table.on(lot_acknowledgements::lot_id.eq(lots::id)))
        .filter(lots::wallet_id.eq_any(wallets))
        .order_by((lots::expires_on, lots::issued_on, lots::number))
        .select((
            lots::id,
            lots::wallet_id,
            lots::number,
            lots::origin,
            (lots::units, lots::price_yen, lots::scope, lots::law_class),
            (lots::issued_on, lots::expires_on, lots::usable_until),
            (lots::available, lots::held, lots::consumed, lots::expired, lots::voided),
            Option::<invoices::Row>::as_select(),
            Option::<acknowledgements::Row>::as_select(),
        ))
        .load(database)?;
    let mut found: BTreeMap<WalletId, Vec<LotView>> = BTreeMap::new();
    for row in rows {
        found.entry(row.wallet).or_default().push(lot_view(row)?);
    }
    Ok(found)
}

fn lot_view(row: LotRow) -> Result<LotView, StoreError> {
    let (count, price_yen, scope, law_class) = row.sold;
    let (available, held, consumed, expired, voided) = row.counts;
    Ok(LotView {
        id: row.id,
        number: row.number,
        origin: row.origin,
        count,
        price_yen,
        scope,
        law_class,
        available,
        held,
        consumed,
        expired,
        voided,
        issued_on: day(&row.days.0)?,
        expires_on: last_day(&row.days.1)?,
        usable_until: last_day(&row.days.2)?,
        invoice: row.invoice.map(invoices::Row::view).transpose()?,
        acknowledged: row.acknowledged.map(acknowledgements::Row::view).transpose()?,
    })
}
