//! What a customer's people report themselves, and how the desk sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::IssueSummary;
use crate::domain::ids::*;
use crate::domain::issue::IssueKind;
use crate::domain::priority::{Impact, Urgency};
use crate::domain::time::Window;
use crate::domain::wallet::policy::MenuItem;
use crate::domain::wallet::terms::UnitKind;

/// What can be chosen when something is reported under a contract; products and symptoms stand in the catalogue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportForm {
    pub contract_id: ContractId,
    pub contract_number: String,
    pub unit: UnitKind,
    pub sites: Vec<ReportSite>,
    pub assets: Vec<ReportAsset>,
    /// The price list in force today; empty where the contract has none.
    pub menu: Vec<MenuItem>,
    /// What one unit covers, in the words of the contract.
    pub covers_ja: String,
    pub covers_en: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportSite {
    pub id: SiteId,
    pub name: String,
    pub address: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportAsset {
    pub id: AssetId,
    pub site_id: SiteId,
    pub product_id: ProductId,
    pub serial: String,
}

/// A fault or a question that a customer's contact reports himself. It becomes one issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultReport {
    /// A fault or a question; how an issue stands is seen on the page and needs no report.
    pub kind: IssueKind,
    /// Code of a work item on the contract's price list, whose cost then counts instead of the kind's.
    #[serde(default)]
    pub menu_item: Option<String>,
    pub site_id: SiteId,
    #[serde(default)]
    pub asset_id: Option<AssetId>,
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// Symptom code of the product.
    #[serde(default)]
    pub symptom: Option<String>,
    pub description: String,
    pub impact: Impact,
    pub urgency: Urgency,
    pub needs_visit: bool,
    /// When somebody may come.
    #[serde(default)]
    pub wish: Option<Window>,
    /// Under which number to call back.
    #[serde(default)]
    pub phone: String,
    /// He agrees to use units before buying them.
    #[serde(default)]
    pub overdraft: bool,
    /// Units that the preview named; needed to send it.
    #[serde(default)]
    pub agreed_units: Option<i64>,
}

/// An issue that a customer reported himself and that waits for the desk or the dispatcher.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportedIssue {
    #[serde(flatten)]
    pub summary: IssueSummary,
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    /// Units that the contract has left.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
}
