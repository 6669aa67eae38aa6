//! Writing a planned contact, and telling of it in the order in which it happened.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde_json::json;

use super::plan::{Plan, PlannedIssue};
use crate::domain::access::Actor;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{Id, InteractionId, IssueId, UserId, WorkOrderId};
use crate::domain::issue::IssueState;
use crate::domain::wallet::policy::CapturePoint;
use crate::store::intake::Facts;
use crate::store::issues::{NewInteraction, NewIssue, NewWorkOrder};
use crate::store::wallet::HoldOrder;
use crate::store::{Fault, StoreError, Unit};
use crate::views::desk::{IntakeIssue, IntakeReceipt, IntakeRequest, IssueRequest};
use crate::views::wallet::Consumption;

/// Ids and number of an issue to be written.
struct Named {
    id: IssueId,
    number: String,
    work_order: Option<WorkOrderId>,
}

pub fn write(unit: &mut Unit<'_>, request: &IntakeRequest, facts: &Facts, plan: Plan) -> Result<IntakeReceipt, Fault> {
    let interaction = log_contact(unit, request, &plan)?;
    let named = name_issues(unit, &plan)?;
    for ((issue, planned), named) in request.issues.iter().zip(&plan.issues).zip(&named) {
        insert(unit, request, interaction.0, issue, planned, named)?;
    }
    tell_contact(unit, request, &interaction, &named, &plan.consumption);
    for ((issue, planned), named) in request.issues.iter().zip(&plan.issues).zip(&named) {
        tell_issue(unit, request, issue, planned, named);
        hold(unit, request, facts, planned, named)?;
        open_work_order(unit, request, planned, named)?;
    }
    let issues = plan.issues.into_iter().zip(named).map(|(planned, named)| IntakeIssue {
        id: named.id,
        number: named.number,
        priority: planned.priority,
        work_order_id: named.work_order,
        tickets: planned.tickets,
    });
    Ok(IntakeReceipt {
        interaction_id: interaction.0,
        interaction_number: interaction.1,
        issues: issues.collect(),
        consumption: plan.consumption,
    })
}

/// The contact is numbered in the territory of its first issue.
fn log_contact(unit: &mut Unit<'_>, request: &IntakeRequest, plan: &Plan) -> Result<(InteractionId, String), Fault> {
    let territory = plan.issues.first().map_or("", |issue| issue.territory_code.as_str());
    let number = number(unit, 'C', territory)?;
    let entered_by = match unit.actor() {
        Actor::User { id, .. } => *id,
        Actor::Track { .. } | Actor::System { .. } => UserId::from_uuid(Default::default()),
    };
    let interaction = NewInteraction {
        id: unit.id(),
        number: number.clone(),
        contract_id: request.contract_id,
        channel: request.channel,
        contact_id: request.contact_id,
        caller_name: request.caller_name.trim().to_owned(),
        caller_phone: request.caller_phone.trim().to_owned(),
        on_behalf_of: request.on_behalf_of,
        entered_by,
        note: request.note.trim().to_owned(),
        started_at: request.started_at.unwrap_or_else(|| unit.now()).min(unit.now()),
        saved_at: unit.now(),
    };
    unit.insert_interaction(&interaction)?;
    Ok((interaction.id, number))
}

/// `C-KN-2026-000123`: counted per territory and local year.
fn number(unit: &mut Unit<'_>, letter: char, territory: &str) -> Result<String, Fault> {
    let series = format!("{letter}-{}-{}", territory.to_uppercase(), unit.today().year());
    let next = unit.next_number(&series)?;
    Ok(format!("{series}-{next:06}"))
}

/// The territories' counters are taken in one order, so that no two contacts wait for each other.
fn name_issues(unit: &mut Unit<'_>, plan: &Plan) -> Result<Vec<Named>, Fault> {
    let mut order: Vec<(&str, usize)> =
        plan.issues.iter().enumerate().map(|(index, issue)| (issue.territory_code.as_str(), index)).collect();
    order.sort_unstable();
    let mut numbers: BTreeMap<usize, String> = BTreeMap::new();
    for (territory, index) in order {
        numbers.insert(index, number(unit, 'I', territory)?);
    }
    let named = plan.issues.iter().zip(numbers.into_values()).map(|(issue, number)| Named {
        id: unit.id(),
        number,
        work_order: issue.work.is_some().then(|| unit.id()),
    });
    Ok(named.collect())
}

fn insert(
    unit: &mut Unit<'_>,
    request: &IntakeRequest,
    interaction: InteractionId,
    issue: &IssueRequest,
    planned: &PlannedIssue,
    named: &Named,
) -> Result<(), Fault> {
    unit.insert_issue(&NewIssue {
        id: named.id,
        number: named.number.clone(),
        interaction_id: interaction,
        contract_id: request.contract_id,
        territory_id: planned.territory,
        site_id: issue.site_id,
        asset_id: issue.asset_id,
        product_id: planned.product,
        symptom: issue.symptom.clone(),
        kind: issue.kind,
        description: issue.description.trim().to_owned(),
        impact: issue.impact,
        urgency: issue.urgency,
        priority: planned.priority,
        state: planned.state,
        wish_from: issue.wish.map(|wish| wish.from),
        wish_to: issue.wish.map(|wish| wish.to),
        linked_issue_id: planned.linked,
        menu_item: issue.menu_item.clone(),
        units: planned.cost.units,
        cost_reason: planned.cost.reason,
        created_at: unit.now(),
        version: 1,
    })?;
    let (Some(id), Some(work)) = (named.work_order, &planned.work) else { return Ok(()) };
    unit.insert_work_order(&NewWorkOrder {
        id,
        issue: named.id,
        territory: planned.territory,
        skill: work.skill.clone(),
        level_min: work.needs.level_min,
        qualification: work.needs.qualification.clone(),
        service_minutes: work.needs.service_minutes,
        arrive_by: work.arrive_by,
        parts_needed: work.needs.parts_needed.clone(),
    })
}

/// The customer reads this too: the operator's note stays out.
fn tell_contact(
    unit: &mut Unit<'_>,
    request: &IntakeRequest,
    interaction: &(InteractionId, String),
    named: &[Named],
    cost: &Consumption,
) {
    let about = About { contract_id: Some(request.contract_id), ..About::default() };
    let issues: Vec<&str> = named.iter().map(|issue| issue.number.as_str()).collect();
    let data = json!({
        "interaction_id": interaction.0,
        "number": interaction.1,
        "channel": request.channel,
        "caller_name": request.caller_name.trim(),
        "on_behalf_of": request.on_behalf_of,
        "issues": issues,
        "consumption": { "ja": cost.sentence_ja, "en": cost.sentence_en, "units": cost.total },
    });
    unit.record(&[Stream::Contract(request.contract_id)], EventKind::InteractionLogged, about, data);
}

fn about(request: &IntakeRequest, named: &Named) -> About {
    About {
        contract_id: Some(request.contract_id),
        issue_id: Some(named.id),
        work_order_id: named.work_order,
        ..About::default()
    }
}

fn streams(request: &IntakeRequest, planned: &PlannedIssue) -> [Stream; 2] {
    [Stream::Contract(request.contract_id), Stream::Territory(planned.territory)]
}

fn tell_issue(
    unit: &mut Unit<'_>,
    request: &IntakeRequest,
    issue: &IssueRequest,
    planned: &PlannedIssue,
    named: &Named,
) {
    let data = json!({
        "issue_number": named.number,
        "kind": issue.kind,
        "priority": planned.priority,
        "state": planned.state,
        "site_id": issue.site_id,
        "site_name": planned.site_name,
        "asset_id": issue.asset_id,
        "symptom": issue.symptom,
        "description": issue.description.trim(),
        "needs_visit": issue.needs_visit,
        "wish": issue.wish,
        "units": planned.cost.units,
        "reason": planned.cost.reason,
        "tickets": planned.tickets,
        "recurrence_of": planned.linked,
        "menu_item": issue.menu_item,
        "approval_wanted": planned.asks_approval,
    });
    unit.record(&streams(request, planned), EventKind::IssueReceived, about(request, named), data);
}

/// Holds exactly what was planned, and captures it where the contract counts a ticket as used so early.
fn hold(
    unit: &mut Unit<'_>,
    request: &IntakeRequest,
    facts: &Facts,
    planned: &PlannedIssue,
    named: &Named,
) -> Result<(), Fault> {
    if planned.cost.units == 0 {
        return Ok(());
    }
    let held = unit.hold(&HoldOrder {
        wallet: facts.funds.wallet,
        issue: named.id,
        issue_number: named.number.clone(),
        units: planned.cost.units,
        service: planned.service,
        allow_overdraft: request.overdraft,
        overdraft_limit: i64::from(facts.contract.policy.overdraft_limit),
        policy_version: facts.contract.policy_version,
    })?;
    if held.tickets != planned.tickets {
        return Err(StoreError::corrupt("a hold took other tickets than those read out").into());
    }
    if planned.asks_approval {
        unit.ask_approval(request.contract_id, named.id, planned.cost.units, &facts.approval)?;
    }
    unit.reach(named.id, CapturePoint::Acceptance)?;
    if matches!(planned.state, IssueState::Remote | IssueState::Triaging) {
        unit.reach(named.id, CapturePoint::Investigation)?;
    }
    Ok(())
}

fn open_work_order(
    unit: &mut Unit<'_>,
    request: &IntakeRequest,
    planned: &PlannedIssue,
    named: &Named,
) -> Result<(), Fault> {
    let Some(id) = named.work_order else { return Ok(()) };
    let row = unit.queue_row(id)?;
    let data = json!({ "queue": row });
    unit.record(&streams(request, planned), EventKind::WorkOrderOpened, about(request, named), data);
    Ok(())
}
