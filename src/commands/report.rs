//! The service report ends a visit, settles the tickets and closes the issue, or sends it back to the queue.

use serde_json::json;

use super::{progress, queue, text, withdraw};
use crate::domain::event::EventKind;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::issue::{IssueState, Outcome, WorkOrderState};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::limits;
use crate::roads::TravelTimes;
use crate::store::cases::Case;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::technician::ReportRequest;

/// Files the report. The cause decides too: a cause of our own makes the repair free, whatever was tapped.
pub fn report(
    unit: &mut Unit<'_>,
    technician: TechnicianId,
    id: VisitId,
    request: &ReportRequest,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    unit.lock_technician(technician)?;
    let visit = progress::own_visit(unit, technician, id, None)?;
    advance(visit.state, visit.state_before, VisitAction::Finish)?;
    complete(request)?;
    known_parts(unit, request)?;
    let outcome = outcome(unit, request)?;
    let at = progress::tap_time(&visit, request.at, unit.now());
    let order = visit.work_order_id;
    unit.insert_report(id, request, outcome, at)?;
    finish(unit, visit, outcome, travel)?;
    let case = unit.case(order)?;
    tell_report(unit, &case, technician, id, request, outcome)?;
    if outcome.is_final() { resolve(unit, &case, outcome, at) } else { queue::reopen(unit, order, outcome.as_str()) }
}

/// What a report cannot be filed without, in the words of the form.
fn complete(request: &ReportRequest) -> Result<(), Refusal> {
    let needed = [("cause", "原因", &request.cause), ("remedy", "作業内容", &request.remedy)];
    let missing: Vec<_> = needed.into_iter().filter(|(.., text)| text.trim().is_empty()).collect();
    if let Some((first, ..)) = missing.first() {
        let ja: Vec<&str> = missing.iter().map(|(_, ja, _)| *ja).collect();
        let en: Vec<&str> = missing.iter().map(|(en, ..)| *en).collect();
        let refusal = Refusal::new(Code::ReportIncomplete).at(*first);
        return Err(refusal.with("missing_ja", ja.join("、")).with("missing_en", en.join(", ")));
    }
    if !(1..=1440).contains(&request.minutes) {
        return Err(Refusal::new(Code::ReportMinutes).with("minutes", request.minutes).at("minutes"));
    }
    for (field, typed) in [("cause", &request.cause), ("cause_text", &request.cause_text), ("remedy", &request.remedy)]
    {
        text::text(field, typed)?;
    }
    let parts_ok = request.parts.len() <= limits::PARTS_PER_REPORT
        && request
            .parts
            .iter()
            .all(|part| (1..=999).contains(&part.quantity) && part.code.chars().count() <= limits::LINE_CHARS);
    if parts_ok {
        Ok(())
    } else {
        Err(Refusal::invalid_both("parts", "50種類以内、各1〜999個です", "at most 50 parts, 1 to 999 pieces each"))
    }
}

/// Only what the catalogue lists can have been used: stock and the customer's history are counted by these codes.
fn known_parts(unit: &mut Unit<'_>, request: &ReportRequest) -> Result<(), Fault> {
    if request.parts.is_empty() {
        return Ok(());
    }
    let known = unit.part_codes()?;
    match request.parts.iter().position(|part| !known.contains(&part.code)) {
        None => Ok(()),
        Some(index) => {
            let refusal = Refusal::new(Code::PartUnknown).with("part", &request.parts[index].code);
            Err(refusal.at(format!("parts[{index}].code")).into())
        }
    }
}

fn outcome(unit: &mut Unit<'_>, request: &ReportRequest) -> Result<Outcome, Fault> {
    let known = unit.cause(&request.cause)?;
    let cause = known
        .ok_or_else(|| Refusal::invalid_both("cause", "原因の一覧にありません", "not one of the company's causes"))?;
    let told: Outcome = request.outcome.into();
    let ours = cause.own_defect && matches!(told, Outcome::Repaired | Outcome::Recurrence);
    Ok(if ours { Outcome::OwnDefect } else { told })
}

fn finish(unit: &mut Unit<'_>, visit: Visit, outcome: Outcome, travel: &dyn TravelTimes) -> Result<(), Fault> {
    let state = if outcome.is_final() { VisitState::Done } else { VisitState::NeedsRevisit };
    withdraw::close(unit, visit, state, EventKind::VisitFinished, outcome.as_str(), travel)
}

fn tell_report(
    unit: &mut Unit<'_>,
    case: &Case,
    technician: TechnicianId,
    visit: VisitId,
    request: &ReportRequest,
    outcome: Outcome,
) -> Result<(), Fault> {
    let home = unit.home_territory(technician)?;
    let streams = case.visit_streams(visit, technician, home);
    let report = unit.report_view(visit)?;
    let data = json!({
        "report": report, "outcome": outcome, "issue_number": case.issue_number, "minutes": request.minutes,
    });
    unit.record(&streams, EventKind::ReportFiled, case.about_visit(visit, technician), data);
    Ok(())
}

/// The phone's own time says on which day the units were used: it may have been without a signal.
fn resolve(unit: &mut Unit<'_>, case: &Case, outcome: Outcome, at: Timestamp) -> Result<(), Fault> {
    unit.set_work_order(case.work_order, WorkOrderState::Closed)?;
    unit.set_issue_state(case.issue, IssueState::Closed, Some(outcome))?;
    if outcome == Outcome::Recurrence {
        unit.settle_recurrence(case.issue)?;
    }
    let (reason, repeats) = unit.cost_note(case.issue)?;
    let data = json!({ "outcome": outcome, "issue_number": case.issue_number, "cost_reason": reason,
        "recurrence_of": repeats });
    unit.record(&case.streams(), EventKind::IssueResolved, case.about(), data);
    let ending = unit.ending(case.issue, outcome)?;
    unit.settle_on(case.issue, ending, at.day(unit.zone()))?;
    Ok(())
}
