//! Technicians and the people who log in.

use super::catalogue::{Catalogue, LEVEL, part_code, short};
use super::{Areas, OPERATOR};
use crate::company::{
    Break, ClockTime, Language, PartCount, Role, Shift, SkillLevel, Technician, Territory, User, Weekday,
};
use crate::replay::day::{Day, DayTechnician};

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];
/// Pieces of a part that nobody counts.
const PLENTY: u32 = 999;
/// The last minute of a day that a roster can name.
const LAST_MINUTE: i64 = 24 * 60 - 1;

/// Log-in of the technician at an index of the day.
pub fn log_in(index: usize) -> String {
    format!("replay.t{}", index + 1)
}

/// Log-in of the dispatcher of the territory at an index.
pub fn dispatcher(index: usize) -> String {
    format!("replay.d{}", index + 1)
}

pub fn technicians(day: &Day, areas: &Areas, catalogue: &Catalogue) -> Vec<Technician> {
    let one = |(index, technician)| one(index, technician, day, areas, catalogue);
    day.technicians.iter().enumerate().map(one).collect()
}

fn one(index: usize, from: &DayTechnician, day: &Day, areas: &Areas, catalogue: &Catalogue) -> Technician {
    let home = day.places[from.home];
    let area = areas.at(home);
    let (starts, ends) = (minute_up(from.shift.0), minute_down(from.shift.1));
    Technician {
        code: log_in(index),
        name: short(&format!("技術員 {}", from.id)),
        kana: short(&format!("ギジュツイン {}", from.id)),
        phone: format!("090-0000-{:04}", index + 1),
        territory: areas.code(area),
        home,
        skills: catalogue.held(&from.skills).into_iter().map(|code| SkillLevel { code, level: LEVEL }).collect(),
        qualifications: Vec::new(),
        // A shift of less than a minute is none.
        shifts: if starts < ends {
            WEEK.map(|weekday| Shift { weekday, from: clock(starts), to: clock(ends) }).to_vec()
        } else {
            Vec::new()
        },
        rest: from.rest.and_then(|(duration, window)| rest(duration, window)),
        overtime_max_minutes: u32::try_from((from.overtime_s / 60).clamp(0, 12 * 60)).unwrap_or(0),
        max_jobs: from.max_jobs,
        parts: parts(from, catalogue),
        lends_to: areas.others(area),
    }
}

/// The scenario says when a break begins, a roster in which hours it lies.
fn rest(duration: i64, window: (i64, i64)) -> Option<Break> {
    let (from, to) = (minute_up(window.0), minute_down(window.1 + duration));
    let minutes = (duration + 59) / 60;
    let fits = minutes <= to - from;
    fits.then(|| Break { from: clock(from), to: clock(to), minutes: u32::try_from(minutes).unwrap_or(u32::MAX) })
}

fn parts(from: &DayTechnician, catalogue: &Catalogue) -> Vec<PartCount> {
    let quantity = |part: usize| match &from.capacity {
        Some(counts) => counts.get(part).copied().unwrap_or(0),
        None => PLENTY,
    };
    let carried = (0..catalogue.parts.len()).map(|part| PartCount { code: part_code(part), quantity: quantity(part) });
    carried.filter(|part| part.quantity > 0).collect()
}

/// Nobody is asked to begin before his time or to end after it.
fn minute_up(seconds: i64) -> i64 {
    ((seconds + 59) / 60).clamp(0, LAST_MINUTE)
}

fn minute_down(seconds: i64) -> i64 {
    (seconds / 60).clamp(0, LAST_MINUTE)
}

fn clock(minutes: i64) -> ClockTime {
    let minutes = u16::try_from(minutes.clamp(0, LAST_MINUTE)).unwrap_or(0);
    ClockTime::new(minutes / 60, minutes % 60).expect("a minute of the day is a time of day")
}

pub fn users(day: &Day, territories: &[Territory], password: &str) -> Vec<User> {
    let user = |login: String, name: String, role: Role| User {
        login,
        password: password.to_owned(),
        role,
        name: short(&name),
        language: Language::Ja,
        territory: None,
        technician: None,
        customer: None,
    };
    let mut users = vec![user(OPERATOR.to_owned(), "受付 再現".to_owned(), Role::Operator)];
    for (index, territory) in territories.iter().enumerate() {
        let person = user(dispatcher(index), format!("手配 {}", territory.name_ja), Role::Dispatcher);
        users.push(User { territory: Some(territory.code.clone()), ..person });
    }
    for (index, technician) in day.technicians.iter().enumerate() {
        let person = user(log_in(index), format!("技術員 {}", technician.id), Role::Technician);
        users.push(User { technician: Some(log_in(index)), ..person });
    }
    users
}
