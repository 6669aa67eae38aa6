//! A technician with a phone and a van.

use super::way::Way;
use super::{AGAIN, Crowd};
use crate::clients::{Api, CallError};
use crate::domain::place::Position;
use crate::domain::time::Seconds;
use crate::domain::visit::VisitState;
use crate::views::technician::{
    FieldOutcome, MyDay, MyVisit, PartNeed, PartUse, PositionReport, ProgressRequest, ReportRequest, Tap,
};

/// Between two fixes; closer than a real phone's, because somebody is watching.
const FIX_EVERY: Seconds = Seconds(5);
/// He leaves at the latest so long before he must, and at the earliest then, too.
const EARLY: Seconds = Seconds::minutes(10);
/// Work takes so many minutes in the demo, whatever the catalogue says: nobody waits an hour for a report.
const WORK_MINUTES: (i64, i64) = (3, 14);

struct Technician {
    crowd: Crowd,
    api: Api,
    at: Position,
    next_fix: i64,
}

pub async fn work(crowd: Crowd, login: String) {
    let Some(home) = home(&crowd, &login) else { return };
    let Ok(api) = crowd.log_in(&login).await else { return };
    let next_fix = crowd.clock.now().seconds();
    let mut technician = Technician { crowd, api, at: home, next_fix };
    loop {
        if let Err(error) = technician.step().await {
            tracing::info!(%error, login, "the demo's technician tries again");
            tokio::time::sleep(AGAIN).await;
        }
    }
}

fn home(crowd: &Crowd, login: &str) -> Option<Position> {
    let code = crowd.company.users.iter().find(|user| user.login == login)?.technician.as_ref()?;
    crowd.company.technicians.iter().find(|technician| technician.code == *code).map(|technician| technician.home)
}

impl Technician {
    /// One thing: a tap, a drive, a repair, or a look at the phone.
    async fn step(&mut self) -> Result<(), CallError> {
        let day = self.api.my_day().await?;
        let Some(visit) = next(&day) else { return self.idle().await };
        match visit.visit.state {
            VisitState::Dispatched | VisitState::Offered => {
                self.pause(3, 20).await;
                self.tap(visit, Tap::Accept).await
            }
            VisitState::Accepted => self.leave(visit).await,
            VisitState::EnRoute => self.drive(visit).await,
            VisitState::Arrived => {
                self.pause(10, 40).await;
                self.tap(visit, Tap::Start).await
            }
            VisitState::Paused => self.tap(visit, Tap::Resume).await,
            VisitState::Working => self.repair(visit).await,
            _ => self.idle().await,
        }
    }

    async fn idle(&self) -> Result<(), CallError> {
        self.pause(5, 10).await;
        Ok(())
    }

    async fn pause(&self, low: i64, high: i64) {
        self.crowd.wait(Seconds(self.crowd.roll(low, high))).await;
    }

    async fn leave(&self, visit: &MyVisit) -> Result<(), CallError> {
        let leave_at = visit.visit.planned_start - Seconds(visit.visit.travel_s) - EARLY;
        if leave_at > self.crowd.clock.now() {
            return self.idle().await;
        }
        self.tap(visit, Tap::SetOut).await
    }

    /// Over the streets, or straight where there are none, in the time that the planner reckons with.
    async fn drive(&mut self, visit: &MyVisit) -> Result<(), CallError> {
        let (from, to) = (self.at, visit.visit.position);
        let total = self.crowd.ground.travel().seconds(from, to).seconds.0.max(FIX_EVERY.0);
        let way = Way::on(&self.crowd.ground, from, to);
        let mut driven = 0;
        while driven < total {
            self.crowd.wait(FIX_EVERY).await;
            driven += FIX_EVERY.0;
            self.at = way.at(driven as f64 / total as f64);
            self.report_position().await?;
        }
        self.tap(visit, Tap::Arrive).await
    }

    async fn report_position(&mut self) -> Result<(), CallError> {
        self.next_fix += 1;
        let fix = PositionReport {
            seq: self.next_fix,
            lat: self.at.lat(),
            lon: self.at.lon(),
            accuracy_m: self.crowd.roll(5, 25) as f64,
            at: Some(self.crowd.clock.now()),
            correlation_id: None,
            visit_id: None,
        };
        self.api.positions(vec![fix]).await.map(|_| ())
    }

    async fn repair(&self, visit: &MyVisit) -> Result<(), CallError> {
        let minutes = self.crowd.roll(WORK_MINUTES.0, WORK_MINUTES.1);
        self.crowd.wait(Seconds::minutes(minutes)).await;
        let causes = &self.crowd.company.causes;
        let cause = &causes[self.crowd.seeds.number() as usize % causes.len()];
        let request = ReportRequest {
            cause: cause.code.clone(),
            cause_text: String::new(),
            remedy: "部品を交換し、動作を確認しました。".to_owned(),
            parts: visit.parts_needed.iter().map(used).collect(),
            minutes,
            outcome: FieldOutcome::Repaired,
            at: self.crowd.clock.now(),
        };
        self.api.report(visit.visit.id, &request).await.map(|_| ())
    }

    async fn tap(&self, visit: &MyVisit, action: Tap) -> Result<(), CallError> {
        let at = self.crowd.clock.now();
        let request = ProgressRequest { action, at, version: None, delay_minutes: None, reason: None };
        match self.api.progress(visit.visit.id, &request).await {
            // The dispatcher changed his mind meanwhile: the next look at the day tells.
            Ok(_) | Err(CallError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn used(part: &PartNeed) -> PartUse {
    PartUse { code: part.code.clone(), quantity: i64::from(part.quantity), serial_old: None, serial_new: None }
}

/// The visit under way, else the first of the route.
fn next(day: &MyDay) -> Option<&MyVisit> {
    let live = || day.visits.iter().filter(|visit| visit.visit.state.is_live());
    live().find(|visit| visit.visit.state.is_started()).or_else(|| live().next())
}
