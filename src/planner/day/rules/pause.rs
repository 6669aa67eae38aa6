//! The break: one of full length, begun inside its window, anywhere between services, also on the road. Not needed when
//! the route without it is over when the window opens.
//!
//! A route is timed in two states, break still ahead and break behind; in each the earliest departure beats every later
//! one, so both an insertion and a whole route are decided by comparing with one latest arrival per state.

use super::{NEVER, NO_LATEST};

/// The break of one technician. Without one the window is empty and the state "still ahead" is never entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub open: i32,
    pub close: i32,
    pub length: i32,
}

/// Departure times at one stop: with the break still ahead, and with the break behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    pub ahead: i32,
    pub behind: i32,
}

impl Pause {
    pub const NONE: Self = Self { open: NEVER, close: NO_LATEST, length: 0 };

    #[inline]
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.close > NO_LATEST
    }

    /// Departure from home at the start of the shift.
    #[inline]
    #[must_use]
    pub fn at_start(&self, shift: i32) -> Departure {
        if self.is_some() {
            Departure { ahead: shift, behind: NEVER }
        } else {
            Departure { ahead: NEVER, behind: shift }
        }
    }

    /// Arrival after a drive of `leg` seconds with the break taken on the way. It begins on departure or when its window
    /// opens; what is not yet driven then is driven after it.
    #[inline]
    #[must_use]
    pub fn on_leg(&self, ready: i32, leg: i32) -> i32 {
        if ready <= self.close { (ready + leg).max(self.open) + self.length } else { NEVER }
    }

    /// Latest departure over a leg with the break on it, to arrive by `due`.
    #[inline]
    #[must_use]
    pub fn latest_on_leg(&self, due: i32, leg: i32) -> i32 {
        if self.open.saturating_add(self.length) <= due { self.close.min(due - self.length - leg) } else { NO_LATEST }
    }

    /// Earliest arrivals after a leg.
    #[inline]
    #[must_use]
    pub fn drive(&self, from: Departure, leg: i32) -> Departure {
        let behind = (from.behind + leg).min(self.on_leg(from.ahead, leg));
        Departure { ahead: from.ahead + leg, behind }
    }

    /// When the route ends, from the arrivals at home.
    #[inline]
    #[must_use]
    pub fn end(&self, home: Departure) -> i32 {
        if home.ahead <= self.open && self.is_some() { home.ahead.min(home.behind) } else { home.behind }
    }
}
