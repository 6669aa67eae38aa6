//! What a watcher has seen of its topics, and whether that is gapless. Pure.

use std::collections::BTreeMap;

use crate::domain::eta::Eta;
use crate::domain::event::Stream;
use crate::domain::ids::VisitId;
use crate::views::live::{After, ServerFrame};

/// What a frame is to the watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// New and in order.
    Fresh,
    /// New, but so many before it never came.
    Missed(i64),
    /// Seen before.
    Repeated,
    /// An arrival figure that is not newer than the one shown, where the server may send it again.
    Known,
    /// About a topic that is not watched (any more).
    Stray,
}

#[derive(Debug, Default)]
struct Topic {
    /// None until the server has named it.
    epoch: Option<String>,
    offset: i64,
    etas: BTreeMap<VisitId, u64>,
}

/// The cursors of one watcher.
#[derive(Debug, Default)]
pub struct Seen {
    topics: BTreeMap<Stream, Topic>,
}

impl Seen {
    /// Watches a topic, after a cursor or from now on.
    pub fn watch(&mut self, topic: Stream, after: Option<After>) {
        let mut seen = Topic::default();
        if let Some(After { epoch, offset, eta_seq }) = after {
            if let (Stream::Visit(visit), Some(seq)) = (topic, eta_seq) {
                seen.etas.insert(visit, seq);
            }
            (seen.epoch, seen.offset) = (Some(epoch), offset);
        }
        self.topics.insert(topic, seen);
    }

    pub fn forget(&mut self, topic: Stream) {
        self.topics.remove(&topic);
    }

    /// Topics to subscribe to after a reconnect, each with where to go on.
    pub fn cursors(&self) -> Vec<(Stream, Option<After>)> {
        let cursor = |(topic, seen): (&Stream, &Topic)| {
            let eta_seq = match topic {
                Stream::Visit(visit) => seen.etas.get(visit).copied(),
                _ => None,
            };
            (*topic, seen.epoch.clone().map(|epoch| After { epoch, offset: seen.offset, eta_seq }))
        };
        self.topics.iter().map(cursor).collect()
    }

    /// Takes note of a frame.
    pub fn judge(&mut self, frame: &ServerFrame) -> Verdict {
        match frame {
            ServerFrame::Subscribed { topic, epoch, offset, .. } => self.subscribed(*topic, epoch, *offset),
            ServerFrame::Reset { topic, epoch, offset } => {
                let Some(seen) = self.topics.get_mut(topic) else { return Verdict::Stray };
                (seen.epoch, seen.offset) = (Some(epoch.clone()), *offset);
                Verdict::Fresh
            }
            ServerFrame::Event { topic, offset, .. } => self.event(*topic, *offset),
            ServerFrame::Eta { topic, eta } => self.eta(*topic, eta),
            ServerFrame::Position { topic, .. } if !self.topics.contains_key(topic) => Verdict::Stray,
            _ => Verdict::Fresh,
        }
    }

    fn subscribed(&mut self, topic: Stream, epoch: &str, offset: i64) -> Verdict {
        let Some(seen) = self.topics.get_mut(&topic) else { return Verdict::Stray };
        let first = seen.epoch.is_none();
        let goes_on = seen.epoch.as_deref() == Some(epoch) && seen.offset == offset;
        let missed = offset - seen.offset;
        (seen.epoch, seen.offset) = (Some(epoch.to_owned()), offset);
        match missed {
            _ if first || goes_on => Verdict::Fresh,
            missed if missed > 0 => Verdict::Missed(missed),
            _ => Verdict::Repeated,
        }
    }

    fn event(&mut self, topic: Stream, offset: i64) -> Verdict {
        let Some(seen) = self.topics.get_mut(&topic) else { return Verdict::Stray };
        let step = offset - seen.offset;
        seen.offset = seen.offset.max(offset);
        match step {
            1 => Verdict::Fresh,
            step if step > 1 => Verdict::Missed(step - 1),
            _ => Verdict::Repeated,
        }
    }

    /// On a visit's topic the client says what it has seen, so nothing may come twice. Elsewhere the figures of all
    /// visits come again after each reconnect; only an older one than the shown is wrong.
    fn eta(&mut self, topic: Stream, eta: &Eta) -> Verdict {
        let Some(seen) = self.topics.get_mut(&topic) else { return Verdict::Stray };
        let newest = seen.etas.entry(eta.visit_id).or_insert(0);
        if eta.seq > *newest {
            *newest = eta.seq;
            return Verdict::Fresh;
        }
        let told = matches!(topic, Stream::Visit(_));
        if !told && eta.seq == *newest { Verdict::Known } else { Verdict::Repeated }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Id, TerritoryId};
    use uuid::Uuid;

    fn visit() -> Stream {
        Stream::Visit(VisitId::from_uuid(Uuid::from_u128(1)))
    }

    fn board() -> Stream {
        Stream::Territory(TerritoryId::from_uuid(Uuid::from_u128(2)))
    }

    fn subscribed(topic: Stream, offset: i64) -> ServerFrame {
        ServerFrame::Subscribed { topic, epoch: "e".to_owned(), offset, complete: true }
    }

    fn after(offset: i64) -> Option<After> {
        Some(After { epoch: "e".to_owned(), offset, eta_seq: Some(4) })
    }

    #[test]
    fn events_must_come_one_by_one() {
        let mut seen = Seen::default();
        seen.watch(board(), after(7));
        assert_eq!(seen.judge(&subscribed(board(), 7)), Verdict::Fresh);
        let verdicts = [8, 9, 9, 12, 11, 13].map(|offset| seen.event(board(), offset));
        use Verdict::{Fresh, Missed, Repeated};
        assert_eq!(verdicts, [Fresh, Fresh, Repeated, Missed(2), Repeated, Fresh]);
        assert_eq!(seen.cursors()[0].1.as_ref().map(|after| after.offset), Some(13));
    }

    #[test]
    fn who_comes_back_must_go_on_where_he_was() {
        let mut seen = Seen::default();
        seen.watch(board(), after(7));
        assert_eq!(seen.judge(&subscribed(board(), 9)), Verdict::Missed(2));
        seen.watch(board(), None);
        assert_eq!(seen.judge(&subscribed(board(), 9)), Verdict::Fresh);
        assert_eq!(seen.event(visit(), 1), Verdict::Stray);
    }

    #[test]
    fn arrival_figures_rise() {
        let figure = |seq| {
            let at = crate::domain::time::Timestamp::from_seconds(0);
            let Stream::Visit(visit_id) = visit() else { unreachable!() };
            let source = crate::domain::eta::EtaSource::Planned;
            Eta {
                visit_id,
                seq,
                earliest: at,
                likely: at,
                latest: at,
                window: crate::domain::time::Window { from: at, to: at },
                source,
                basis_at: at,
                computed_at: at,
                stops_before: 0,
                late_risk: None,
                correlation_id: None,
            }
        };
        let mut seen = Seen::default();
        seen.watch(visit(), after(0));
        seen.watch(board(), None);
        assert_eq!(seen.eta(visit(), &figure(4)), Verdict::Repeated);
        assert_eq!(seen.eta(visit(), &figure(6)), Verdict::Fresh);
        assert_eq!(seen.eta(board(), &figure(6)), Verdict::Fresh);
        assert_eq!(seen.eta(board(), &figure(6)), Verdict::Known);
        assert_eq!(seen.eta(board(), &figure(5)), Verdict::Repeated);
    }
}
