//! Times as the page says them. A time alone is taken for today's: any other has its date.

use chrono::Datelike;

use super::{Language, Span, Timestamp, Writer};

impl Writer<'_> {
    /// With its date in front when it does not begin today.
    pub(super) fn window(&self, span: Span) -> String {
        let times = self.times(span);
        if self.is_today(span.from) { times } else { format!("{} {times}", self.date(span.from)) }
    }

    pub(super) fn times(&self, span: Span) -> String {
        let (from, to) = (span.from.clock_face(self.zone), span.to.clock_face(self.zone));
        match to.as_str() {
            "00:00" if span.to.since(span.from).0 >= 60 => format!("{from}–24:00"),
            _ if from == to => from,
            _ => format!("{from}–{to}"),
        }
    }

    pub(super) fn is_today(&self, at: Timestamp) -> bool {
        at.day(self.zone) == self.now.day(self.zone)
    }

    /// The time alone today, day and time on any other.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        if self.is_today(at) { at.clock_face(self.zone) } else { self.day_clock(at) }
    }

    /// `11月24日(火) 13:00` or `Tue 24 Nov 13:00`.
    pub(super) fn day_clock(&self, at: Timestamp) -> String {
        format!("{} {}", self.date(at), at.clock_face(self.zone))
    }

    pub(super) fn date(&self, at: Timestamp) -> String {
        let day = at.day(self.zone);
        let weekday = ["月", "火", "水", "木", "金", "土", "日"][day.weekday().num_days_from_monday() as usize];
        match self.language {
            Language::Ja => format!("{}月{}日({weekday})", day.month(), day.day()),
            Language::En => day.format("%a %-d %b").to_string(),
        }
    }
}
