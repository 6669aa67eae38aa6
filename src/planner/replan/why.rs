//! Why work stays without a technician, and the single changes of which each would make it fit.
//!
//! A change is found by asking every rule again with that one thing changed on a copy, so what is said holds. One man on
//! whom two rules fail is no way out. The change that asks least of people comes first: a part on a van, an hour's
//! overtime, a customer who agrees to a later start, one job more, somebody from elsewhere, an absence cut short, a
//! licence, a customer's consent, longer overtime, a day off, a skill.

use std::collections::BTreeMap;

use super::answer::{Change, ChangeNamed, Left, PartsMore, RuleCount};
use super::board::{LiveBoard, Step};
use super::explain;
use super::suppose::suppose;
use crate::domain::ids::{Id, VisitId};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::answer::{Break, Candidate, RuleName, RuleResult};
use crate::planner::problem::{Job, Scene, Stop, TechnicianState};
use crate::planner::propose::in_the_way;
use crate::planner::route::{Absences, Route};
use crate::planner::{rank, schedule};

/// Changes told for one job; nobody weighs more.
const TOLD_MAX: usize = 3;
/// Overtime and delays up to this are asked for more easily than the rest.
const HOUR: u32 = 60;
const MINUTES_MAX: i64 = 720;
const ABSENCE_STEP: Seconds = Seconds::minutes(15);
const CALLED_IN: Seconds = Seconds::hours(8);

/// Everything that waits, the most urgent first.
pub(super) fn left(board: &LiveBoard, ways_out: usize, scene: &Scene) -> Vec<Left> {
    let mut waiting: Vec<&Job> = board.waiting.iter().collect();
    waiting.sort_by_key(|job| (job.priority, job.arrive_by.is_none(), job.arrive_by, job.work_order));
    waiting.into_iter().enumerate().map(|(at, job)| one(board, job, at < ways_out, scene)).collect()
}

fn one(board: &LiveBoard, job: &Job, way_out: bool, scene: &Scene) -> Left {
    let everybody: Vec<TechnicianState> = board.technicians.iter().chain(&board.others).cloned().collect();
    let candidates = rank(job, &everybody, scene).candidates;
    let mut failing: BTreeMap<RuleName, u32> = BTreeMap::new();
    for rule in candidates.iter().flat_map(|one| &one.rules).filter(|rule| !rule.passed) {
        *failing.entry(rule.rule).or_default() += 1;
    }
    let breaking = candidates.iter().filter(|one| one.fit && !one.breaks.is_empty()).count();
    let free: Vec<&Candidate> = candidates.iter().filter(|one| one.fit && one.breaks.is_empty()).collect();
    let (code, ja, en) = reason(board, job, (&free, breaking), scene);
    let changes = if way_out { changes(board, job, &everybody, &candidates, scene) } else { Vec::new() };
    Left {
        work_order_id: job.work_order,
        customer_name: job.customer_name.clone(),
        priority: job.priority,
        reason_code: code.to_owned(),
        ja: ja.to_owned(),
        en: en.to_owned(),
        failing: failing.into_iter().map(|(rule, technicians)| RuleCount { rule, technicians }).collect(),
        breaking: u32::try_from(breaking).unwrap_or(u32::MAX),
        changes,
    }
}

/// The sentence of the nearest way: somebody is free and yet not proposed, somebody would break a promise, or the rule
/// that is in the way.
fn reason(
    board: &LiveBoard,
    job: &Job,
    (free, breaking): (&[&Candidate], usize),
    scene: &Scene,
) -> (&'static str, &'static str, &'static str) {
    let today = scene.now.day(scene.zone);
    if job.promised.or(job.wish).is_some_and(|wish| wish.from.day(scene.zone) > today) {
        return ("other_day", "別の日のご希望です", "It is wished for another day");
    }
    if !free.is_empty() && free.iter().all(|one| job.declined.contains(&one.technician_id)) {
        return ("declined", "対応できる技術員は一度辞退しています", "Whoever could go has declined it before");
    }
    if !free.is_empty() {
        let ja = "手配できますが、ほかの訪問への影響が大きいか、提案の件数の上限です。候補の一覧から選べます";
        let en =
            "It can be assigned, but sets others back more than it helps, or the proposal is full: see its candidates";
        return ("costly", ja, en);
    }
    if breaking > 0 {
        return ("promise", "手配すると、ほかのお約束に遅れます", "It would break what was promised to others");
    }
    in_the_way(job, &board.technicians, today)
}

fn changes(
    board: &LiveBoard,
    job: &Job,
    everybody: &[TechnicianState],
    candidates: &[Candidate],
    scene: &Scene,
) -> Vec<ChangeNamed> {
    let mut best: BTreeMap<u8, (u32, Timestamp, ChangeNamed)> = BTreeMap::new();
    for technician in everybody {
        let Some(candidate) = candidates.iter().find(|one| one.technician_id == technician.id) else { continue };
        let Some(change) = wanted(job, technician, candidate, scene) else { continue };
        let Some(start) = start_with(board, job, technician, &change, scene) else { continue };
        let (kind, amount) = asks(&change);
        let better = best.get(&kind).is_none_or(|(least, first, _)| (amount, start) < (*least, *first));
        if better {
            let (ja, en) = explain::way_out(&change, technician, job, start, scene);
            let (technician_id, technician_name) = (technician.id, technician.name.clone());
            best.insert(kind, (amount, start, ChangeNamed { change, technician_id, technician_name, start, ja, en }));
        }
    }
    best.into_values().take(TOLD_MAX).map(|(_, _, named)| named).collect()
}

/// How much a change asks of people: its place among the kinds, and of one kind how much.
fn asks(change: &Change) -> (u8, u32) {
    match change {
        Change::Parts { parts, .. } => (0, parts.iter().map(|part| part.quantity).sum()),
        Change::Overtime { minutes, .. } if *minutes <= HOUR => (1, *minutes),
        Change::Later { minutes, .. } if *minutes <= HOUR => (2, *minutes),
        Change::OneMore { .. } => (3, 0),
        Change::Borrow { .. } => (4, 0),
        Change::Absence { .. } => (5, 0),
        Change::Qualify { .. } => (6, 0),
        Change::Accept { .. } => (7, 0),
        Change::AnyTime { .. } => (8, 0),
        Change::Overtime { minutes, .. } => (9, *minutes),
        Change::Later { minutes, .. } => (10, *minutes),
        Change::ComeIn { .. } => (11, 0),
        _ => (12, 0),
    }
}

/// The one change that this technician's answer asks for, if there is one.
fn wanted(job: &Job, technician: &TechnicianState, candidate: &Candidate, scene: &Scene) -> Option<Change> {
    let technician_id = technician.id;
    if candidate.fit {
        let [broken] = &candidate.breaks[..] else { return None };
        return consent(job, broken);
    }
    let failed: Vec<&RuleResult> = candidate.rules.iter().filter(|rule| !rule.passed).collect();
    let [rule] = failed[..] else { return None };
    match rule.rule {
        RuleName::Parts => Some(Change::Parts { technician_id, parts: missing(job, technician) }),
        RuleName::MaxJobs => Some(Change::OneMore { technician_id }),
        RuleName::Territory => Some(Change::Borrow { technician_id }),
        RuleName::Excluded => Some(Change::Accept { work_order_id: job.work_order, technician_id }),
        RuleName::Qualification => job.qualification.clone().map(|code| Change::Qualify { technician_id, code }),
        RuleName::Skill => job.skills.iter().find(|need| !holds(technician, need)).map(|need| Change::Skill {
            technician_id,
            code: need.code.clone(),
            level: need.level_min,
        }),
        RuleName::Absence => shorter(job, technician, scene),
        RuleName::Shift => longer(job, technician, &rule.reason_code, scene),
    }
}

fn holds(technician: &TechnicianState, need: &crate::planner::SkillNeed) -> bool {
    technician.skills.iter().any(|skill| skill.code == need.code && skill.level >= need.level_min)
}

fn missing(job: &Job, technician: &TechnicianState) -> Vec<PartsMore> {
    let short = job.demand.iter().map(|need| {
        let quantity = need.quantity.saturating_sub(technician.parts_of(&need.code));
        PartsMore { code: need.code.clone(), quantity }
    });
    short.filter(|more| more.quantity > 0).collect()
}

/// The customer whose promise is in the way agrees.
fn consent(job: &Job, broken: &Break) -> Option<Change> {
    if broken.visit_id.uuid() == job.work_order.uuid() {
        return Some(Change::AnyTime { work_order_id: job.work_order });
    }
    let late = broken.would_start.since(broken.promised.to);
    minutes(late).map(|minutes| Change::Later { visit_id: broken.visit_id, minutes })
}

fn minutes(span: Seconds) -> Option<u32> {
    (1..=MINUTES_MAX).contains(&span.minutes_up()).then(|| u32::try_from(span.minutes_up()).ok()).flatten()
}

/// More time at the end of his day, a shift on a day off, or a customer who takes any time.
fn longer(job: &Job, technician: &TechnicianState, code: &str, scene: &Scene) -> Option<Change> {
    let technician_id = technician.id;
    match code {
        "shift.none" => {
            let shift = Window { from: scene.now, to: scene.now + CALLED_IN };
            Some(Change::ComeIn { technician_id, shift })
        }
        "shift.other_day" | "shift.before_work" => Some(Change::AnyTime { work_order_id: job.work_order }),
        _ => {
            let route = Route::new(technician, scene.travel, scene.now, Absences::Kept);
            let stop = Stop::of(job, VisitId::from_uuid(job.work_order.uuid()));
            let over = route.best(&stop, scene.travel, scene.now).err()?.over;
            minutes(over).map(|minutes| Change::Overtime { technician_id, minutes })
        }
    }
}

/// The longest absence, cut as little as makes room: by steps of a quarter of an hour from its end.
fn shorter(job: &Job, technician: &TechnicianState, scene: &Scene) -> Option<Change> {
    let ahead = technician.absences.iter().filter(|away| away.to > scene.now);
    let away = *ahead.max_by_key(|away| (away.to.since(away.from), away.from))?;
    let cut = |steps: i64| (away.to - Seconds(ABSENCE_STEP.0 * steps)).max(away.from.max(scene.now));
    let change = |until| Change::Absence { technician_id: technician.id, from: away.from, until };
    let fits = |until| {
        let mut alone = technician.clone();
        alone.absences.retain(|other| other.from != away.from);
        alone.absences.extend(Window::new(away.from, until));
        super::board::fits(job, &alone, None, scene).is_ok()
    };
    let (mut no, mut yes) = (0, away.to.since(away.from.max(scene.now)).0.div_euclid(ABSENCE_STEP.0) + 1);
    if !fits(cut(yes)) {
        return None;
    }
    while yes - no > 1 {
        let middle = no.midpoint(yes);
        if fits(cut(middle)) { yes = middle } else { no = middle }
    }
    Some(change(cut(yes)))
}

/// When he would start the job with the change; none when it is not enough.
fn start_with(
    board: &LiveBoard,
    job: &Job,
    technician: &TechnicianState,
    change: &Change,
    scene: &Scene,
) -> Option<Timestamp> {
    let serves = board.technicians.iter().any(|one| one.id == technician.id);
    let (technicians, others) =
        if serves { (vec![technician.clone()], Vec::new()) } else { (Vec::new(), vec![technician.clone()]) };
    let waiting = vec![job.clone()];
    let small = LiveBoard { territory: board.territory, technicians, others, waiting, orders: BTreeMap::new() };
    let mut with = suppose(&small, std::slice::from_ref(change), scene).ok()?.board;
    with.make(Step { work_order: job.work_order, to: Some(technician.id) }, scene).ok()?;
    let plan = schedule(&with.technicians[0], scene.travel, scene.now);
    let at = with.technicians[0].stops.iter().position(|stop| stop.work_order == job.work_order)?;
    Some(plan.stops[at].start)
}
