//! A small town for the tests of this room: one street, travel in whole minutes, one technician after another.

use uuid::Uuid;

use super::names::Names;
use super::problem::*;
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::{Travel, TravelSource, TravelTimes};

/// One minute of driving per 1/1000 degree of longitude.
pub struct Street;

impl TravelTimes for Street {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        let minutes = ((from.lon() - to.lon()).abs() * 1_000.0).round() as i64;
        Travel { seconds: Seconds::minutes(minutes), source: TravelSource::Table }
    }
}

pub const TOKYO: chrono_tz::Tz = chrono_tz::Asia::Tokyo;

static UNNAMED: Names = Names::none();

pub fn scene() -> Scene<'static> {
    Scene { now: at(9, 0), zone: TOKYO, travel: &Street, names: &UNNAMED }
}

/// A clock face in Tokyo on the day of the tests (2026-11-24).
pub fn at(hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_446_000) + Seconds::minutes(hour * 60 + minute)
}

pub fn window(from: (i64, i64), to: (i64, i64)) -> Window {
    Window::new(at(from.0, from.1), at(to.0, to.1)).expect("the test gives a window that ends after its begin")
}

pub fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

/// So many minutes down the street.
pub fn house(minutes: i64) -> Position {
    Position::new(36.56, 136.0 + minutes as f64 / 1_000.0).expect("the street of the tests lies on the globe")
}

pub fn job(house_minutes: i64) -> Job {
    Job {
        work_order: id(900),
        customer_name: "片町ビル".into(),
        position: house(house_minutes),
        territory: id(1),
        service: Seconds::minutes(60),
        skills: vec![SkillNeed { code: "ac".into(), level_min: 2 }],
        qualification: None,
        priority: 2,
        arrive_by: None,
        wish: None,
        promised: None,
        earliest: at(9, 0),
        asset: None,
        demand: Vec::new(),
        excluded: Vec::new(),
        declined: Vec::new(),
        preferred: Vec::new(),
        recurred_after: None,
    }
}

pub fn stop(number: u128, house_minutes: i64, service_minutes: i64) -> Stop {
    Stop {
        visit: id(number),
        work_order: id(number),
        customer_name: format!("お客様{number}"),
        position: house(house_minutes),
        service: Seconds::minutes(service_minutes),
        earliest: at(0, 0),
        windows: Vec::new(),
        promised: None,
        arrive_by: None,
        frozen: false,
        begun: false,
        priority: 3,
    }
}

/// On shift 8:30 to 17:30, at home (house 0), skilled, without a break or stops.
pub fn technician(number: u128) -> TechnicianState {
    TechnicianState {
        id: id(number),
        name: format!("技術員{number}"),
        territory: id(1),
        lends_to: Vec::new(),
        skills: vec![Skill { code: "ac".into(), level: 3 }],
        qualifications: Vec::new(),
        shift: Some(window((8, 30), (17, 30))),
        overtime_max: Seconds::ZERO,
        absences: Vec::new(),
        break_plan: None,
        max_jobs: None,
        parts: Vec::new(),
        home: house(0),
        free_at: at(9, 0),
        free_position: house(0),
        stops: Vec::new(),
        done_today: 0,
        knows: Vec::new(),
    }
}

pub fn with_stops(number: u128, stops: Vec<Stop>) -> TechnicianState {
    TechnicianState { stops, ..technician(number) }
}

pub fn promised(stop: Stop, from: (i64, i64), to: (i64, i64)) -> Stop {
    Stop { promised: Some(window(from, to)), ..stop }
}

pub fn lunch() -> Option<BreakPlan> {
    Some(BreakPlan { window: window((11, 30), (13, 0)), duration: Seconds::minutes(60) })
}
