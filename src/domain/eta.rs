//! The arrival figure that every screen shows: the customer's page and the desk answer from the same `seq`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::arrival_window::customer_window;
use super::ids::VisitId;
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

impl EtaSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gps => "gps",
            Self::Declared => "declared",
            Self::Planned => "planned",
        }
    }
}

/// One evaluation of when the technician will be at the door. `earliest`, `likely`, `latest` are the 10th, 50th and
/// 90th percentile.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eta {
    pub visit_id: VisitId,
    /// Rises strictly per visit and is the same on every screen.
    pub seq: u64,
    pub earliest: Timestamp,
    pub likely: Timestamp,
    pub latest: Timestamp,
    /// What people are told: `earliest` to `latest` rounded outward, never narrower than can be kept.
    pub window: Window,
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

/// A figure as it was kept; the first ones were kept without their window.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    visit_id: VisitId,
    seq: u64,
    earliest: Timestamp,
    likely: Timestamp,
    latest: Timestamp,
    window: Option<Window>,
    source: EtaSource,
    basis_at: Timestamp,
    computed_at: Timestamp,
    stops_before: u32,
    late_risk: Option<f64>,
    correlation_id: Option<u64>,
}

impl<'de> Deserialize<'de> for Eta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer).map(Self::from)
    }
}

impl From<Stored> for Eta {
    fn from(kept: Stored) -> Self {
        // Only positions tell afterwards that he was on the way.
        let under_way = kept.source == EtaSource::Gps;
        let made = || customer_window(kept.earliest, kept.latest, kept.stops_before, under_way, kept.computed_at);
        Self {
            visit_id: kept.visit_id,
            seq: kept.seq,
            earliest: kept.earliest,
            likely: kept.likely,
            latest: kept.latest,
            window: kept.window.unwrap_or_else(made),
            source: kept.source,
            basis_at: kept.basis_at,
            computed_at: kept.computed_at,
            stops_before: kept.stops_before,
            late_risk: kept.late_risk,
            correlation_id: kept.correlation_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Seconds;

    #[test]
    fn a_figure_kept_without_its_window_is_still_told_in_one() {
        let eta: Eta = serde_json::from_value(serde_json::json!({
            "visit_id": "vis_00000000000000000000000000000007", "seq": 3, "earliest": "2026-11-23T01:00:00.000Z",
            "likely": "2026-11-23T01:04:00.000Z", "latest": "2026-11-23T01:11:00.000Z", "source": "gps",
            "basis_at": "2026-11-23T00:50:00.000Z", "computed_at": "2026-11-23T00:50:02.000Z", "stops_before": 0,
            "late_risk": null, "correlation_id": null
        }))
        .unwrap();
        assert_eq!(eta.window, Window { from: eta.earliest, to: eta.earliest + Seconds::minutes(15) });
    }

    #[test]
    fn the_figure_has_the_shape_that_screens_read() {
        let text = r#"{"visit_id":"vis_00000000000000000000000000000007","seq":3,"earliest":"2026-11-23T01:00:00.000Z",
            "likely":"2026-11-23T01:04:00.000Z","latest":"2026-11-23T01:11:00.000Z",
            "window":{"from":"2026-11-23T01:00:00.000Z","to":"2026-11-23T01:15:00.000Z"},"source":"gps","basis_at":"2026-11-23T00:50:00.000Z","computed_at":"2026-11-23T00:50:02.000Z","stops_before":0,
            "late_risk":null,"correlation_id":null}"#;
        let eta: Eta = serde_json::from_str(text).unwrap();
        assert_eq!(eta.source, EtaSource::Gps);
        let back: serde_json::Value = serde_json::to_value(&eta).unwrap();
        assert_eq!(back, serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
