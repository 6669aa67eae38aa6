//! What saving a contact would do: priorities, costs, the very tickets, the work to be done. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::check;
use crate::domain::ids::{IssueId, ProductId, TerritoryId};
use crate::domain::issue::{IssueKind, IssueState};
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::policy::{Cost, CostReason, Policy};
use crate::domain::wallet::scope::Service;
use crate::domain::wallet::select::{Pick, numbers_of, units_of};
use crate::limits;
use crate::sentences::Words;
use crate::sentences::consumption::{self, Repeated, Total};
use crate::sla::{self, Course};
use crate::store::intake::{Facts, ProductFacts, Repaired, SymptomFacts};
use crate::views::desk::{IntakeRequest, IssueRequest};
use crate::views::wallet::{Consumption, ConsumptionLine, Expiry};

pub struct Plan {
    pub consumption: Consumption,
    pub issues: Vec<PlannedIssue>,
}

pub struct PlannedIssue {
    pub territory: TerritoryId,
    pub territory_code: String,
    pub site_name: String,
    pub product: Option<ProductId>,
    pub priority: Priority,
    pub state: IssueState,
    pub cost: Cost,
    pub service: Service,
    /// It costs more than the contract or the customer himself lets pass: he is asked, and the capture waits for his
    /// answer.
    pub asks_approval: bool,
    pub linked: Option<IssueId>,
    /// Numbers of the tickets that the hold will take.
    pub tickets: Vec<String>,
    pub work: Option<Work>,
}

/// What a visit needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub skill: String,
    pub needs: SymptomFacts,
    pub arrive_by: Timestamp,
}

pub fn plan(request: &IntakeRequest, facts: &Facts, now: Timestamp, zone: Tz) -> Result<Plan, Refusal> {
    let today = now.day(zone);
    check::contact(request, facts, now, today)?;
    let mut costed = Vec::new();
    for (index, issue) in request.issues.iter().enumerate() {
        let (site, product) = check::issue(index, issue, facts, now)?;
        let repeated = recurrence(issue, facts, today, zone);
        let item = facts.contract.item(issue.menu_item.as_deref());
        let cost = facts.contract.policy.cost(issue.kind, item, repeated.is_some());
        let cost = facts.contract.billing.cost(cost);
        costed.push((issue, site, product, repeated, cost));
    }
    let needed: i64 = costed.iter().map(|(.., cost)| cost.units).sum();
    let unit = facts.funds.unit;
    let mut stock = facts.funds.stock.clone();
    let (mut issues, mut lines, mut picked) = (Vec::new(), Vec::new(), Vec::new());
    let mut accepted = facts.approval.accepted;
    for (index, (issue, site, product, repeated, cost)) in costed.into_iter().enumerate() {
        let picks = stock.take(issue.service(request.channel), cost.units);
        let (taken, overdrawn) = (numbers_of(&picks), cost.units - units_of(&picks));
        picked.extend(picks);
        let priority = Priority::of(issue.impact, issue.urgency);
        let linked = repeated.and_then(|repair| repair.issue.as_ref()).map(|(id, _)| *id);
        let said = repeated.map(|repair| said(repair, today, zone));
        let words = consumption::line(unit, index, issue.kind, cost.units, &taken, overdrawn, said);
        let uncovered = product.is_some_and(|id| issue.asset_id.is_none() && facts.uncovered.contains(&id));
        let words = if cost.reason == CostReason::Billed {
            consumption::billed(index, issue.kind, facts.contract.billing)
        } else {
            words
        };
        let words = if uncovered { consumption::uncovered(words) } else { words };
        lines.push(line(index, issue, cost, &taken, linked, words));
        let asks_approval = facts.approval.limits.asks(cost.units, accepted);
        accepted += cost.units;
        issues.push(PlannedIssue {
            territory: site.territory,
            territory_code: site.territory_code.clone(),
            site_name: site.name.clone(),
            product,
            priority,
            state: first_state(issue),
            cost,
            service: issue.service(request.channel),
            asks_approval,
            linked,
            tickets: taken,
            work: work(issue, product, facts, now),
        });
    }
    let overdraft = afford(request.overdraft, facts, needed, units_of(&picked))?;
    let mut consumption = sum_up(facts, lines, needed, &picked, overdraft, today);
    let wanted = issues.iter().enumerate().filter(|(_, issue): &(usize, &PlannedIssue)| issue.asks_approval);
    consumption.approval_wanted = wanted.map(|(index, _)| index).collect();
    Ok(Plan { consumption, issues })
}

/// What the visit of an issue needs, when it needs one.
pub fn work(issue: &IssueRequest, product: Option<ProductId>, facts: &Facts, now: Timestamp) -> Option<Work> {
    let product = product.filter(|_| issue.needs_visit).and_then(|id| facts.products.get(&id))?;
    let arrive_by = arrive_by(Priority::of(issue.impact, issue.urgency), facts, now);
    Some(Work { skill: product.skill.clone(), needs: needs(issue, product), arrive_by })
}

/// What the contract promises; by priority where it promises no arrival.
fn arrive_by(priority: Priority, facts: &Facts, now: Timestamp) -> Timestamp {
    let course = Course::begin(priority, now, true);
    let promised = facts.service.as_ref().and_then(|(level, calendar)| sla::issue::arrive_by(level, calendar, &course));
    promised.unwrap_or_else(|| now + priority.arrive_within())
}

/// Where an issue starts: with the dispatcher, or with the operator on the phone.
fn first_state(issue: &IssueRequest) -> IssueState {
    match (issue.needs_visit, issue.kind) {
        (true, _) => IssueState::AwaitingDispatch,
        (false, IssueKind::Fault | IssueKind::Maintenance) => IssueState::Triaging,
        (false, IssueKind::Question | IssueKind::Inquiry) => IssueState::Remote,
    }
}

/// The newest repair of the same symptom on the same asset within the guarantee.
fn recurrence<'a>(issue: &IssueRequest, facts: &'a Facts, today: NaiveDate, zone: Tz) -> Option<&'a Repaired> {
    let (asset, symptom) = (issue.asset_id?, issue.symptom.as_ref()?);
    let days = i64::from(facts.contract.policy.recurrence_days);
    if days == 0 || matches!(issue.kind, IssueKind::Inquiry | IssueKind::Maintenance) {
        return None;
    }
    facts.repairs.iter().find(|repair| {
        let age = (today - repair.at.day(zone)).num_days();
        repair.asset == asset && repair.symptom == *symptom && (0..=days).contains(&age)
    })
}

/// Units beyond the tickets at hand, or the refusal with the figures that the operator needs.
fn afford(agreed: bool, facts: &Facts, needed: i64, usable: i64) -> Result<i64, Refusal> {
    let policy: &Policy = &facts.contract.policy;
    let short = needed - usable;
    let left = (i64::from(policy.overdraft_limit) + facts.funds.balances.overdraft).max(0);
    if short == 0 || (agreed && short <= left) {
        return Ok(short);
    }
    let refusal = Refusal::new(Code::Insufficient).of_unit(facts.funds.unit);
    Err(refusal.with("needed", needed).with("available", usable).with("overdraft_left", left))
}

/// What the symptom needs. An unknown one may take as long as the longest of its product.
fn needs(issue: &IssueRequest, product: &ProductFacts) -> SymptomFacts {
    if let Some(known) = issue.symptom.as_ref().and_then(|code| product.symptoms.get(code)) {
        return known.clone();
    }
    let symptoms = || product.symptoms.values();
    SymptomFacts {
        service_minutes: symptoms().map(|s| s.service_minutes).max().unwrap_or(limits::UNKNOWN_WORK_MINUTES),
        level_min: symptoms().map(|s| s.level_min).min().unwrap_or(1),
        qualification: None,
        parts_needed: Vec::new(),
    }
}

/// The earlier repair as the sentence names it.
fn said(repair: &Repaired, today: NaiveDate, zone: Tz) -> Repeated<'_> {
    let on = repair.at.day(zone);
    let issue_number = repair.issue.as_ref().map(|(_, number)| number.as_str());
    Repeated { issue_number, on, days_ago: (today - on).num_days() }
}

fn line(
    index: usize,
    issue: &IssueRequest,
    cost: Cost,
    tickets: &[String],
    recurrence_of: Option<IssueId>,
    words: Words,
) -> ConsumptionLine {
    ConsumptionLine {
        index,
        units: cost.units,
        tickets: tickets.to_vec(),
        reason: cost.reason,
        recurrence_of,
        priority: Priority::of(issue.impact, issue.urgency),
        sentence_ja: words.ja,
        sentence_en: words.en,
    }
}

fn sum_up(
    facts: &Facts,
    lines: Vec<ConsumptionLine>,
    needed: i64,
    picked: &[Pick],
    overdraft: i64,
    today: NaiveDate,
) -> Consumption {
    let expiring_used = by_last_day(picked);
    let (before, after) = (facts.funds.valid, facts.funds.valid - units_of(picked));
    let words = consumption::total(&Total {
        unit: facts.funds.unit,
        issues: lines.len(),
        units: needed,
        before,
        after,
        expiring: &expiring_used,
        overdraft,
        today,
    });
    Consumption {
        lines,
        total: needed,
        available_before: before,
        available_after: after,
        expiring_used,
        overdraft_used: overdraft,
        approval_wanted: Vec::new(),
        sentence_ja: words.ja,
        sentence_en: words.en,
    }
}

/// Tickets without an end are left out.
fn by_last_day(picked: &[Pick]) -> Vec<Expiry> {
    let mut days: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for pick in picked.iter().filter(|pick| !pick.ticket.is_endless()) {
        *days.entry(pick.ticket.expires_on).or_default() += pick.units;
    }
    days.into_iter().map(|(on, count)| Expiry { on, count }).collect()
}
