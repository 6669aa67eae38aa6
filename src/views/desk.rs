//! The call desk: search, the contract's card, intake.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::outcome::{OutcomeRequest, RemoteOutcome};

use super::board::VisitRow;
use super::claims::Approval;
use super::contact::ContactView;
use super::technician::ReportView;
use super::wallet::{Consumption, QuotedTicket, WalletSummary};
use crate::coded;
use crate::domain::eta::Eta;
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, IssueState, Outcome};
use crate::domain::place::Position;
use crate::domain::priority::{Impact, Priority, Urgency};
use crate::domain::time::{Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::domain::wallet::account::HoldState;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::domain::wallet::scope::Service;
use crate::domain::wallet::terms::UnitKind;

coded! {
    Channel {
        Call = "call", "電話", "Call";
        Mail = "mail", "メール", "Mail";
        Chat = "chat", "チャット", "Chat";
        Portal = "portal", "お客様画面", "Portal";
    }
}

impl Channel {
    /// How an issue that came this way is served from afar; what is written in the portal is answered in writing.
    pub const fn service(self) -> Service {
        match self {
            Self::Call => Service::Phone,
            Self::Chat => Service::Chat,
            Self::Mail | Self::Portal => Service::Mail,
        }
    }
}

coded! {
    MatchedOn {
        Phone = "phone", "電話番号", "Phone";
        Name = "name", "名称", "Name";
        Kana = "kana", "カナ", "Kana";
        Contract = "contract", "契約番号", "Contract";
        Serial = "serial", "製造番号", "Serial";
        Ticket = "ticket", "チケット番号", "Ticket number";
        Lot = "lot", "ロット番号", "Lot number";
        Postcode = "postcode", "郵便番号", "Postcode";
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SearchHits {
    pub hits: Vec<SearchHit>,
    /// The ticket or lot whose number was typed; its contract is the first hit.
    pub quoted: Option<QuotedTicket>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchHit {
    pub customer_id: CustomerId,
    pub customer_name: String,
    pub customer_kana: String,
    pub contract_id: ContractId,
    pub contract_number: String,
    pub site_name: String,
    pub phone: String,
    /// The customer's contact whose name was typed.
    pub contact_name: Option<String>,
    pub matched_on: MatchedOn,
    /// Units available.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
}

/// Codes with their names, for forms.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Catalog {
    pub vendor_name_ja: String,
    pub vendor_name_en: String,
    pub vendor_phone: String,
    pub zone: String,
    pub products: Vec<ProductView>,
    pub territories: Vec<TerritoryView>,
    pub causes: Vec<CauseView>,
    pub qualifications: Vec<NamedView>,
    pub skills: Vec<NamedView>,
    pub parts: Vec<NamedView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProductView {
    pub id: ProductId,
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub maker: String,
    pub symptoms: Vec<SymptomView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SymptomView {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub service_minutes: i64,
    pub needs_visit: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TerritoryView {
    pub id: TerritoryId,
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub center: Position,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NamedView {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CauseView {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    /// The fault was the company's own: the customer pays no ticket.
    pub own_defect: bool,
}

/// All that the operator needs of a contract while the caller talks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContractCard {
    pub id: ContractId,
    pub number: String,
    pub plan: String,
    /// How it is paid for.
    pub billing: BillingModel,
    #[schemars(with = "String")]
    pub starts_on: NaiveDate,
    #[schemars(with = "String")]
    pub ends_on: NaiveDate,
    pub version: i64,
    pub customer: CustomerView,
    pub contacts: Vec<ContactView>,
    pub sites: Vec<SiteView>,
    pub assets: Vec<AssetView>,
    pub wallet: WalletSummary,
    /// The customer's other contracts, each with a wallet of its own.
    #[serde(default)]
    pub other_contracts: Vec<OtherContract>,
    pub open_issues: Vec<IssueSummary>,
    /// The policy in force today.
    pub policy: Policy,
    pub policy_version: i64,
    /// The price list that came with it.
    pub menu: Vec<MenuItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherContract {
    pub id: ContractId,
    pub number: String,
    pub plan: String,
    #[schemars(with = "String")]
    pub ends_on: NaiveDate,
    /// Units available.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CustomerView {
    pub id: CustomerId,
    pub name: String,
    pub kana: String,
    pub phones: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SiteView {
    pub id: SiteId,
    pub name: String,
    pub postcode: String,
    pub address: String,
    pub position: Position,
    pub access_notes: String,
    pub territory_id: TerritoryId,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AssetView {
    pub id: AssetId,
    pub site_id: SiteId,
    pub product_id: ProductId,
    pub product_name_ja: String,
    pub product_name_en: String,
    pub serial: String,
    #[schemars(with = "String")]
    pub installed_on: NaiveDate,
    /// Newest first.
    pub last_repairs: Vec<RepairView>,
}

/// A repair of the past, from this system or from before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RepairView {
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
    pub at: Timestamp,
    /// Code; its names stand beside it.
    pub symptom: String,
    pub symptom_ja: String,
    pub symptom_en: String,
    pub description: String,
    /// Code; its names stand beside it.
    pub cause: String,
    pub cause_ja: String,
    pub cause_en: String,
    pub remedy: String,
    pub outcome: Option<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssueSummary {
    pub id: IssueId,
    pub number: String,
    pub kind: IssueKind,
    /// Over which it came.
    pub channel: Channel,
    pub state: IssueState,
    pub priority: Priority,
    pub symptom: Option<String>,
    pub description: String,
    pub site_name: String,
    pub asset_id: Option<AssetId>,
    pub created_at: Timestamp,
    pub visit_id: Option<VisitId>,
    pub visit_state: Option<VisitState>,
    pub eta: Option<Eta>,
    /// How it stands with the customer's approval; none was never asked for.
    pub approval: Option<ApprovalState>,
}

/// One contact with all its issues, saved at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeRequest {
    pub channel: Channel,
    pub contract_id: ContractId,
    /// The version of the card that the operator saw.
    pub contract_version: i64,
    pub contact_id: Option<ContactId>,
    pub caller_name: String,
    pub caller_phone: String,
    /// Entered by the vendor for a customer who could not do it himself (代理入力).
    #[serde(default)]
    pub on_behalf_of: bool,
    #[serde(default)]
    pub note: String,
    /// The caller agreed to use units before buying them.
    #[serde(default)]
    pub overdraft: bool,
    pub started_at: Option<Timestamp>,
    /// The telephone call that was answered, or that is called back with this contact.
    #[serde(default)]
    pub call_id: Option<CallId>,
    #[schemars(length(min = 1, max = 10))]
    pub issues: Vec<IssueRequest>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRequest {
    pub kind: IssueKind,
    /// Code of a work item on the contract's price list, whose cost then counts instead of the kind's.
    #[serde(default)]
    pub menu_item: Option<String>,
    pub site_id: SiteId,
    pub asset_id: Option<AssetId>,
    pub product_id: Option<ProductId>,
    /// Symptom code of the product.
    pub symptom: Option<String>,
    pub description: String,
    pub impact: Impact,
    pub urgency: Urgency,
    pub needs_visit: bool,
    /// When the customer would like somebody to come.
    pub wish: Option<Window>,
    /// The slot that is held for him: it becomes the wish and the promise of the work order.
    #[serde(default)]
    pub slot: Option<SlotId>,
}

impl IssueRequest {
    /// How it is served when it comes through this channel.
    pub const fn service(&self, channel: Channel) -> Service {
        Service::of(self.kind, self.needs_visit, channel.service())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IntakeReceipt {
    pub interaction_id: InteractionId,
    pub interaction_number: String,
    pub issues: Vec<IntakeIssue>,
    pub consumption: Consumption,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IntakeIssue {
    pub id: IssueId,
    pub number: String,
    pub priority: Priority,
    pub work_order_id: Option<WorkOrderId>,
    pub tickets: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssueDetail {
    #[serde(flatten)]
    pub summary: IssueSummary,
    pub interaction_id: InteractionId,
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    pub caller_name: String,
    pub caller_phone: String,
    pub territory_id: TerritoryId,
    pub work_order_id: Option<WorkOrderId>,
    pub version: i64,
    pub tickets: Vec<String>,
    pub units: i64,
    pub hold_state: Option<HoldState>,
    pub outcome: Option<Outcome>,
    pub visits: Vec<VisitRow>,
    pub report: Option<ReportView>,
    pub linked_issue_id: Option<IssueId>,
    /// What was done at the desk, and the minutes that it took.
    pub remedy: String,
    pub desk_minutes: i64,
    /// Minutes that the contact took, from its begin until it was saved; its issues share them.
    pub contact_minutes: i64,
    /// What the customer was asked about it.
    pub asked: Option<Approval>,
}
