//! Reads a statement out of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::Reader;
use super::error::{Fault, StoreError};
use super::schema::*;
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Balances, Movement};
use crate::domain::wallet::chain::{self, hex};
use crate::domain::wallet::dispute::{DisputeState, is_charge};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::views::statement::{LineDispute, Statement, StatementLine};

/// What was done for an issue.
#[derive(Clone, Default)]
struct Work {
    remedy: String,
    minutes: i64,
}

#[derive(Queryable)]
struct PostingRow {
    place: (PostingId, i64, Timestamp, EventId),
    moved: (Movement, Account, Account, i64),
    ticket: Option<String>,
    lot: (Option<String>, Option<String>),
    issue: (Option<IssueId>, Option<String>, Option<String>),
    told: (String, Vec<u8>),
}

impl Reader<'_> {
    /// The statement of a contract from the first moment of a day to the last of another.
    pub fn statement(&mut self, contract: ContractId, from: NaiveDate, to: NaiveDate) -> Result<Statement, Fault> {
        if from > to {
            let (ja, en) = ("終わりの日は始めの日以降です", "the last day does not lie before the first");
            return Err(Refusal::invalid_both("to", ja, en).into());
        }
        type Head = (WalletId, UnitKind, String, String);
        let head: Option<Head> = wallets::table
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .inner_join(customers::table.on(customers::id.eq(contracts::customer_id)))
            .filter(wallets::contract_id.eq(contract))
            .select((wallets::id, wallets::unit, contracts::number, customers::name))
            .first(self.database)
            .optional()?;
        let (wallet, unit, contract_number, customer_name) = head.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let (vendor_name_ja, vendor_name_en, vendor_phone) = company::table
            .find(1)
            .select((company::name_ja, company::name_en, company::vendor_phone))
            .first(self.database)?;
        let zone = self.zone();
        let begin = Timestamp::on_day(from, NaiveTime::MIN, zone);
        let end = Timestamp::on_day(to.succ_opt().unwrap_or(to), NaiveTime::MIN, zone);
        let opening = self.balances_before(contract, wallet, begin)?;
        let rows = self.postings_between(wallet, begin, end)?;
        let root = match rows.last() {
            Some(last) => last.told.1.clone(),
            None => {
                let link = self.link_before(wallet, begin)?;
                link.unwrap_or_else(|| chain::genesis(wallet, contract, unit).to_vec())
            }
        };
        let issues: BTreeSet<IssueId> = rows.iter().filter_map(|row| row.issue.0).collect();
        let work = self.work_of(issues.into_iter().collect())?;
        let (disputes, refunds) = (self.line_disputes(contract)?, self.line_refunds(wallet)?);
        let (lines, closing) = lines(rows, opening, &work, &disputes, &refunds);
        let (chain_root, day_root) = (hex(&root), self.newest_root()?);
        Ok(Statement {
            contract_id: contract,
            contract_number,
            customer_name,
            vendor_name_ja,
            vendor_name_en,
            vendor_phone,
            unit,
            from,
            to,
            opening,
            closing,
            lines,
            chain_root,
            day_root,
        })
    }

    /// What stood on the accounts before an instant: the present balances without everything since.
    fn balances_before(&mut self, contract: ContractId, wallet: WalletId, begin: Timestamp) -> Result<Balances, Fault> {
        let mut balances = self.wallet_book(contract)?;
        let since: Vec<(Account, Account, i64)> = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::at.ge(begin)))
            .select((postings::from_account, postings::to_account, postings::units))
            .load(self.database)?;
        for (from, to, units) in since {
            balances.post(to, from, units);
        }
        Ok(balances)
    }

    /// The link of the last posting before an instant.
    fn link_before(&mut self, wallet: WalletId, begin: Timestamp) -> Result<Option<Vec<u8>>, Fault> {
        let link = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::at.lt(begin)))
            .order(postings::seq.desc())
            .select(postings::link)
            .first(self.database);
        Ok(link.optional()?)
    }

    fn postings_between(
        &mut self,
        wallet: WalletId,
        begin: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<PostingRow>, Fault> {
        let rows: Vec<PostingRow> = postings::table
            .left_join(tickets::table.on(postings::ticket_id.eq(tickets::id.nullable())))
            .left_join(lots::table.on(postings::lot_id.eq(lots::id.nullable())))
            .left_join(invoices::table.on(postings::lot_id.eq(invoices::lot_id.nullable())))
            .left_join(issues::table.on(postings::issue_id.eq(issues::id.nullable())))
            .filter(postings::wallet_id.eq(wallet).and(postings::at.ge(begin)).and(postings::at.lt(end)))
            .order(postings::seq)
            .limit(limits::STATEMENT_POSTINGS + 1)
            .select((
                (postings::id, postings::seq, postings::at, postings::event_id),
                (postings::movement, postings::from_account, postings::to_account, postings::units),
                tickets::number.nullable(),
                (lots::number.nullable(), invoices::invoice_number.nullable()),
                (postings::issue_id, issues::number.nullable(), issues::description.nullable()),
                (postings::reason, postings::link),
            ))
            .load(self.database)?;
        if rows.len() as i64 > limits::STATEMENT_POSTINGS {
            let (ja, en) =
                ("期間が長すぎます。短い期間に分けてください", "the period is too long: ask for shorter ones");
            return Err(Refusal::invalid_both("from", ja, en).into());
        }
        Ok(rows)
    }

    /// The newest objection to each disputed posting.
    fn line_disputes(&mut self, contract: ContractId) -> Result<BTreeMap<PostingId, LineDispute>, Fault> {
        let rows: Vec<(PostingId, DisputeId, DisputeState)> = disputes::table
            .filter(disputes::contract_id.eq(contract))
            .order((disputes::raised_at, disputes::id))
            .select((disputes::posting_id, disputes::id, disputes::state))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(posting, id, state)| (posting, LineDispute { id, state })).collect())
    }

    /// What was paid back, by the first posting of each refund.
    fn line_refunds(&mut self, wallet: WalletId) -> Result<BTreeMap<PostingId, i64>, Fault> {
        let rows: Vec<(PostingId, i64)> = refunds::table
            .filter(refunds::wallet_id.eq(wallet))
            .select((refunds::posting_id, refunds::yen))
            .load(self.database)?;
        Ok(rows.into_iter().collect())
    }

    fn work_of(&mut self, issues: Vec<IssueId>) -> Result<BTreeMap<IssueId, Work>, StoreError> {
        let mut work = BTreeMap::<IssueId, Work>::new();
        for part in issues.chunks(limits::IDS_PER_QUERY) {
            let rows: Vec<(IssueId, String, i64)> = service_reports::table
                .inner_join(visits::table.on(visits::id.eq(service_reports::visit_id)))
                .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
                .filter(work_orders::issue_id.eq_any(part))
                .order(service_reports::filed_at)
                .select((work_orders::issue_id, service_reports::remedy, service_reports::minutes))
                .load(self.database)?;
            for (issue, remedy, minutes) in rows {
                let done = work.entry(issue).or_default();
                done.minutes += minutes;
                done.remedy = remedy;
            }
        }
        Ok(work)
    }
}

/// One line for postings of one kind that were made together.
fn lines(
    rows: Vec<PostingRow>,
    opening: Balances,
    work: &BTreeMap<IssueId, Work>,
    disputes: &BTreeMap<PostingId, LineDispute>,
    refunds: &BTreeMap<PostingId, i64>,
) -> (Vec<StatementLine>, Balances) {
    let mut lines: Vec<StatementLine> = Vec::new();
    let mut balances = opening;
    for row in rows {
        let (posting_id, seq, at, event_id) = row.place;
        let (movement, from, to, units) = row.moved;
        let (issue_id, issue_number, content) = row.issue;
        let (lot, invoice) = row.lot;
        balances.post(from, to, units);
        let together = |line: &&mut StatementLine| {
            (line.event_id, line.movement, line.issue_id) == (event_id, movement, issue_id) && line.reason == row.told.0
        };
        if let Some(line) = lines.last_mut().filter(together) {
            line.units += units;
            line.tickets.extend(row.ticket);
            (line.available, line.held) = (balances.available, balances.held);
            line.dispute = line.dispute.or(disputes.get(&posting_id).copied());
            continue;
        }
        let done = issue_id.and_then(|issue| work.get(&issue));
        lines.push(StatementLine {
            posting_id,
            seq,
            at,
            event_id,
            movement,
            units,
            tickets: row.ticket.into_iter().collect(),
            lot,
            invoice_number: invoice.filter(|_| movement == Movement::Purchase),
            issue_id,
            issue_number,
            content,
            remedy: done.map(|work| work.remedy.clone()),
            minutes: done.map(|work| work.minutes),
            reason: row.told.0,
            yen: refunds.get(&posting_id).copied(),
            available: balances.available,
            held: balances.held,
            disputable: issue_id.is_some() && is_charge(movement, to),
            dispute: disputes.get(&posting_id).copied(),
        });
    }
    (lines, balances)
}
