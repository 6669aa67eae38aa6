//! The best place for a job on a kept route: what [`crate::planner::route::Route::best`] finds, without walking what
//! cannot win.
//!
//! A place costs what the new stop itself costs, the overtime that it makes, and what the later stops feel. The first is
//! known after one step. The third is never less than the lateness that these stops have already, taken back. When he is
//! home is known at once where nothing but openings shapes the rest of the day; while the break is still due, home is no
//! earlier than with all drives, work and the break one after the other. So most places are told apart without a walk:
//! what costs no less than the best one found cannot win, and what comes home too late is no place. The place that looks
//! to be home first is tried first. A tie goes to the earlier place.

use super::times::{Line, Times};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::insert::{Felt, NoPlace, Trial, overtime, own_cost};
use crate::planner::line::{Pace, Slot};
use crate::planner::route::{Cursor, Step};
use crate::roads::Trips;

/// One route, one job, one moment.
pub(super) struct Search<'a> {
    pub line: &'a Line,
    pub times: &'a Times,
    pub pace: Pace<'a>,
    pub shift: Option<Window>,
    pub overtime_max: Seconds,
    pub slot: &'a Slot<'a>,
    /// Since when the customer waits: a later start costs.
    pub at_once: Timestamp,
    /// To and from the places of the line.
    pub trips: &'a [Trips],
}

fn at(moment: Timestamp) -> Step {
    Step { arrive: moment, start: moment, end: moment, rest: None }
}

/// One place with the new stop served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried {
    position: usize,
    cursor: Cursor,
    step: Step,
    leg_out: Seconds,
    detour: Seconds,
    own: i64,
    /// He is home no earlier.
    home: Timestamp,
    /// He is home exactly then.
    exact: bool,
}

/// What is found so far, and the last allowed moment to be home.
struct Best {
    found: Result<Trial, NoPlace>,
    limit: Timestamp,
    /// Overtime of the route as it is.
    over: i64,
}

impl Best {
    /// A place must cost less than this; one before the best may cost the same.
    fn most(&self, position: usize) -> i64 {
        self.found.map_or(i64::MAX, |found| found.cost + i64::from(position < found.position))
    }

    fn too_late(&mut self, home: Timestamp) {
        if let Err(no) = &mut self.found {
            no.over = no.over.min(home.since(self.limit));
        }
    }
}

impl Search<'_> {
    /// The cheapest place that keeps the shift, if there is one. `tried` is only memory.
    pub fn best(&self, tried: &mut Vec<Tried>) -> Result<Trial, NoPlace> {
        let Some(shift) = self.shift else {
            return Err(NoPlace { over: Seconds::ZERO });
        };
        tried.clear();
        tried.extend((self.line.frozen_prefix..=self.line.slots.len()).map(|position| self.serve(position)));
        let mut best = Best {
            found: Err(NoPlace { over: Seconds(i64::MAX) }),
            limit: shift.to + self.overtime_max,
            over: overtime(self.shift, &at(self.times.home)),
        };
        let first = tried.iter().min_by_key(|one| one.home).copied();
        for one in
            first.iter().chain(tried.iter().filter(|one| Some(one.position) != first.map(|first| first.position)))
        {
            self.compare(one, &mut best);
        }
        best.found
    }

    fn serve(&self, position: usize) -> Tried {
        let (leg_in, leg_out) = (self.trips[position].to_hub, self.trips[position + 1].from_hub);
        let mut cursor = self.times.cursors[position];
        let step = self.pace.step(&mut cursor, leg_in, self.slot);
        let detour = leg_in + leg_out - self.line.legs[position];
        let own = own_cost(self.slot, &step, self.at_once, detour);
        let (home, exact) = self.homecoming(position, &cursor, leg_out);
        Tried { position, cursor, step, leg_out, detour, own, home, exact }
    }

    /// No earlier than when he is home, and whether it is exactly then.
    fn homecoming(&self, position: usize, cursor: &Cursor, leg_out: Seconds) -> (Timestamp, bool) {
        let Some(known) = self.times.homecoming[position] else {
            return (Timestamp::from_micros(i64::MIN / 2), false);
        };
        let arrive = cursor.free + leg_out;
        match self.pace.break_plan.filter(|_| cursor.break_due) {
            None => (known.of(arrive), true),
            Some(plan) if known.without_waiting(arrive) > plan.window.from => {
                (known.without_waiting(arrive + plan.duration).max(known.of(arrive)), false)
            }
            Some(_) => (known.of(arrive), false),
        }
    }

    fn compare(&self, tried: &Tried, best: &mut Best) {
        let most = best.most(tried.position);
        let hopeless = match &best.found {
            Ok(_) => tried.home > best.limit,
            Err(no) => tried.home > best.limit && tried.home.since(best.limit) >= no.over,
        };
        if hopeless {
            return;
        }
        if tried.exact && tried.home > best.limit {
            return best.too_late(tried.home);
        }
        let over = overtime(self.shift, &at(tried.home)) - best.over;
        match self.walk(tried, tried.own + over, most, best.limit) {
            Err(home) => best.too_late(home),
            Ok(None) => {}
            Ok(Some((home, trial))) => {
                let late = overtime(self.shift, &home) - overtime(self.shift, &at(tried.home));
                let cost = trial.cost + late;
                if cost < most {
                    best.found = Ok(Trial { cost, ..trial });
                }
            }
        }
    }

    /// What the later stops feel, added to `cost`; none as soon as it cannot come below `most`. Err: he is home past the
    /// limit, then.
    fn walk(
        &self,
        tried: &Tried,
        mut cost: i64,
        most: i64,
        limit: Timestamp,
    ) -> Result<Option<(Step, Trial)>, Timestamp> {
        let Tried { position, mut cursor, step, leg_out, detour, .. } = *tried;
        let (mut broken, mut harm, mut leg) = (0, 0, leg_out);
        let mut known = tried.exact;
        let mut back = false;
        for index in position..self.line.slots.len() {
            if cost - self.times.owed[index] >= most {
                return Ok(None);
            }
            let slot = &self.line.slots[index];
            let new = self.pace.step(&mut cursor, leg, slot);
            let felt = Felt::of(slot, (self.times.steps[index].start, self.times.late[index]), &new);
            broken += u32::from(felt.broke);
            harm += felt.later_by.max(0);
            cost += felt.cost;
            leg = self.line.legs[index + 1];
            if cursor == self.times.cursors[index + 1] {
                back = true;
                break;
            }
            if !known && !cursor.break_due {
                known = true;
                let home = self.times.homecoming[index + 1].map(|known| known.of(cursor.free + leg));
                if let Some(home) = home.filter(|home| *home > limit) {
                    return Err(home);
                }
            }
        }
        let home = if back { at(self.times.home) } else { self.pace.homeward(cursor, leg, true) };
        if home.end > limit {
            return Err(home.end);
        }
        Ok((cost < most).then_some((home, Trial { position, step, home, detour, broken, harm, cost })))
    }

    /// The later stops that feel a trial, each with its new step.
    pub fn felt(&self, trial: &Trial, mut changed: impl FnMut(usize, &Step)) {
        let mut cursor = self.times.cursors[trial.position];
        self.pace.step(&mut cursor, self.trips[trial.position].to_hub, self.slot);
        let mut leg = self.trips[trial.position + 1].from_hub;
        for index in trial.position..self.line.slots.len() {
            let new = self.pace.step(&mut cursor, leg, &self.line.slots[index]);
            changed(index, &new);
            leg = self.line.legs[index + 1];
            if cursor == self.times.cursors[index + 1] {
                return;
            }
        }
    }
}
