//! Companies as large as wanted: homes and sites around ten towns, days with promises, lunch, absences and licences.

use kaketsuke::domain::ids::Id;
use kaketsuke::domain::place::Position;
use kaketsuke::domain::time::{Seconds, Timestamp, Window};
use kaketsuke::planner::live::LiveDay;
use kaketsuke::planner::problem::{BreakPlan, Job, PartCount, Qualification, Skill, SkillNeed, Stop, TechnicianState};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tokyo;
/// Degrees of latitude and longitude between towns, and around a home.
const TOWNS_APART: f64 = 0.4;
const NEAR: f64 = 0.06;
const SKILLS: usize = 8;
const LICENCES: usize = 5;
const PARTS: usize = 40;

pub fn chance(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// 24 November 2026 in Tokyo.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_446_000) + Seconds::minutes(minutes)
}

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number))
}

/// A moment between nine and eleven.
pub fn morning(chance: &mut ChaCha8Rng) -> Timestamp {
    at(9 * 60) + Seconds(chance.random_range(0..7_200))
}

pub fn pick(chance: &mut ChaCha8Rng, count: usize) -> usize {
    chance.random_range(0..count)
}

fn near(chance: &mut ChaCha8Rng, middle: Position, reach: f64) -> Position {
    let lat = middle.lat() + chance.random_range(-reach..reach);
    Position::new(lat, middle.lon() + chance.random_range(-reach..reach)).expect("towns lie far from the poles")
}

fn town(number: u128) -> Position {
    let (row, column) = (number / 4, number % 4);
    Position::new(35.0 + row as f64 * TOWNS_APART, 136.0 + column as f64 * TOWNS_APART).expect("towns lie on the globe")
}

fn code(kind: &str, number: usize) -> String {
    format!("{kind}_{number:02}")
}

fn stop(chance: &mut ChaCha8Rng, number: u128, home: Position, index: i64) -> Stop {
    let from = 9 * 60 + index * 45;
    let promised = chance.random_bool(0.6).then(|| {
        let from = at((from - from % 30).max(9 * 60));
        Window { from, to: from + Seconds::hours(2) }
    });
    Stop {
        visit: id(number),
        work_order: id(number),
        customer_name: format!("株式会社お客様{}", number % 997),
        position: near(chance, home, NEAR),
        service: Seconds::minutes(chance.random_range(15..35)),
        earliest: Timestamp::default(),
        windows: Vec::new(),
        promised,
        arrive_by: chance.random_bool(0.3).then(|| at(from + 150)),
        frozen: index == 0,
        begun: false,
        priority: chance.random_range(1..=4),
    }
}

/// So many days, homes spread over ten towns; with several territories each town has its own.
pub fn days(chance: &mut ChaCha8Rng, count: usize, territories: u128) -> Vec<LiveDay> {
    (0..count as u128).map(|number| day(chance, number, territories)).collect()
}

fn day(chance: &mut ChaCha8Rng, number: u128, territories: u128) -> LiveDay {
    let home = near(chance, town(number % 10), NEAR);
    let working = chance.random_bool(0.3);
    let stops: i64 = chance.random_range(6..=10);
    let mut stops: Vec<Stop> =
        (0..stops).map(|index| stop(chance, number * 100 + index as u128 + 1_000_000, home, index)).collect();
    stops[0].begun = working;
    let late = chance.random_bool(0.2);
    let opens = if late { 10 * 60 } else { 8 * 60 + 30 };
    let state = TechnicianState {
        id: id(number + 1),
        name: format!("技術員{number}"),
        territory: id(1 + number % territories),
        lends_to: if territories > 1 && number % 7 == 0 {
            vec![id(1 + (number + 1) % territories)]
        } else {
            Vec::new()
        },
        skills: held(chance, "skill", SKILLS, 3).into_iter().map(|(code, level)| Skill { code, level }).collect(),
        qualifications: held(chance, "licence", LICENCES, 2)
            .into_iter()
            .map(|(code, level)| Qualification {
                code,
                expires_on: chrono::NaiveDate::from_ymd_opt(2026 + i32::from(level) / 2, 11, 20),
            })
            .collect(),
        shift: (!chance.random_bool(0.05)).then(|| Window { from: at(opens), to: at(opens + 10 * 60) }),
        overtime_max: Seconds::minutes(60),
        absences: chance.random_bool(0.05).then(|| Window { from: at(14 * 60), to: at(16 * 60) }).into_iter().collect(),
        break_plan: Some(BreakPlan {
            window: Window { from: at(11 * 60 + 30), to: at(13 * 60) },
            duration: Seconds::minutes(45),
        }),
        max_jobs: chance.random_bool(0.2).then_some(11),
        parts: (0..10).map(|_| PartCount { code: code("part", chance.random_range(0..PARTS)), quantity: 2 }).collect(),
        home,
        free_at: at(9 * 60),
        free_position: if working { stops[0].position } else { near(chance, home, NEAR) },
        stops,
        done_today: chance.random_range(0..2),
        knows: Vec::new(),
    };
    LiveDay::clocked(state, if working { vec![Some(at(8 * 60 + 50))] } else { Vec::new() })
}

fn held(chance: &mut ChaCha8Rng, kind: &str, kinds: usize, many: usize) -> Vec<(String, u8)> {
    (0..many).map(|_| (code(kind, chance.random_range(0..kinds)), chance.random_range(1..=3))).collect()
}

/// The day of the same technician after something happened on it: another position, one stop less.
pub fn again(chance: &mut ChaCha8Rng, day: &LiveDay) -> LiveDay {
    let mut state = day.at(at(9 * 60));
    state.free_position = near(chance, state.home, NEAR);
    state.stops.pop();
    LiveDay::clocked(state, Vec::new())
}

/// A job in one of the towns; some need a licence or a part, some are wished for in the afternoon.
pub fn job(chance: &mut ChaCha8Rng, technicians: usize, territories: u128, now: Timestamp) -> Job {
    let place: u128 = chance.random_range(0..10);
    let wish = chance.random_bool(0.25).then(|| Window { from: at(13 * 60), to: at(17 * 60) });
    let demand =
        chance.random_bool(0.3).then(|| PartCount { code: code("part", chance.random_range(0..PARTS)), quantity: 1 });
    Job {
        work_order: id(5),
        customer_name: "片町ビル管理".to_owned(),
        position: near(chance, town(place), NEAR),
        territory: id(1 + place % territories),
        service: Seconds::minutes(chance.random_range(20..60)),
        skills: vec![SkillNeed {
            code: code("skill", chance.random_range(0..SKILLS)),
            level_min: chance.random_range(1..=2),
        }],
        qualification: chance.random_bool(0.3).then(|| code("licence", chance.random_range(0..LICENCES))),
        priority: chance.random_range(1..=4),
        arrive_by: chance.random_bool(0.7).then(|| now + Seconds::hours(chance.random_range(1..6))),
        wish,
        promised: None,
        earliest: now,
        asset: Some(id(70)),
        demand: demand.into_iter().collect(),
        excluded: Vec::new(),
        declined: Vec::new(),
        preferred: vec![id(1 + chance.random_range(0..technicians as u128))],
        recurred_after: None,
    }
}
