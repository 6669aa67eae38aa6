//! Disputes of lines. A line is all postings of one kind that one event made for one issue.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{contracts, customers, disputes, issues, lots, postings, tickets, wallets};
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, HoldState, Movement, TicketState};
use crate::domain::wallet::dispute::{DisputeState, is_charge};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::views::claims::{Dispute, DisputeRow};

/// A line that charges units to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedLine {
    pub issue: IssueId,
    pub issue_number: String,
    pub unit: UnitKind,
    /// Units of all its postings.
    pub units: i64,
    pub posted_at: Timestamp,
    pub postings: Vec<PostingId>,
}

/// What an issue is still charged with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    pub units: i64,
    /// Nothing was used yet.
    pub on_hold: bool,
}

/// A row of the table.
#[derive(Queryable, Selectable)]
#[diesel(table_name = disputes)]
pub(in crate::store) struct Row {
    id: DisputeId,
    contract_id: ContractId,
    posting_id: PostingId,
    issue_id: IssueId,
    units: i64,
    state: DisputeState,
    reason: String,
    late: bool,
    raised_by: String,
    raised_at: Timestamp,
    decided_by: Option<String>,
    decided_at: Option<Timestamp>,
    decision_note: Option<String>,
    returned: i64,
    version: i64,
    expired: i64,
}

impl Row {
    pub fn view(self) -> Result<Dispute, StoreError> {
        Ok(Dispute {
            id: self.id,
            contract_id: self.contract_id,
            posting_id: self.posting_id,
            issue_id: self.issue_id,
            units: self.units,
            state: self.state,
            reason: self.reason,
            late: self.late,
            raised_by: json(&self.raised_by)?,
            raised_at: self.raised_at,
            decided_by: self.decided_by.map(|text| json(&text)).transpose()?,
            decided_at: self.decided_at,
            decision_note: self.decision_note,
            returned: self.returned,
            expired: self.expired,
            version: self.version,
        })
    }
}

/// Which disputes to list.
#[derive(Debug, Clone, Copy)]
pub enum DisputeFilter {
    /// Those of a contract, the newest first.
    Contract(ContractId),
    /// Those of all contracts: what waits, the oldest first; in another state the newest first.
    State(DisputeState),
}

impl Reader<'_> {
    pub fn dispute(&mut self, id: DisputeId) -> Result<Dispute, Fault> {
        let row: Option<Row> = disputes::table.find(id).select(Row::as_select()).first(self.database).optional()?;
        Ok(row.ok_or_else(|| Refusal::new(Code::NotFound))?.view()?)
    }

    /// At most [`limits::AUDIT_PAGE`].
    pub fn disputes(&mut self, filter: DisputeFilter) -> Result<Vec<DisputeRow>, Fault> {
        type Beside = (String, String, (i64, UnitKind), String, String, Movement, Timestamp);
        let mut query = disputes::table
            .inner_join(contracts::table.on(contracts::id.eq(disputes::contract_id)))
            .inner_join(customers::table.on(customers::id.eq(contracts::customer_id)))
            .inner_join(issues::table.on(issues::id.eq(disputes::issue_id)))
            .inner_join(postings::table.on(postings::id.eq(disputes::posting_id)))
            .inner_join(wallets::table.on(wallets::id.eq(postings::wallet_id)))
            .limit(limits::AUDIT_PAGE)
            .select((
                Row::as_select(),
                (
                    contracts::number,
                    customers::name,
                    (wallets::available, wallets::unit),
                    issues::number,
                    issues::description,
                    postings::movement,
                    postings::at,
                ),
            ))
            .into_boxed();
        query = match filter {
            DisputeFilter::Contract(id) => {
                query.filter(disputes::contract_id.eq(id)).order((disputes::raised_at.desc(), disputes::id.desc()))
            }
            DisputeFilter::State(DisputeState::Open) => {
                query.filter(disputes::state.eq(DisputeState::Open)).order((disputes::raised_at, disputes::id))
            }
            DisputeFilter::State(state) => {
                query.filter(disputes::state.eq(state)).order((disputes::raised_at.desc(), disputes::id.desc()))
            }
        };
        let rows: Vec<(Row, Beside)> = query.load(self.database)?;
        let today = self.today();
        let open = rows.iter().filter(|(row, _)| row.state == DisputeState::Open).map(|(row, _)| row.issue_id);
        let dying = self.past_their_last_day(&open.collect::<Vec<_>>(), today)?;
        let row = |(row, beside): (Row, Beside)| {
            let (contract_number, customer_name, (balance, unit), issue_number, description, movement, posted_at) =
                beside;
            let dispute = row.view()?;
            let past = dying.get(&dispute.issue_id).map_or(0, |units| dispute.units.min(*units));
            Ok(DisputeRow {
                past_last_day: if dispute.state == DisputeState::Open { past } else { 0 },
                dispute,
                contract_number,
                customer_name,
                balance,
                unit,
                issue_number,
                description,
                movement,
                posted_at,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Units that issues hold or have used of lots whose last day is over: what is given back of them expires.
    fn past_their_last_day(&mut self, issues: &[IssueId], today: NaiveDate) -> Result<BTreeMap<IssueId, i64>, Fault> {
        let rows: Vec<(Option<IssueId>, i64)> = tickets::table
            .inner_join(lots::table.on(lots::id.eq(tickets::lot_id)))
            .filter(tickets::issue_id.eq_any(issues).and(lots::usable_until.lt(today.to_string())))
            .filter(tickets::state.eq_any([TicketState::Held, TicketState::Consumed]))
            .select((tickets::issue_id, tickets::units))
            .load(self.database)?;
        let mut units = BTreeMap::new();
        for (issue, more) in rows {
            *units
                .entry(issue.ok_or_else(|| StoreError::corrupt("a ticket in use without its issue"))?)
                .or_default() += more;
        }
        Ok(units)
    }

    /// The line of a contract's ledger to which a posting belongs.
    pub fn charged_line(&mut self, contract: ContractId, posting: PostingId) -> Result<ChargedLine, Fault> {
        type Place = (WalletId, UnitKind, EventId, Movement, Account, Option<IssueId>, Timestamp);
        let place: Option<Place> = postings::table
            .inner_join(wallets::table.on(wallets::id.eq(postings::wallet_id)))
            .filter(postings::id.eq(posting).and(wallets::contract_id.eq(contract)))
            .select((
                postings::wallet_id,
                wallets::unit,
                postings::event_id,
                postings::movement,
                postings::to_account,
                postings::issue_id,
                postings::at,
            ))
            .first(self.database)
            .optional()?;
        let place = place.ok_or_else(|| Refusal::new(Code::NotFound).at("posting_id"))?;
        let (wallet, unit, event, movement, to, issue, posted_at) = place;
        let issue = issue
            .filter(|_| is_charge(movement, to))
            .ok_or_else(|| Refusal::new(Code::DisputeKind).at("posting_id"))?;
        let issue_number = issues::table.find(issue).select(issues::number).first(self.database)?;
        let together: Vec<(PostingId, i64)> = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::event_id.eq(event)))
            .filter(postings::movement.eq(movement).and(postings::issue_id.eq(issue)))
            .order(postings::seq)
            .select((postings::id, postings::units))
            .load(self.database)?;
        let units = together.iter().map(|(_, units)| units).sum();
        let postings = together.into_iter().map(|(id, _)| id).collect();
        Ok(ChargedLine { issue, issue_number, unit, units, posted_at, postings })
    }

    /// The dispute of a line that was not withdrawn.
    pub fn dispute_of(&mut self, line: &ChargedLine) -> Result<Option<DisputeState>, Fault> {
        let found = disputes::table
            .filter(disputes::posting_id.eq_any(&line.postings))
            .filter(disputes::state.ne(DisputeState::Withdrawn))
            .select(disputes::state)
            .first(self.database);
        Ok(found.optional()?)
    }

    /// What an issue is charged with now.
    pub fn charge(&mut self, issue: IssueId) -> Result<Charge, Fault> {
        let tickets = self.issue_tickets(&[issue])?.remove(&issue).unwrap_or_default();
        Ok(Charge { units: tickets.charged(), on_hold: tickets.state == Some(HoldState::Live) })
    }
}

impl Unit<'_> {
    pub fn insert_dispute(
        &mut self,
        contract: ContractId,
        line: &ChargedLine,
        posting: PostingId,
        reason: &str,
        late: bool,
    ) -> Result<DisputeId, Fault> {
        let id: DisputeId = self.id();
        diesel::insert_into(disputes::table)
            .values((
                disputes::id.eq(id),
                disputes::contract_id.eq(contract),
                disputes::posting_id.eq(posting),
                disputes::issue_id.eq(line.issue),
                disputes::units.eq(line.units),
                disputes::state.eq(DisputeState::Open),
                disputes::reason.eq(reason),
                disputes::late.eq(late),
                disputes::raised_by.eq(to_json(self.actor())),
                disputes::raised_at.eq(self.now()),
                disputes::returned.eq(0_i64),
                disputes::version.eq(1_i64),
            ))
            .execute(self.database)?;
        Ok(id)
    }

    /// Ends an open dispute, with the units that its line charges no more and those of them that expired.
    pub fn end_dispute(
        &mut self,
        id: DisputeId,
        state: DisputeState,
        note: &str,
        (returned, expired): (i64, i64),
    ) -> Result<(), Fault> {
        let by = to_json(self.actor());
        diesel::update(disputes::table.find(id))
            .set((
                disputes::state.eq(state),
                disputes::decided_by.eq(by),
                disputes::decided_at.eq(self.now()),
                disputes::decision_note.eq((!note.is_empty()).then_some(note)),
                disputes::returned.eq(returned),
                disputes::expired.eq(expired),
                disputes::version.eq(disputes::version + 1),
            ))
            .execute(self.database)?;
        Ok(())
    }
}
