//! The window in which a customer is promised somebody at the door.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::domain::time::{Seconds, Timestamp, Window};

/// Windows begin and end on these marks.
const STEP: Seconds = Seconds::minutes(5);
/// Before the planned start: a technician who is early is welcome.
const BEFORE: Seconds = Seconds::minutes(15);
/// After it: what a plan of today can honestly promise before anybody has set out.
const AFTER: Seconds = Seconds::minutes(45);

/// Length of the slots that callers are offered, in hours: what a day's plan can keep, and what people plan by.
const SLOT_HOURS: u32 = 2;
/// The first and the last hour of the clock at which a slot begins.
const SLOTS_FROM: u32 = 1;
const SLOTS_UNTIL: u32 = 21;

/// The slots of a local day, in order: two hours each from odd hours of the clock (9 to 11, 11 to 13 and so on).
pub fn slots(day: NaiveDate, zone: Tz) -> Vec<Window> {
    let at = |hour| Some(Timestamp::on_day(day, NaiveTime::from_hms_opt(hour, 0, 0)?, zone));
    let begins = (SLOTS_FROM..=SLOTS_UNTIL).step_by(SLOT_HOURS as usize);
    begins.filter_map(|hour| Window::new(at(hour)?, at(hour + SLOT_HOURS)?)).collect()
}

/// The promise for a visit that is planned to start at `start`: the customer's own wish where the plan meets it, else
/// an hour around the plan, on five-minute marks and never before `now`.
pub fn window(start: Timestamp, wish: Option<Window>, now: Timestamp) -> Window {
    if let Some(wish) = wish.filter(|wish| wish.contains(start)) {
        return wish;
    }
    let from = down(start - BEFORE).max(down(now));
    Window { from, to: up(start + AFTER) }
}

fn down(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(STEP.0) * STEP.0)
}

fn up(at: Timestamp) -> Timestamp {
    let before = down(at);
    if before < at { before + STEP } else { before }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(minutes * 60)
    }

    #[test]
    fn the_promise_stands_around_the_plan_on_round_minutes() {
        let promise = window(minute(602), None, minute(0));
        assert_eq!((promise.from, promise.to), (minute(585), minute(650)));
    }

    #[test]
    fn a_wish_that_the_plan_meets_is_the_promise() {
        let wish = Window { from: minute(600), to: minute(720) };
        assert_eq!(window(minute(630), Some(wish), minute(0)), wish);
        assert_ne!(window(minute(730), Some(wish), minute(0)), wish);
    }

    #[test]
    fn a_day_has_eleven_slots_on_odd_hours() {
        let zone = chrono_tz::Asia::Tokyo;
        let slots = slots(NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day"), zone);
        assert_eq!(slots.len(), 11);
        let said = (slots[4].from.clock_face(zone), slots[4].to.clock_face(zone));
        assert_eq!(said, ("09:00".to_owned(), "11:00".to_owned()));
        assert!(slots.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn nothing_is_promised_for_the_past() {
        assert_eq!(window(minute(601), None, minute(600)).from, minute(600));
    }
}
