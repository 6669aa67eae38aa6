//! Technicians with their rosters, absences, and everybody's log-in.

use chrono::{Datelike, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ground::Ground;
use crate::company::{
    Absence, Break, ClockTime, Customer, Held, Hours, Language, PartCount, Role, Shift, Technician, User, Weekday,
};
use crate::demo::dice::days_from;
use crate::demo::words::{TechnicianWords, catalogue, words};

/// The password of every log-in of the demo.
pub const DEMO_PASSWORD: &str = "kaketsuke";
/// How many customers can log in.
const CUSTOMER_LOGINS: usize = 3;

fn clock(hour: u16, minute: u16) -> ClockTime {
    ClockTime::new(hour, minute).expect("written here as a time of day")
}

pub fn technicians(ground: &Ground, base: NaiveDate, rng: &mut ChaCha8Rng) -> Vec<Technician> {
    let made = words().technicians.iter().enumerate();
    made.map(|(index, words)| technician(index, words, ground, base, rng)).collect()
}

fn technician(
    index: usize,
    words: &TechnicianWords,
    ground: &Ground,
    base: NaiveDate,
    rng: &mut ChaCha8Rng,
) -> Technician {
    let territory = ground.territories.iter().find(|t| t.code == words.territory).unwrap_or(&ground.territories[0]);
    let held = words.qualifications.iter().enumerate().map(|(i, code)| {
        // The first technician's first certificate runs out soon: somebody has to notice.
        let days = if index == 0 && i == 0 { 20 } else { rng.random_range(120..1_500) };
        let for_life = code.starts_with("denko");
        Held { code: code.clone(), expires_on: (!for_life).then(|| days_from(base, days)) }
    });
    let qualifications = held.collect();
    Technician {
        code: words.login.clone(),
        name: words.name.clone(),
        kana: words.kana.clone(),
        phone: format!("030-5500-{:04}", 1_101 + index * 13),
        territory: words.territory.clone(),
        home: ground.house(territory, rng).position,
        skills: words.skills.clone(),
        qualifications,
        shifts: shifts(index, words, base),
        rest: Some(Break { from: clock(11, 30), to: clock(14, 0), minutes: 60 }),
        overtime_max_minutes: if index % 4 == 3 { 0 } else { 120 },
        max_jobs: (index % 3 == 2).then_some(6),
        parts: parts(words, rng),
        lends_to: words.lends_to.clone(),
    }
}

/// Monday to Friday, every third also on Saturday; and always on the weekday of `base`, so that a demo shown on a
/// Sunday has people.
fn shifts(index: usize, words: &TechnicianWords, base: NaiveDate) -> Vec<Shift> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let today = Weekday::from(base.weekday());
    let works = |day: Weekday| match day {
        Saturday => index.is_multiple_of(3) || day == today,
        Sunday => day == today,
        _ => true,
    };
    let week = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    week.into_iter()
        .filter(|day| works(*day))
        .map(|weekday| Shift { weekday, from: words.from, to: words.to })
        .collect()
}

/// Most of what the technician's products take lies in the van.
fn parts(words: &TechnicianWords, rng: &mut ChaCha8Rng) -> Vec<PartCount> {
    let skilled = |skill: &str| words.skills.iter().any(|s| s.code == skill);
    let products = catalogue().products.iter().filter(|product| skilled(&product.skill));
    let mut codes: Vec<&String> = products.flat_map(|p| &p.symptoms).flat_map(|s| &s.parts).collect();
    codes.sort();
    codes.dedup();
    codes.retain(|code| *code != "compressor" && rng.random_bool(0.7));
    codes.into_iter().map(|code| PartCount { code: code.clone(), quantity: rng.random_range(1..4) }).collect()
}

pub fn absences(base: NaiveDate) -> Vec<Absence> {
    let away = |technician: &str, from: i64, to: i64, hours, reason: &str| Absence {
        technician: technician.into(),
        starts_on: days_from(base, from),
        ends_on: days_from(base, to),
        hours,
        reason: reason.into(),
    };
    let afternoon = Some(Hours { from: clock(15, 0), to: clock(18, 0) });
    vec![
        away("yoshida", 0, 0, afternoon, "通院"),
        away("sato", 1, 2, None, "年次有給休暇"),
        away("ito", 7, 11, None, "昇降機講習"),
    ]
}

pub fn users(technicians: &[Technician], customers: &[Customer]) -> Vec<User> {
    let user = |login: &str, role, name: &str, language| User {
        login: login.into(),
        password: DEMO_PASSWORD.into(),
        role,
        name: name.into(),
        language,
        territory: None,
        technician: None,
        customer: None,
    };
    let staff = words().staff.iter().map(|staff| {
        let plain = user(&staff.login, staff.role, &staff.name, staff.language);
        User { territory: staff.territory.clone(), ..plain }
    });
    let mut users: Vec<User> = staff.collect();
    users.extend(technicians.iter().map(|technician| {
        let plain = user(&technician.code, Role::Technician, &technician.name, Language::Ja);
        User { technician: Some(technician.code.clone()), ..plain }
    }));
    for (index, customer) in customers.iter().take(CUSTOMER_LOGINS).enumerate() {
        let login = if index == 0 { "customer".to_owned() } else { format!("customer{}", index + 1) };
        let name = customer.contacts.first().map_or(customer.name.as_str(), |contact| contact.name.as_str());
        let plain = user(&login, Role::Customer, name, Language::Ja);
        users.push(User { customer: Some(customer.code.clone()), ..plain });
    }
    users
}
