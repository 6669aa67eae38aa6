//! A batch of positions on its way in and its answer on the way out: what can be read goes in the order in which it was
//! taken, with the phone's clock set right; each fix gets its own result in the order of the batch. Pure.

use crate::domain::refusal::Refusal;
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::views::position::{IgnoredPosition, PositionBatch, PositionReport, PositionsAccepted, Reported};

/// What is to be judged, and what of the answer is known already.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    /// In the order in which they were taken.
    pub reports: Vec<PositionReport>,
    /// Of each report its place in the batch.
    places: Vec<usize>,
    unreadable: Vec<IgnoredPosition>,
    clock_ahead: Option<Seconds>,
}

/// Takes a batch of one to a hundred fixes apart. `now` is our clock when it came.
pub fn sort(batch: PositionBatch, now: Timestamp) -> Result<Sorted, Refusal> {
    if !(1..=limits::POSITIONS_PER_BATCH).contains(&batch.positions.len()) {
        return Err(Refusal::invalid_both("positions", "1〜100件", "1 to 100 positions"));
    }
    let clock_ahead = batch.sent_at.map(|sent| sent.since(now)).filter(|ahead| ahead.0.abs() > limits::PHONE_CLOCK_S);
    let mut unreadable = Vec::new();
    let mut fixes = Vec::new();
    for (place, reported) in batch.positions.into_iter().enumerate() {
        match reported {
            Reported::Unreadable { seq, why } => unreadable.push(IgnoredPosition::of(place, seq, &why)),
            Reported::Fix(mut report) => {
                if let (Some(at), Some(ahead)) = (&mut report.at, clock_ahead) {
                    *at = *at - ahead;
                }
                fixes.push((place, report));
            }
        }
    }
    // A network brings them in any order. One without a time is of now.
    fixes.sort_by_key(|(place, report)| (report.at.unwrap_or(now), report.seq, *place));
    let (places, reports) = fixes.into_iter().unzip();
    Ok(Sorted { reports, places, unreadable, clock_ahead })
}

impl Sorted {
    /// The answer to the batch as it came. `judged` names the reports by their place among [`Self::reports`].
    pub fn answer(self, judged: PositionsAccepted) -> PositionsAccepted {
        let in_batch = |mut one: IgnoredPosition| {
            one.index = self.places.get(one.index).copied().unwrap_or(one.index);
            one
        };
        let mut ignored: Vec<IgnoredPosition> = judged.ignored.into_iter().map(in_batch).collect();
        ignored.extend(self.unreadable);
        ignored.sort_by_key(|one| one.index);
        PositionsAccepted { accepted: judged.accepted, ignored, clock_ahead_s: self.clock_ahead.map(|ahead| ahead.0) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::refusal::Code;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_478_400);

    fn fix(seq: i64, ago_s: i64) -> Reported {
        let at = Some(NOW - Seconds(ago_s));
        let report =
            PositionReport { seq, lat: 36.5, lon: 136.6, accuracy_m: 9.0, at, correlation_id: None, visit_id: None };
        report.into()
    }

    fn unreadable() -> Reported {
        Reported::Unreadable { seq: None, why: Refusal::new(Code::Malformed) }
    }

    fn batch(positions: Vec<Reported>, sent_at: Option<Timestamp>) -> PositionBatch {
        PositionBatch { positions, sent_at }
    }

    fn ignored(index: usize) -> IgnoredPosition {
        IgnoredPosition::of(index, Some(1), &Refusal::new(Code::PositionOutOfOrder))
    }

    #[test]
    fn what_the_network_shuffled_is_judged_in_the_order_of_the_road() {
        let sorted = sort(batch(vec![fix(3, 10), unreadable(), fix(1, 40), fix(2, 25)], None), NOW).unwrap();
        assert_eq!(sorted.reports.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2, 3]);
        // The second of the road stood last in the batch.
        let told = sorted.answer(PositionsAccepted { accepted: 2, ignored: vec![ignored(1)], clock_ahead_s: None });
        assert_eq!(told.ignored.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn a_clock_that_is_wrong_is_set_right_and_told() {
        let ahead = Seconds::hours(2);
        let sorted = sort(batch(vec![fix(1, 20 - ahead.0)], Some(NOW + ahead)), NOW).unwrap();
        assert_eq!(sorted.reports[0].at, Some(NOW - Seconds(20)));
        assert_eq!(sorted.answer(PositionsAccepted::default()).clock_ahead_s, Some(7_200));
        let honest = sort(batch(vec![fix(1, 20)], Some(NOW - Seconds(3))), NOW).unwrap();
        assert_eq!(honest.reports[0].at, Some(NOW - Seconds(20)), "the way over the network is no wrong clock");
        assert_eq!(honest.answer(PositionsAccepted::default()).clock_ahead_s, None);
    }

    #[test]
    fn an_empty_batch_and_one_too_many_are_refused() {
        assert!(sort(batch(Vec::new(), None), NOW).is_err());
        assert!(sort(batch(vec![fix(1, 0); limits::POSITIONS_PER_BATCH + 1], None), NOW).is_err());
    }

    proptest! {
        #[test]
        fn every_fix_of_a_batch_gets_exactly_one_result(
            ages in prop::collection::vec(prop::option::of(0_i64..5_000), 1..60),
            refused in prop::collection::vec(any::<bool>(), 60),
        ) {
            let positions = ages.iter().zip(1..).map(|(age, seq)| age.map_or_else(unreadable, |age| fix(seq, age)));
            let sorted = sort(batch(positions.collect(), None), NOW).unwrap();
            prop_assert!(sorted.reports.is_sorted_by_key(|report| report.at));
            let judged: Vec<_> = (0..sorted.reports.len()).filter(|index| refused[*index]).map(ignored).collect();
            let accepted = sorted.reports.len() - judged.len();
            let told = sorted.answer(PositionsAccepted { accepted, ignored: judged, clock_ahead_s: None });
            prop_assert_eq!(told.accepted + told.ignored.len(), ages.len());
            prop_assert!(told.ignored.is_sorted_by(|one, next| one.index < next.index));
        }
    }
}
