//! Rules of approval and what waits for one. Whoever changes a row here holds the wallet of its contract.

use chrono::{Datelike, NaiveDate, NaiveTime};
use diesel::prelude::*;
use serde_json::json as data;

use super::codec::{day, json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{approval_rules, approvals, contracts, holds, issues, tickets, users, wallets, work_orders};
use super::{Reader, Unit};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::*;
use crate::domain::issue::WorkOrderState;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::account::{HoldState, TicketState};
use crate::domain::wallet::approval::{ApprovalLimits, ApprovalState};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::views::claims::{Approval, ApprovalRow, ApprovalRule, ApprovalRuleRequest, Approver};

#[derive(Queryable, Selectable)]
#[diesel(table_name = approval_rules)]
pub(in crate::store) struct RuleRow {
    contract_id: ContractId,
    version: i64,
    units_per_issue: Option<i64>,
    units_per_month: Option<i64>,
    approver_id: Option<UserId>,
    auto_minutes: Option<i64>,
    set_by: String,
    set_at: Timestamp,
}

impl RuleRow {
    pub fn view(self) -> Result<ApprovalRule, StoreError> {
        Ok(ApprovalRule {
            contract_id: self.contract_id,
            version: self.version,
            units_per_issue: self.units_per_issue,
            units_per_month: self.units_per_month,
            approver_id: self.approver_id,
            auto_minutes: self.auto_minutes,
            set_by: json(&self.set_by)?,
            set_at: self.set_at,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = approvals)]
pub(in crate::store) struct Row {
    issue_id: IssueId,
    contract_id: ContractId,
    rule_version: i64,
    units: i64,
    state: ApprovalState,
    asked_at: Timestamp,
    auto_at: Option<Timestamp>,
    waiting_units: Option<i64>,
    waiting_reason: Option<String>,
    waiting_on: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<Timestamp>,
    note: String,
    version: i64,
}

impl Row {
    pub fn view(self) -> Result<Approval, StoreError> {
        Ok(Approval {
            issue_id: self.issue_id,
            contract_id: self.contract_id,
            rule_version: self.rule_version,
            units: self.units,
            state: self.state,
            asked_at: self.asked_at,
            auto_at: self.auto_at,
            waiting_units: self.waiting_units,
            waiting_reason: self.waiting_reason,
            waiting_on: self.waiting_on.as_deref().map(day).transpose()?,
            decided_by: self.decided_by.map(|text| json(&text)).transpose()?,
            decided_at: self.decided_at,
            note: self.note,
            version: self.version,
        })
    }
}

/// What an intake must know of a contract's rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApprovalFacts {
    pub limits: ApprovalLimits,
    /// Units accepted in this month and not given back.
    pub accepted: i64,
    /// 0: the customer has no rule of his own, only the policy asks.
    pub rule_version: i64,
    pub auto_minutes: Option<i64>,
}

impl Reader<'_> {
    pub fn approval_rule(&mut self, contract: ContractId) -> Result<Option<ApprovalRule>, Fault> {
        let row: Option<RuleRow> =
            approval_rules::table.find(contract).select(RuleRow::as_select()).first(self.database).optional()?;
        Ok(row.map(RuleRow::view).transpose()?)
    }

    /// Those of the customer's people who log in: one of them may be the approver.
    pub fn approvers(&mut self, contract: ContractId) -> Result<Vec<Approver>, Fault> {
        let rows: Vec<(UserId, String)> = users::table
            .inner_join(contracts::table.on(contracts::customer_id.nullable().eq(users::customer_id)))
            .filter(contracts::id.eq(contract).and(users::active.eq(true)))
            .order((users::name, users::id))
            .select((users::id, users::name))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(id, name)| Approver { id, name }).collect())
    }

    /// The customer's own rule together with the limit of the policy (`units_per_issue`), and what was accepted in the
    /// month of `today`.
    pub fn approval_facts(
        &mut self,
        contract: ContractId,
        units_per_issue: Option<u32>,
        today: NaiveDate,
    ) -> Result<ApprovalFacts, Fault> {
        let Some(rule) = self.approval_rule(contract)? else {
            let limits = ApprovalLimits::default().within(units_per_issue);
            return Ok(ApprovalFacts { limits, ..ApprovalFacts::default() });
        };
        let limits = ApprovalLimits { units_per_issue: rule.units_per_issue, units_per_month: rule.units_per_month };
        let limits = limits.within(units_per_issue);
        let first = Timestamp::on_day(today.with_day(1).unwrap_or(today), NaiveTime::MIN, self.zone);
        let accepted = self.kept_since(contract, first)?;
        Ok(ApprovalFacts { limits, accepted, rule_version: rule.version, auto_minutes: rule.auto_minutes })
    }

    /// Units that issues accepted since an instant hold or have used: what is bound to them, and what they overdrew.
    fn kept_since(&mut self, contract: ContractId, since: Timestamp) -> Result<i64, Fault> {
        let kept = holds::table
            .inner_join(wallets::table.on(wallets::id.eq(holds::wallet_id)))
            .filter(wallets::contract_id.eq(contract).and(holds::created_at.ge(since)))
            .filter(holds::state.ne(HoldState::Released));
        let overdrawn: Vec<i64> = kept.select(holds::overdraft_units).load(self.database)?;
        let bound: Vec<i64> = kept
            .inner_join(tickets::table.on(tickets::issue_id.eq(holds::issue_id.nullable())))
            .filter(tickets::state.eq_any([TicketState::Held, TicketState::Consumed]))
            .select(tickets::units)
            .load(self.database)?;
        Ok(overdrawn.into_iter().chain(bound).sum())
    }

    /// None: nobody was asked about the issue.
    pub fn approval(&mut self, issue: IssueId) -> Result<Option<Approval>, Fault> {
        let row: Option<Row> = approvals::table.find(issue).select(Row::as_select()).first(self.database).optional()?;
        Ok(row.map(Row::view).transpose()?)
    }

    /// What was asked under a contract, the newest first, at most [`limits::AUDIT_PAGE`].
    pub fn approvals(&mut self, contract: ContractId) -> Result<Vec<ApprovalRow>, Fault> {
        let rows: Vec<(Row, String, String)> = approvals::table
            .inner_join(issues::table.on(issues::id.eq(approvals::issue_id)))
            .filter(approvals::contract_id.eq(contract))
            .order((approvals::asked_at.desc(), approvals::issue_id.desc()))
            .limit(limits::AUDIT_PAGE)
            .select((Row::as_select(), issues::number, issues::description))
            .load(self.database)?;
        let row = |(row, issue_number, description): (Row, String, String)| {
            Ok(ApprovalRow { approval: row.view()?, issue_number, description })
        };
        rows.into_iter().map(row).collect()
    }

    /// Approvals whose time is over, the oldest first, with their contracts.
    pub fn approvals_due(&mut self, now: Timestamp) -> Result<Vec<(IssueId, ContractId)>, Fault> {
        Ok(approvals::table
            .filter(approvals::state.eq(ApprovalState::Pending).and(approvals::auto_at.le(now)))
            .order((approvals::auto_at, approvals::issue_id))
            .limit(limits::APPROVALS_AT_ONCE)
            .select((approvals::issue_id, approvals::contract_id))
            .load(self.database)?)
    }
}

impl Unit<'_> {
    pub fn set_approval_rule(&mut self, contract: ContractId, rule: &ApprovalRuleRequest) -> Result<(), Fault> {
        let terms = (
            approval_rules::version.eq(rule.version + 1),
            approval_rules::units_per_issue.eq(rule.units_per_issue),
            approval_rules::units_per_month.eq(rule.units_per_month),
            approval_rules::approver_id.eq(rule.approver_id),
            approval_rules::auto_minutes.eq(rule.auto_minutes),
            approval_rules::set_by.eq(to_json(self.actor())),
            approval_rules::set_at.eq(self.now()),
        );
        if rule.version == 0 {
            diesel::insert_into(approval_rules::table)
                .values((approval_rules::contract_id.eq(contract), terms))
                .execute(self.database)?;
        } else {
            diesel::update(approval_rules::table.find(contract)).set(terms).execute(self.database)?;
        }
        let rule = self.look().approval_rule(contract)?;
        let about = About { contract_id: Some(contract), ..About::default() };
        let told = data!({ "approval_rule": rule });
        self.record(&[Stream::Contract(contract)], EventKind::ApprovalRuleSet, about, told);
        Ok(())
    }

    /// Asks the customer about an issue that was just accepted.
    pub fn ask_approval(
        &mut self,
        contract: ContractId,
        issue: IssueId,
        units: i64,
        facts: &ApprovalFacts,
    ) -> Result<(), Fault> {
        let auto_at = facts.auto_minutes.map(|minutes| self.now() + Seconds::minutes(minutes));
        diesel::insert_into(approvals::table)
            .values((
                approvals::issue_id.eq(issue),
                approvals::contract_id.eq(contract),
                approvals::rule_version.eq(facts.rule_version),
                approvals::units.eq(units),
                approvals::state.eq(ApprovalState::Pending),
                approvals::asked_at.eq(self.now()),
                approvals::auto_at.eq(auto_at),
                approvals::note.eq(""),
                approvals::version.eq(1_i64),
            ))
            .execute(self.database)?;
        self.tell_approval(issue, EventKind::ApprovalAsked)
    }

    /// Units of an issue that would be used wait for the approval; `on` is the day of the work that uses them.
    pub(super) fn let_wait(&mut self, issue: IssueId, units: i64, reason: &str, on: NaiveDate) -> Result<(), Fault> {
        diesel::update(approvals::table.find(issue))
            .set((
                approvals::waiting_units.eq(units),
                approvals::waiting_reason.eq(reason),
                approvals::waiting_on.eq(on.to_string()),
                approvals::version.eq(approvals::version + 1),
            ))
            .execute(self.database)?;
        self.tell_approval(issue, EventKind::ApprovalDue)
    }

    /// The use that waited for the approval was taken back; the question stands.
    pub(super) fn wait_no_more(&mut self, issue: IssueId) -> Result<(), Fault> {
        diesel::update(approvals::table.find(issue))
            .set((
                approvals::waiting_units.eq(None::<i64>),
                approvals::waiting_reason.eq(None::<String>),
                approvals::waiting_on.eq(None::<String>),
                approvals::version.eq(approvals::version + 1),
            ))
            .execute(self.database)?;
        self.tell_approval(issue, EventKind::ApprovalAsked)
    }

    /// Ends a pending approval.
    pub fn end_approval(&mut self, issue: IssueId, state: ApprovalState, note: &str) -> Result<(), Fault> {
        let by = to_json(self.actor());
        diesel::update(approvals::table.find(issue))
            .set((
                approvals::state.eq(state),
                approvals::decided_by.eq(by),
                approvals::decided_at.eq(self.now()),
                approvals::note.eq(note),
                approvals::version.eq(approvals::version + 1),
            ))
            .execute(self.database)?;
        let kind = match state {
            ApprovalState::Pending => EventKind::ApprovalAsked,
            ApprovalState::Approved => EventKind::ApprovalGiven,
            ApprovalState::TimedOut => EventKind::ApprovalTimedOut,
            ApprovalState::Refused => EventKind::ApprovalRefused,
            ApprovalState::Lapsed => EventKind::ApprovalLapsed,
        };
        self.tell_approval(issue, kind)
    }

    fn tell_approval(&mut self, issue: IssueId, kind: EventKind) -> Result<(), Fault> {
        let approval = self.look().approval(issue)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let contract = approval.contract_id;
        let (number, unit): (String, UnitKind) = issues::table
            .inner_join(wallets::table.on(wallets::contract_id.eq(issues::contract_id)))
            .filter(issues::id.eq(issue))
            .select((issues::number, wallets::unit))
            .first(self.database)?;
        let about = About { contract_id: Some(contract), issue_id: Some(issue), ..About::default() };
        let mut told = data!({ "approval": approval, "issue_number": number, "unit": unit });
        let mut streams = vec![Stream::Contract(contract)];
        // The dispatcher sees it on the row that still waits; where somebody is assigned nothing changes on the board.
        if let Some((order, territory)) = self.waiting_order(issue)? {
            told["queue"] = data!(self.queue_row(order)?);
            streams.push(Stream::Territory(territory));
        }
        self.record(&streams, kind, about, told);
        Ok(())
    }

    /// The work order of an issue that waits for a technician.
    fn waiting_order(&mut self, issue: IssueId) -> Result<Option<(WorkOrderId, TerritoryId)>, Fault> {
        let waits = work_orders::issue_id.eq(issue).and(work_orders::state.eq(WorkOrderState::Open));
        let order = work_orders::table.filter(waits).select((work_orders::id, work_orders::territory_id));
        Ok(order.first(self.database).optional()?)
    }
}
