//! How good figures were that people read: by how far ahead they were said, beside the arrivals that came of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calibration::Outcome;
use super::horizon::{CLASSES, horizon, minutes_of};

/// Figures of one class of time ahead. Spans are in seconds, shares in thousandths of the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccuracyLine {
    /// Minutes ahead, from.
    pub from_min: i64,
    /// Minutes ahead, up to; none is without end.
    pub to_min: Option<i64>,
    pub figures: i64,
    /// Mean and median of how far the arrival was from the likely one, to either side.
    pub mean_error_s: i64,
    pub median_error_s: i64,
    /// Mean of arrival minus likely: above 0 people come later than said.
    pub bias_s: i64,
    pub within_5_min: i64,
    pub within_10_min: i64,
    pub within_15_min: i64,
    /// Arrivals between earliest and latest; 800 is wanted.
    pub covered: i64,
    /// Arrivals not after latest; 900 is wanted.
    pub by_latest: i64,
    /// Mean from earliest to latest.
    pub width_s: i64,
    /// Mean pinball loss of the 10th, 50th and 90th percentile (Koenker and Bassett 1978): what an estimate that knew
    /// more would have less of.
    pub pinball_s: i64,
    /// Arrivals more than 15 minutes after the likely one.
    pub late_15_min: i64,
}

/// One line for each class that has figures, the nearest first.
pub fn accuracy(outcomes: &[Outcome]) -> Vec<AccuracyLine> {
    let mut classes: [Vec<&Outcome>; CLASSES] = Default::default();
    for outcome in outcomes {
        classes[horizon(outcome.likely.since(outcome.computed_at))].push(outcome);
    }
    let filled = classes.iter().enumerate().filter(|(_, figures)| !figures.is_empty());
    filled.map(|(class, figures)| line(class, figures)).collect()
}

fn line(class: usize, figures: &[&Outcome]) -> AccuracyLine {
    let count = figures.len() as i64;
    let mean = |of: &dyn Fn(&Outcome) -> i64| figures.iter().map(|seen| of(seen)).sum::<i64>() / count;
    let share = |of: &dyn Fn(&Outcome) -> bool| figures.iter().filter(|seen| of(seen)).count() as i64 * 1_000 / count;
    let mut errors: Vec<i64> = figures.iter().map(|seen| off(seen).abs()).collect();
    errors.sort_unstable();
    let (from_min, to_min) = minutes_of(class);
    AccuracyLine {
        from_min,
        to_min,
        figures: count,
        mean_error_s: mean(&|seen| off(seen).abs()),
        median_error_s: errors[errors.len() / 2],
        bias_s: mean(&off),
        within_5_min: share(&|seen| off(seen).abs() <= 300),
        within_10_min: share(&|seen| off(seen).abs() <= 600),
        within_15_min: share(&|seen| off(seen).abs() <= 900),
        covered: share(&|seen| (seen.earliest..=seen.latest).contains(&seen.arrived)),
        by_latest: share(&|seen| seen.arrived <= seen.latest),
        width_s: mean(&|seen| seen.latest.since(seen.earliest).0),
        pinball_s: mean(&pinball),
        late_15_min: share(&|seen| off(seen) > 900),
    }
}

/// Seconds that somebody came after the likely arrival; below 0 before it.
fn off(seen: &Outcome) -> i64 {
    seen.arrived.since(seen.likely).0
}

/// The mean over the three percentiles that are said.
fn pinball(seen: &Outcome) -> i64 {
    let loss = |said: crate::domain::time::Timestamp, percent: i64| {
        let late = seen.arrived.since(said).0;
        if late >= 0 { late * percent } else { -late * (100 - percent) }
    };
    (loss(seen.earliest, 10) + loss(seen.likely, 50) + loss(seen.latest, 90)) / 300
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{Seconds, Timestamp};

    /// A figure said `ahead` minutes before the likely arrival, five minutes to each side, and somebody who came `off`
    /// minutes after it.
    fn seen(ahead: i64, off: i64) -> Outcome {
        let likely = Timestamp::from_seconds(1_795_478_400);
        Outcome {
            computed_at: likely - Seconds::minutes(ahead),
            earliest: likely - Seconds::minutes(5),
            likely,
            latest: likely + Seconds::minutes(5),
            stops_before: 0,
            arrived: likely + Seconds::minutes(off),
        }
    }

    #[test]
    fn a_line_says_how_far_off_the_figures_were_and_how_often_the_window_held() {
        let lines = accuracy(&[seen(10, 0), seen(10, -4), seen(10, 6), seen(10, 20), seen(45, 1)]);
        let near = AccuracyLine {
            from_min: 0,
            to_min: Some(15),
            figures: 4,
            mean_error_s: 450,
            median_error_s: 360,
            bias_s: 330,
            within_5_min: 500,
            within_10_min: 750,
            within_15_min: 750,
            covered: 500,
            by_latest: 500,
            width_s: 600,
            pinball_s: 175,
            late_15_min: 250,
        };
        assert_eq!(lines[0], near);
        assert_eq!((lines.len(), lines[1].from_min, lines[1].to_min, lines[1].figures), (2, 30, Some(60), 1));
    }

    #[test]
    fn without_arrivals_there_is_nothing_to_say() {
        assert_eq!(accuracy(&[]), []);
    }
}
