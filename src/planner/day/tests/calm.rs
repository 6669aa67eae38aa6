//! A running day of random events: whatever comes, the answer keeps the protocol and the hard rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::kit::{problem, random};
use crate::planner::day::chance::Chance;
use crate::planner::day::online::{Message, RunningDay};
use crate::planner::day::wire::{Job, Problem};
use crate::planner::day::{Steps, Tuning};

/// What the desk knows: who has which queue, what is open, who works at what.
struct Desk {
    problem: Problem,
    queues: BTreeMap<String, Vec<String>>,
    open: BTreeSet<String>,
    busy: BTreeMap<String, String>,
    down: BTreeSet<String>,
    now: i64,
}

impl Desk {
    fn new(problem: Problem) -> Self {
        let queues = problem.technicians.iter().flat_map(|t| &t.0).map(|t| (t.id.clone(), Vec::new())).collect();
        let open = problem.jobs.iter().flat_map(|j| &j.0).map(|j| j.id.clone()).collect();
        Self { problem, queues, open, busy: BTreeMap::new(), down: BTreeSet::new(), now: 0 }
    }

    fn state(&self) -> Value {
        let techs: Vec<Value> = self.problem.technicians.iter().flat_map(|t| &t.0).map(|t| {
            let job = self.busy.get(&t.id);
            let status = if self.down.contains(&t.id) { "down" } else if job.is_some() { "working" } else { "idle" };
            json!({"tech": t.id, "status": status, "loc": t.start, "free_at": self.now + if job.is_some() { 900 } else { 0 },
                "job": job, "break_taken": false, "worked": 0, "plan": self.queues[&t.id]})
        }).collect();
        json!({"techs": techs, "open": self.open})
    }

    /// Somebody begins a job, drops out or comes back; a job is cancelled.
    fn happen(&mut self, chance: &mut Chance) {
        self.now += chance.below(2_000) as i64;
        let names: Vec<String> = self.queues.keys().cloned().collect();
        let who = names[chance.below(names.len())].clone();
        match chance.below(4) {
            0 => {
                self.queues.insert(who.clone(), Vec::new());
                self.open.extend(self.busy.remove(&who));
                self.down.insert(who);
            }
            1 => {
                self.down.remove(&who);
            }
            2 => {
                let gone: Vec<String> = self.open.iter().take(1).cloned().collect();
                self.close(&gone);
            }
            _ => {
                let next: Vec<String> = self.queues[&who].iter().take(1).cloned().collect();
                self.close(&next);
                self.busy.extend(next.into_iter().map(|j| (who.clone(), j)));
            }
        }
    }

    fn close(&mut self, jobs: &[String]) {
        for job in jobs {
            self.open.remove(job);
            self.queues.values_mut().for_each(|q| q.retain(|j| j != job));
        }
    }

    /// Takes the answer over by the letter of the protocol; says what is wrong with it.
    fn take(&mut self, answer: Vec<(String, Vec<String>)>) -> Result<(), String> {
        let jobs: BTreeMap<&str, &Job> =
            self.problem.jobs.iter().flat_map(|j| &j.0).map(|j| (j.id.as_str(), j)).collect();
        let listed: BTreeSet<String> = answer.iter().flat_map(|(_, q)| q.clone()).collect();
        if listed.len() != answer.iter().map(|(_, q)| q.len()).sum::<usize>() {
            return Err("a job stands twice".to_owned());
        }
        for (tech, queue) in &answer {
            let held = self.problem.technicians.iter().flat_map(|t| &t.0).find(|t| t.id == *tech).ok_or("who?")?;
            for job in queue {
                let needs = jobs[job.as_str()].skills.iter().flatten();
                if !self.open.contains(job) || self.down.contains(tech) {
                    return Err(format!("{job} cannot be given to {tech}"));
                }
                if !needs.clone().all(|s| held.skills.iter().flatten().any(|h| h == s)) {
                    return Err(format!("{tech} lacks a skill for {job}"));
                }
            }
        }
        self.queues.values_mut().for_each(|q| q.retain(|j| !listed.contains(j)));
        self.queues.extend(answer);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// (G) and (A) on a running day, twelve events each.
    #[test]
    fn every_answer_can_be_carried_out(seed: u64, workers in 1usize..3) {
        let file = soft(random(seed, 14));
        let mut day = RunningDay::new(&file, workers).expect("a day");
        let mut desk = Desk::new(file);
        let mut chance = Chance::new(seed);
        for seq in 0..12 {
            let message = json!({"type": "events", "seq": seq, "now": desk.now, "events": [], "state": desk.state()});
            let Ok(Message::Events { now, state, .. }) = serde_json::from_value(message) else { panic!("an event") };
            let answer = day.answer(seq, now, &state, Tuning::event(), seed, &Steps(60));
            let queues = answer.routes.into_iter().map(|q| (q.tech, q.jobs)).collect();
            prop_assert_eq!(desk.take(queues), Ok(()));
            desk.happen(&mut chance);
        }
    }
}

/// Half of the jobs may be late at a price.
fn soft(mut file: Problem) -> Problem {
    for (k, job) in file.jobs.iter_mut().enumerate() {
        if let Ok(job) = &mut job.0 {
            job.late_weight = (k % 2 == 0).then_some(2);
        }
    }
    file
}

#[test]
fn a_day_without_anybody_is_answered() {
    let file = problem(json!({"format": "fsd-problem/1", "jobs": [], "technicians": [],
        "travel": {"kind": "explicit", "durations": [[0]]}}));
    let mut day = RunningDay::new(&file, 1).expect("a day");
    let state = serde_json::from_value(json!({"techs": [], "open": ["nobody knows it"]})).expect("a state");
    assert!(day.answer(1, 0, &state, Tuning::event(), 1, &Steps(10)).routes.is_empty());
}
