//! What is asked of the ledger by hand, and what it answers. A note is read by the customer too.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wallet::{PostingView, WalletSummary};
use crate::domain::access::Actor;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::acknowledgement::Means;
use crate::domain::wallet::draft::PolicyDraft;
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::domain::wallet::refund::RefundGround;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, UnitKind};

/// A lot to be sold, or granted when it stands in a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotRequest {
    pub units: i64,
    /// Price of the whole lot; 0 when granted.
    pub price_yen: i64,
    /// None: today. Never in the past.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub issued_on: Option<NaiveDate>,
    /// The last day; none is without end.
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
    pub scope: Scope,
    pub law_class: LawClass,
    /// The invoice that it is sold on, where that is known.
    #[serde(default)]
    pub invoice: Option<InvoiceRequest>,
    /// Who of the customer's has already said that he knows the last day, where somebody has.
    #[serde(default)]
    pub acknowledged: Option<AcknowledgementRequest>,
}

/// That a customer has read until when a lot may be used and for what. It stands as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledgement {
    pub lot_id: LotId,
    pub contract_id: ContractId,
    /// Who of the customer's said so.
    pub by: String,
    pub means: Means,
    #[schemars(with = "String")]
    pub on: NaiveDate,
    pub noted_by: Actor,
    pub noted_at: Timestamp,
}

/// What somebody of the vendor's was told. A customer's contact speaks for himself: of him nothing of it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementRequest {
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub means: Option<Means>,
    /// None: today. Neither before the lot was issued nor ahead.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub on: Option<NaiveDate>,
}

/// The invoice that a lot is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invoice {
    pub lot_id: LotId,
    pub contract_id: ContractId,
    pub invoice_number: String,
    /// Registration number of the issuer of qualified invoices: T and 13 digits.
    pub issuer_number: Option<String>,
    #[schemars(with = "String")]
    pub invoiced_on: NaiveDate,
    pub set_by: Actor,
    pub set_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceRequest {
    pub invoice_number: String,
    /// T and 13 digits.
    #[serde(default)]
    pub issuer_number: Option<String>,
    #[schemars(with = "String")]
    pub invoiced_on: NaiveDate,
    /// Of the entry that is corrected; 0 for the first one.
    #[serde(default)]
    pub version: i64,
}

/// Units that were used before they were bought go on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverdraftInvoiceRequest {
    pub invoice: InvoiceRequest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureRequest {
    pub issue_id: IssueId,
    /// Of the units held; the rest is released.
    pub units: i64,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    pub issue_id: IssueId,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalRequest {
    pub issue_id: IssueId,
    /// Of the units used.
    pub units: i64,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustRequest {
    /// Positive: added as a lot of its own, of the same kind as `lot_id` where one is named. Negative: taken from `lot_id`.
    pub units: i64,
    #[serde(default)]
    pub lot_id: Option<LotId>,
    /// Last day of units that are added; none is that of `lot_id`, and without one the contract's.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    pub accept: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    pub to_contract_id: ContractId,
    pub lot_id: LotId,
    pub units: i64,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidRequest {
    pub lot_id: LotId,
    pub reason: CorrectionReason,
    #[serde(default)]
    pub note: String,
}

/// Unused units paid back. How much that is follows from the lot's price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    pub lot_id: LotId,
    pub units: i64,
    pub ground: RefundGround,
    /// What happened and how it is paid back.
    pub note: String,
}

/// A new version of a contract's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRequest {
    /// The version of the contract's card that was seen.
    pub contract_version: i64,
    /// The first day on which it governs what is accepted; today or later.
    #[schemars(with = "String")]
    pub from_day: NaiveDate,
    pub policy: PolicyDraft,
    #[serde(default)]
    pub menu: Vec<MenuItem>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyView {
    pub version: i64,
    #[schemars(with = "String")]
    pub from_day: NaiveDate,
    /// Whether it governs what is accepted today.
    pub in_force: bool,
    pub policy: Policy,
    /// The price list, shown to the customer beforehand (ポイント表).
    pub menu: Vec<MenuItem>,
    pub reason: String,
    pub set_at: Timestamp,
}

/// What a change of the ledger has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerReceipt {
    pub wallet: WalletSummary,
    /// What was posted, newest first; of very many the newest.
    pub postings: Vec<PostingView>,
    /// An adjustment that waits for a second person; nothing was posted yet.
    pub waiting: Option<AdjustmentId>,
    /// Of a refund, what is to be paid back, in yen without tax.
    pub refund_yen: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustmentView {
    pub id: AdjustmentId,
    pub request: AdjustRequest,
    /// `proposed`, `posted` or `refused`.
    pub state: String,
    pub proposed_by: Actor,
    pub proposed_at: Timestamp,
    pub decided_by: Option<Actor>,
    pub decided_at: Option<Timestamp>,
}

/// An adjustment that waits for a second person, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingAdjustment {
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    /// Units that the contract has left.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
    pub adjustment: AdjustmentView,
}

/// Something that the ledger refused, kept for audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefusalView {
    /// What was asked, such as `capture`.
    pub action: String,
    /// The rule that refused it.
    pub code: String,
    pub ja: String,
    pub en: String,
    pub actor: Actor,
    pub at: Timestamp,
}
