//! The arrival figure that every screen shows: the customer's page and the desk answer from the same `seq`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::VisitId;
use super::promise;
use super::time::{Timestamp, Window};

/// What an arrival figure rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EtaSource {
    /// A position reported by the technician's phone.
    Gps,
    /// The technician's own word.
    Declared,
    /// The plan, as long as nothing better is known.
    Planned,
}

/// One evaluation of when the technician will be at the door. `earliest`, `likely`, `latest` are the 10th, 50th and
/// 90th percentile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eta {
    pub visit_id: VisitId,
    /// Rises strictly per visit and is the same on every screen.
    pub seq: u64,
    pub earliest: Timestamp,
    pub likely: Timestamp,
    pub latest: Timestamp,
    pub source: EtaSource,
    /// When the position was taken or the word was said.
    pub basis_at: Timestamp,
    pub computed_at: Timestamp,
    /// Visits of the same technician that come before this one.
    pub stops_before: u32,
    /// Probability of arriving after the promised window, 0 to 1; nothing was promised: none.
    #[schemars(range(min = 0, max = 1))]
    pub late_risk: Option<f64>,
    /// Ties the figure to the position that caused it.
    pub correlation_id: Option<u64>,
}

impl Eta {
    /// The window that people read.
    pub fn told_window(&self) -> Window {
        let interval = Window { from: self.earliest, to: self.latest };
        promise::told(interval, self.stops_before, self.source == EtaSource::Gps, self.computed_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_has_the_shape_that_screens_read() {
        let text = r#"{"visit_id":"vis_00000000000000000000000000000007","seq":3,"earliest":"2026-11-23T01:00:00.000Z",
            "likely":"2026-11-23T01:04:00.000Z","latest":"2026-11-23T01:11:00.000Z","source":"gps",
            "basis_at":"2026-11-23T00:50:00.000Z","computed_at":"2026-11-23T00:50:02.000Z","stops_before":0,
            "late_risk":null,"correlation_id":null}"#;
        let eta: Eta = serde_json::from_str(text).unwrap();
        assert_eq!(eta.source, EtaSource::Gps);
        let back: serde_json::Value = serde_json::to_value(&eta).unwrap();
        assert_eq!(back, serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
