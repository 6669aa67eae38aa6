//! A dispatcher approves rows of a proposal. Each is made by the ordinary assignment, which asks every rule again on
//! what the transaction sees; one that is refused leaves the others alone. All of it, what was refused included, is one
//! decision in the journal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{assign, reassign, text, withdraw};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ProposalId, TechnicianId, TerritoryId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::planner::problem::{Job, Scene};
use crate::planner::replan::{Change, LiveBoard, No, Replan, Row, RowKind, WhatIf, fits, replan, suppose};
use crate::roads::TravelTimes;
use crate::store::technicians::Team;
use crate::store::{Fault, Reader, Unit};
use crate::views::board::{AssignRequest, Assigned, WithdrawRequest};
use crate::views::replan::{ApproveRequest, Approved, MadeVisit, RowRefusal, RowResult, Trigger};

/// The bounds of the house.
pub const BOUNDS: crate::planner::replan::Bounds = crate::planner::replan::Bounds {
    moves: limits::REPLAN_MOVES,
    rows: limits::REPLAN_ROWS,
    steps: limits::REPLAN_STEPS,
    seed: 1,
    search_jobs: limits::REPLAN_SEARCH_JOBS,
    ways_out: limits::REPLAN_WAYS_OUT,
};

/// What an approval needs to know of the proposal that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    pub id: ProposalId,
    pub territory: TerritoryId,
    pub trigger: Trigger,
    pub plan: Replan,
}

/// A territory's live board.
pub fn board(reader: &mut Reader<'_>, territory: TerritoryId, now: Timestamp) -> Result<LiveBoard, Fault> {
    let profiles = reader.profiles(&Team::Company)?;
    let (own, foreign): (Vec<_>, Vec<_>) = profiles.into_iter().partition(|profile| profile.serves(territory));
    let waiting = reader.waiting_jobs(territory, now)?;
    let assets: BTreeSet<_> = waiting.iter().filter_map(|job| job.asset).collect();
    let assets: Vec<_> = assets.into_iter().collect();
    let technicians = reader.technician_states(&own, &assets, now)?;
    let others = reader.technician_states(&foreign, &[], now)?;
    let routed: Vec<_> = technicians.iter().flat_map(|one| &one.stops).map(|stop| stop.work_order).collect();
    let mut orders: BTreeMap<_, Job> = reader.jobs(&routed, now)?;
    orders.retain(|_, job| job.territory == territory);
    Ok(LiveBoard { territory, technicians, others, waiting, orders })
}

/// The proposal for the board as it stands.
pub fn propose(
    reader: &mut Reader<'_>,
    territory: TerritoryId,
    travel: &dyn TravelTimes,
    now: Timestamp,
) -> Result<(LiveBoard, Replan), Fault> {
    let (board, names) = (board(reader, territory, now)?, reader.names()?);
    let scene = Scene { now, zone: reader.zone(), travel, names: &names };
    let plan = replan(&board, BOUNDS, &scene);
    Ok((board, plan))
}

/// The figures and the proposal with some changes supposed. Nothing is written.
pub fn what_if(
    reader: &mut Reader<'_>,
    territory: TerritoryId,
    changes: &[Change],
    travel: &dyn TravelTimes,
    now: Timestamp,
) -> Result<WhatIf, Fault> {
    if !(1..=limits::WHAT_IF_CHANGES).contains(&changes.len()) {
        return Err(Refusal::invalid_both("changes", "仮定は1〜20件です", "suppose 1 to 20 changes").into());
    }
    let (board, names) = (board(reader, territory, now)?, reader.names()?);
    let scene = Scene { now, zone: reader.zone(), travel, names: &names };
    let supposed = suppose(&board, changes, &scene)
        .map_err(|bad| Refusal::new(Code::WhatIfUnknown).with("number", bad.number + 1))?;
    let roads = supposed.roads(travel);
    let then = replan(&supposed.board, BOUNDS, &Scene { travel: &roads, ..scene });
    Ok(WhatIf { today: crate::planner::replan::figures(&board, &scene), then })
}

/// Makes the approved rows of a proposal in their order.
pub fn approve(
    unit: &mut Unit<'_>,
    request: &ApproveRequest,
    proposed: Option<&Proposed>,
    travel: &dyn TravelTimes,
) -> Result<Approved, Fault> {
    let reason = text::reason(request.reason.as_deref().unwrap_or_default())?;
    let proposed = proposed.filter(|known| known.id == request.proposal_id && known.territory == request.territory_id);
    let proposed = proposed.ok_or_else(|| Refusal::new(Code::ProposalGone))?;
    let rows = chosen(&proposed.plan.rows, request.rows.as_deref())?;
    let told =
        if reason.is_empty() { format!("提案の承認（{}）", proposed.trigger.ja) } else { reason.to_owned() };
    for technician in touched(&rows) {
        unit.lock_technician(technician)?;
    }
    let mut results: Vec<RowResult> = Vec::with_capacity(rows.len());
    for row in rows {
        let undone = |number: &u32| !results.iter().any(|result| result.number == *number && result.done);
        let needed: Vec<u32> = row.needs.iter().filter(|number| undone(number)).copied().collect();
        let made = make(unit, row, &told, travel)?;
        results.push(result(row, made.map_err(|refusal| needs(refusal, &needed))));
    }
    let approved = Approved { proposal_id: proposed.id, results };
    let data = json!({
        "proposal_id": proposed.id,
        "trigger": proposed.trigger,
        "rows": proposed.plan.rows,
        "results": approved.results,
        "reason": reason,
    });
    unit.record(&[Stream::Territory(proposed.territory)], EventKind::ProposalDecided, About::default(), data);
    Ok(approved)
}

/// The rows that were approved, in the order of the proposal.
fn chosen<'a>(rows: &'a [Row], wanted: Option<&[u32]>) -> Result<Vec<&'a Row>, Refusal> {
    let Some(wanted) = wanted else { return Ok(rows.iter().collect()) };
    let unknown = wanted.iter().find(|number| !rows.iter().any(|row| row.number == **number));
    if let Some(number) = unknown {
        return Err(Refusal::new(Code::ProposalRow).with("row", *number));
    }
    Ok(rows.iter().filter(|row| wanted.contains(&row.number)).collect())
}

/// Whoever loses or gets something, in the order in which everybody locks.
fn touched(rows: &[&Row]) -> BTreeSet<TechnicianId> {
    rows.iter().flat_map(|row| row.before.iter().chain(&row.after)).map(|slot| slot.technician_id).collect()
}

/// A row that failed for want of another one says so.
fn needs(refusal: Refusal, needed: &[u32]) -> Refusal {
    if needed.is_empty() {
        return refusal;
    }
    let rows = needed.iter().map(u32::to_string).collect::<Vec<_>>().join("・");
    Refusal::new(Code::ProposalNeeds).with("rows", rows)
}

fn result(row: &Row, made: Result<Option<MadeVisit>, Refusal>) -> RowResult {
    let (number, work_order_id) = (row.number, row.work_order_id);
    match made {
        Ok(visit) => RowResult { number, work_order_id, done: true, visit, refusal: None },
        Err(no) => {
            let refusal = RowRefusal { code: no.code.as_str().to_owned(), ja: no.ja(), en: no.en() };
            RowResult { number, work_order_id, done: false, visit: None, refusal: Some(refusal) }
        }
    }
}

/// Makes one row. The inner refusal came before anything was written; whatever else fails takes the whole decision
/// back.
fn make(
    unit: &mut Unit<'_>,
    row: &Row,
    reason: &str,
    travel: &dyn TravelTimes,
) -> Result<Result<Option<MadeVisit>, Refusal>, Fault> {
    let judged = match row.kind {
        RowKind::Assign => judge_waiting(unit, row, travel).map(Judged::Waiting),
        RowKind::Move | RowKind::Retime => judge_move(unit, row, travel).map(Judged::Move),
        RowKind::TakeOff => stands(unit, row).map(Judged::Off),
    };
    let judged = match judged {
        Ok(judged) => judged,
        Err(Fault::Refused(refusal)) => return Ok(Err(refusal)),
        Err(other) => return Err(other),
    };
    let assigned = match judged {
        Judged::Waiting(request) => assign::assign(unit, row.work_order_id, &request.with(reason), travel)?,
        Judged::Move(allowed) => reassign::carry_out(unit, *allowed, reason, travel)?,
        Judged::Off(version) => {
            let Some(visit) = row.visit_id else { return Ok(Err(Refusal::new(Code::NotFound))) };
            withdraw::unassign(unit, visit, &WithdrawRequest { version, reason: reason.to_owned() }, travel)?;
            return Ok(Ok(None));
        }
    };
    Ok(Ok(Some(made(&assigned))))
}

fn made(assigned: &Assigned) -> MadeVisit {
    let visit = &assigned.visit;
    MadeVisit {
        visit_id: visit.id,
        technician_id: visit.technician_id,
        start: visit.planned_start,
        promised: visit.promised,
    }
}

/// What was found to be allowed, and what writing it needs.
enum Judged {
    Waiting(Request),
    Move(Box<reassign::Allowed>),
    Off(i64),
}

struct Request {
    technician_id: TechnicianId,
    version: i64,
}

impl Request {
    fn with(&self, reason: &str) -> AssignRequest {
        AssignRequest {
            technician_id: self.technician_id,
            version: self.version,
            accept_broken: false,
            reason: Some(reason.chars().take(limits::LINE_CHARS).collect()),
        }
    }
}

fn judge_waiting(unit: &mut Unit<'_>, row: &Row, travel: &dyn TravelTimes) -> Result<Request, Fault> {
    let technician_id = row.after.as_ref().map(|slot| slot.technician_id).ok_or(Refusal::new(Code::NotFound))?;
    let order = unit.lock_work_order(row.work_order_id)?;
    let version = order.version;
    let request = Request { technician_id, version };
    assign::still_open(unit, &order, &request.with(""))?;
    let (_, job) = unit.job(order.id)?;
    let (_, technician) = unit.technician(technician_id)?;
    let names = unit.names()?;
    let scene = Scene { now: unit.now(), zone: unit.zone(), travel, names: &names };
    let (_, insertion) = fits(&job, &technician, None, &scene).map_err(|no| match no {
        No::Unfit(rules) => assign::unfit(&rules),
        No::Breaks(breaks) => Refusal::new(Code::PromiseBroken).with("count", breaks.len()).with("broken", breaks),
        No::Unknown | No::Frozen => Refusal::new(Code::NotFound),
    })?;
    not_later(row, insertion.start, &scene)?;
    Ok(request)
}

fn judge_move(unit: &mut Unit<'_>, row: &Row, travel: &dyn TravelTimes) -> Result<Box<reassign::Allowed>, Fault> {
    stands(unit, row)?;
    let gone = || Refusal::new(Code::NotFound);
    let (visit, slot) = row.visit_id.zip(row.after.as_ref()).ok_or_else(gone)?;
    let allowed = reassign::allowed(unit, visit, slot.technician_id, travel)?;
    let names = unit.names()?;
    let scene = Scene { now: unit.now(), zone: unit.zone(), travel, names: &names };
    not_later(row, allowed.start, &scene)?;
    Ok(Box::new(allowed))
}

/// The visit is where the proposal saw it. Its version now.
fn stands(unit: &mut Unit<'_>, row: &Row) -> Result<i64, Fault> {
    let live = unit.live_visit_of(row.work_order_id)?.filter(|visit| Some(visit.id) == row.visit_id);
    let holder = row.before.as_ref().map(|slot| slot.technician_id);
    match live.filter(|visit| Some(visit.technician_id) == holder) {
        Some(visit) => {
            crate::domain::visit::advance(
                visit.state,
                visit.state_before,
                crate::domain::visit::VisitAction::Unassign,
            )?;
            Ok(visit.version)
        }
        None => Err(changed("訪問は別の手配になっています", "the visit is no longer where it was").into()),
    }
}

fn changed(ja: &str, en: &str) -> Refusal {
    Refusal::new(Code::ProposalMoved).with("now_ja", ja).with("now_en", en)
}

/// Nobody approves one time and gets one that is much later.
fn not_later(row: &Row, start: Timestamp, scene: &Scene) -> Result<(), Refusal> {
    let shown = row.after.as_ref().map_or(start, |slot| slot.start);
    if start <= shown + Seconds(limits::REPLAN_DRIFT_S) {
        return Ok(());
    }
    let face = start.clock_face(scene.zone);
    Err(changed(&format!("開始が{face}になります"), &format!("it would start at {face}")))
}
