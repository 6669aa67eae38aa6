//! A ranking as figures, in its order; `told` makes the sentences and names of it.

use crate::domain::ids::{Id, VisitId};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::answer::{Break, Candidate, Insertion, Move, Ranking};
use crate::planner::explain;
use crate::planner::goals::Graded;
use crate::planner::problem::Stop;
use crate::planner::rank::own_break;
use crate::planner::route::Step;
use crate::planner::rules::Finding;

use super::{LiveBoard, Question};

/// Rules that may be asked of one technician.
const RULES: usize = 8;

/// A visit that an insertion shifts noticeably, or whose promise it breaks, by its place on the route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    pub index: usize,
    pub from: Timestamp,
    pub to: Timestamp,
    pub promise_kept: bool,
    pub promised: bool,
    pub breaks: bool,
}

/// Where a fit technician would do the job, and what that is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub position: usize,
    pub step: Step,
    pub detour: Seconds,
    pub arrive_earliest: Timestamp,
    pub arrive_latest: Timestamp,
    pub grades: [Graded; 5],
    /// The total, in tenths.
    pub tenths: u64,
    /// Promises that hold now and would not, the job's own included.
    pub broken: u32,
    /// From and to in the list of shifts.
    pub shifts: (usize, usize),
}

/// One technician's answer.
#[derive(Debug, Clone)]
pub(super) struct Judged<'a> {
    /// His place on the board.
    pub at: usize,
    pub fit: bool,
    findings: [Option<Finding<'a>>; RULES],
    /// His place in the list of those who are fit.
    pub placed: Option<u32>,
}

impl<'a> Judged<'a> {
    pub fn of(at: usize, found: impl Iterator<Item = Finding<'a>>) -> Self {
        let (mut findings, mut fit) = ([None; RULES], true);
        for (place, finding) in findings.iter_mut().zip(found) {
            fit &= finding.passed();
            *place = Some(finding);
        }
        Self { at, fit, findings, placed: None }
    }

    pub fn findings(&self) -> impl Iterator<Item = &Finding<'a>> {
        self.findings.iter().flatten()
    }

    /// As [`crate::planner::rank()`] orders; the places on the board are in the order of the ids.
    fn order(&self, places: &[Placed]) -> u64 {
        let placed = self.placed.map(|at| &places[at as usize]);
        let failed = self.findings().filter(|finding| !finding.passed()).count() as u64;
        let is = |wanted: Finding| u64::from(self.findings().any(|finding| *finding == wanted));
        let (foreign, declined) = (is(Finding::TerritoryForeign), is(Finding::DeclinedBefore));
        let breaks = u64::from(placed.is_some_and(|placed| placed.broken > 0));
        let worse = placed.map_or(0, |placed| MOST_TENTHS - placed.tenths);
        let head = u64::from(!self.fit) << 7 | foreign << 6 | failed << 2 | declined << 1 | breaks;
        head << 48 | worse << 32 | self.at as u64
    }
}

/// A total of 100.0.
const MOST_TENTHS: u64 = 1_000;

/// Every technician of the board for one job, best first, as figures.
pub struct Standings<'a> {
    pub(super) board: &'a LiveBoard,
    pub(super) question: &'a Question<'a>,
    pub(super) judged: Vec<Judged<'a>>,
    places: Vec<Placed>,
    pub(super) shifts: Vec<Shift>,
    /// Places in `judged`, best first.
    pub(super) order: Vec<u32>,
}

impl<'a> Standings<'a> {
    pub(super) fn new(
        board: &'a LiveBoard,
        question: &'a Question<'a>,
        (judged, places, shifts): (Vec<Judged<'a>>, Vec<Placed>, Vec<Shift>),
    ) -> Self {
        let mut keys: Vec<(u64, u32)> = judged.iter().map(|judged| judged.order(&places)).zip(0..).collect();
        keys.sort_unstable();
        let order = keys.into_iter().map(|(_, at)| at).collect();
        Self { board, question, judged, places, shifts, order }
    }

    /// True when a technician can do the job.
    pub fn any_fit(&self) -> bool {
        self.in_order().next().is_some_and(|first| first.fit)
    }

    /// How many technicians were asked.
    pub fn len(&self) -> usize {
        self.judged.len()
    }

    pub fn is_empty(&self) -> bool {
        self.judged.is_empty()
    }

    /// Where somebody who is fit would do the job.
    pub(super) fn placed(&self, judged: &Judged) -> Option<&Placed> {
        judged.placed.map(|at| &self.places[at as usize])
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &Judged<'a>> {
        self.order.iter().map(|&at| &self.judged[at as usize])
    }

    /// The whole answer, with its sentences.
    pub fn told(&self) -> Ranking {
        let (job, now) = (self.question.job, self.question.scene.now);
        let candidates = self.in_order().zip(1..).map(|(judged, rank)| self.candidate(judged, rank)).collect();
        let (work_order_id, scales) = (job.work_order, explain::scales());
        Ranking { work_order_id, computed_at: now, scales, candidates, exchanges: Vec::new() }
    }

    fn candidate(&self, judged: &Judged, rank: u32) -> Candidate {
        let (scene, state) = (self.question.scene, &self.board.days[judged.at].state);
        let mut candidate = Candidate {
            technician_id: state.id,
            technician_name: state.name.clone(),
            fit: judged.fit,
            rank: judged.fit.then_some(rank),
            total: None,
            rules: judged.findings().map(|finding| explain::rule(finding, scene)).collect(),
            goals: Vec::new(),
            insertion: None,
            moves: Vec::new(),
            breaks: Vec::new(),
        };
        if let Some(placed) = self.placed(judged) {
            self.fill(&mut candidate, placed, &state.stops);
        }
        candidate
    }

    fn fill(&self, candidate: &mut Candidate, placed: &Placed, stops: &[Stop]) {
        let (scene, weights) = (self.question.scene, self.question.weights);
        let told = |graded: &Graded| explain::goal(graded, weights.weight(graded.goal()), scene.zone);
        candidate.total = Some(placed.tenths as f64 / 10.0);
        candidate.goals = placed.grades.iter().map(told).collect();
        candidate.insertion = Some(placed.insertion(stops));
        let (from, to) = placed.shifts;
        let shifts = &self.shifts[from..to];
        candidate.moves = shifts.iter().filter(|shift| shift.noticed()).map(|shift| shift.as_move(stops)).collect();
        candidate.breaks = shifts.iter().filter_map(|shift| shift.as_break(stops)).collect();
        let stop = Stop::of(self.question.job, VisitId::from_uuid(uuid::Uuid::nil()));
        candidate.breaks.extend(own_break(&stop, &placed.step));
    }
}

impl Placed {
    pub fn insertion(&self, stops: &[Stop]) -> Insertion {
        Insertion {
            position: self.position,
            after_visit_id: self.position.checked_sub(1).map(|index| stops[index].visit),
            start: self.step.start,
            end: self.step.end,
            arrive_earliest: self.arrive_earliest,
            arrive_latest: self.arrive_latest,
            detour_s: self.detour,
        }
    }
}

impl Shift {
    pub fn noticed(&self) -> bool {
        crate::planner::insert::noticed(self.from, self.to)
    }

    fn as_move(&self, stops: &[Stop]) -> Move {
        let stop = &stops[self.index];
        Move {
            visit_id: stop.visit,
            customer_name: stop.customer_name.clone(),
            from_start: self.from,
            to_start: self.to,
            promise_kept: self.promise_kept,
        }
    }

    /// None while its promise holds.
    pub fn as_break(&self, stops: &[Stop]) -> Option<Break> {
        let stop = &stops[self.index];
        let (visit_id, customer_name) = (stop.visit, stop.customer_name.clone());
        Some(Break { visit_id, customer_name, promised: stop.promise().filter(|_| self.breaks)?, would_start: self.to })
    }
}
