//! Why a clock stands still, and which of them.

use super::clock::ClockKind;
use crate::coded;
use crate::domain::time::Timestamp;

coded! {
    /// Why a clock stands still: it lies with somebody else.
    PauseReason {
        Customer = "customer", "お客様のご返答待ち", "Waiting for the customer's answer";
        CustomerDate = "customer_date", "お客様のご希望日待ち", "The customer wants a later day";
        Access = "access", "不在・入館不可", "Nobody there, or no access";
        Parts = "parts", "部品待ち", "Waiting for parts";
        ThirdParty = "third_party", "他社の作業待ち", "Waiting for another company";
        Disaster = "disaster", "災害・交通途絶", "Disaster, roads closed";
    }
}

impl PauseReason {
    /// Whether it stops this clock at all. Nothing but a disaster keeps us from answering; whoever waits for parts or
    /// for others could have come; every reason keeps from restoring. The contract says which of them it accepts.
    pub const fn stops(self, kind: ClockKind) -> bool {
        match kind {
            ClockKind::Respond => matches!(self, Self::Disaster),
            ClockKind::Arrive => !matches!(self, Self::Parts | Self::ThirdParty),
            ClockKind::Restore => true,
        }
    }
}

/// A time in which a clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub reason: PauseReason,
    pub from: Timestamp,
    /// `None` while it lasts.
    pub to: Option<Timestamp>,
}

/// The times in which a clock that starts at `start` runs, in order, the last one without an end where it runs on:
/// what the pauses leave, however they overlap and in whichever order they are told.
pub(super) fn running(
    start: Timestamp,
    pauses: impl IntoIterator<Item = Pause>,
) -> Vec<(Timestamp, Option<Timestamp>)> {
    let mut pauses: Vec<Pause> = pauses.into_iter().collect();
    pauses.sort_by_key(|pause| (pause.from, pause.to));
    let mut pieces = Vec::new();
    let mut from = start;
    for pause in pauses {
        if pause.from > from {
            pieces.push((from, Some(pause.from)));
            from = pause.from;
        }
        match pause.to {
            Some(to) => from = from.max(to),
            None => return pieces,
        }
    }
    pieces.push((from, None));
    pieces
}
