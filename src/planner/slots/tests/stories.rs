//! What callers are offered.

use super::*;
use crate::planner::problem::{PartCount, Skill, SkillNeed};
use crate::planner::slots::{Beyond, NoSlot, Offer, hold, offers, spread, why};

fn found(job: &Job, book: &Book) -> Vec<Offer> {
    offers(job, book, &scene())
}

fn windows(offers: &[Offer]) -> Vec<Window> {
    let mut windows: Vec<Window> = offers.iter().map(|offer| offer.window).collect();
    windows.sort_by_key(|window| window.from);
    windows
}

#[test]
fn an_empty_day_offers_every_slot_of_the_shift() {
    let offered = found(&job(10), &book(1, &[technician(1)]));
    // On shift until 17:30, an hour of work and ten minutes home: a start at 15:00 is the last.
    assert_eq!(windows(&offered), [slot(0, 9), slot(0, 11), slot(0, 13), slot(0, 15)]);
    assert!(offered.windows(2).all(|pair| pair[0].grade >= pair[1].grade), "best first");
    assert_eq!(offered[0].window, slot(0, 9), "without a wish the soonest is best");
    assert!(offered.iter().all(|offer| offer.technicians == 1));
}

#[test]
fn what_the_caller_wishes_comes_first() {
    let wish = Job { wish: Some(slot(1, 13)), ..job(10) };
    let offered = found(&wish, &book(3, &[technician(1), technician(2)]));
    assert_eq!(offered[0].window, slot(1, 13));
    assert!(offered[0].ja.ends_with("ご希望の時間です"), "{}", offered[0].ja);
}

#[test]
fn the_few_that_are_read_out_lie_on_several_days() {
    let offered = found(&job(10), &book(4, &[technician(1)]));
    let told = spread(&offered, &scene());
    assert_eq!(told.len(), 5);
    for number in 0..4 {
        let of_day = told.iter().filter(|offer| offer.window.from.day(TOKYO) == on(number, 12).day(TOKYO)).count();
        assert!(of_day <= 2, "{told:?}");
    }
    assert!(told.windows(2).all(|pair| pair[0].grade >= pair[1].grade), "best first");
    let only = spread(&found(&job(10), &book(1, &[technician(1)])), &scene());
    assert_eq!(only.len(), 4, "when there is one day only, all of it");
}

#[test]
fn no_slot_is_offered_that_makes_a_promise_late() {
    let promise = promised(stop(1, 30, 100), (13, 0), (13, 10));
    let offered = found(&job(60), &book(1, &[with_stops(1, vec![promise])]));
    // From 13:00 to 14:40 he is bound, and half an hour away then.
    assert_eq!(windows(&offered), [slot(0, 9), slot(0, 11), slot(0, 15)]);
}

#[test]
fn a_slot_is_sold_once_when_one_technician_could_serve_it() {
    let long = Job { service: Seconds::minutes(130), ..job(10) };
    let mut book = book(1, &[technician(1)]);
    assert!(hold(&long, slot(0, 13), &book, &scene()).is_some());
    let mut other = held(1, 20, slot(0, 13));
    other.job.service = Seconds::minutes(130);
    book.commitments.push(other);
    assert_eq!(hold(&long, slot(0, 13), &book, &scene()), None);
    assert!(!windows(&found(&long, &book)).contains(&slot(0, 13)));
    book.commitments.clear();
    assert!(windows(&found(&long, &book)).contains(&slot(0, 13)), "let go, it is offered again");
}

#[test]
fn held_slots_change_hands_to_make_room() {
    let skilled = |number, level| {
        let skills = vec![Skill { code: "ac".into(), level }];
        crate::planner::problem::TechnicianState { skills, ..technician(number) }
    };
    let mut book = book(1, &[skilled(1, 3), skilled(2, 2)]);
    let mut easy = held(1, 10, slot(0, 13));
    easy.job.service = Seconds::minutes(130);
    easy.hint = Some(id(1));
    book.commitments.push(easy);
    let skills = vec![SkillNeed { code: "ac".into(), level_min: 3 }];
    let hard = Job { service: Seconds::minutes(130), skills, work_order: id(2), ..job(10) };
    let hints = hold(&hard, slot(0, 13), &book, &scene()).expect("the other technician can take the easy one");
    assert_eq!((hints[&id(1)], hints[&id(2)]), (id(2), id(1)));
}

#[test]
fn time_is_kept_for_what_waits() {
    let mut book = book(1, &[technician(1)]);
    let waits = |number: u128| Job { work_order: id(number), service: Seconds::minutes(150), ..job(10) };
    book.waiting = vec![waits(1), waits(2)];
    assert_eq!(windows(&found(&job(10), &book)).len(), 4, "an hour is left somewhere");
    book.waiting.push(waits(3));
    assert_eq!(found(&job(10), &book), [], "all of the day is needed for others");
}

#[test]
fn a_slot_of_which_an_hour_is_left_is_offered_and_a_shorter_one_is_not() {
    let late = |minutes| {
        let now = at(9, minutes);
        let mut book = book(1, &[TechnicianState { free_at: now, ..technician(1) }]);
        book.days[0].now = now;
        windows(&offers(&job(10), &book, &crate::planner::problem::Scene { now, ..scene() }))
    };
    assert!(late(60).contains(&slot(0, 9)));
    assert!(!late(61).contains(&slot(0, 9)));
}

fn reason(job: &Job, book: &Book, others: &[Vec<TechnicianState>]) -> NoSlot {
    assert_eq!(found(job, book), []);
    why(job, book, &Beyond { later: None, others }, &scene())
}

fn check(job: Job, technician: TechnicianState, code: &str, change: Option<&str>) {
    let told = reason(&job, &book(2, &[technician]), &[]);
    assert_eq!((told.reason_code.as_str(), told.change.as_ref().map(|change| change.code.as_str())), (code, change));
    assert!(!told.ja.is_empty() && !told.en.is_empty());
}

#[test]
fn when_nothing_fits_the_reason_and_one_change_are_named() {
    let part = Job { demand: vec![PartCount { code: "belt".into(), quantity: 1 }], ..job(10) };
    check(part, technician(1), "parts", Some("parts"));
    let master = Job { skills: vec![SkillNeed { code: "ac".into(), level_min: 5 }], ..job(10) };
    check(master, technician(1), "skill", Some("skill"));
    check(job(10), TechnicianState { max_jobs: Some(0), ..technician(1) }, "max_jobs", Some("max_jobs"));
    let evening = TechnicianState { shift: Some(window((8, 30), (9, 40))), ..technician(1) };
    check(job(10), evening, "time", Some("overtime"));
    check(job(10), TechnicianState { shift: None, ..technician(1) }, "time", None);
    let away = Window { from: on(0, 0), to: on(2, 0) };
    check(job(10), TechnicianState { absences: vec![away], ..technician(1) }, "time", Some("absence"));
}

#[test]
fn a_neighbour_may_be_lent_and_a_later_day_may_do() {
    let foreign = Job { territory: id(7), ..job(10) };
    let book = book(2, &[]);
    let others: Vec<Vec<TechnicianState>> = (0..2).map(|number| day(number, &[technician(1)]).technicians).collect();
    let told = reason(&foreign, &book, &others);
    let change = told.change.expect("a way out");
    assert_eq!(change.code, "borrow");
    assert!(change.ja.contains("技術員1"), "{}", change.ja);
    let later = found(&job(10), &super::book(2, &[technician(1)]));
    let told = why(&foreign, &book, &Beyond { later: later.last(), others: &others }, &scene());
    assert_eq!(told.change.expect("a way out").code, "later");
}
