//! Reads a statement out of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::Reader;
use super::codec::day;
use super::error::{Fault, StoreError};
use super::schema::*;
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Balances, Movement};
use crate::domain::wallet::chain::{self, hex};
use crate::domain::wallet::dispute::{DisputeState, assent, in_time_until, is_charge};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::sentences::reason::reason;
use crate::views::claims::Confirmation;
use crate::views::statement::{LineAssent, LineDispute, Statement, StatementLine};

/// What was done for an issue.
#[derive(Clone, Default)]
struct Work {
    remedy: String,
    minutes: i64,
}

impl Work {
    /// A further step: all remedies are told, and their minutes are one sum.
    fn add(&mut self, remedy: &str, minutes: i64) {
        if !remedy.is_empty() && !self.remedy.is_empty() {
            self.remedy.push_str(" / ");
        }
        self.remedy.push_str(remedy);
        self.minutes += minutes;
    }
}

#[derive(Queryable)]
struct PostingRow {
    place: (PostingId, i64, Timestamp, EventId),
    moved: (Movement, Account, Account, i64),
    ticket: Option<String>,
    lot: (Option<String>, Option<String>),
    issue: (Option<IssueId>, Option<String>, Option<String>),
    told: (String, Vec<u8>),
    past: (Option<String>, Option<ReportId>),
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
        let issues: Vec<IssueId> = issues.into_iter().collect();
        let charged = self.charged_of(&issues)?;
        let work = self.work_of(issues)?;
        let repairs: BTreeSet<ReportId> = rows.iter().filter_map(|row| row.past.1).collect();
        let past = self.past_work(repairs.into_iter().collect())?;
        let (disputes, refunds) = (self.line_disputes(contract)?, self.line_refunds(wallet)?);
        let (confirmations, now) = (self.line_confirmations(contract)?, self.now);
        let known = Known { work, charged, past, disputes, confirmations, refunds };
        let (mut lines, closing) = lines(rows, opening, &known)?;
        lines.iter_mut().for_each(|line| line.assent = known.assent(line, now));
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
            .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
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
                (past_moves::day.nullable(), past_moves::repair_id.nullable()),
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

    /// Those of the issues that are charged with units still.
    fn charged_of(&mut self, issues: &[IssueId]) -> Result<BTreeSet<IssueId>, Fault> {
        let mut charged = BTreeSet::new();
        for part in issues.chunks(limits::IDS_PER_QUERY) {
            let tickets = self.issue_tickets(part)?;
            charged.extend(tickets.iter().filter(|(_, tickets)| tickets.charged() > 0).map(|(issue, _)| *issue));
        }
        Ok(charged)
    }

    /// What was done for each issue: at the desk, and on each visit in their order.
    fn work_of(&mut self, issues: Vec<IssueId>) -> Result<BTreeMap<IssueId, Work>, StoreError> {
        let mut work = BTreeMap::<IssueId, Work>::new();
        for part in issues.chunks(limits::IDS_PER_QUERY) {
            let rows: Vec<(IssueId, String, i64)> = issues::table
                .filter(issues::id.eq_any(part))
                .select((issues::id, issues::remedy, issues::desk_minutes))
                .load(self.database)?;
            for (issue, remedy, minutes) in rows {
                work.entry(issue).or_default().add(&remedy, minutes);
            }
            let rows: Vec<(IssueId, String, i64)> = service_reports::table
                .inner_join(visits::table.on(visits::id.eq(service_reports::visit_id)))
                .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
                .filter(work_orders::issue_id.eq_any(part))
                .order((service_reports::filed_at, service_reports::id))
                .select((work_orders::issue_id, service_reports::remedy, service_reports::minutes))
                .load(self.database)?;
            for (issue, remedy, minutes) in rows {
                work.entry(issue).or_default().add(&remedy, minutes);
            }
        }
        Ok(work)
    }

    /// Repairs before an import, with the name of what was wrong.
    fn past_work(&mut self, repairs: Vec<ReportId>) -> Result<BTreeMap<ReportId, (String, Work)>, StoreError> {
        let mut work = BTreeMap::new();
        for part in repairs.chunks(limits::IDS_PER_QUERY) {
            type Row = (ReportId, String, Option<String>, String, i64);
            let rows: Vec<Row> = past_repairs::table
                .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
                .left_join(
                    symptoms::table
                        .on(symptoms::product_id.eq(assets::product_id).and(symptoms::code.eq(past_repairs::symptom))),
                )
                .filter(past_repairs::id.eq_any(part))
                .select((
                    past_repairs::id,
                    assets::serial,
                    symptoms::name_ja.nullable(),
                    past_repairs::remedy,
                    past_repairs::minutes,
                ))
                .load(self.database)?;
            for (id, serial, symptom, remedy, minutes) in rows {
                let content = [symptom.unwrap_or_default(), serial].join(" ").trim().to_owned();
                work.insert(id, (content, Work { remedy, minutes }));
            }
        }
        Ok(work)
    }
}

/// What is told beside the postings.
struct Known {
    work: BTreeMap<IssueId, Work>,
    charged: BTreeSet<IssueId>,
    past: BTreeMap<ReportId, (String, Work)>,
    disputes: BTreeMap<PostingId, LineDispute>,
    confirmations: BTreeMap<PostingId, Confirmation>,
    /// Yen that were paid back.
    refunds: BTreeMap<PostingId, i64>,
}

impl Known {
    /// Asked of a whole line, since an objection may name any of its postings.
    fn assent(&self, line: &StatementLine, now: Timestamp) -> Option<LineAssent> {
        let until = line.in_time_until?;
        let said = self.confirmations.get(&line.posting_id);
        let how = assent(line.at, said.is_some(), line.dispute.map(|dispute| dispute.state), now)?;
        let by = said.and_then(|said| said.confirmed_by.name().map(str::to_owned));
        Some(LineAssent { how, by, at: said.map_or(until, |said| said.confirmed_at) })
    }

    /// A line that begins with this posting.
    fn line(&self, row: PostingRow, past_day: Option<NaiveDate>, after: Balances, timed: bool) -> StatementLine {
        let (posting_id, seq, at, event_id) = row.place;
        let (movement, from, to, units) = row.moved;
        let (issue_id, issue_number, content) = row.issue;
        let (lot, invoice) = row.lot;
        let past = row.past.1.and_then(|repair| self.past.get(&repair));
        let why = reason(&row.told.0);
        let charges = issue_id.is_some() && is_charge(movement, to);
        let done = issue_id.and_then(|issue| self.work.get(&issue)).or(past.map(|(_, work)| work));
        StatementLine {
            posting_id,
            seq,
            at,
            event_id,
            movement,
            from,
            to,
            units,
            change: change(from, to, units),
            past_day,
            tickets: row.ticket.into_iter().collect(),
            lot,
            invoice_number: invoice.filter(|_| movement == Movement::Purchase),
            issue_id,
            issue_number,
            content: content.or_else(|| past.map(|(content, _)| content.clone())),
            remedy: done.map(|work| work.remedy.clone()).filter(|remedy| !remedy.is_empty()),
            minutes: done.map(|work| work.minutes).filter(|minutes| timed && *minutes > 0),
            reason: row.told.0,
            reason_ja: why.ja,
            reason_en: why.en,
            yen: self.refunds.get(&posting_id).copied(),
            available: after.available,
            owed: -after.overdraft,
            held: after.held,
            disputable: charges && issue_id.is_some_and(|issue| self.charged.contains(&issue)),
            in_time_until: charges.then(|| in_time_until(at)),
            dispute: self.disputes.get(&posting_id).copied(),
            assent: None,
        }
    }
}

/// By how much the units at hand change.
const fn change(from: Account, to: Account, units: i64) -> i64 {
    match (from, to) {
        (Account::Available, _) => -units,
        (_, Account::Available) => units,
        _ => 0,
    }
}

/// One line for postings of one kind and direction that were made together.
fn lines(
    rows: Vec<PostingRow>,
    opening: Balances,
    known: &Known,
) -> Result<(Vec<StatementLine>, Balances), StoreError> {
    let mut lines: Vec<StatementLine> = Vec::new();
    let (mut balances, mut last_repair) = (opening, None);
    // Each issue's minutes stand once, where it used its units.
    let mut timed = BTreeSet::new();
    for row in rows {
        let (posting_id, _, _, event_id) = row.place;
        let (movement, from, to, units) = row.moved;
        let issue_id = row.issue.0;
        let past_day = row.past.0.as_deref().map(day).transpose()?;
        balances.post(from, to, units);
        let same_repair = row.past.1 == last_repair;
        let together = |line: &&mut StatementLine| {
            (line.event_id, line.movement, line.issue_id) == (event_id, movement, issue_id)
                && (line.from, line.to, line.past_day) == (from, to, past_day)
                && line.reason == row.told.0
                && same_repair
        };
        if let Some(line) = lines.last_mut().filter(together) {
            (line.units, line.change) = (line.units + units, line.change + change(from, to, units));
            line.tickets.extend(row.ticket);
            (line.available, line.held) = (balances.available, balances.held);
            line.dispute = line.dispute.or(known.disputes.get(&posting_id).copied());
            continue;
        }
        last_repair = row.past.1;
        let counts = to == Account::Consumed && issue_id.is_none_or(|issue| timed.insert(issue));
        lines.push(known.line(row, past_day, balances, counts));
    }
    Ok((lines, balances))
}

#[cfg(test)]
mod tests;
