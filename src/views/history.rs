//! The one history of a contract, and the customer's portal.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::IssueSummary;
use super::wallet::WalletSummary;
use crate::coded;
use crate::domain::access::Role;
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::domain::person::Person;
use crate::domain::time::Timestamp;
use crate::domain::wallet::billing::BillingModel;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HistoryPage {
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// Repairs of the time before this system; they follow the oldest entry, newest first.
    #[serde(default)]
    pub earlier: Vec<EarlierRepair>,
    /// Give it as `before` to get the next page; none on the last.
    pub next: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HistoryEntry {
    pub id: EventId,
    /// Place in the contract's stream.
    pub seq: i64,
    pub at: Timestamp,
    pub kind: EventKind,
    /// Who caused it; a person's own name, else what it was, in Japanese.
    pub actor_name: String,
    /// The same in English.
    pub actor_name_en: String,
    pub actor_role: Option<Role>,
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
    pub visit_id: Option<VisitId>,
    pub asset_id: Option<AssetId>,
    pub site_id: Option<SiteId>,
    /// The issue repeats a repair within the guarantee (再発): it cost nothing.
    pub recurrence: bool,
    /// The issue that it repeats; none for a repair of the time before this system.
    pub recurrence_of: Option<IssueRef>,
    /// The first later issue that repeats this one.
    pub recurred_as: Option<IssueRef>,
    /// Tickets that moved.
    pub units: Option<i64>,
    pub tickets: Vec<String>,
    pub ja: String,
    pub en: String,
    pub data: Value,
}

/// A repair of the time before this system, as the import brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EarlierRepair {
    pub id: ReportId,
    /// Place below the contract's stream: -1 is the newest.
    pub seq: i64,
    /// The hour is not known.
    #[schemars(with = "String")]
    pub on: NaiveDate,
    pub asset_id: AssetId,
    pub site_id: SiteId,
    pub site_name: String,
    pub serial: String,
    pub product_name_ja: String,
    pub product_name_en: String,
    pub symptom_ja: String,
    pub symptom_en: String,
    pub cause_ja: String,
    pub cause_en: String,
    pub remedy: String,
    /// Time on site; 0 is not known.
    pub minutes: i64,
    /// Who did it, when known.
    pub technician_name: Option<String>,
}

/// An issue by id and number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueRef {
    pub id: IssueId,
    pub number: String,
}

/// What the history of a contract can be narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryChoices {
    pub sites: Vec<SiteChoice>,
    pub assets: Vec<AssetChoice>,
    /// Contacts of the customer, then technicians who came, then people at the desk who took its calls.
    pub people: Vec<PersonChoice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SiteChoice {
    pub id: SiteId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssetChoice {
    pub id: AssetId,
    pub site_id: SiteId,
    pub serial: String,
    pub product_name_ja: String,
    pub product_name_en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonChoice {
    pub id: Person,
    pub kind: PersonKind,
    pub name: String,
}

coded! {
    PersonKind {
        Contact = "contact", "お客様ご担当者", "Customer contact";
        Technician = "technician", "技術員", "Technician";
        Vendor = "vendor", "受付・手配", "Service desk";
    }
}

/// What a customer contact sees first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Portal {
    pub customer: PortalCustomer,
    pub vendor_name_ja: String,
    pub vendor_name_en: String,
    pub vendor_phone: String,
    pub contracts: Vec<PortalContract>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PortalCustomer {
    pub id: CustomerId,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PortalContract {
    pub id: ContractId,
    pub number: String,
    pub plan: String,
    /// How it is paid for.
    pub billing: BillingModel,
    #[schemars(with = "String")]
    pub starts_on: NaiveDate,
    #[schemars(with = "String")]
    pub ends_on: NaiveDate,
    pub wallet: WalletSummary,
    pub open_issues: Vec<IssueSummary>,
}
