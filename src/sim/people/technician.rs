//! Drives and repairs. The phone's positions are noisy, come twice, in the wrong order, or not at all; taps are undone,
//! postponed, made on an old picture.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitAction, VisitState};
use crate::sim::person::{Outcome, Person};
use crate::sim::wire::{Heard, Wire};
use crate::views::live::ServerFrame;
use crate::views::technician::{MyDay, MyVisit, PositionReport, PositionsAccepted};

/// Metres a second on the way, door to door.
const SPEED_MS: f64 = 9.0;
/// Degrees of latitude in a metre.
const DEGREES_PER_M: f64 = 1.0 / 111_320.0;

/// A phone waits no longer for the answer to its positions.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// What he carries in his head: where he is, and when his phone last said so.
struct Trip {
    at: Position,
    told: Timestamp,
}

/// Works until the day closes.
pub async fn technician(mut person: Person, home: Position, causes: Vec<String>) {
    person.catch_up().await;
    let mut trip = Trip { at: home, told: person.scene.now() };
    while person.scene.open() {
        let Some(day) = person.get::<MyDay>("/api/my/day").await else {
            person.wait(10, 40).await;
            continue;
        };
        match next(&day) {
            None => person.wait(60, 180).await,
            Some(mine) if mine.visit.state == VisitState::EnRoute => drive(&mut person, &mut trip, &mine).await,
            Some(mine) => act(&mut person, &mut trip, &mine, &causes).await,
        }
    }
}

/// The visit at hand: the started one, else the first that waits for him.
fn next(day: &MyDay) -> Option<MyVisit> {
    let live = || day.visits.iter().filter(|mine| mine.visit.state.is_live());
    let started = live().find(|mine| mine.visit.state.is_started());
    let waiting = live().find(|mine| mine.visit.state == VisitState::Dispatched);
    started.or(waiting).or_else(|| live().next()).cloned()
}

async fn act(person: &mut Person, trip: &mut Trip, mine: &MyVisit, causes: &[String]) {
    match mine.visit.state {
        VisitState::Dispatched | VisitState::Offered | VisitState::Planned => {
            person.wait(5, 60).await;
            let declines = person.luck.chance(5);
            tap(person, mine, if declines { VisitAction::Decline } else { VisitAction::Accept }).await;
        }
        VisitState::Accepted => {
            person.wait(10, 90).await;
            let odd = person.luck.between(0, 19);
            tap(person, mine, if odd == 0 { VisitAction::Arrive } else { VisitAction::SetOut }).await;
        }
        VisitState::Arrived => {
            trip.at = mine.visit.position;
            person.wait(20, 120).await;
            let action = match person.luck.between(0, 19) {
                0 => VisitAction::NoAccess,
                1 => VisitAction::Undo,
                _ => VisitAction::Start,
            };
            tap(person, mine, action).await;
        }
        VisitState::Working => work(person, mine, causes).await,
        VisitState::Paused => {
            person.wait(60, 400).await;
            tap(person, mine, VisitAction::Resume).await;
        }
        _ => person.wait(30, 60).await,
    }
}

async fn work(person: &mut Person, mine: &MyVisit, causes: &[String]) {
    match person.luck.between(0, 11) {
        0 => tap(person, mine, VisitAction::Pause).await,
        1 => tap(person, mine, VisitAction::Delay).await,
        2 => tap(person, mine, VisitAction::Undo).await,
        _ => {}
    }
    // Faster than life, so that a few hours see many visits end.
    let minutes = person.luck.between(4, mine.visit.service_minutes.clamp(5, 40));
    person.wait(minutes * 60, minutes * 60 + 59).await;
    let cause = person.luck.pick(causes).cloned().unwrap_or_default();
    let outcomes = ["repaired", "repaired", "repaired", "repaired", "own_defect", "no_fault_found", "needs_revisit"];
    let outcome = person.luck.pick(&outcomes).copied().unwrap_or("repaired");
    let remedy = if person.luck.chance(4) { "" } else { "調整して様子を見た" };
    let body = json!({
        "cause": cause, "cause_text": "", "remedy": remedy, "parts": [], "minutes": minutes, "outcome": outcome,
        "at": person.scene.now(),
    });
    person.post(format!("/api/visits/{}/report", mine.visit.id), body, &[EventKind::ReportFiled]).await;
}

async fn drive(person: &mut Person, trip: &mut Trip, mine: &MyVisit) {
    let before = person.scene.now();
    person.wait(15, 50).await;
    let went_s = person.scene.now().since(before).0 as f64;
    let (at, there) = step(trip.at, mine.visit.position, went_s * SPEED_MS);
    trip.at = at;
    // Behind a hill, in a tunnel, battery empty.
    if !person.luck.chance(15) {
        report(person, trip).await;
    }
    match person.luck.between(0, 39) {
        0 => tap(person, mine, VisitAction::Delay).await,
        1 => tap(person, mine, VisitAction::Undo).await,
        _ if there => tap(person, mine, VisitAction::Arrive).await,
        _ => {}
    }
}

/// So many metres closer; and whether that is the door.
fn step(from: Position, to: Position, metres: f64) -> (Position, bool) {
    let left = from.metres_to(to);
    if left <= metres {
        return (to, true);
    }
    (from.toward(to, metres / left), false)
}

async fn report(person: &mut Person, trip: &mut Trip) {
    let now = person.scene.now();
    let mut positions = vec![fix(person, trip.at, now)];
    if person.luck.chance(10) {
        // One from further back, which the phone kept.
        let earlier = trip.told + crate::domain::time::Seconds(3);
        positions.insert(0, fix(person, trip.at, earlier.min(now)));
    }
    match person.luck.between(0, 19) {
        0 => positions.reverse(),
        1 => positions.push(positions[0]),
        2 => positions[0].lat = 91.5,
        3 => positions[0].lat += 3.0,
        4 => positions[0].accuracy_m = 450.0,
        _ => {}
    }
    trip.told = now;
    let body = json!({ "positions": positions });
    let again = person.luck.chance(8);
    for _ in 0..=usize::from(again) {
        person.scene.book.borrow_mut().tally.positions_sent += positions.len() as u64;
        let taken = if person.luck.chance(40) { by_socket(person, &body).await } else { by_post(person, &body).await };
        if let Some(taken) = taken
            && taken.accepted + taken.ignored.len() != positions.len()
        {
            person.scene.wrong(format!("of {} positions not all were judged: {taken:?}", positions.len()));
        }
    }
}

async fn by_post(person: &mut Person, body: &Value) -> Option<PositionsAccepted> {
    let reply = person.post_plain("/api/my/positions", body).await?;
    if reply.status == 200 { person.read("/api/my/positions", &reply.text) } else { None }
}

/// Over a socket of the moment; none when that breaks before the answer.
async fn by_socket(person: &mut Person, body: &Value) -> Option<PositionsAccepted> {
    let token = person.token().await?;
    let mut wire = Wire::open(&person.scene.house, Some(&token), "").await?;
    person.scene.book.borrow_mut().tally.sockets += 1;
    wire.say(&json!({ "type": "positions", "id": 1, "positions": body["positions"] }));
    match tokio::time::timeout(ANSWER_WITHIN, wire.hear()).await {
        Ok(Heard::Frame(frame)) => match serde_json::from_value(frame.clone()) {
            Ok(ServerFrame::Accepted { accepted, ignored, clock_ahead_s, .. }) => {
                Some(PositionsAccepted { accepted, ignored, clock_ahead_s })
            }
            Ok(ServerFrame::Error { .. }) => None,
            _ => {
                person.scene.wrong(format!("positions were answered with {frame}"));
                None
            }
        },
        Ok(Heard::Closed) | Err(_) => None,
    }
}

/// The number of a fix is the phone's clock, so it rises over every restart.
fn fix(person: &mut Person, at: Position, when: Timestamp) -> PositionReport {
    let accuracy = person.luck.between(4, 60) as f64;
    let noise = accuracy * DEGREES_PER_M;
    PositionReport {
        seq: when.millis(),
        lat: at.lat() + person.luck.off_by(noise),
        lon: at.lon() + person.luck.off_by(noise),
        accuracy_m: accuracy,
        at: Some(when),
        correlation_id: Some(when.millis().unsigned_abs()),
        visit_id: None,
    }
}

async fn tap(person: &mut Person, mine: &MyVisit, action: VisitAction) {
    let version = match person.luck.between(0, 9) {
        0 => None,
        1 => Some(mine.visit.version - 1),
        _ => Some(mine.visit.version),
    };
    let minutes = (action == VisitAction::Delay).then(|| person.luck.between(5, 40));
    let skew = person.luck.between(-90, 30);
    let body = json!({
        "action": action, "at": person.scene.now() + crate::domain::time::Seconds(skew), "version": version,
        "delay_minutes": minutes, "reason": null,
    });
    let path = format!("/api/visits/{}/progress", mine.visit.id);
    if let Outcome::Refused(_) = person.post(path, body, kinds(action)).await {
        person.wait(5, 15).await;
    }
}

const fn kinds(action: VisitAction) -> &'static [EventKind] {
    match action {
        VisitAction::Accept => &[EventKind::VisitAccepted],
        VisitAction::Decline => &[EventKind::VisitDeclined],
        VisitAction::SetOut => &[EventKind::VisitSetOut],
        VisitAction::Arrive => &[EventKind::VisitArrived],
        VisitAction::Start => &[EventKind::VisitStarted],
        VisitAction::Pause => &[EventKind::VisitPaused],
        VisitAction::Resume => &[EventKind::VisitResumed],
        VisitAction::Delay => &[EventKind::VisitDelayed],
        VisitAction::NoAccess => &[EventKind::VisitNoAccess],
        VisitAction::Undo => &[EventKind::VisitUndone],
        VisitAction::Finish | VisitAction::Unassign | VisitAction::Cancel => &[],
    }
}
