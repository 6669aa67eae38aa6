//! Impact x urgency gives the priority, and the priority gives the time to arrive.

use crate::coded;
use crate::domain::time::Seconds;

coded! {
    /// What the fault does to the customer's business.
    Impact {
        Stopped = "stopped", "業務停止", "Work stopped";
        Partial = "partial", "一部停止", "Partly stopped";
        Inconvenient = "inconvenient", "不便", "Inconvenient";
        None = "none", "影響なし", "No impact";
    }
}

coded! {
    /// How soon the customer needs it.
    Urgency {
        Now = "now", "今すぐ", "Now";
        Today = "today", "本日中", "Today";
        ThisWeek = "this_week", "今週中", "This week";
        Whenever = "whenever", "いつでも", "Whenever";
    }
}

coded! {
    Priority {
        P1 = "P1", "業務停止", "Work stopped";
        P2 = "P2", "一部停止", "Partly stopped";
        P3 = "P3", "不便", "Inconvenient";
        P4 = "P4", "相談", "Advice";
    }
}

impl Priority {
    /// The matrix that the desk reads out: the row is the impact, the column the urgency.
    pub const fn of(impact: Impact, urgency: Urgency) -> Self {
        use Urgency::{Now, ThisWeek, Today, Whenever};
        match (impact, urgency) {
            (Impact::Stopped, Now | Today) => Self::P1,
            (Impact::Stopped, _) | (Impact::Partial, Now | Today) => Self::P2,
            (Impact::Partial, _) | (Impact::Inconvenient, Now | Today) => Self::P3,
            (Impact::Inconvenient, ThisWeek | Whenever) | (Impact::None, _) => Self::P4,
        }
    }

    /// Time allowed from acceptance to arrival (the reference company's city figures).
    pub const fn arrive_within(self) -> Seconds {
        match self {
            Self::P1 => Seconds::hours(2),
            Self::P2 => Seconds::hours(4),
            Self::P3 => Seconds::hours(8),
            Self::P4 => Seconds::hours(24),
        }
    }

    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_line_now_is_p1_and_advice_is_p4() {
        assert_eq!(Priority::of(Impact::Stopped, Urgency::Now), Priority::P1);
        assert_eq!(Priority::of(Impact::Partial, Urgency::Today), Priority::P2);
        assert_eq!(Priority::of(Impact::Inconvenient, Urgency::Now), Priority::P3);
        assert_eq!(Priority::of(Impact::None, Urgency::Now), Priority::P4);
    }

    #[test]
    fn more_impact_or_more_urgency_never_lowers_the_priority() {
        for pair in Impact::ALL.windows(2) {
            for urgency in Urgency::ALL {
                assert!(Priority::of(pair[0], *urgency) <= Priority::of(pair[1], *urgency));
            }
        }
        for impact in Impact::ALL {
            for pair in Urgency::ALL.windows(2) {
                assert!(Priority::of(*impact, pair[0]) <= Priority::of(*impact, pair[1]));
            }
        }
    }
}
