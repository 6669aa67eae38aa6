//! The best place for a job on a kept route: what [`crate::planner::route::Route::best`] finds, without walking what
//! cannot win.
//!
//! A place costs what the new stop itself costs, the overtime that it makes, and what the later stops feel. The first is
//! known after one step. The second is known at once where nothing but openings shapes the rest of the day. The third is
//! never less than the lateness that these stops have already, taken back. So a place whose sum is no less than the best
//! one found cannot win, and one that comes home too late is told without a walk. A tie goes to the earlier place.

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
struct Tried {
    position: usize,
    cursor: Cursor,
    step: Step,
    leg_out: Seconds,
    detour: Seconds,
    own: i64,
}

impl Search<'_> {
    /// The cheapest place that keeps the shift, if there is one.
    pub fn best(&self) -> Result<Trial, NoPlace> {
        let Some(shift) = self.shift else {
            return Err(NoPlace { over: Seconds::ZERO });
        };
        let limit = shift.to + self.overtime_max;
        let now_over = overtime(self.shift, &at(self.times.home));
        let mut best: Result<Trial, NoPlace> = Err(NoPlace { over: Seconds(i64::MAX) });
        for position in self.line.frozen_prefix..=self.line.slots.len() {
            let tried = self.serve(position);
            let most = best.map_or(i64::MAX, |found| found.cost);
            let trial = match self.homecoming(&tried) {
                Some(home) if home > limit => Err(home),
                Some(home) => {
                    let own = tried.own + overtime(self.shift, &at(home)) - now_over;
                    Ok(self.walk(&tried, own, most).map(|(_, trial)| trial))
                }
                None => self.walk_home(&tried, now_over, most, limit),
            };
            best = match (best, trial) {
                (_, Ok(Some(cheaper))) => Ok(cheaper),
                (Err(no), Err(home)) => Err(NoPlace { over: no.over.min(home.since(limit)) }),
                (found, _) => found,
            };
        }
        best
    }

    fn serve(&self, position: usize) -> Tried {
        let (leg_in, leg_out) = (self.trips[position].to_hub, self.trips[position + 1].from_hub);
        let mut cursor = self.times.cursors[position];
        let step = self.pace.step(&mut cursor, leg_in, self.slot);
        let detour = leg_in + leg_out - self.line.legs[position];
        let own = own_cost(self.slot, &step, self.at_once, detour);
        Tried { position, cursor, step, leg_out, detour, own }
    }

    fn homecoming(&self, tried: &Tried) -> Option<Timestamp> {
        let known = self.times.homecoming[tried.position].filter(|_| !tried.cursor.break_due)?;
        Some(known.of(tried.cursor.free + tried.leg_out))
    }

    /// Where only a walk tells when he is home. Ok(None): dearer than `most`. Err: home past the limit, when.
    fn walk_home(&self, tried: &Tried, now_over: i64, most: i64, limit: Timestamp) -> Result<Option<Trial>, Timestamp> {
        let Some((home, trial)) = self.walk(tried, tried.own - now_over, most) else {
            return Ok(None);
        };
        if home.end > limit {
            return Err(home.end);
        }
        let cost = trial.cost + overtime(self.shift, &home);
        Ok((cost < most).then_some(Trial { cost, ..trial }))
    }

    /// What the later stops feel, added to `cost`; none as soon as it cannot come below `most`.
    fn walk(&self, tried: &Tried, mut cost: i64, most: i64) -> Option<(Step, Trial)> {
        let Tried { position, mut cursor, step, leg_out, detour, .. } = *tried;
        let (mut broken, mut harm, mut leg) = (0, 0, leg_out);
        let mut back = false;
        for index in position..self.line.slots.len() {
            if cost - self.times.owed[index] >= most {
                return None;
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
        }
        let home = if back { at(self.times.home) } else { self.pace.homeward(cursor, leg, true) };
        (cost < most).then_some((home, Trial { position, step, home, detour, broken, harm, cost }))
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
