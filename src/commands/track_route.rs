//! New positions and changes of a route become arrival figures: saved first, shown afterwards.

use serde_json::json;

use crate::domain::eta::Eta;
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::place::Position;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::eta::filter::moves_arrival;
use crate::eta::{
    Calibration, Chain, ChainBreak, ChainVisit, Circumstance, Doing, Durations, EtaInterval, HourFactors, Lognormal,
    Numbered, Seen, Trail, Word, arrivals, seed,
};
use crate::planner::problem::TechnicianState;
use crate::roads::TravelTimes;
use crate::store::technicians::Profile;
use crate::store::tracking::TrackedVisit;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::board::Fix;
use crate::views::technician::{IgnoredPosition, PositionReport, PositionsAccepted};

/// How long work takes when nothing is known of the product: half to double.
const UNKNOWN_SIGMA: f64 = 0.45;
/// Nobody's work is so far from his depot and from his customers: five hours on the road.
const FAR_M: f64 = 300_000.0;

/// What a technician's phone sent, or nothing when only his route changed.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub technician: TechnicianId,
    pub reports: Vec<PositionReport>,
}

/// What the estimate stands on.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    pub durations: &'a Durations,
    pub hours: &'a HourFactors,
    pub calibration: &'a Calibration,
    pub travel: &'a dyn TravelTimes,
}

/// What may be shown once it is saved.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub accepted: PositionsAccepted,
    pub fix: Option<ShownFix>,
    pub etas: Vec<(Vec<Stream>, Eta)>,
}

/// A position, and who may see it.
#[derive(Debug, Clone)]
pub struct ShownFix {
    pub streams: Vec<Stream>,
    pub technician: TechnicianId,
    pub fix: Fix,
}

/// Judges the positions, evaluates every visit of the route, and tells what matters through the journal.
pub fn track_route(unit: &mut Unit<'_>, sighting: &Sighting, known: &Knowledge<'_>) -> Result<Shown, Fault> {
    let (profile, state) = unit.technician(sighting.technician)?;
    let route = unit.tracked_route(sighting.technician)?;
    let before = unit.last_fix(sighting.technician)?;
    let judged = take_in(unit, &state, &route, before, sighting)?;
    let fix = judged.newest.map(|fix| ShownFix {
        streams: fix_streams(&profile, &route),
        technician: sighting.technician,
        fix,
    });
    let last_done = unit.last_done(sighting.technician)?;
    let fix_known = judged.newest.or(before);
    let scene = Evaluation { profile: &profile, state: &state, route: &route, fix: fix_known, last_done, known };
    let etas = evaluate(unit, &scene, judged.correlation_id)?;
    Ok(Shown { accepted: judged.accepted, fix, etas })
}

/// Judges what the phone sent and keeps the newest that is believed, and what it doubts.
fn take_in(
    unit: &mut Unit<'_>,
    state: &TechnicianState,
    route: &[TrackedVisit],
    last: Option<Fix>,
    sighting: &Sighting,
) -> Result<Judged, Fault> {
    if sighting.reports.is_empty() {
        return Ok(Judged::default());
    }
    let doubted = unit.doubted_fix(sighting.technician)?;
    let mut trail = Trail { believed: last.and_then(numbered), doubted };
    let judged = judge(&Beat::of(state, route), &mut trail, &sighting.reports, unit.now());
    if let Some(fix) = judged.newest {
        unit.save_fix(sighting.technician, &fix)?;
    }
    if let Some(doubt) = trail.doubted.filter(|doubt| doubted.as_ref() != Some(doubt)) {
        unit.save_doubt(sighting.technician, &doubt)?;
    }
    Ok(judged)
}

#[derive(Default)]
struct Judged {
    accepted: PositionsAccepted,
    newest: Option<Fix>,
    correlation_id: Option<u64>,
}

/// When and where a technician can be at all.
struct Beat<'a> {
    duty: Option<Window>,
    home: Position,
    route: &'a [TrackedVisit],
}

impl<'a> Beat<'a> {
    fn of(state: &TechnicianState, route: &'a [TrackedVisit]) -> Self {
        let duty = state.shift.map(|shift| Window { from: shift.from, to: shift.to + state.overtime_max });
        Self { duty, home: state.home, route }
    }

    /// Far from his depot and from all whom he is to visit: a receiver that is mistaken, or one in the sea.
    fn is_far(&self, position: Position) -> bool {
        let mut places = self.route.iter().map(|tracked| tracked.position).chain([self.home]);
        places.all(|place| place.metres_to(position) > FAR_M)
    }

    /// Whether a phone that believes to be on the way to a visit is.
    fn is_his(&self, visit: VisitId) -> bool {
        self.route.iter().any(|tracked| tracked.visit.id == visit)
    }
}

fn judge(beat: &Beat<'_>, trail: &mut Trail, reports: &[PositionReport], now: Timestamp) -> Judged {
    let mut judged = Judged::default();
    for (index, report) in reports.iter().enumerate() {
        match judge_one(report, trail, now, beat) {
            Ok(fix) => {
                judged.accepted.accepted += 1;
                judged.newest = Some(fix);
                judged.correlation_id = report.correlation_id.or(judged.correlation_id);
            }
            Err(code) => {
                let why = Refusal::new(code);
                judged.accepted.ignored.push(IgnoredPosition::of(index, Some(report.seq), &why));
            }
        }
    }
    judged
}

/// A repeated or older position is a retry: ignored, never an error.
fn judge_one(report: &PositionReport, trail: &mut Trail, now: Timestamp, beat: &Beat<'_>) -> Result<Fix, Code> {
    let (lat, lon, accuracy_m, seq) = (report.lat, report.lon, report.accuracy_m, report.seq);
    let fix = Fix { lat, lon, accuracy_m, at: report.at.unwrap_or(now), seq };
    let numbered = numbered(fix).ok_or(Code::OffGlobe)?;
    if report.visit_id.is_some_and(|visit| !beat.is_his(visit)) {
        return Err(Code::NotYours);
    }
    if beat.is_far(numbered.seen.position) {
        return Err(Code::PositionFar);
    }
    trail.judge(numbered, now, beat.duty).map_err(|fault| fault.code())?;
    Ok(fix)
}

fn numbered(fix: Fix) -> Option<Numbered> {
    let position = Position::new(fix.lat, fix.lon)?;
    Some(Numbered { seq: fix.seq, seen: Seen { position, accuracy_m: fix.accuracy_m, at: fix.at } })
}

/// The board sees every position; a customer only that of a technician on the way to him.
fn fix_streams(profile: &Profile, route: &[TrackedVisit]) -> Vec<Stream> {
    let mut streams = vec![Stream::Territory(profile.territory)];
    for tracked in route.iter().filter(|tracked| tracked.visit.state == VisitState::EnRoute) {
        streams.push(Stream::Visit(tracked.visit.id));
        streams.push(Stream::Territory(tracked.visit.territory_id));
    }
    streams.sort_unstable();
    streams.dedup();
    streams
}

struct Evaluation<'a> {
    profile: &'a Profile,
    state: &'a TechnicianState,
    route: &'a [TrackedVisit],
    fix: Option<Fix>,
    /// When he finished his last visit.
    last_done: Option<Timestamp>,
    known: &'a Knowledge<'a>,
}

fn evaluate(
    unit: &mut Unit<'_>,
    scene: &Evaluation<'_>,
    correlation_id: Option<u64>,
) -> Result<Vec<(Vec<Stream>, Eta)>, Fault> {
    let now = unit.now();
    let visits: Vec<ChainVisit> = scene.route.iter().map(|tracked| chain_visit(tracked, scene)).collect();
    let (doing, known_at) = doing(scene, now);
    let chain = Chain {
        now,
        zone: unit.zone(),
        doing,
        known_at,
        word: scene.route.first().and_then(word),
        visits: &visits,
        break_due: scene.state.break_plan.map(|plan| ChainBreak { window: plan.window, duration: plan.duration }),
        hours: scene.known.hours,
        travel: scene.known.travel,
        seed: seed(visits.iter().map(|visit| visit.visit), known_at),
    };
    let mut shown = Vec::with_capacity(visits.len());
    for interval in arrivals(&chain) {
        let Some(tracked) = scene.route.iter().find(|tracked| tracked.visit.id == interval.visit) else { continue };
        let eta = save(unit, scene, tracked, &interval, correlation_id)?;
        shown.push((eta_streams(scene.profile, tracked), eta));
    }
    Ok(shown)
}

fn chain_visit(tracked: &TrackedVisit, scene: &Evaluation<'_>) -> ChainVisit {
    let catalog = Some(tracked.service);
    let service = match &tracked.work {
        Some(key) => scene.known.durations.work_of(scene.profile.id, key, catalog),
        None => Lognormal { median_s: tracked.service.0.max(60) as f64, sigma: UNKNOWN_SIGMA },
    };
    ChainVisit {
        visit: tracked.visit.id,
        position: tracked.position,
        promised: tracked.visit.promised(),
        // As the plan has it: he waits for the promised start, or leaves so late that he need not. Who has set out
        // before that is on the road now, and comes as the road takes him.
        early_ok: tracked.visit.state == VisitState::EnRoute,
        service,
    }
}

/// What he does, and since when that is known.
fn doing(scene: &Evaluation<'_>, now: Timestamp) -> (Doing, Timestamp) {
    let (from, free_at) = (scene.state.free_position, scene.state.free_at);
    let Some(first) = scene.route.first() else {
        return (Doing::Idle { from, free_at, due_at: free_at, heard_at: now }, now);
    };
    let visit = &first.visit;
    match visit.state {
        VisitState::EnRoute => {
            let left_at = visit.en_route_at.unwrap_or(now);
            let fix = scene.fix.filter(|fix| fix.at >= left_at && moves_arrival(fix.accuracy_m));
            let fix =
                fix.and_then(|fix| Some(crate::eta::Fix { position: Position::new(fix.lat, fix.lon)?, at: fix.at }));
            let from = visit.set_out_from().unwrap_or(scene.state.free_position);
            (Doing::Driving { from, left_at, fix }, fix.map_or(left_at, |fix| fix.at))
        }
        VisitState::Arrived => (Doing::Working { elapsed: Seconds::ZERO }, visit.arrived_at.unwrap_or(now)),
        VisitState::Working => {
            let started = visit.started_at.unwrap_or(now);
            (Doing::Working { elapsed: now.since(started).max_zero() }, started)
        }
        _ => {
            let due_at = visit.planned_start - Seconds(visit.travel_s);
            (Doing::Idle { from, free_at, due_at, heard_at: heard_at(scene, visit, now) }, visit.created_at)
        }
    }
}

/// The last sign of a technician who has not set out, up to which his staying says nothing: the visit was given and
/// accepted, the one before was finished, his shift began, an absence ended.
fn heard_at(scene: &Evaluation<'_>, visit: &Visit, now: Timestamp) -> Timestamp {
    if visit.state == VisitState::Paused {
        return now;
    }
    let back = scene.state.absences.iter().map(|away| away.to);
    let signs = [visit.accepted_at, scene.last_done, scene.state.shift.map(|shift| shift.from)];
    signs.into_iter().flatten().chain(back).filter(|at| *at <= now).fold(visit.created_at, Timestamp::max)
}

fn word(first: &TrackedVisit) -> Option<Word> {
    let (said_at, expected) = first.visit.declared_at.zip(first.visit.declared_arrival)?;
    // A word said before the last step was about another leg.
    let step = [first.visit.en_route_at, first.visit.arrived_at, first.visit.started_at].into_iter().flatten().max();
    let current = step.is_none_or(|step| said_at >= step);
    current.then_some(Word { said_at, expected, bias: 1.0 })
}

/// Saves the figure under the next number and tells it when it matters.
fn save(
    unit: &mut Unit<'_>,
    scene: &Evaluation<'_>,
    tracked: &TrackedVisit,
    sampled: &EtaInterval,
    correlation_id: Option<u64>,
) -> Result<Eta, Fault> {
    let seq = tracked.shown.as_ref().map_or(0, |eta| eta.seq) + 1;
    let said = scene.known.calibration.apply(sampled, unit.now(), sampled.floor);
    let eta = said.figure(seq, unit.now(), correlation_id);
    let mut told = tracked.told;
    let reason = told.consider(Circumstance {
        now: unit.now(),
        likely: eta.likely,
        promised: tracked.visit.promised(),
        early_ok: true,
        under_way: tracked.visit.state == VisitState::EnRoute,
        state_changed: false,
    });
    unit.save_eta(&eta, &told)?;
    unit.keep_figure(&eta, sampled, tracked.shown.as_ref())?;
    if let Some(reason) = reason {
        let case = unit.case(tracked.visit.work_order_id)?;
        // Not on the technician's stream: it wakes the tracker, which has just looked.
        let mut streams = case.streams();
        streams.push(Stream::Visit(tracked.visit.id));
        let about = case.about_visit(tracked.visit.id, scene.profile.id);
        unit.record(&streams, EventKind::EtaTold, about, json!({ "eta": eta, "reason": reason }));
    }
    Ok(eta)
}

/// The customer, the board, the technician and the desk: all see the same figure under the same number.
fn eta_streams(profile: &Profile, tracked: &TrackedVisit) -> Vec<Stream> {
    let visit: VisitId = tracked.visit.id;
    let mut streams = vec![
        Stream::Visit(visit),
        Stream::Territory(tracked.visit.territory_id),
        Stream::Technician(profile.id),
        Stream::Contract(tracked.contract),
    ];
    if profile.territory != tracked.visit.territory_id {
        streams.push(Stream::Territory(profile.territory));
    }
    streams
}
