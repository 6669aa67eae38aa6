//! A live board: every technician with his route, kept between questions and made ready again only for who changed.
//!
//! [`LiveBoard::rank`] answers what [`crate::planner::rank()`] answers for the same technicians, word for word; the laws in
//! `tests/board.rs` hold the two against each other. What makes it quick: drives between stops are known, who holds what
//! stands in columns by code, the drives to and from the job are asked for together, places that cannot win are not
//! walked (`search.rs`), and sentences are made when the answer is told (`standings.rs`).

mod columns;
mod judge;
mod search;
mod standings;
mod times;
mod write;

use std::collections::BTreeMap;

use self::columns::Columns;
use self::judge::Judge;
pub use self::standings::Standings;
use self::times::Line;
use super::goals::Weights;
use super::live::LiveDay;
use super::problem::{Job, Scene, TechnicianState};
use crate::domain::ids::{TechnicianId, TerritoryId};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::TravelTimes;

/// Who goes where with one job, asked of a live board.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub job: &'a Job,
    pub scene: &'a Scene<'a>,
    pub weights: Weights,
    /// Who was at the job's asset before, and when last.
    pub knows: &'a BTreeMap<TechnicianId, Timestamp>,
    /// Who is known to be out: left out of the answer.
    pub without: &'a [TechnicianId],
}

/// What of a technician every question looks at.
#[derive(Debug)]
struct Person {
    id: TechnicianId,
    territory: TerritoryId,
    lends_to: Vec<TerritoryId>,
    shift: Option<Window>,
    overtime_max: Seconds,
    load: u32,
    max_jobs: Option<u32>,
}

impl Person {
    fn of(state: &TechnicianState) -> Self {
        Self {
            id: state.id,
            territory: state.territory,
            lends_to: state.lends_to.clone(),
            shift: state.shift,
            overtime_max: state.overtime_max,
            load: state.load(),
            max_jobs: state.max_jobs,
        }
    }

    fn serves(&self, territory: TerritoryId) -> bool {
        self.territory == territory || self.lends_to.contains(&territory)
    }
}

/// The technicians of a company by id, with their routes made ready.
#[derive(Debug, Default)]
pub struct LiveBoard {
    days: Vec<LiveDay>,
    people: Vec<Person>,
    lines: Vec<Line>,
    columns: Columns,
}

impl LiveBoard {
    pub fn new(mut days: Vec<LiveDay>, travel: &dyn TravelTimes) -> Self {
        days.sort_by_key(|day| day.state.id);
        let mut board = Self::default();
        for day in days {
            board.put(board.days.len(), day, travel);
        }
        board
    }

    /// Puts a technician's day in place of the one that is kept. False, and nothing is done, when he is not on the board.
    pub fn replace(&mut self, day: LiveDay, travel: &dyn TravelTimes) -> bool {
        let found = self.people.binary_search_by_key(&day.state.id, |person| person.id);
        found.is_ok_and(|at| {
            self.put(at, day, travel);
            true
        })
    }

    /// At a place that is taken, or the next one.
    fn put(&mut self, at: usize, day: LiveDay, travel: &dyn TravelTimes) {
        let (person, line) = (Person::of(&day.state), Line::of(&day.state, travel));
        self.columns.write(at, &day.state);
        if at < self.days.len() {
            (self.days[at], self.people[at], self.lines[at]) = (day, person, line);
        } else {
            self.days.push(day);
            self.people.push(person);
            self.lines.push(line);
        }
    }

    /// All technicians by id, as a question of some moment sees them.
    pub fn states(&self, now: Timestamp) -> impl Iterator<Item = TechnicianState> {
        self.days.iter().map(move |day| day.at(now))
    }

    /// The days as they are kept, by id.
    pub fn days(&self) -> &[LiveDay] {
        &self.days
    }

    /// Ranks everybody on the board.
    pub fn rank<'a>(&'a self, question: &'a Question<'a>) -> Standings<'a> {
        let mut judge = Judge::new(self, question);
        let asked = (0..self.people.len()).filter(|&at| !question.without.contains(&self.people[at].id));
        asked.for_each(|at| judge.judge(at));
        judge.standings()
    }
}
