//! Draws: stratified uniforms from a seed, and the lognormal times made of them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

/// Draws per quantity. Stratified, so the 10th and 90th percentile stand on 25 draws each without gaps.
pub const DRAWS: usize = 256;

/// One value in (0, 1) for each draw.
pub type Uniforms = [f64; DRAWS];

/// Beyond this share of a distribution the tail is taken as exponential: the difference of two nearly equal
/// probabilities has no digits left.
const TAIL: f64 = 1.0 - 1e-6;
/// Nothing that still runs is over in less.
const LEFT_MIN_S: f64 = 30.0;

/// A source of stratified uniforms. The same seed gives the same stream on every platform.
pub struct Strata(ChaCha8Rng);

impl Strata {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One uniform from each of `DRAWS` equal strata, in random order (a Latin hypercube over several calls).
    pub fn uniforms(&mut self) -> Uniforms {
        let mut values = [0.0; DRAWS];
        for (index, value) in values.iter_mut().enumerate() {
            let inside = (f64::from(self.0.next_u32()) + 0.5) / (f64::from(u32::MAX) + 1.0);
            *value = (index as f64 + inside) / DRAWS as f64;
        }
        for last in (1..DRAWS).rev() {
            let other = (u64::from(self.0.next_u32()) * (last as u64 + 1)) >> 32;
            values.swap(last, other as usize);
        }
        values
    }
}

/// A time whose logarithm is normal: `median_s` in seconds, `sigma` the spread of the logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lognormal {
    pub median_s: f64,
    pub sigma: f64,
}

impl Lognormal {
    /// The value that a share `share` of all times stays under, in seconds.
    pub fn quantile(&self, share: f64) -> f64 {
        self.median_s * (self.sigma * normal_quantile(share)).exp()
    }

    /// What is left at quantile `share` when `elapsed_s` have passed and it still runs. Never zero: an overrun stays
    /// open. In the far tail the rest is exponential with the hazard of the lognormal there.
    pub fn left(&self, elapsed_s: f64, share: f64) -> f64 {
        if elapsed_s <= 0.0 {
            return self.quantile(share).max(LEFT_MIN_S);
        }
        let z = (elapsed_s / self.median_s).ln() / self.sigma;
        let passed = normal_share(z);
        let left = if passed > TAIL {
            -(1.0 - share).ln() * self.sigma * elapsed_s / z
        } else {
            self.quantile(passed + (1.0 - passed) * share) - elapsed_s
        };
        left.max(LEFT_MIN_S)
    }
}

/// Share of a standard normal below `z` (Abramowitz and Stegun 26.2.17, error below 7.5e-8).
pub fn normal_share(z: f64) -> f64 {
    const P: f64 = 0.231_641_9;
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + P * z.abs());
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let above = density * t * (B[0] + t * (B[1] + t * (B[2] + t * (B[3] + t * B[4]))));
    if z >= 0.0 { 1.0 - above } else { above }
}

/// The `z` that a share of a standard normal stays under (Acklam's rational approximation, relative error 1.2e-9).
pub fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] =
        [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    const LOW: f64 = 0.02425;
    let share = share.clamp(1e-12, 1.0 - 1e-12);
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    if share < LOW {
        return tail((-2.0 * share.ln()).sqrt());
    }
    if share > 1.0 - LOW {
        return -tail((-2.0 * (1.0 - share).ln()).sqrt());
    }
    let q = share - 0.5;
    let r = q * q;
    (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
        / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (share, z) in [(0.5, 0.0), (0.9, 1.281_551_6), (0.975, 1.959_964), (0.001, -3.090_232_3)] {
            assert!((normal_quantile(share) - z).abs() < 1e-6, "{share}");
            assert!((normal_share(z) - share).abs() < 1e-7, "{z}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_strata() {
        let (mut one, mut other) = (Strata::new(7), Strata::new(7));
        assert_eq!(one.uniforms(), other.uniforms());
        assert_ne!(one.uniforms(), Strata::new(8).uniforms());
        let mut sorted = one.uniforms();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.iter().enumerate().all(|(index, &value)| (value * DRAWS as f64) as usize == index));
    }

    #[test]
    fn an_overrun_stays_open_however_long() {
        let hour = Lognormal { median_s: 3_600.0, sigma: 0.4 };
        let mut before = hour.left(5_400.0, 0.5);
        for hours in [3.0, 6.0, 12.0, 24.0, 100.0] {
            let left = hour.left(hours * 3_600.0, 0.5);
            assert!(left > before, "{hours} h: {left} s left, less than before");
            before = left;
        }
    }

    proptest! {
        #[test]
        fn what_is_left_is_positive_and_ordered(
            median in 60.0f64..20_000.0, sigma in 0.1f64..1.0, elapsed in 0.0f64..100_000.0,
            a in 0.001f64..0.999, b in 0.001f64..0.999,
        ) {
            let time = Lognormal { median_s: median, sigma };
            let (low, high) = (time.left(elapsed, a.min(b)), time.left(elapsed, a.max(b)));
            prop_assert!(low >= LEFT_MIN_S && high >= low - 1e-3 * median, "{low} {high}");
        }
    }
}
