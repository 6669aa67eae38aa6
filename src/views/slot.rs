//! Appointment slots: what a caller is offered, and what is held for him.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::IssueRequest;
use crate::domain::ids::{ContractId, SlotId};
use crate::domain::time::{Timestamp, Window};

/// An issue as it is known so far, for which slots are asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotsRequest {
    pub contract_id: ContractId,
    pub issue: IssueRequest,
    /// A slot already held for this very issue: its time counts as free.
    #[serde(default)]
    pub instead_of: Option<SlotId>,
}

/// One of the offered slots is to be kept for the caller.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    pub contract_id: ContractId,
    pub issue: IssueRequest,
    pub window: Window,
    /// The slot held so far for this issue; it is let go with the same step.
    #[serde(default)]
    pub instead_of: Option<SlotId>,
}

/// A slot that nobody else can sell until `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldSlot {
    pub id: SlotId,
    pub window: Window,
    pub expires_at: Timestamp,
    /// To be read out.
    pub say_ja: String,
    pub say_en: String,
}
