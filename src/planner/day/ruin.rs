//! Ruin: strings of neighbouring stops are taken out of neighbouring routes, so that slack in place and time arises
//! where the recreation can use it. After Christiaens and Vanden Berghe, "Slack Induction by String Removals for
//! Vehicle Routing Problems", Transportation Science 54 (2020).

use super::search::{ELSEWHERE, Search};

impl Search<'_> {
    /// Removes strings around a job drawn at random, often one without technician.
    pub(super) fn ruin(&mut self) {
        let seed = self.draw_seed();
        self.seed = seed;
        let mean_len = self.mean_len();
        let string = (self.tuning.string_max as f64).min(mean_len).max(1.0);
        let routes_max = 4.0 * self.tuning.removed_mean / (1.0 + string) - 1.0;
        let mut left = (1.0 + self.chance.unit() * routes_max.max(0.0)) as usize;
        let mut empty = self.chance.hit(self.tuning.whole);
        let model = self.model;
        for job in std::iter::once(&seed).chain(&model.near[seed as usize]) {
            if left == 0 {
                break;
            }
            let t = self.route_of[*job as usize];
            if t >= ELSEWHERE || self.touched(t) {
                continue;
            }
            self.touch(t);
            let len = self.routes[t as usize].len();
            let longest = string.min(len as f64);
            let whole = empty && len <= self.tuning.whole_max;
            empty = false;
            let count = if whole { len } else { (1.0 + self.chance.unit() * longest) as usize };
            self.remove_string(t, *job, count.clamp(1, len));
            left -= 1;
        }
    }

    fn draw_seed(&mut self) -> u32 {
        if !self.absent.is_empty() && self.chance.hit(self.tuning.seed_absent) {
            return self.absent[self.chance.below(self.absent.len())];
        }
        self.jobs[self.chance.below(self.jobs.len())]
    }

    /// Mean number of jobs on a route in use: about jobs over technicians, which a step must not count anew.
    fn mean_len(&self) -> f64 {
        self.jobs.len() as f64 / self.used.max(1) as f64
    }

    /// Takes `count` jobs around `job` out of the route; sometimes keeps a stretch in their middle.
    fn remove_string(&mut self, t: u32, job: u32, count: usize) {
        let len = self.routes[t as usize].len();
        let at = self.routes[t as usize].jobs().position(|j| j == job).expect("route_of names the job's route");
        let kept =
            if count > 1 && count < len && self.chance.hit(self.tuning.split) { self.draw_kept(len, count) } else { 0 };
        let span = count + kept;
        let first = at.saturating_sub(span - 1);
        let start = first + self.chance.below(at.min(len - span) - first + 1);
        // The kept stretch does not begin the string.
        let gap = if kept > 0 { start + 1 + self.chance.below(count - 1) } else { usize::MAX };
        let stops = &mut self.routes[t as usize].stops;
        let mut write = start + 1;
        for k in start..len + 1 {
            let inside = k < start + span && !(kept > 0 && k >= gap && k < gap + kept);
            if inside {
                let gone = stops[k + 1].job;
                self.route_of[gone as usize] = super::search::ABSENT;
                self.removed.push(gone);
            } else {
                stops[write] = stops[k + 1];
                write += 1;
            }
        }
        stops.truncate(write);
    }

    fn draw_kept(&mut self, len: usize, count: usize) -> usize {
        let mut kept = 1;
        while count + kept < len && self.chance.hit(self.tuning.split_deeper) {
            kept += 1;
        }
        kept
    }
}
