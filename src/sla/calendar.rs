//! Hours of service over weeks, holidays and the turn of the year, and how much of them lies between two instants.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hours::{Hours, Span};
use crate::domain::time::{Seconds, Timestamp};

/// A due time further away is none: three years, longer than any clock of a contract runs.
const HORIZON: Days = Days::new(3 * 366);
const DAY_MINUTES: u16 = 24 * 60;
const MICROS: i64 = 1_000_000;

/// When a contract is served, in local time. A day at the turn of the year follows `year_end`, else a holiday follows
/// `holiday`, else the day of the week counts. A night belongs to the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceHours {
    pub mon: Hours,
    pub tue: Hours,
    pub wed: Hours,
    pub thu: Hours,
    pub fri: Hours,
    pub sat: Hours,
    pub sun: Hours,
    /// Hours of 祝日 and of the company's own closed days; `null` where they are days like any other.
    pub holiday: Option<Hours>,
    /// `null` where the turn of the year is served like any other time.
    pub year_end: Option<YearEnd>,
}

/// The turn of the year (年末年始).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearEnd {
    /// First day, in December.
    pub from_day: u8,
    /// Last day, in January; 0 when it ends with December.
    pub to_day: u8,
    pub hours: Hours,
}

impl ServiceHours {
    /// Every hour of every day.
    pub fn around_the_clock() -> Self {
        let week = std::array::from_fn(|_| Hours::all_day());
        Self::of(week, None, None)
    }

    /// From Monday on.
    pub fn of(week: [Hours; 7], holiday: Option<Hours>, year_end: Option<YearEnd>) -> Self {
        let [mon, tue, wed, thu, fri, sat, sun] = week;
        Self { mon, tue, wed, thu, fri, sat, sun, holiday, year_end }
    }

    fn week(&self) -> [&Hours; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun]
    }

    /// Whether anybody is ever there.
    pub fn is_ever_open(&self) -> bool {
        self.week().iter().any(|hours| !hours.is_closed())
    }
}

impl YearEnd {
    pub fn contains(&self, day: NaiveDate) -> bool {
        match day.month() {
            12 => day.day() >= u32::from(self.from_day),
            1 => day.day() <= u32::from(self.to_day),
            _ => false,
        }
    }
}

/// Hours of service with everything that is needed to count in them.
#[derive(Debug, Clone)]
pub struct Calendar {
    hours: ServiceHours,
    holidays: BTreeSet<NaiveDate>,
    zone: Tz,
}

impl Calendar {
    /// `holidays` must cover the years that are asked about.
    pub fn new(hours: ServiceHours, holidays: BTreeSet<NaiveDate>, zone: Tz) -> Self {
        Self { hours, holidays, zone }
    }

    /// The hours of a local day, as far as they begin on it.
    pub fn hours_on(&self, day: NaiveDate) -> &Hours {
        if let Some(turn) = self.hours.year_end.as_ref().filter(|turn| turn.contains(day)) {
            return &turn.hours;
        }
        match &self.hours.holiday {
            Some(hours) if self.holidays.contains(&day) => hours,
            _ => self.hours.week()[day.weekday().num_days_from_monday() as usize],
        }
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        let last = at.day(self.zone);
        self.spans(at, last).any(|(from, to)| from <= at.micros() && at.micros() < to)
    }

    /// When it opens next, at or after `at`; `None` when it never does.
    pub fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        let (from, _) = self.spans(at, self.horizon(at)).next()?;
        Some(Timestamp::from_micros(from))
    }

    /// Time of service in `[from, to)`, whole seconds rounded down.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Seconds {
        Seconds(self.micros_between(from, to).div_euclid(MICROS))
    }

    pub(super) fn micros_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        if to <= from {
            return 0;
        }
        let spans = self.spans(from, to.day(self.zone));
        spans.map(|(begins, ends)| (ends.min(to.micros()) - begins).max(0)).sum()
    }

    /// The first instant by which this much time of service has passed since `from`; `None` when it never will.
    pub fn after(&self, from: Timestamp, span: Seconds) -> Option<Timestamp> {
        self.after_micros(from, span.0.saturating_mul(MICROS))
    }

    pub(super) fn after_micros(&self, from: Timestamp, span: i64) -> Option<Timestamp> {
        if span <= 0 {
            return Some(from);
        }
        let mut left = span;
        for (begins, ends) in self.spans(from, self.horizon(from)) {
            if ends - begins >= left {
                return Some(Timestamp::from_micros(begins + left));
            }
            left -= ends - begins;
        }
        None
    }

    fn horizon(&self, from: Timestamp) -> NaiveDate {
        from.day(self.zone).checked_add_days(HORIZON).unwrap_or(NaiveDate::MAX)
    }

    /// What is served after `from`, in microseconds, in order, to the end of what begins on `last`. Where a night runs into
    /// the hours of the next day, the time that both cover is there once.
    fn spans(&self, from: Timestamp, last: NaiveDate) -> impl Iterator<Item = (i64, i64)> {
        let today = from.day(self.zone);
        // What began yesterday may still go on.
        let first = today.pred_opt().unwrap_or(today);
        let days = first.iter_days().take_while(move |day| *day <= last);
        let spans =
            days.flat_map(move |day| self.hours_on(day).spans().iter().map(move |span| self.instants(day, *span)));
        let mut counted = from.micros();
        spans.filter_map(move |(begins, ends)| {
            let begins = begins.max(counted);
            (begins < ends).then(|| {
                counted = ends;
                (begins, ends)
            })
        })
    }

    fn instants(&self, day: NaiveDate, span: Span) -> (i64, i64) {
        (self.instant(day, span.from), self.instant(day, span.to))
    }

    fn instant(&self, day: NaiveDate, minute: u16) -> i64 {
        let day = day.checked_add_days(Days::new((minute / DAY_MINUTES).into())).unwrap_or(day);
        let minute = u32::from(minute % DAY_MINUTES);
        let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or(NaiveTime::MIN);
        Timestamp::on_day(day, time, self.zone).micros()
    }
}
