//! Keeping the interval honest: split-conformal offsets from past arrivals.
//!
//! For each group (how far ahead, how many visits before) the miss of an arrival is how far it lay outside the interval
//! said, as a share of the interval's half-widths: below `earliest` negative side, above `latest` positive side. The
//! quantile of the misses at the wanted coverage is the factor by which each side is stretched or drawn in. Groups with
//! too few arrivals stay as they are.

use std::collections::BTreeMap;

use crate::domain::time::{Seconds, Timestamp};

use super::chain::EtaInterval;
use super::horizon::horizon;

/// Share of arrivals that each bound leaves outside.
const OUTSIDE: f64 = 0.1;
/// Fewer past arrivals say too little about a tenth.
const ENOUGH: usize = 50;
/// A bad month may not blow the window up, nor a good one shut it.
const FACTOR_MIN: f64 = 0.5;
const FACTOR_MAX: f64 = 3.0;

/// One past figure and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub computed_at: Timestamp,
    pub earliest: Timestamp,
    pub likely: Timestamp,
    pub latest: Timestamp,
    pub stops_before: u32,
    pub arrived: Timestamp,
}

/// Stretch of the side before and behind the likely arrival, by group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration(BTreeMap<Group, (f64, f64)>);

/// Horizon class and visits before (0, 1, 2 and more).
type Group = (usize, u32);

fn group(ahead: Seconds, stops_before: u32) -> Group {
    (horizon(ahead), stops_before.min(2))
}

fn half(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from).0.max(60) as f64
}

/// The value that the wanted share of misses stays under, with the finite-sample correction (n + 1).
fn stretch(mut misses: Vec<f64>) -> f64 {
    misses.sort_by(f64::total_cmp);
    let rank = ((misses.len() + 1) as f64 * (1.0 - OUTSIDE)).ceil() as usize;
    misses[rank.clamp(1, misses.len()) - 1].clamp(FACTOR_MIN, FACTOR_MAX)
}

impl Calibration {
    /// Learns from the arrivals of the last days (30 in the house's practice).
    pub fn learn(outcomes: &[Outcome]) -> Self {
        let mut misses: BTreeMap<Group, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
        for seen in outcomes {
            let key = group(seen.likely.since(seen.computed_at), seen.stops_before);
            let sides = misses.entry(key).or_default();
            let off = seen.arrived.since(seen.likely).0 as f64;
            sides.0.push(-off / half(seen.earliest, seen.likely));
            sides.1.push(off / half(seen.likely, seen.latest));
        }
        let enough = misses.into_iter().filter(|(_, sides)| sides.0.len() >= ENOUGH);
        Self(enough.map(|(key, (before, behind))| (key, (stretch(before), stretch(behind)))).collect())
    }

    /// The interval with its sides stretched as its group needs; never before `floor` (now or the promised start).
    pub fn apply(&self, said: &EtaInterval, now: Timestamp, floor: Timestamp) -> EtaInterval {
        let key = group(said.likely.since(now), said.stops_before);
        let Some(&(before, behind)) = self.0.get(&key) else {
            return *said;
        };
        let scaled = |span: Seconds, factor: f64| Seconds((span.0 as f64 * factor).round() as i64);
        let earliest = said.likely - scaled(said.likely.since(said.earliest), before);
        EtaInterval {
            earliest: earliest.max(floor).min(said.likely),
            p80: said.likely + scaled(said.p80.since(said.likely), behind),
            latest: said.likely + scaled(said.latest.since(said.likely), behind),
            ..*said
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::eta::EtaSource;
    use crate::domain::ids::{Id, VisitId};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_478_400);

    fn at(minute: i64) -> Timestamp {
        NOW + Seconds::minutes(minute)
    }

    fn said() -> EtaInterval {
        EtaInterval {
            visit: VisitId::from_uuid(uuid::Uuid::from_u128(1)),
            earliest: at(20),
            likely: at(25),
            p80: at(28),
            latest: at(30),
            source: EtaSource::Gps,
            basis_at: NOW,
            stops_before: 0,
            under_way: true,
            floor: NOW,
            late_risk: None,
        }
    }

    /// Arrivals spread evenly over `minutes` around the likely one.
    fn past(minutes: i64, count: i64) -> Vec<Outcome> {
        (0..count)
            .map(|index| Outcome {
                computed_at: NOW,
                earliest: at(20),
                likely: at(25),
                latest: at(30),
                stops_before: 0,
                arrived: at(25) + Seconds(minutes * 60 * (2 * index - count + 1) / count),
            })
            .collect()
    }

    #[test]
    fn an_interval_that_was_too_narrow_is_stretched() {
        let wide = Calibration::learn(&past(10, 400)).apply(&said(), NOW, NOW);
        assert!((at(16)..=at(18)).contains(&wide.earliest), "{}", wide.earliest);
        assert!((at(32)..=at(34)).contains(&wide.latest), "{}", wide.latest);
        assert!(wide.likely == at(25) && wide.likely < wide.p80 && wide.p80 < wide.latest);
    }

    #[test]
    fn an_interval_that_was_too_wide_is_drawn_in_within_reason() {
        let narrow = Calibration::learn(&past(1, 400)).apply(&said(), NOW, NOW);
        assert_eq!((narrow.earliest, narrow.latest), (at(25) - Seconds(150), at(25) + Seconds(150)));
    }

    #[test]
    fn few_arrivals_and_other_groups_change_nothing() {
        assert_eq!(Calibration::learn(&past(10, 20)).apply(&said(), NOW, NOW), said());
        let next_but_one = EtaInterval { stops_before: 2, ..said() };
        assert_eq!(Calibration::learn(&past(10, 400)).apply(&next_but_one, NOW, NOW), next_but_one);
    }

    #[test]
    fn nothing_is_said_before_the_floor() {
        assert_eq!(Calibration::learn(&past(10, 400)).apply(&said(), NOW, at(19)).earliest, at(19));
    }
}
