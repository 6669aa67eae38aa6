//! On the road: a straight way at even speed, with a fix of the phone each fifteen seconds.

use std::time::Duration;

use super::{Break, Technician};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::effects::clock::Clock;
use crate::limits;
use crate::roads::TravelTimes;
use crate::views::technician::PositionReport;

/// A phone on the road reports so often.
const FIX_EVERY: Seconds = Seconds(15);
/// But at a high speed of the day it sends several at once: so seldom is a message by the wall clock.
const SEND_EVERY: Duration = Duration::from_millis(200);
/// What a phone in a car says of its accuracy.
const ACCURACY_M: f64 = 12.0;
/// Numbers of fixes of one technician; the technician's index stands above them in the correlation id.
const FIX_BITS: u32 = 32;

/// A trip under way.
struct Trip {
    from: Position,
    to: Position,
    left_at: Timestamp,
    takes: Seconds,
}

impl Trip {
    fn arrives(&self) -> Timestamp {
        self.left_at + self.takes
    }

    fn at(&self, time: Timestamp) -> Position {
        if self.takes.0 <= 0 {
            return self.to;
        }
        let share = (time.micros() - self.left_at.micros()) as f64 / (self.takes.0 as f64 * 1e6);
        self.from.toward(self.to, share)
    }
}

impl Technician {
    /// Drives there. Interrupted, he stands where he has come to.
    pub(super) async fn drive(&mut self, to: Position) -> Result<(), Break> {
        let table = self.stage.roads.seconds(self.at, to).seconds;
        self.trips += 1;
        let share = self.stage.dice.drive(self.index, self.trips);
        let takes = Seconds((table.0 as f64 * share).round() as i64);
        let trip = Trip { from: self.at, to, left_at: self.stage.now(), takes };
        let mut sent = trip.left_at;
        while self.stage.now() < trip.arrives() {
            let next = self.next_message(sent).min(trip.arrives());
            let outcome = self.wait(next).await;
            let now = self.stage.now().min(trip.arrives());
            self.send_fixes(&trip, sent, now);
            sent = last_fix(sent, now);
            self.at = trip.at(now);
            match outcome {
                Ok(()) | Err(Break::News) => {}
                Err(end) => return Err(end),
            }
        }
        self.at = to;
        Ok(())
    }

    /// When the next message with fixes is due: after one fix, or after as many as fit between two messages.
    fn next_message(&self, sent: Timestamp) -> Timestamp {
        let wall = self.stage.clock.wall(FIX_EVERY).as_secs_f64();
        let fixes = (SEND_EVERY.as_secs_f64() / wall).ceil().clamp(1.0, limits::POSITIONS_PER_BATCH as f64);
        sent + Seconds(FIX_EVERY.0 * fixes as i64)
    }

    fn send_fixes(&mut self, trip: &Trip, sent: Timestamp, now: Timestamp) {
        let mut fixes = Vec::new();
        let mut at = sent + FIX_EVERY;
        while at <= now {
            let place = trip.at(at);
            let correlation = (self.index as u64) << FIX_BITS | self.next_fix.unsigned_abs();
            fixes.push(PositionReport {
                seq: self.next_fix,
                lat: place.lat(),
                lon: place.lon(),
                accuracy_m: ACCURACY_M,
                at: Some(at),
                correlation_id: Some(correlation),
                visit_id: None,
            });
            self.next_fix += 1;
            at = at + FIX_EVERY;
        }
        self.stage.tally.book().positions_sent += fixes.len() as u64;
        for batch in fixes.chunks(limits::POSITIONS_PER_BATCH) {
            self.stage.sent(batch.last().and_then(|fix| fix.correlation_id));
            self.live.report(batch.to_vec());
        }
    }
}

/// The time of the newest fix not after `now`.
fn last_fix(sent: Timestamp, now: Timestamp) -> Timestamp {
    sent + Seconds(now.since(sent).0.max(0) / FIX_EVERY.0 * FIX_EVERY.0)
}
