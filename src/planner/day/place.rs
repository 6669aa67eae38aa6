//! Where a job costs least among all routes of a worker, with a memory: most routes are the same as when the job was
//! last tried.

use super::insertion::{NOWHERE, Spot, best_spot};
use super::search::{ELSEWHERE, Search};

/// The best spot of a job in a route, remembered under the hash of the route's sequence: most routes are the same the
/// next time the job is tried, also after a step that was taken back.
#[derive(Debug, Clone, Copy)]
struct Memo {
    hash: u32,
    position: u32,
    delta: i64,
}

/// What a worker remembers of insertions.
pub(super) struct Memory {
    memos: Vec<Memo>,
    /// Marks of routes met in this look-up.
    met: Vec<u32>,
    look: u32,
}

impl Memory {
    pub(super) fn new(jobs: usize, technicians: usize) -> Self {
        let memos = vec![Memo { hash: 0, position: 0, delta: 0 }; jobs * technicians];
        Self { memos, met: vec![0; technicians], look: 0 }
    }
}

impl Search<'_> {
    /// Where `job` costs least, among this worker's routes. With the chance of a blink the best spot of a route is
    /// overlooked (Christiaens and Vanden Berghe 2020).
    pub(super) fn best_place(&mut self, job: u32) -> Option<(u32, Spot)> {
        let model = self.model;
        let mut best: Option<(u32, Spot)> = None;
        if model.technicians.len() <= self.tuning.scan_all_max {
            for t in &model.job(job).able {
                if self.mine[*t as usize] {
                    self.offer(*t, job, &mut best);
                }
            }
            return best;
        }
        self.memory.look = self.memory.look.wrapping_add(1);
        let mut left = self.tuning.routes_tried;
        for other in &model.near[job as usize] {
            let t = self.route_of[*other as usize];
            if t >= ELSEWHERE
                || std::mem::replace(&mut self.memory.met[t as usize], self.memory.look) == self.memory.look
            {
                continue;
            }
            if model.able(t, job) {
                self.offer(t, job, &mut best);
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        for t in &model.homes[job as usize] {
            if self.mine[*t as usize] && self.memory.met[*t as usize] != self.memory.look {
                self.offer(*t, job, &mut best);
            }
        }
        best
    }

    #[inline]
    fn offer(&mut self, technician: u32, job: u32, best: &mut Option<(u32, Spot)>) {
        let t = technician as usize;
        let memo = &mut self.memory.memos[job as usize * self.hashes.len() + t];
        if memo.hash != self.hashes[t] {
            let spot = best_spot(self.model, technician, &self.routes[t], job, u32::MAX);
            *memo = Memo { hash: self.hashes[t], position: spot.position, delta: spot.delta };
        }
        let limit = best.map_or(NOWHERE.delta, |b| b.1.delta);
        if memo.delta >= limit {
            return;
        }
        let mut spot = Spot { position: memo.position, delta: memo.delta };
        if self.chance.hit(self.tuning.blink) {
            spot = best_spot(self.model, technician, &self.routes[t], job, spot.position);
        }
        if spot.delta < limit {
            *best = Some((technician, spot));
        }
    }
}
