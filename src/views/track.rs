//! The customer's tracking page: one visit, without log-in, and nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::live::Cursor;
use super::session::ServerClock;
use crate::domain::eta::Eta;
use crate::domain::ids::{TrackLinkId, VisitId};
use crate::domain::place::Position;
use crate::domain::time::{Timestamp, Window};
use crate::domain::visit::VisitState;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrackView {
    pub visit_id: VisitId,
    pub state: VisitState,
    pub state_ja: String,
    pub state_en: String,
    pub vendor_name_ja: String,
    pub vendor_name_en: String,
    pub vendor_phone: String,
    pub technician_name: Option<String>,
    pub promised: Option<Window>,
    pub eta: Option<Eta>,
    /// Where the technician is, to about 100 m, only while on the way here.
    pub position: Option<Position>,
    pub destination: Position,
    pub stops_before: Option<u32>,
    pub site_name: String,
    pub product_name_ja: String,
    pub product_name_en: String,
    pub timeline: Vec<TrackStep>,
    pub report: Option<TrackReport>,
    /// What it cost, in words.
    pub consumption_ja: Option<String>,
    pub consumption_en: Option<String>,
    pub stream: Cursor,
    pub expires_at: Timestamp,
    pub clock: ServerClock,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrackStep {
    pub state: VisitState,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrackReport {
    pub cause_ja: String,
    pub cause_en: String,
    pub remedy: String,
    pub finished_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TrackLinkView {
    pub id: TrackLinkId,
    /// Path of the page, with the secret in it; shown once.
    pub url: String,
    pub expires_at: Timestamp,
}

/// A link that still shows its visit. Its secret is known only to those who were given it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenLink {
    pub id: TrackLinkId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The links of a visit that still show it, the oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenLinks {
    pub links: Vec<OpenLink>,
}

/// An empty body.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
