//! Customers with their sites, contracts, wallets and installed assets.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{date_or_null_schema, date_schema};
use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::place::Position;
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, UnitKind};

/// An organisation that buys support. Two customers may share a phone number (owner and tenant of one house).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub code: String,
    pub name: String,
    pub kana: String,
    pub phones: Vec<String>,
    pub contacts: Vec<Contact>,
    pub sites: Vec<Site>,
    pub contracts: Vec<Contract>,
    /// Customers of one name here belong together (企業グループ) and may pass tickets to each other.
    #[serde(default)]
    pub group: Option<String>,
}

/// A person at the customer's (ご担当者). Codes are unique within the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub code: String,
    pub name: String,
    pub kana: String,
    pub phone: String,
    #[serde(default)]
    pub email: Option<String>,
    /// How he likes to be reached.
    #[serde(default)]
    pub channel: Option<PreferredChannel>,
    /// How well he gets along with screens.
    #[serde(default)]
    pub literacy: Literacy,
}

/// A place where assets stand (設置先). Codes are unique in the whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub code: String,
    pub name: String,
    /// `123-4567`.
    pub postcode: String,
    pub address: String,
    pub position: Position,
    /// Code of the territory in which it lies.
    pub territory: String,
    #[serde(default)]
    pub access_notes: String,
}

/// A maintenance contract; it owns one ticket wallet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub number: String,
    /// The name of the plan as printed, such as `ビジネス`.
    pub plan: String,
    #[schemars(schema_with = "date_schema")]
    pub starts_on: NaiveDate,
    /// The last day in force.
    #[schemars(schema_with = "date_schema")]
    pub ends_on: NaiveDate,
    pub policy: Policy,
    /// What its wallet counts.
    #[serde(default = "ticket")]
    pub unit: UnitKind,
    /// How it is paid for; only `ticket` uses what is in the wallet.
    #[serde(default = "BillingModel::usual")]
    pub billing: BillingModel,
    /// Work items at a price in tickets (ポイント表), agreed in advance.
    #[serde(default)]
    pub menu: Vec<MenuItem>,
    pub lots: Vec<Lot>,
    pub assets: Vec<Asset>,
}

fn ticket() -> UnitKind {
    UnitKind::Ticket
}

fn any() -> Scope {
    Scope::Any
}

fn business() -> LawClass {
    LawClass::B2bExempt
}

/// A purchase or grant of tickets (購入ロット).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// `TK-2026-004512`, unique in the whole file.
    pub number: String,
    pub origin: Origin,
    pub count: u32,
    /// Price of the whole lot; 0 when promotional.
    pub price_yen: u64,
    #[schemars(schema_with = "date_schema")]
    pub issued_on: NaiveDate,
    /// The last day on which its tickets can be used; none means without end.
    #[schemars(schema_with = "date_or_null_schema")]
    pub expires_on: Option<NaiveDate>,
    /// How many of them were used before the import; the lowest serials.
    #[serde(default)]
    pub used: u32,
    /// When those were used, as far as it is known. Together not more than `used`.
    #[serde(default)]
    pub uses: Vec<PastUse>,
    /// How many of them were void, or went to another wallet, before the import; the serials after the used ones.
    #[serde(default)]
    pub voided: u32,
    /// What its tickets may be used for.
    #[serde(default = "any")]
    pub scope: Scope,
    /// Class under the Payment Services Act (資金決済法).
    #[serde(default = "business")]
    pub law_class: LawClass,
    /// The invoice that it is on.
    #[serde(default)]
    pub invoice: Option<LotInvoice>,
}

/// Units that were used before the import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PastUse {
    #[schemars(schema_with = "date_schema")]
    pub on: NaiveDate,
    pub units: u32,
    /// Serial of the asset that was repaired for them on this day: a past repair tells what was done.
    #[serde(default)]
    pub repair: Option<String>,
}

/// The invoice of a lot that was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotInvoice {
    pub number: String,
    /// The issuer's registration number (適格請求書発行事業者の登録番号), `T` and 13 digits.
    #[serde(default)]
    pub issuer_number: Option<String>,
    #[schemars(schema_with = "date_schema")]
    pub invoiced_on: NaiveDate,
}

/// An installed product (機器).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// The maker's serial, unique in the whole file.
    pub serial: String,
    /// Code of the product.
    pub product: String,
    /// Code of one of this customer's sites.
    pub site: String,
    #[schemars(schema_with = "date_schema")]
    pub installed_on: NaiveDate,
}
