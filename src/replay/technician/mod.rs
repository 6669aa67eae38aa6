//! A simulated technician: one phone, one van. Accepts what he is given, works in the planned order, drives by the
//! table of the day with a little traffic, reports where he is, repairs, files his report, takes his break, goes home.

mod drive;
mod phone;
mod visit;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::day::DayTechnician;
use super::stage::{Phase, Stage};
use crate::clients::{Api, CallError, Live};
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::roads::TravelTimes;
use crate::views::board::VisitRow;

/// Who would come home later than this past his last hour says no to a visit.
const LATE_HOME: Seconds = Seconds::minutes(10);
/// Without anything to do he looks at his phone so often.
const IDLE: Seconds = Seconds::minutes(15);

/// What the day does to a technician.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Down,
    Up,
}

/// Why he stops waiting, driving or working before the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    /// His list changed.
    News,
    /// The visit at hand is off.
    Off,
    /// He cannot work any more.
    Down,
    /// The play is over.
    Over,
}

pub struct Technician {
    stage: Arc<Stage>,
    index: usize,
    id: TechnicianId,
    api: Api,
    live: Live,
    fates: mpsc::UnboundedReceiver<Fate>,
    /// His live visits.
    visits: BTreeMap<VisitId, VisitRow>,
    /// Visits that he has not looked at yet, with when he will.
    unread: BTreeMap<VisitId, Timestamp>,
    /// The visit at hand.
    current: Option<VisitId>,
    at: Position,
    trips: u64,
    next_fix: i64,
    rested: bool,
}

impl Technician {
    pub async fn start(
        stage: Arc<Stage>,
        index: usize,
        api: Api,
        id: TechnicianId,
        fates: mpsc::UnboundedReceiver<Fate>,
    ) -> Result<Self, CallError> {
        let live = stage.watch_as(&api);
        let at = stage.day.places[stage.day.technicians[index].home];
        let mut technician = Self {
            stage,
            index,
            id,
            api,
            live,
            fates,
            visits: BTreeMap::new(),
            unread: BTreeMap::new(),
            current: None,
            at,
            trips: 0,
            next_fix: 1,
            rested: false,
        };
        technician.look().await?;
        Ok(technician)
    }

    fn me(&self) -> &DayTechnician {
        &self.stage.day.technicians[self.index]
    }

    fn home(&self) -> Position {
        self.stage.day.places[self.me().home]
    }

    /// When he must be home.
    fn last_hour(&self) -> Timestamp {
        self.stage.at(self.me().shift.1 + self.me().overtime_s)
    }

    pub async fn run(mut self) {
        self.stage.reached(Phase::Running).await;
        let begins = self.stage.at(self.me().shift.0);
        while self.stage.now() < begins {
            if let Err(end @ (Break::Down | Break::Over)) = self.wait(begins).await
                && !self.obey(end).await
            {
                return;
            }
        }
        while self.stage.now() < self.last_hour() {
            if let Err(end) = self.step().await
                && !self.obey(end).await
            {
                return;
            }
        }
        self.hand_back("勤務時間が終わるため").await;
    }

    /// Whether the day goes on after an interruption.
    async fn obey(&mut self, end: Break) -> bool {
        match end {
            Break::News | Break::Off => true,
            Break::Over => false,
            Break::Down => self.be_away().await,
        }
    }

    /// One thing: a break, a visit, or waiting for one.
    async fn step(&mut self) -> Result<(), Break> {
        let now = self.stage.now();
        if let Some(visit) = self.too_much(now, self.at) {
            return self.decline(&visit, visit::LATE_HOME_REASON).await;
        }
        let Some(visit) = self.next_visit() else {
            return match self.rest_due(now, None) {
                Some(until) => self.rest(until).await,
                None => self.wait((now + IDLE).min(self.last_hour())).await,
            };
        };
        let drive = self.stage.roads.seconds(self.at, visit.position).seconds;
        let leave = visit.planned_start - drive;
        if let Some(until) = self.rest_due(now, Some((&visit, leave, drive))) {
            return self.rest(until).await;
        }
        if now < leave {
            return self.wait(leave).await;
        }
        if self.too_late_home(now, drive, &visit) {
            return self.decline(&visit, visit::LATE_HOME_REASON).await;
        }
        self.serve(visit).await
    }

    /// The next one by plan.
    fn next_visit(&self) -> Option<VisitRow> {
        self.visits.values().min_by_key(|visit| (!visit.state.is_started(), visit.planned_start, visit.id)).cloned()
    }

    /// The last visit of his plan, when it would keep him longer than he may work: he says so as soon as he sees it, so
    /// that there is time to find somebody else. `free` and `from` are when and where he is done with what he is at.
    pub(super) fn too_much(&self, free: Timestamp, from: Position) -> Option<VisitRow> {
        let ahead = self.visits.values().filter(|visit| visit.state.is_movable() && self.current != Some(visit.id));
        let mut ahead: Vec<&VisitRow> = ahead.collect();
        ahead.sort_by_key(|visit| (visit.planned_start, visit.id));
        let last = *ahead.last()?;
        let (mut at, mut place) = (free, from);
        for visit in &ahead {
            at = at + self.stage.roads.seconds(place, visit.position).seconds;
            at = at.max(visit.promised.map_or(at, |promised| promised.from)) + Seconds::minutes(visit.service_minutes);
            place = visit.position;
        }
        let rest = self.me().rest.filter(|(_, (opens, _))| !self.rested && self.stage.at(*opens) < at);
        let home = at + self.stage.roads.seconds(place, self.home()).seconds + Seconds(rest.map_or(0, |rest| rest.0));
        (home > self.last_hour() + LATE_HOME).then(|| last.clone())
    }

    fn too_late_home(&self, now: Timestamp, drive: Seconds, visit: &VisitRow) -> bool {
        let start = (now + drive).max(visit.promised.map_or(now, |promised| promised.from));
        let home = self.stage.roads.seconds(visit.position, self.home()).seconds;
        start + Seconds::minutes(visit.service_minutes) + home > self.last_hour() + LATE_HOME
    }

    /// The end of a break that is to be taken now: where it costs nothing, because he would wait as long, and at the
    /// last chance, before work that would outlast the hours of the break.
    fn rest_due(&self, now: Timestamp, next: Option<(&VisitRow, Timestamp, Seconds)>) -> Option<Timestamp> {
        let (length, (opens, closes)) = self.me().rest.filter(|_| !self.rested)?;
        let (opens, closes) = (self.stage.at(opens), self.stage.at(closes));
        let until = now + Seconds(length);
        let Some((visit, leave, drive)) = next else { return (opens <= now && now <= closes).then_some(until) };
        if now < opens {
            // Work that begins now would be over only after the last moment for a break.
            let ends = leave.max(now) + drive + Seconds::minutes(visit.service_minutes);
            return (ends > closes && leave <= now).then_some(opens + Seconds(length));
        }
        let free = until <= leave;
        let last = leave.max(now) + drive + Seconds::minutes(visit.service_minutes) > closes;
        (free || last).then_some(until)
    }

    async fn rest(&mut self, until: Timestamp) -> Result<(), Break> {
        self.rested = true;
        while self.stage.now() < until {
            match self.wait(until).await {
                Err(Break::News | Break::Off) | Ok(()) => {}
                Err(end) => return Err(end),
            }
        }
        Ok(())
    }

    /// Tells the dispatchers, gives back what he has, and waits until he can work again. False when the day ends first.
    async fn be_away(&mut self) -> bool {
        self.stage.tell_away(self.id, true);
        self.hand_back("体調不良のため").await;
        loop {
            match self.wait(self.last_hour()).await {
                Err(Break::Over) => return false,
                Err(Break::News) if self.fit_again() => break,
                // What he is given while he is away goes back at once.
                Err(Break::News | Break::Off | Break::Down) => self.hand_back("体調不良のため").await,
                Ok(()) => return false,
            }
        }
        self.stage.tell_away(self.id, false);
        self.at = self.home();
        true
    }

    fn fit_again(&self) -> bool {
        !self.stage.is_away(self.id)
    }

    /// Every visit goes back into the queue.
    async fn hand_back(&mut self, reason: &str) {
        for visit in self.visits.values().cloned().collect::<Vec<_>>() {
            // Interrupted or not, the next one goes back too.
            let _ = self.give_up(&visit, reason).await;
        }
    }
}
