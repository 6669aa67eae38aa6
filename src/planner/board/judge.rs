//! Every technician of a kept board asked about one job: verdicts, grades and the best place as figures, no words yet.

use chrono::NaiveDate;

use super::columns::{Needed, entry};
use super::search::{Search, Tried};
use super::standings::{Judged, Placed, Shift, Standings};
use super::times::Times;
use super::{LiveBoard, Person, Question};
use crate::domain::ids::{Id, VisitId};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::goals::disturbance::Shifted;
use crate::planner::goals::fairness::MeanLoads;
use crate::planner::goals::{arrival, detour, disturbance, fairness, knows_asset};
use crate::planner::insert::{NoPlace, Trial, newly_broken, noticed};
use crate::planner::line::Slot;
use crate::planner::problem::Stop;
use crate::planner::rank::{own_break, tenths};
use crate::planner::route::Absences;
use crate::planner::rules::{Finding, absence, excluded, max_jobs, parts, qualification, shift, skill, territory};
use crate::planner::spread::{self, Passed};
use crate::roads::{Place, Trips};

/// The local day that most work falls on, with its bounds: asking the calendar for each technician takes too long.
struct Today {
    span: Option<Window>,
    date: NaiveDate,
}

/// One question under way.
pub(super) struct Judge<'a> {
    board: &'a LiveBoard,
    question: &'a Question<'a>,
    needed: Needed<'a>,
    means: MeanLoads,
    stop: Stop,
    slot: Slot<'static>,
    hub: Place,
    today: Today,
    times: Times,
    trips: Vec<Trips>,
    tried: Vec<Tried>,
    judged: Vec<Judged<'a>>,
    places: Vec<Placed>,
    shifts: Vec<Shift>,
}

impl<'a> Judge<'a> {
    pub fn new(board: &'a LiveBoard, question: &'a Question<'a>) -> Self {
        let (job, scene) = (question.job, question.scene);
        let stop = Stop::of(job, VisitId::from_uuid(uuid::Uuid::nil()));
        let asked = board.people.iter().filter(|person| !question.without.contains(&person.id));
        let loads = asked
            .filter(|person| person.shift.is_some() && person.serves(job.territory))
            .map(|person| (person.territory, person.load));
        let date = scene.now.day(scene.zone);
        let begin = |day| Timestamp::on_day(day, chrono::NaiveTime::MIN, scene.zone);
        let span = date.succ_opt().and_then(|next| Window::new(begin(date), begin(next)));
        Self {
            board,
            question,
            needed: board.columns.of(job),
            means: MeanLoads::of_loads(loads),
            slot: Slot::kept(&stop),
            stop,
            hub: job.position.into(),
            today: Today { span, date },
            times: Times::default(),
            trips: Vec::new(),
            tried: Vec::new(),
            judged: Vec::with_capacity(board.people.len()),
            places: Vec::new(),
            shifts: Vec::new(),
        }
    }

    pub fn standings(self) -> Standings<'a> {
        Standings::new(self.board, self.question, (self.judged, self.places, self.shifts))
    }

    fn day(&self, at: Timestamp) -> NaiveDate {
        match self.today.span {
            Some(span) if span.contains(at) => self.today.date,
            _ => at.day(self.question.scene.zone),
        }
    }

    /// The rules that look at the man and not at his route, on the day of the work.
    fn of_person(&self, at: usize, begins: Timestamp) -> [Finding<'a>; 4] {
        let (job, person) = (self.question.job, &self.board.people[at]);
        [
            skill::check(job, |need| entry(self.needed.skills[need], at)),
            qualification::check(job, |_| entry(self.needed.licence, at), || self.day(begins)),
            territory::check(job, person.territory, &person.lends_to),
            excluded::check(job, person.id),
        ]
    }

    /// Asks the technician at a place of the board.
    pub fn judge(&mut self, at: usize) {
        if !self.board.people[at].serves(self.question.job.territory) {
            let findings = self.of_person(at, self.question.scene.now);
            self.judged.push(Judged::of(at, findings.into_iter().filter(|finding| !finding.passed())));
            return;
        }
        let tried = self.tried(at);
        let (on_shift, present) = self.timely(at, tried);
        let begins = tried.map_or(self.question.scene.now, |trial| trial.step.start);
        let [skill, qualification, territory, excluded] = self.of_person(at, begins);
        let (job, person) = (self.question.job, &self.board.people[at]);
        let full = max_jobs::check(person.load, person.max_jobs);
        let parts = parts::check(job, |need| entry(self.needed.parts[need], at).unwrap_or(0));
        let findings = [skill, qualification, on_shift, present, territory, full].into_iter().chain(parts);
        let mut judged = Judged::of(at, findings.chain([excluded]));
        if let Some(trial) = tried.ok().filter(|_| judged.fit) {
            judged.placed = Some(self.places.len() as u32);
            let placed = self.placed(at, person, &trial);
            self.places.push(placed);
        }
        self.judged.push(judged);
    }

    /// His best place; timetable and drives are left behind for what follows.
    fn tried(&mut self, at: usize) -> Result<Trial, NoPlace> {
        let (line, now) = (&self.board.lines[at], self.question.scene.now);
        let day = &self.board.days[at];
        self.question.scene.travel.around(&self.hub, &line.places, &mut self.trips);
        self.times.walk(line, day, Times::pace(day, Absences::Kept, now), now);
        let mut tried = std::mem::take(&mut self.tried);
        let best = self.search(at, &self.times, Absences::Kept).best(&mut tried);
        self.tried = tried;
        best
    }

    fn search<'s>(&'s self, at: usize, times: &'s Times, absences: Absences) -> Search<'s> {
        let (person, now) = (&self.board.people[at], self.question.scene.now);
        Search {
            line: &self.board.lines[at],
            times,
            pace: Times::pace(&self.board.days[at], absences, now),
            shift: person.shift,
            overtime_max: person.overtime_max,
            slot: &self.slot,
            at_once: now.max(self.stop.earliest),
            trips: &self.trips,
        }
    }

    /// What shift and absence say to the best place, or to there being none.
    fn timely(&self, at: usize, tried: Result<Trial, NoPlace>) -> (Finding<'static>, Finding<'static>) {
        let (person, scene) = (&self.board.people[at], self.question.scene);
        let away = &self.board.days[at].state.absences;
        let over = match tried {
            Ok(trial) => return (shift::fits(person.shift, &trial.home), absence::passes(away, scene.now)),
            Err(no) => no.over,
        };
        // Tells a full shift from an absence in the way by trying again without absences.
        if person.shift.is_some() && away.iter().any(|away| away.to > scene.now) && self.fits_without_absences(at) {
            return (Finding::ShiftBlockedByAbsence, absence::fails(away, scene.now));
        }
        let hours = (person.shift, person.overtime_max);
        (shift::fails(hours, &self.stop, scene, over), absence::passes(away, scene.now))
    }

    fn fits_without_absences(&self, at: usize) -> bool {
        let (line, day, now) = (&self.board.lines[at], &self.board.days[at], self.question.scene.now);
        let mut times = Times::default();
        times.walk(line, day, Times::pace(day, Absences::Ignored, now), now);
        self.search(at, &times, Absences::Ignored).best(&mut Vec::new()).is_ok()
    }

    fn placed(&mut self, at: usize, person: &Person, trial: &Trial) -> Placed {
        let (job, now, weights) = (self.question.job, self.question.scene.now, self.question.weights);
        let first = self.shifts.len();
        let broken = self.shift_others(at, trial);
        let own = u32::from(own_break(&self.stop, &trial.step).is_some());
        let shifts = &self.shifts[first..];
        let moved = shifts.iter().filter(|shift| noticed(shift.from, shift.to)).map(|shift| Shifted {
            by: Seconds(shift.to.since(shift.from).0.abs()),
            promise_kept: shift.promise_kept,
            promised: shift.promised,
        });
        let grades = [
            arrival::grade(job, &trial.step, now),
            detour::grade(trial.detour),
            disturbance::grade_shifts(moved, broken),
            knows_asset::grade_visit(job, person.id, self.question.knows.get(&person.id).copied(), now),
            fairness::grade_load(person.territory, person.load, &self.means),
        ];
        let (arrive_earliest, arrive_latest) = self.around(at, trial);
        Placed {
            position: trial.position,
            step: trial.step,
            detour: trial.detour,
            arrive_earliest,
            arrive_latest,
            tenths: tenths(&grades, &weights),
            grades,
            broken: broken + own,
            shifts: (first, self.shifts.len()),
        }
    }

    /// Notes the visits that a trial shifts noticeably or whose promise it breaks. How many promises break.
    fn shift_others(&mut self, at: usize, trial: &Trial) -> u32 {
        let mut shifts = std::mem::take(&mut self.shifts);
        let mut broken = 0;
        let line = &self.board.lines[at];
        self.search(at, &self.times, Absences::Kept).felt(trial, |index, new| {
            let (slot, from) = (&line.slots[index], self.times.steps[index].start);
            let breaks = newly_broken(slot, from, new.start);
            broken += u32::from(breaks);
            if breaks || noticed(from, new.start) {
                let (promise_kept, promised) = (slot.overrun(new.start).0 == 0, slot.promised_to.is_some());
                shifts.push(Shift { index, from, to: new.start, promise_kept, promised, breaks });
            }
        });
        self.shifts = shifts;
        broken
    }

    fn around(&self, at: usize, trial: &Trial) -> (Timestamp, Timestamp) {
        let (line, day, now) = (&self.board.lines[at], &self.board.days[at], self.question.scene.now);
        let before = line.slots.iter().zip(&line.legs).zip(&self.times.steps).take(trial.position).enumerate();
        let before = before.map(|(index, ((slot, &leg), &step))| {
            let service = if slot.begun { day.service(index, now) } else { slot.service };
            Passed { begun: slot.begun, service, leg, step }
        });
        let leave_at = self.times.cursors[trial.position].free;
        spread::around(before, leave_at, trial.step.arrive, self.trips[trial.position].to_hub)
    }
}
