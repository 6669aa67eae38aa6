//! Which reported positions are believed. What is refused is told to the phone with a stable code and kept nowhere.

use crate::domain::place::Position;
use crate::domain::refusal::Code;
use crate::domain::time::{Seconds, Timestamp, Window};

/// Vaguer fixes say nothing about the road he is on.
const ACCURACY_MAX_M: f64 = 100.0;
/// Vaguer fixes show that he is about, but move no arrival.
const ACCURACY_ETA_M: f64 = 50.0;
/// No van drives like this.
const SPEED_MAX_KMH: f64 = 150.0;
/// Phone clocks may be this far ahead.
const AHEAD_MAX: Seconds = Seconds(60);

/// A position as the phone reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub position: Position,
    pub accuracy_m: f64,
    /// By the phone's clock.
    pub at: Timestamp,
}

/// What an accepted position is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Eta,
    /// The map only.
    Presence,
}

/// Why a position is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PositionFault {
    #[error("taken outside the shift")]
    OffShift,
    #[error("taken in the future")]
    Future,
    #[error("accuracy above 100 m")]
    Inaccurate,
    #[error("not after the last accepted position")]
    OutOfOrder,
    #[error("faster than 150 km/h from the last accepted position")]
    Implausible,
}

impl PositionFault {
    /// What the phone is told.
    pub fn code(self) -> Code {
        match self {
            Self::OffShift => Code::OffShift,
            Self::Future => Code::PositionFuture,
            Self::Inaccurate => Code::PositionInaccurate,
            Self::OutOfOrder => Code::PositionOutOfOrder,
            Self::Implausible => Code::PositionImplausible,
        }
    }
}

/// Judges one position against the last accepted one. `shift` is none when he is off duty.
pub fn check_position(
    seen: &Seen,
    last: Option<&Seen>,
    now: Timestamp,
    shift: Option<Window>,
) -> Result<Use, PositionFault> {
    if seen.at > now + AHEAD_MAX {
        return Err(PositionFault::Future);
    }
    if !shift.is_some_and(|shift| shift.contains(seen.at)) {
        return Err(PositionFault::OffShift);
    }
    // A negative or missing accuracy is what phones send when they do not know it.
    if !(0.0..=ACCURACY_MAX_M).contains(&seen.accuracy_m) {
        return Err(PositionFault::Inaccurate);
    }
    if let Some(last) = last {
        if seen.at <= last.at {
            return Err(PositionFault::OutOfOrder);
        }
        if least_speed_kmh(last, seen) > SPEED_MAX_KMH {
            return Err(PositionFault::Implausible);
        }
    }
    Ok(if moves_arrival(seen.accuracy_m) { Use::Eta } else { Use::Presence })
}

/// Whether a fix of this accuracy counts for the arrival, or shows on the map only.
pub fn moves_arrival(accuracy_m: f64) -> bool {
    accuracy_m <= ACCURACY_ETA_M
}

/// The speed that he must have had at least: both positions may be off by their accuracy.
fn least_speed_kmh(last: &Seen, seen: &Seen) -> f64 {
    let apart_m = (last.position.metres_to(seen.position) - last.accuracy_m - seen.accuracy_m).max(0.0);
    let took_s = (seen.at.micros() - last.at.micros()) as f64 / 1e6;
    apart_m / took_s * 3.6
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE: Timestamp = Timestamp::from_seconds(1_795_478_400);

    fn shift() -> Option<Window> {
        Window::new(NINE - Seconds::minutes(30), NINE + Seconds::hours(8))
    }

    fn seen(after_s: i64, km: f64, accuracy_m: f64) -> Seen {
        let position = Position::new(36.56 + km / 111.195, 136.65).unwrap();
        Seen { position, accuracy_m, at: NINE + Seconds(after_s) }
    }

    fn check(fix: Seen, expected: Result<Use, PositionFault>) {
        let last = seen(0, 0.0, 10.0);
        let now = NINE + Seconds::hours(2);
        assert_eq!(check_position(&fix, Some(&last), now, shift()), expected);
    }

    #[test]
    fn a_good_fix_moves_the_eta_and_a_vague_one_only_the_map() {
        check(seen(15, 0.2, 10.0), Ok(Use::Eta));
        check(seen(15, 0.2, 50.0), Ok(Use::Eta));
        check(seen(15, 0.2, 80.0), Ok(Use::Presence));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check(seen(15, 0.2, 150.0), Err(PositionFault::Inaccurate));
        check(seen(15, 0.2, f64::NAN), Err(PositionFault::Inaccurate));
        check(seen(15, 0.2, -1.0), Err(PositionFault::Inaccurate));
        check(seen(60, 3.0, 10.0), Err(PositionFault::Implausible));
        check(seen(0, 0.2, 10.0), Err(PositionFault::OutOfOrder));
        check(seen(-5, 0.0, 10.0), Err(PositionFault::OutOfOrder));
        check(seen(3 * 3_600, 0.2, 10.0), Err(PositionFault::Future));
        check(seen(9 * 3_600, 0.2, 10.0), Err(PositionFault::Future));
        check(seen(-3_600, 0.2, 10.0), Err(PositionFault::OffShift));
    }

    #[test]
    fn off_duty_nothing_is_taken() {
        let code = check_position(&seen(15, 0.2, 10.0), None, NINE, None).unwrap_err().code();
        assert_eq!(code, Code::OffShift);
    }

    #[test]
    fn two_vague_fixes_close_together_imply_no_speed() {
        let vague = seen(0, 0.0, 90.0);
        assert_eq!(check_position(&seen(1, 0.15, 80.0), Some(&vague), NINE, shift()), Ok(Use::Presence));
    }
}
