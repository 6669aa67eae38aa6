//! How good the arrival figures were: a customer who looks at his page each minute, against what then happened. Pure.

use crate::domain::eta::Eta;
use crate::domain::time::{Seconds, Timestamp, Window};

/// A customer looks so often.
const LOOK_EVERY: Seconds = Seconds(60);
/// Ends of the classes of lead time, minutes; the last class has none.
const LEADS: [i64; 4] = [15, 30, 60, 120];
pub const CLASSES: usize = LEADS.len() + 1;

/// A figure as a customer's page showed it from `at` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub at: Timestamp,
    pub likely: Timestamp,
    /// As people read it.
    pub window: Window,
}

impl Shown {
    pub fn of(eta: &Eta, at: Timestamp) -> Self {
        Self { at, likely: eta.likely, window: eta.window }
    }
}

/// One look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Seconds left until the arrival.
    pub lead_s: i64,
    /// What was said minus what happened: positive when he came earlier than said.
    pub error_s: i64,
    /// He came in the window shown.
    pub inside: bool,
}

/// The looks of one customer between the first figure and the arrival.
pub fn looks(shown: &[Shown], arrived: Timestamp) -> Vec<Look> {
    let Some(first) = shown.first() else { return Vec::new() };
    let mut looks = Vec::new();
    let (mut at, mut newest) = (first.at, 0);
    while at < arrived {
        while shown.get(newest + 1).is_some_and(|next| next.at <= at) {
            newest += 1;
        }
        let figure = shown[newest];
        looks.push(Look {
            lead_s: arrived.since(at).0,
            error_s: figure.likely.since(arrived).0,
            inside: figure.window.from <= arrived && arrived <= figure.window.to,
        });
        at = at + LOOK_EVERY;
    }
    looks
}

/// The looks of one class of lead time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Class {
    /// Minutes; the last class has no end.
    pub from: i64,
    pub to: Option<i64>,
    pub count: usize,
    pub mean_abs_s: f64,
    pub median_abs_s: f64,
    pub bias_s: f64,
    /// Share of looks whose window the arrival met.
    pub inside: f64,
}

/// All looks by lead time.
pub fn classes(looks: &[Look]) -> [Class; CLASSES] {
    std::array::from_fn(|index| {
        let from = if index == 0 { 0 } else { LEADS[index - 1] };
        let to = LEADS.get(index).copied();
        let fits = |look: &&Look| look.lead_s >= from * 60 && to.is_none_or(|to| look.lead_s < to * 60);
        summary(from, to, looks.iter().filter(fits))
    })
}

fn summary<'a>(from: i64, to: Option<i64>, looks: impl Iterator<Item = &'a Look>) -> Class {
    let looks: Vec<&Look> = looks.collect();
    if looks.is_empty() {
        return Class { from, to, ..Class::default() };
    }
    let mean = |pick: fn(&Look) -> f64| looks.iter().map(|look| pick(look)).sum::<f64>() / looks.len() as f64;
    let mut sizes: Vec<i64> = looks.iter().map(|look| look.error_s.abs()).collect();
    sizes.sort_unstable();
    let middle = sizes.len() / 2;
    let median =
        if sizes.len() % 2 == 1 { sizes[middle] as f64 } else { (sizes[middle - 1] + sizes[middle]) as f64 / 2.0 };
    Class {
        from,
        to,
        count: looks.len(),
        mean_abs_s: mean(|look| look.error_s.abs() as f64),
        median_abs_s: median,
        bias_s: mean(|look| look.error_s as f64),
        inside: mean(|look| f64::from(u8::from(look.inside))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(minute * 60)
    }

    fn shown(minute: i64, likely: i64) -> Shown {
        let window = Window { from: at(likely - 5), to: at(likely + 5) };
        Shown { at: at(minute), likely: at(likely), window }
    }

    #[test]
    fn each_minute_counts_with_the_newest_figure() {
        let looks = looks(&[shown(0, 110), shown(90, 98)], at(100));
        assert_eq!(looks.len(), 100);
        let first = looks[0];
        assert_eq!((first.lead_s, first.error_s, first.inside), (6_000, 600, false));
        let last = looks[99];
        assert_eq!((last.lead_s, last.error_s, last.inside), (60, -120, true));
    }

    #[test]
    fn errors_are_told_by_lead_time() {
        let looks = looks(&[shown(0, 110), shown(90, 98)], at(100));
        let classes = classes(&looks);
        assert_eq!(classes.map(|class| class.count), [14, 15, 30, 41, 0]);
        assert_eq!(
            (classes[0].bias_s, classes[0].mean_abs_s),
            (-120.0 * 10.0 / 14.0 + 600.0 * 4.0 / 14.0, (120.0 * 10.0 + 600.0 * 4.0) / 14.0)
        );
        assert_eq!((classes[1].median_abs_s, classes[1].inside), (600.0, 0.0));
    }

    #[test]
    fn who_saw_nothing_before_the_arrival_counts_nowhere() {
        assert!(looks(&[], at(100)).is_empty());
        assert!(looks(&[shown(101, 100)], at(100)).is_empty());
    }
}
