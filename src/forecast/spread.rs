//! A figure that is not certain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Median and 90th percentile: in half of all runs it is at most `p50`, in nine of ten at most `p90`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    pub p50: f64,
    pub p90: f64,
}

impl Spread {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { p50: quantile(&values, 0.5), p90: quantile(&values, 0.9) }
    }

    /// Rounded to `digits` after the point: more would claim to be known.
    pub fn rounded(self, digits: i32) -> Self {
        let scale = 10_f64.powi(digits);
        let round = |value: f64| (value * scale).round() / scale;
        Self { p50: round(self.p50), p90: round(self.p90) }
    }
}

/// The smallest of the values that one more of their kind does not exceed with this chance: it takes any place among them
/// as readily as any other. 0 of none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * (sorted.len() + 1) as f64).ceil() as usize;
    sorted.get(rank.min(sorted.len()).saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_of_ten_lie_at_or_below_the_ninetieth_percentile() {
        let spread = Spread::of((1..=9).rev().map(f64::from).collect());
        assert_eq!(spread, Spread { p50: 5.0, p90: 9.0 });
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        assert_eq!(Spread { p50: 1.234, p90: 5.678 }.rounded(1), Spread { p50: 1.2, p90: 5.7 });
    }
}
