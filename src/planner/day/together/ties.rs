//! Which jobs are tied to each other: the members of a crew, and jobs that follow others. Read once from the file.

use std::collections::BTreeMap;

use crate::planner::day::model::Job;
use crate::planner::day::rules::TIME_MAX;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::wire::{Note, Problem};

/// A job of the file that is tied to others.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// Its jobs in the model: one for each technician of the crew.
    pub jobs: Vec<u32>,
    pub first: Option<First>,
    /// Members that follow it.
    pub next: Vec<usize>,
}

/// What must be done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First {
    pub member: usize,
    /// Seconds between its end and the begin.
    pub gap_min: i32,
    pub gap_max: i32,
}

/// All ties of a day.
#[derive(Debug, Clone, Default)]
pub struct Ties {
    pub members: Vec<Member>,
    /// Members that are tied to each other, each behind the one that it follows.
    pub groups: Vec<Vec<usize>>,
    /// Number of jobs of the file; behind them stand the further jobs of crews.
    pub jobs: usize,
}

impl Ties {
    /// Reads the ties, and adds to `jobs` one for each further technician of a crew. Jobs whose first is not there, or
    /// that wait for each other, are noted and can never begin.
    pub fn read(problem: &Problem, ids: &mut Vec<String>, jobs: &mut Vec<Job>, notes: &mut Vec<Note>) -> Self {
        let mut read = Reading::new(problem, ids);
        for (id, after) in &read.after {
            let first = read.number.get(after.0.as_str()).copied();
            if first.is_none() {
                let reason = format!("it follows {}, which is not among the jobs that can be planned", after.0);
                notes.push(Note { item: (*id).to_owned(), code: "no_such_job".to_owned(), reason });
            }
        }
        let mut ties = Self { jobs: jobs.len(), ..Self::default() };
        let tied = read.tied();
        let place: BTreeMap<u32, usize> = tied.iter().enumerate().map(|(k, j)| (*j, k)).collect();
        for job in &tied {
            let id = ids[*job as usize].clone();
            let mut all = vec![*job];
            for _ in 1..read.crews.get(id.as_str()).copied().unwrap_or(1) {
                all.push(jobs.len() as u32);
                jobs.push(Job { penalty: 0, ..jobs[*job as usize].clone() });
            }
            ties.members.push(Member { jobs: all, ..Member::default() });
        }
        for (id, (first, gap_min, gap_max)) in std::mem::take(&mut read.after) {
            let k = place[&read.number[id]];
            let Some(member) = read.number.get(first.as_str()).and_then(|j| place.get(j)).copied() else {
                never(&ties.members[k], jobs);
                continue;
            };
            ties.members[k].first = Some(First { member, gap_min, gap_max });
            ties.members[member].next.push(k);
        }
        ties.order();
        ties.cut_circles(ids, jobs, notes);
        let copies: Vec<String> =
            ties.members.iter().flat_map(|m| m.jobs[1..].iter().map(|_| ids[m.jobs[0] as usize].clone())).collect();
        ids.extend(copies);
        ties
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Must it begin at one second? Crews must, and whoever somebody follows within a certain time.
    #[must_use]
    pub fn rigid(&self, member: usize) -> bool {
        let one = &self.members[member];
        let followed = |n: &usize| self.members[*n].first.is_some_and(|first| first.gap_max < TIME_MAX);
        one.jobs.len() > 1 || one.next.iter().any(followed)
    }

    /// Groups, from members that follow nobody on.
    fn order(&mut self) {
        for root in (0..self.members.len()).filter(|k| self.members[*k].first.is_none()) {
            let mut group = vec![root];
            let mut at = 0;
            while at < group.len() {
                group.extend(&self.members[group[at]].next);
                at += 1;
            }
            self.groups.push(group);
        }
    }

    /// What no group reached waits for itself.
    fn cut_circles(&self, ids: &[String], jobs: &mut [Job], notes: &mut Vec<Note>) {
        let mut reached = vec![false; self.members.len()];
        self.groups.iter().flatten().for_each(|k| reached[*k] = true);
        for member in self.members.iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(m, _)| m) {
            never(member, jobs);
            let reason = "it follows a job that in the end follows it".to_owned();
            notes.push(Note { item: ids[member.jobs[0] as usize].clone(), code: "circle".to_owned(), reason });
        }
    }
}

fn never(member: &Member, jobs: &mut [Job]) {
    member.jobs.iter().for_each(|j| jobs[*j as usize].windows = Windows::new(&[]));
}

/// What the file says, by id.
struct Reading<'a> {
    number: BTreeMap<&'a str, u32>,
    crews: BTreeMap<&'a str, i64>,
    /// First job, least and most seconds.
    after: BTreeMap<&'a str, (String, i32, i32)>,
}

impl<'a> Reading<'a> {
    fn new(problem: &'a Problem, ids: &[String]) -> Self {
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        for (k, id) in ids.iter().enumerate() {
            known.insert(id, k as u32);
        }
        let (mut number, mut crews, mut after) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for job in problem.jobs.iter().filter_map(|j| j.0.as_ref().ok()) {
            let Some(k) = known.get(job.id.as_str()).filter(|_| !number.contains_key(job.id.as_str())) else {
                continue;
            };
            number.insert(job.id.as_str(), *k);
            if job.crew.unwrap_or(1) > 1 {
                crews.insert(job.id.as_str(), job.crew.unwrap_or(1));
            }
            if let Some(a) = &job.after {
                let seconds = |v: i64| v.clamp(0, i64::from(TIME_MAX)) as i32;
                let gaps = (seconds(a.gap_min.unwrap_or(0)), a.gap_max.map_or(TIME_MAX, seconds));
                after.insert(job.id.as_str(), (a.job.clone(), gaps.0, gaps.1));
            }
        }
        Self { number, crews, after }
    }

    /// Jobs that are tied to others, ascending.
    fn tied(&self) -> Vec<u32> {
        let firsts = self.after.values().filter_map(|a| self.number.get(a.0.as_str()));
        let own = self.crews.keys().chain(self.after.keys()).map(|id| &self.number[id]);
        let mut all: Vec<u32> = firsts.chain(own).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
