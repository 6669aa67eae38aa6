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
/// Receivers that know nothing say zero and zero, a place in the sea off Africa.
const NOWHERE_M: f64 = 1_000.0;
/// So many positions in a row that fit each other outweigh the one that they contradict.
const AGREEING: u32 = 3;

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
    #[error("zero degrees, zero degrees")]
    Nowhere,
}

impl PositionFault {
    /// What the phone is told.
    pub fn code(self) -> Code {
        match self {
            Self::OffShift => Code::OffShift,
            Self::Future => Code::PositionFuture,
            Self::Inaccurate => Code::PositionInaccurate,
            Self::OutOfOrder => Code::PositionOutOfOrder,
            Self::Implausible | Self::Nowhere => Code::PositionImplausible,
        }
    }
}

/// A position with the number that the phone gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbered {
    pub seq: i64,
    pub seen: Seen,
}

/// A position that contradicts the last believed one, and how many in a row it agrees with, itself included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubted {
    pub fix: Numbered,
    pub times: u32,
}

/// What is known of a technician's way. One wrong position must not silence all true ones after it, and a phone that was
/// reset counts from one again: three that agree with each other become the new truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trail {
    pub believed: Option<Numbered>,
    pub doubted: Option<Doubted>,
}

impl Trail {
    /// Judges the next position. `shift` is none when he is off duty.
    pub fn judge(&mut self, fix: Numbered, now: Timestamp, shift: Option<Window>) -> Result<Use, PositionFault> {
        let found = self.check(&fix, now, shift);
        if let Err(fault) = found {
            return self.doubt(fix, fault);
        }
        self.believed = Some(fix);
        found
    }

    fn check(&self, fix: &Numbered, now: Timestamp, shift: Option<Window>) -> Result<Use, PositionFault> {
        let last = self.believed;
        let good_for = check_position(&fix.seen, last.map(|last| last.seen).as_ref(), now, shift)?;
        match last {
            Some(last) if fix.seq <= last.seq => Err(PositionFault::OutOfOrder),
            _ => Ok(good_for),
        }
    }

    fn doubt(&mut self, fix: Numbered, fault: PositionFault) -> Result<Use, PositionFault> {
        let newer = self.believed.is_none_or(|last| last.seen.at < fix.seen.at);
        if !newer || !matches!(fault, PositionFault::Implausible | PositionFault::OutOfOrder) {
            return Err(fault);
        }
        // A doubt from before the last believed position was settled by it.
        let open = self.doubted.filter(|doubted| self.believed.is_none_or(|last| last.seen.at < doubted.fix.seen.at));
        let agreeing = open.filter(|doubted| follows(&doubted.fix, &fix)).map_or(0, |doubted| doubted.times) + 1;
        if agreeing < AGREEING {
            self.doubted = Some(Doubted { fix, times: agreeing });
            return Err(fault);
        }
        self.believed = Some(fix);
        Ok(use_of(fix.seen.accuracy_m))
    }
}

fn follows(before: &Numbered, after: &Numbered) -> bool {
    after.seq > before.seq
        && after.seen.at > before.seen.at
        && least_speed_kmh(&before.seen, &after.seen) <= SPEED_MAX_KMH
}

/// Judges one position against the last accepted one.
fn check_position(
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
    if nowhere(seen.position) {
        return Err(PositionFault::Nowhere);
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
    Ok(use_of(seen.accuracy_m))
}

fn nowhere(position: Position) -> bool {
    Position::new(0.0, 0.0).is_some_and(|zero| zero.metres_to(position) < NOWHERE_M)
}

fn use_of(accuracy_m: f64) -> Use {
    if moves_arrival(accuracy_m) { Use::Eta } else { Use::Presence }
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

    fn trail() -> Trail {
        Trail { believed: None, doubted: None }
    }

    fn numbered(seq: i64, after_s: i64, km: f64) -> Numbered {
        Numbered { seq, seen: seen(after_s, km, 10.0) }
    }

    /// Which of the positions are believed, one after the other.
    fn believed(mut trail: Trail, fixes: &[Numbered]) -> Vec<bool> {
        fixes.iter().map(|fix| trail.judge(*fix, NINE + Seconds::hours(2), shift()).is_ok()).collect()
    }

    #[test]
    fn a_receiver_that_knows_nothing_is_never_believed() {
        let zero = |seq| {
            let position = Position::new(0.0, 0.0).unwrap();
            Numbered { seq, seen: Seen { position, ..seen(seq, 0.0, 10.0) } }
        };
        let fixes = [zero(1), zero(2), zero(3), zero(4), numbered(5, 15, 0.2)];
        assert_eq!(believed(trail(), &fixes), [false, false, false, false, true]);
    }

    #[test]
    fn three_that_agree_outweigh_one_wrong_position() {
        let start = Trail { believed: Some(numbered(1, 0, 200.0)), ..trail() };
        let true_ones = [numbered(2, 15, 0.0), numbered(3, 30, 0.2), numbered(4, 45, 0.4), numbered(5, 60, 0.6)];
        assert_eq!(believed(start, &true_ones), [false, false, true, true]);
    }

    #[test]
    fn leaps_that_do_not_agree_are_never_believed() {
        let start = Trail { believed: Some(numbered(1, 0, 0.0)), ..trail() };
        let leaps = [numbered(2, 15, 50.0), numbered(3, 30, 90.0), numbered(4, 45, 20.0), numbered(5, 60, 0.5)];
        assert_eq!(believed(start, &leaps), [false, false, false, true]);
    }

    #[test]
    fn a_doubt_that_was_settled_counts_no_more() {
        let start = Trail { believed: Some(numbered(1, 0, 0.0)), ..trail() };
        let fixes = [numbered(2, 15, 50.0), numbered(3, 30, 50.1), numbered(4, 45, 0.4), numbered(5, 60, 50.2)];
        assert_eq!(believed(start, &fixes), [false, false, true, false]);
    }

    #[test]
    fn a_phone_that_counts_from_one_again_is_believed_soon_and_a_retry_never() {
        let start = Trail { believed: Some(numbered(i64::MAX, 0, 0.0)), ..trail() };
        let reset = [numbered(1, 15, 0.1), numbered(2, 30, 0.2), numbered(3, 45, 0.3), numbered(4, 60, 0.4)];
        assert_eq!(believed(start, &reset), [false, false, true, true]);
        let retries = [numbered(7, 15, 0.1), numbered(7, 30, 0.1), numbered(7, 45, 0.1), numbered(7, 60, 0.1)];
        assert_eq!(believed(start, &retries), [false; 4]);
    }
}
