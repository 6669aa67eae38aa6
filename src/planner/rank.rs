//! Every technician for one job: hard rules with reasons, graded goals, the best place and what it does to others.

use std::cmp::Reverse;
use std::panic::resume_unwind;
use std::thread;

use crate::domain::ids::{Id, VisitId};
use crate::domain::time::{Seconds, Timestamp};

use super::answer::{Break, Candidate, GoalGrade, Insertion, Ranking, RuleName, RuleResult};
use super::explain;
use super::goals::fairness::MeanLoads;
use super::goals::{Graded, Weights, arrival, detour, disturbance, fairness, knows_asset};
use super::insert::{Trial, insert_at};
use super::invariants;
use super::problem::{Job, Scene, Stop, TechnicianState};
use super::route::{Absences, Route, Step, before, schedule};
use super::rules::{DECLINED, Finding, absence, of_load, of_person, shift};

/// Fewer technicians are asked sooner than a thread begins.
const WORTH_A_THREAD: usize = 100;

/// Ranks all technicians with the house weights of the job's priority.
pub fn rank(job: &Job, technicians: &[TechnicianState], scene: &Scene) -> Ranking {
    rank_with(job, technicians, scene, Weights::of(job.priority))
}

/// Fit before unfit; among the fit, who declined this very job last, those who break no promise first, then the higher
/// total, then the smaller id.
/// Among the unfit, those of other territories last, then fewer failed rules first, then the smaller id. The order of
/// `technicians` does not matter; of those of other territories only what stands in their files is looked at.
pub fn rank_with(job: &Job, technicians: &[TechnicianState], scene: &Scene, weights: Weights) -> Ranking {
    let means = MeanLoads::of(technicians.iter().filter(|technician| technician.serves(job.territory)));
    let ask = |technician: &TechnicianState| Asked { job, technician, scene, weights, means: &means }.candidate();
    let mut candidates = on_all_cores(technicians, ask);
    candidates.sort_by_cached_key(order);
    for (candidate, rank) in candidates.iter_mut().filter(|candidate| candidate.fit).zip(1..) {
        candidate.rank = Some(rank);
    }
    Ranking {
        work_order_id: job.work_order,
        computed_at: scene.now,
        scales: explain::scales(),
        candidates,
        exchanges: Vec::new(),
    }
}

/// A caller waits on the line: a large company is asked by several cores at once. Who answers first does not matter.
fn on_all_cores(technicians: &[TechnicianState], ask: impl Fn(&TechnicianState) -> Candidate + Sync) -> Vec<Candidate> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = technicians.len().div_ceil(cores).max(WORTH_A_THREAD);
    let Some((own, others)) = technicians.split_at_checked(share) else {
        return technicians.iter().map(ask).collect();
    };
    thread::scope(|scope| {
        let ask = &ask;
        let helping: Vec<_> =
            others.chunks(share).map(|part| scope.spawn(move || part.iter().map(ask).collect::<Vec<_>>())).collect();
        let mut asked: Vec<Candidate> = own.iter().map(ask).collect();
        for helper in helping {
            asked.extend(helper.join().unwrap_or_else(|fell| resume_unwind(fell)));
        }
        asked
    })
}

fn order(candidate: &Candidate) -> impl Ord + use<> {
    let failed = candidate.rules.iter().filter(|rule| !rule.passed).count();
    let foreign = candidate.rules.iter().any(|rule| rule.rule == RuleName::Territory && !rule.passed);
    let declined = candidate.rules.iter().any(|rule| rule.reason_code == DECLINED);
    let tenths = candidate.total.map_or(0, |total| (total * 10.0).round() as i64);
    (!candidate.fit, foreign, failed, declined, !candidate.breaks.is_empty(), Reverse(tenths), candidate.technician_id)
}

/// Gives the job to one technician at his best place: his new route with the stop, and where it stands. The reasons
/// when a hard rule is in the way.
pub fn place(
    job: &Job,
    technician: &TechnicianState,
    visit: VisitId,
    scene: &Scene,
) -> Result<(TechnicianState, Insertion), Vec<RuleResult>> {
    let means = MeanLoads::of([technician]);
    let asked = Asked { job, technician, scene, weights: Weights::of(job.priority), means: &means };
    let found = asked.find(&Stop::of(job, visit));
    let Some((_, trial)) = found.place.as_ref().filter(|_| found.findings.iter().all(Finding::passed)) else {
        let failed = found.findings.iter().filter(|finding| !finding.passed());
        return Err(failed.map(|finding| explain::rule(finding, scene)).collect());
    };
    let insertion = asked.insertion(&found, trial);
    let changed = insert_at(technician, job, Stop::of(job, visit), trial.position);
    debug_assert_eq!(invariants::frozen_kept(technician, &changed), Ok(()));
    debug_assert_eq!(invariants::keeps_time(&changed, &schedule(&changed, scene.travel, scene.now), scene.now), Ok(()));
    Ok((changed, insertion))
}

/// One technician asked about one job.
struct Asked<'a> {
    job: &'a Job,
    technician: &'a TechnicianState,
    scene: &'a Scene<'a>,
    weights: Weights,
    means: &'a MeanLoads,
}

struct Found<'a> {
    route: Route<'a>,
    findings: Vec<Finding<'a>>,
    place: Option<(Stop, Trial)>,
}

impl<'a> Asked<'a> {
    fn now(&self) -> Timestamp {
        self.scene.now
    }

    /// The best place and all findings, in the order of the answer.
    fn find(&self, stop: &Stop) -> Found<'a> {
        let (technician, scene) = (self.technician, self.scene);
        let route = Route::new(technician, scene.travel, scene.now, Absences::Kept);
        let tried = route.best(stop, scene.travel, scene.now);
        let (on_shift, present) = match tried {
            Ok(trial) => (shift::fits(technician.shift, &trial.home), absence::passes(&technician.absences, scene.now)),
            Err(no) => self.no_place(stop, no.over),
        };
        let day = tried.as_ref().map_or(scene.now, |trial| trial.step.start).day(scene.zone);
        let [skill, qualification, territory, excluded] = of_person(self.job, technician, day);
        let mut findings = vec![skill, qualification, on_shift, present, territory];
        findings.extend(of_load(self.job, technician));
        findings.push(excluded);
        Found { route, findings, place: tried.ok().map(|trial| (stop.clone(), trial)) }
    }

    /// Tells a full shift from an absence in the way by trying again without absences.
    fn no_place(&self, stop: &Stop, over: Seconds) -> (Finding<'static>, Finding<'static>) {
        let (technician, scene) = (self.technician, self.scene);
        let absent_matters = technician.shift.is_some() && technician.absences.iter().any(|away| away.to > scene.now);
        if absent_matters {
            let always = Route::new(technician, scene.travel, scene.now, Absences::Ignored);
            if always.best(stop, scene.travel, scene.now).is_ok() {
                return (Finding::ShiftBlockedByAbsence, absence::fails(&technician.absences, scene.now));
            }
        }
        let hours = (technician.shift, technician.overtime_max);
        (shift::fails(hours, stop, scene, over), absence::passes(&technician.absences, scene.now))
    }

    fn insertion(&self, found: &Found, trial: &Trial) -> Insertion {
        let from = before(self.technician, trial.position);
        found.route.insertion(trial, self.scene.travel.seconds(from, self.job.position).seconds)
    }

    fn candidate(&self) -> Candidate {
        if !self.technician.serves(self.job.territory) {
            return self.foreign();
        }
        let unnamed = VisitId::from_uuid(uuid::Uuid::nil());
        let found = self.find(&Stop::of(self.job, unnamed));
        let mut candidate = self.judged(&found.findings);
        if let Some((stop, trial)) = found.place.as_ref().filter(|_| candidate.fit) {
            self.fill(&mut candidate, &found, stop, trial);
        }
        candidate
    }

    /// His timetable changes nothing, so it is not made; only what stands in his way is told.
    fn foreign(&self) -> Candidate {
        let day = self.now().day(self.scene.zone);
        let failed = of_person(self.job, self.technician, day).into_iter().filter(|finding| !finding.passed());
        self.judged(&failed.collect::<Vec<_>>())
    }

    fn judged(&self, findings: &[Finding]) -> Candidate {
        Candidate {
            technician_id: self.technician.id,
            technician_name: self.technician.name.clone(),
            fit: findings.iter().all(Finding::passed),
            rank: None,
            total: None,
            rules: findings.iter().map(|finding| explain::rule(finding, self.scene)).collect(),
            goals: Vec::new(),
            insertion: None,
            moves: Vec::new(),
            breaks: Vec::new(),
        }
    }

    fn fill(&self, candidate: &mut Candidate, found: &Found, stop: &Stop, trial: &Trial) {
        let (moves, mut breaks) = found.route.effects(trial, stop, self.scene.travel);
        let promised = |visit| self.technician.stops.iter().any(|stop| stop.visit == visit && stop.promise().is_some());
        let graded = [
            arrival::grade(self.job, &trial.step, self.now()),
            detour::grade(trial.detour),
            disturbance::grade(&moves, &breaks, |moved| promised(moved.visit_id)),
            knows_asset::grade(self.job, self.technician, self.now()),
            fairness::grade(self.technician, self.means),
        ];
        candidate.total = Some(tenths(&graded, &self.weights) as f64 / 10.0);
        candidate.goals = graded
            .iter()
            .map(|graded| explain::goal(graded, self.weights.weight(graded.goal()), self.scene.zone))
            .collect::<Vec<GoalGrade>>();
        candidate.insertion = Some(self.insertion(found, trial));
        breaks.extend(own_break(stop, &trial.step));
        candidate.moves = moves;
        candidate.breaks = breaks;
    }
}

/// What the job's own customer was promised and would not get.
pub(super) fn own_break(stop: &Stop, step: &Step) -> Option<Break> {
    let promised = stop.promised.filter(|promised| step.start > promised.to)?;
    let visit_id = VisitId::from_uuid(stop.work_order.uuid());
    Some(Break { visit_id, customer_name: stop.customer_name.clone(), promised, would_start: step.start })
}

/// Weighted mean, in tenths.
pub(super) fn tenths(graded: &[Graded], weights: &Weights) -> u64 {
    let (mut sum, mut weight_sum) = (0_u64, 0_u64);
    for one in graded {
        let weight = u64::from(weights.weight(one.goal()));
        sum += weight * u64::from(one.grade());
        weight_sum += weight;
    }
    (sum * 10 + weight_sum / 2).checked_div(weight_sum).unwrap_or(0)
}
