//! Where a job costs least among all routes of a worker, with a memory: most routes are the same as when the job was
//! last tried.

use super::insertion::{NOWHERE, Spot, best_spot};
use super::search::{ELSEWHERE, Search};

/// The best spot of a job in a route, remembered under the hash of the route.
#[derive(Debug, Clone, Copy, Default)]
struct Memo {
    hash: u32,
    /// [`NO_SPOT`] if there is none.
    delta: i32,
}

const NO_SPOT: i32 = i32::MAX;

/// Memos of each job for each technician, or for as many as fall on different places of a row.
struct Memos {
    memos: Vec<Memo>,
    positions: Vec<u32>,
}

/// What a worker remembers of insertions. Most steps are taken back, so what is asked of a route while it is under change
/// must not displace what is known of it as it stands.
pub(super) struct Memory {
    standing: Memos,
    passing: Memos,
    /// Memos of a job.
    row: usize,
    /// Marks of routes met in this look-up.
    met: Vec<u32>,
    look: u32,
}

/// Most memos of a job: with more technicians two of them may share one, which keeps the memory of 8,000 jobs in 25 MB.
const ROW_MAX: usize = 128;

impl Memory {
    pub(super) fn new(jobs: usize, technicians: usize) -> Self {
        let row = technicians.min(ROW_MAX);
        let memos = || Memos { memos: vec![Memo::default(); jobs * row], positions: vec![0; jobs * row] };
        Self { standing: memos(), passing: memos(), row, met: vec![0; technicians], look: 0 }
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
        let row = self.memory.row;
        let at = job as usize * row + if t < row { t } else { t % row };
        let memo = self.memory.standing.memos[at];
        let known = memo.hash == self.hashes[t];
        let (memo, position) =
            if known { (memo, self.memory.standing.positions[at]) } else { self.recall(technician, job, at) };
        let limit = best.map_or(NOWHERE.delta, |b| b.1.delta);
        if memo.delta == NO_SPOT || i64::from(memo.delta) >= limit {
            return;
        }
        let mut spot = Spot { position, delta: i64::from(memo.delta) };
        if self.chance.hit(self.tuning.blink) {
            spot = best_spot(self.model, technician, &self.routes[t], job, position);
        }
        if spot.delta < limit {
            *best = Some((technician, spot));
        }
    }

    /// What is not known of the route as it stands: known from a step that was kept, or to be worked out.
    fn recall(&mut self, technician: u32, job: u32, at: usize) -> (Memo, u32) {
        let hash = self.hashes[technician as usize];
        let mut found = (self.memory.passing.memos[at], self.memory.passing.positions[at]);
        let known = found.0.hash == hash;
        if !known {
            let spot = best_spot(self.model, technician, &self.routes[technician as usize], job, u32::MAX);
            let dear = i64::from(NO_SPOT - 1);
            let delta = if spot == NOWHERE { NO_SPOT } else { spot.delta.min(dear) as i32 };
            found = (Memo { hash, delta }, spot.position);
        }
        if !self.touched(technician) {
            (self.memory.standing.memos[at], self.memory.standing.positions[at]) = found;
        } else if !known {
            (self.memory.passing.memos[at], self.memory.passing.positions[at]) = found;
        }
        found
    }
}
