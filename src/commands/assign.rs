//! A dispatcher gives a work order to a technician.

use serde_json::json;

use super::{route, text, track};
use crate::domain::event::EventKind;
use crate::domain::ids::{Id, VisitId, WorkOrderId};
use crate::domain::issue::{IssueState, WorkOrderState};
use crate::domain::promise;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Window;
use crate::domain::visit::VisitState;
use crate::planner::answer::{Break, Candidate, Insertion, RuleResult};
use crate::planner::problem::{Job, Scene, TechnicianState};
use crate::planner::{place, rank};
use crate::roads::TravelTimes;
use crate::store::cases::{Case, WorkOrder};
use crate::store::decisions::LoggedRanking;
use crate::store::technicians::Profile;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::board::{AssignRequest, Assigned};

/// Assigns, or says whose promise would break. Nothing moves silently: each visit that shifts is told of, and each
/// promise that the dispatcher breaks is made anew.
pub fn assign(
    unit: &mut Unit<'_>,
    id: WorkOrderId,
    request: &AssignRequest,
    travel: &dyn TravelTimes,
) -> Result<Assigned, Fault> {
    assign_logged(unit, id, request, travel, None)
}

/// The same; the decision log keeps what the board answered of everybody.
pub fn assign_logged(
    unit: &mut Unit<'_>,
    id: WorkOrderId,
    request: &AssignRequest,
    travel: &dyn TravelTimes,
    ranking: Option<&LoggedRanking>,
) -> Result<Assigned, Fault> {
    unit.lock_technician(request.technician_id)?;
    let order = unit.lock_work_order(id)?;
    still_open(unit, &order, request)?;
    let (_, job) = unit.job(id)?;
    let (profile, technician) = unit.technician(request.technician_id)?;
    let names = unit.names()?;
    let scene = Scene { now: unit.now(), zone: unit.zone(), travel, names: &names };
    let candidate = judge(&job, &technician, &scene)?;
    let reason = accepted_reason(request, &candidate.breaks)?;

    let given = Given { job: &job, profile: &profile, technician: &technician, candidate, ranking, promised: None };
    give(unit, &order, given, reason, travel)
}

/// What the rules allowed: a work order for a technician as he is now.
pub(super) struct Given<'a> {
    pub job: &'a Job,
    pub profile: &'a Profile,
    pub technician: &'a TechnicianState,
    pub candidate: Candidate,
    /// What the board answered of everybody, where somebody looked.
    pub ranking: Option<&'a LoggedRanking>,
    /// What the customer was promised before and relies on; none: the promise is made anew.
    pub promised: Option<Window>,
}

/// Writes an assignment that was judged before.
pub(super) fn give(
    unit: &mut Unit<'_>,
    order: &WorkOrder,
    given: Given<'_>,
    reason: &str,
    travel: &dyn TravelTimes,
) -> Result<Assigned, Fault> {
    let Given { job, profile, technician, candidate, ranking, promised } = given;
    let names = unit.names()?;
    let scene = Scene { now: unit.now(), zone: unit.zone(), travel, names: &names };
    let visit_id: VisitId = unit.id();
    let (changed, insertion) = place(job, technician, visit_id, &scene).map_err(|failed| unfit(&failed))?;
    let case = unit.case(order.id)?;
    let promised = promised.unwrap_or_else(|| promise::window(insertion.start, job.wish, unit.now()));
    let visit = new_visit(unit, order, profile, visit_id, promised, &insertion);
    unit.insert_visit(&visit)?;
    unit.set_work_order(order.id, WorkOrderState::Assigned)?;
    unit.set_issue_state(case.issue, IssueState::InField, None)?;
    tell_assigned(unit, &case, profile, &visit, &Decided { candidate: &candidate, reason, ranking })?;
    route::write(unit, &changed, travel, Some(visit_id))?;
    let (own, others): (Vec<Break>, Vec<Break>) =
        candidate.breaks.into_iter().partition(|broken| broken.visit_id.uuid() == order.id.uuid());
    tell_own_break(unit, &case, profile, &visit, &own, reason);
    renew_promises(unit, profile, &others, reason)?;
    let link = track::issue_link(unit, visit_id)?;
    Ok(Assigned {
        visit: unit.visit_row(visit_id)?,
        track_url: link.url,
        track_link_id: link.id,
        track_expires_at: link.expires_at,
    })
}

/// A work order that is taken says by whom; one that changed otherwise is stale.
pub(super) fn still_open(unit: &mut Unit<'_>, order: &WorkOrder, request: &AssignRequest) -> Result<(), Fault> {
    if let Some(visit) = unit.live_visit_of(order.id)? {
        let row = unit.visit_row(visit.id)?;
        let at = visit.created_at.clock_face(unit.zone());
        return Err(Refusal::new(Code::Taken)
            .with("technician", row.technician_name.clone())
            .with("at", at)
            .with("visit", row)
            .into());
    }
    if order.state != WorkOrderState::Open {
        let closed = IssueState::Closed;
        return Err(Refusal::new(Code::IssueState).with("state_ja", closed.ja()).with("state_en", closed.en()).into());
    }
    if order.version != request.version {
        return Err(
            Refusal::stale(order.version, json!({ "work_order_id": order.id, "version": order.version })).into()
        );
    }
    Ok(())
}

pub(super) fn judge(job: &Job, technician: &TechnicianState, scene: &Scene<'_>) -> Result<Candidate, Refusal> {
    let ranking = rank(job, std::slice::from_ref(technician), scene);
    let candidate = ranking.candidates.into_iter().next().ok_or_else(|| Refusal::new(Code::NotFound))?;
    if candidate.fit { Ok(candidate) } else { Err(unfit(&candidate.rules)) }
}

pub(super) fn unfit(rules: &[RuleResult]) -> Refusal {
    let failed: Vec<&RuleResult> = rules.iter().filter(|rule| !rule.passed).collect();
    let say = |text: fn(&RuleResult) -> &str| failed.iter().map(|rule| text(rule)).collect::<Vec<_>>().join("; ");
    Refusal::new(Code::Unfit)
        .with("why_ja", say(|rule| &rule.ja))
        .with("why_en", say(|rule| &rule.en))
        .with("reasons", &failed)
}

/// The dispatcher's reason, which a broken promise demands.
fn accepted_reason<'a>(request: &'a AssignRequest, breaks: &[Break]) -> Result<&'a str, Refusal> {
    let reason = text::reason(request.reason.as_deref().unwrap_or_default())?;
    if breaks.is_empty() || (request.accept_broken && !reason.is_empty()) {
        return Ok(reason);
    }
    Err(Refusal::new(Code::PromiseBroken).with("count", breaks.len()).with("broken", breaks))
}

fn new_visit(
    unit: &Unit<'_>,
    order: &WorkOrder,
    profile: &Profile,
    id: VisitId,
    promised: Window,
    insertion: &Insertion,
) -> Visit {
    Visit {
        id,
        work_order_id: order.id,
        territory_id: order.territory_id,
        technician_id: profile.id,
        state: VisitState::Dispatched,
        state_before: None,
        // The order of the whole route is written right after.
        route_order: 0,
        planned_start: insertion.start,
        planned_end: insertion.end,
        travel_s: 0,
        promised_from: Some(promised.from),
        promised_to: Some(promised.to),
        declared_arrival: None,
        declared_at: None,
        created_at: unit.now(),
        accepted_at: None,
        en_route_at: None,
        en_route_lat: None,
        en_route_lon: None,
        arrived_at: None,
        started_at: None,
        finished_at: None,
        version: 1,
        en_route_before: None,
        arrived_before: None,
        started_before: None,
    }
}

/// What the decision log keeps.
struct Decided<'a> {
    candidate: &'a Candidate,
    reason: &'a str,
    ranking: Option<&'a LoggedRanking>,
}

/// The decision goes into the journal with its reasons, so that it can be explained next day
/// ([`crate::store::decisions`]).
fn tell_assigned(
    unit: &mut Unit<'_>,
    case: &Case,
    profile: &Profile,
    visit: &Visit,
    decided: &Decided<'_>,
) -> Result<(), Fault> {
    let row = unit.visit_row(visit.id)?;
    let about = case.about_visit(visit.id, profile.id);
    let streams = case.visit_streams(visit.id, profile.id, profile.territory);
    let mut assigned = json!({ "visit": row, "decision": decided.candidate, "reason": decided.reason });
    if let Some(ranking) = decided.ranking {
        assigned["ranking"] = ranking.value().clone();
    }
    unit.record(&streams, EventKind::VisitAssigned, about, assigned);
    let promised = json!({ "from": visit.promised_from, "to": visit.promised_to, "reason": "assigned" });
    unit.record(&streams, EventKind::PromiseMade, about, promised);
    Ok(())
}

/// The slot that the job's own customer was promised is not kept: the promise of the visit stands in its place.
fn tell_own_break(unit: &mut Unit<'_>, case: &Case, profile: &Profile, visit: &Visit, own: &[Break], reason: &str) {
    let streams = case.visit_streams(visit.id, profile.id, profile.territory);
    for broken in own {
        let (from, to) = (visit.promised_from, visit.promised_to);
        let data = json!({ "from": from, "to": to, "was": broken.promised, "reason": reason });
        unit.record(&streams, EventKind::PromiseChanged, case.about_visit(visit.id, profile.id), data);
    }
}

/// Customers whose promise the dispatcher gave up get a new one, with the reason.
fn renew_promises(unit: &mut Unit<'_>, profile: &Profile, breaks: &[Break], reason: &str) -> Result<(), Fault> {
    for broken in breaks {
        let mut visit = unit.visit(broken.visit_id)?;
        let renewed = promise::window(visit.planned_start, None, unit.now());
        visit.promised_from = Some(renewed.from);
        visit.promised_to = Some(renewed.to);
        unit.update_visit(&mut visit)?;
        let case = unit.case(visit.work_order_id)?;
        let streams = case.visit_streams(visit.id, profile.id, profile.territory);
        let data = json!({ "from": renewed.from, "to": renewed.to, "was": broken.promised, "reason": reason });
        unit.record(&streams, EventKind::PromiseChanged, case.about_visit(visit.id, profile.id), data);
    }
    Ok(())
}
