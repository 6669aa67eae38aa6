//! What chance decides in a replay. A number depends on the seed and on what it is for, not on when it is asked for,
//! so that two runs of one day meet the same luck.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::views::technician::FieldOutcome;

#[derive(Debug, Clone, Copy)]
enum Purpose {
    Drive = 1,
    Outcome = 2,
    Kill = 3,
    Answer = 4,
}

/// A drive takes this share of the table's time at least; the rest is traffic.
const DRIVE_LEAST: f64 = 0.90;
const DRIVE_SPREAD: f64 = 0.25;
/// One repair in so many was the company's own fault, and in as many nothing was found.
const ODD_ONE_IN: f64 = 25.0;
/// A technician looks at his phone within so many seconds.
const ANSWER_S: std::ops::Range<i64> = 10..60;

#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    fn roll(self, purpose: Purpose, index: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        ChaCha8Rng::from_seed(key)
    }

    /// How much of the table's time a drive takes: 0.90 to 1.15, mostly near the middle.
    pub fn drive(self, technician: usize, trip: u64) -> f64 {
        let mut roll = self.roll(Purpose::Drive, (technician as u64) << 32 | trip);
        let mean = (0..3).map(|_| roll.random::<f64>()).sum::<f64>() / 3.0;
        DRIVE_LEAST + DRIVE_SPREAD * mean
    }

    /// What the technician finds.
    pub fn outcome(self, job: usize) -> FieldOutcome {
        let share = self.roll(Purpose::Outcome, job as u64).random::<f64>() * ODD_ONE_IN;
        match share {
            share if share < 1.0 => FieldOutcome::OwnDefect,
            share if share < 2.0 => FieldOutcome::NoFaultFound,
            _ => FieldOutcome::Repaired,
        }
    }

    /// Seconds until a technician answers the phone.
    pub fn answer_s(self, job: usize) -> i64 {
        self.roll(Purpose::Answer, job as u64).random_range(ANSWER_S)
    }

    /// So many shares of the day, in order, at which the server is killed: one in each part of the day between its
    /// first and its last twentieth.
    pub fn kills(self, count: usize) -> Vec<f64> {
        let mut roll = self.roll(Purpose::Kill, 0);
        let part = 0.9 / count.max(1) as f64;
        (0..count).map(|kill| 0.05 + part * (kill as f64 + roll.random::<f64>())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_depends_on_the_seed_alone() {
        let (dice, other) = (Dice::new(1), Dice::new(2));
        assert_eq!(dice.drive(3, 4), Dice::new(1).drive(3, 4));
        assert_ne!(dice.drive(3, 4), other.drive(3, 4));
        assert!((0..500).map(|trip| dice.drive(0, trip)).all(|share| (0.90..=1.15).contains(&share)));
        let ours = (0..1_000).filter(|job| dice.outcome(*job) == FieldOutcome::OwnDefect).count();
        assert!((20..70).contains(&ours), "{ours}");
    }

    #[test]
    fn kills_are_spread_over_the_day() {
        let kills = Dice::new(7).kills(4);
        assert!(kills.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(kills.iter().all(|share| (0.05..0.95).contains(share)));
        assert!(Dice::new(7).kills(0).is_empty());
    }
}
