//! Public holidays of Japan and business days.
//!
//! Source: 国民の祝日に関する法律 (Act on National Holidays, 1948, as amended 2018). The two equinoxes are named in the
//! official gazette each February for the next year; until then the usual approximation of the National Astronomical
//! Observatory's ephemeris stands in (valid 1980 to 2099).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Holiday;

/// All holidays of a year with the days that the law adds (振替休日, 国民の休日), in order. Valid from 2022 to 2099.
pub fn public_holidays(year: i32) -> Vec<Holiday> {
    let mut days = named(year);
    add_substitutes(&mut days);
    add_between(&mut days);
    days.into_iter().map(|(on, name)| Holiday { on, name: name.to_owned() }).collect()
}

fn named(year: i32) -> BTreeMap<NaiveDate, &'static str> {
    let fixed = [
        (1, 1, "元日"),
        (2, 11, "建国記念の日"),
        (2, 23, "天皇誕生日"),
        (3, equinox(year, 20.8431), "春分の日"),
        (4, 29, "昭和の日"),
        (5, 3, "憲法記念日"),
        (5, 4, "みどりの日"),
        (5, 5, "こどもの日"),
        (8, 11, "山の日"),
        (9, equinox(year, 23.2488), "秋分の日"),
        (11, 3, "文化の日"),
        (11, 23, "勤労感謝の日"),
    ];
    let mondays = [(1, 2, "成人の日"), (7, 3, "海の日"), (9, 3, "敬老の日"), (10, 2, "スポーツの日")];
    let fixed = fixed.into_iter().map(|(month, day, name)| (NaiveDate::from_ymd_opt(year, month, day), name));
    let mondays = mondays
        .into_iter()
        .map(|(month, nth, name)| (NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, nth), name));
    fixed.chain(mondays).filter_map(|(day, name)| day.map(|day| (day, name))).collect()
}

/// Day of the month; `base` is its value in 1980 with the fraction of the day.
fn equinox(year: i32, base: f64) -> u32 {
    let since = year - 1980;
    (base + 0.242_194 * f64::from(since) - f64::from(since.div_euclid(4))).floor() as u32
}

/// Art. 3 (2): when a holiday falls on a Sunday, the next day that is none becomes one.
fn add_substitutes(days: &mut BTreeMap<NaiveDate, &'static str>) {
    let sundays: Vec<NaiveDate> = days.keys().copied().filter(|day| day.weekday() == Weekday::Sun).collect();
    for sunday in sundays {
        if let Some(free) = sunday.iter_days().find(|day| !days.contains_key(day)) {
            days.insert(free, "振替休日");
        }
    }
}

/// Art. 3 (3): a day between two holidays becomes one.
fn add_between(days: &mut BTreeMap<NaiveDate, &'static str>) {
    let holidays: Vec<NaiveDate> = days.keys().copied().collect();
    for pair in holidays.windows(2) {
        if (pair[1] - pair[0]).num_days() == 2 {
            days.entry(pair[0] + Days::new(1)).or_insert("国民の休日");
        }
    }
}

/// On which days the office works: not on weekends, holidays, and from 29 December to 3 January.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessDays {
    holidays: BTreeSet<NaiveDate>,
}

impl BusinessDays {
    pub fn new(holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { holidays: holidays.into_iter().collect() }
    }

    pub fn is_open(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let turn_of_year = matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3));
        !weekend && !turn_of_year && !self.holidays.contains(&day)
    }

    /// The `count`th business day after `day`; `day` itself for 0. `None` past the end of the calendar.
    pub fn after(&self, day: NaiveDate, count: usize) -> Option<NaiveDate> {
        if count == 0 {
            return Some(day);
        }
        day.iter_days().skip(1).filter(|next| self.is_open(*next)).nth(count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(year: i32, expected: &[(u32, u32)]) {
        let found: Vec<(u32, u32)> = public_holidays(year).iter().map(|h| (h.on.month(), h.on.day())).collect();
        assert_eq!(found, expected, "{year}");
    }

    #[test]
    fn the_holidays_are_those_of_the_official_calendar() {
        check(
            2026,
            &[
                (1, 1),
                (1, 12),
                (2, 11),
                (2, 23),
                (3, 20),
                (4, 29),
                (5, 3),
                (5, 4),
                (5, 5),
                (5, 6),
                (7, 20),
                (8, 11),
                (9, 21),
                (9, 22),
                (9, 23),
                (10, 12),
                (11, 3),
                (11, 23),
            ],
        );
        check(
            2027,
            &[
                (1, 1),
                (1, 11),
                (2, 11),
                (2, 23),
                (3, 21),
                (3, 22),
                (4, 29),
                (5, 3),
                (5, 4),
                (5, 5),
                (7, 19),
                (8, 11),
                (9, 20),
                (9, 23),
                (10, 11),
                (11, 3),
                (11, 23),
            ],
        );
    }

    #[test]
    fn the_next_business_day_skips_the_turn_of_the_year() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let days = BusinessDays::new(public_holidays(2026).into_iter().map(|h| h.on));
        assert_eq!(days.after(date(2026, 11, 20), 1), Some(date(2026, 11, 24)), "over a weekend and 勤労感謝の日");
        assert_eq!(days.after(date(2026, 12, 28), 1), Some(date(2027, 1, 4)));
        assert_eq!(days.after(date(2026, 12, 28), 0), Some(date(2026, 12, 28)));
    }
}
