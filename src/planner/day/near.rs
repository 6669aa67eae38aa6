//! Which jobs lie near each other: strings are removed around a job, and a large day tries a job only near others. The
//! search of a day's nearest jobs grows with its square, so a running day keeps them from event to event.

use super::model::{Job, NEAR_MAX};
use super::travel::Travel;

/// Neighbours kept of each job of a running day. Most of them are done or not yet known at an event: what is left of
/// them should still be enough to plan with.
const KEPT_MAX: usize = 400;
/// With fewer open jobs than this the nearest are found anew, at most a millisecond.
const FEW: usize = 400;
/// With fewer open neighbours than this on the list the nearest of a job are found anew.
const ENOUGH: usize = 24;

/// The `max` nearest other jobs of `job`, nearest first, by the way there and back.
#[must_use]
pub fn nearest_to(jobs: &[Job], travel: &Travel, job: u32, max: usize) -> Box<[u32]> {
    ranked(jobs, travel, job, max).into_iter().map(|x| x.1).collect()
}

fn ranked(jobs: &[Job], travel: &Travel, job: u32, max: usize) -> Vec<(i32, u32)> {
    let place = jobs[job as usize].place;
    let (to, from) = (travel.to(place), travel.from(place));
    let way = |other: u32| {
        let p = jobs[other as usize].place as usize;
        (to[p].saturating_add(from[p]), other)
    };
    let mut near: Vec<(i32, u32)> = (0..jobs.len() as u32).filter(|o| *o != job).map(way).collect();
    keep_nearest(&mut near, max);
    near
}

/// Keeps the `max` smallest, sorted.
pub fn keep_nearest(items: &mut Vec<(i32, u32)>, max: usize) {
    if items.len() > max {
        items.select_nth_unstable(max);
        items.truncate(max);
    }
    items.sort_unstable();
}

/// What `f` says of each of `n` jobs, found by `workers` threads.
pub fn of_each<T: Send>(n: usize, workers: usize, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let all: Vec<u32> = (0..n as u32).collect();
    // A thread costs more than a small day.
    if workers < 2 || n < 200 {
        return all.into_iter().map(f).collect();
    }
    let f = &f;
    std::thread::scope(|scope| {
        let tasks: Vec<_> = all
            .chunks(n.div_ceil(workers))
            .map(|jobs| scope.spawn(move || jobs.iter().map(|j| f(*j)).collect::<Vec<T>>()))
            .collect();
        tasks.into_iter().flat_map(|t| t.join().expect("the way between two places does not panic")).collect()
    })
}

/// The nearest jobs of every job of a running day.
pub struct Near {
    lists: Vec<Vec<(i32, u32)>>,
}

impl Near {
    #[must_use]
    pub fn new(jobs: &[Job], travel: &Travel, workers: usize) -> Self {
        Self { lists: of_each(jobs.len(), workers, |job| ranked(jobs, travel, job, KEPT_MAX)) }
    }

    /// Takes in the last of `jobs`.
    pub fn add(&mut self, jobs: &[Job], travel: &Travel) {
        let new = self.lists.len() as u32;
        let place = jobs[new as usize].place;
        let (to, from) = (travel.to(place), travel.from(place));
        for (list, other) in self.lists.iter_mut().zip(jobs) {
            let entry = (to[other.place as usize].saturating_add(from[other.place as usize]), new);
            if list.len() < KEPT_MAX || list.last().is_some_and(|last| entry < *last) {
                list.insert(list.partition_point(|e| *e < entry), entry);
                list.truncate(KEPT_MAX);
            }
        }
        self.lists.push(ranked(jobs, travel, new, KEPT_MAX));
    }

    /// The nearest of the open jobs for each of them. `open` names them in the day, `number` is a job's place in `open`,
    /// or `u32::MAX`; `jobs` are the open jobs.
    #[must_use]
    pub fn among(
        &self,
        open: &[usize],
        number: &[u32],
        jobs: &[Job],
        travel: &Travel,
        workers: usize,
    ) -> Vec<Box<[u32]>> {
        of_each(open.len(), workers, |job| {
            let anew = || nearest_to(jobs, travel, job, NEAR_MAX);
            if open.len() < FEW {
                return anew();
            }
            let list = &self.lists[open[job as usize]];
            let known = list.iter().map(|e| number[e.1 as usize]).filter(|n| *n != u32::MAX).take(NEAR_MAX);
            let near: Box<[u32]> = known.collect();
            if near.len() < ENOUGH { anew() } else { near }
        })
    }
}
