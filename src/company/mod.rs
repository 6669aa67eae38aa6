//! The company file: a whole company as one JSON document, the way in for a customer's own data and for the demo.
//! Cross references are by code, units stand in the names, unknown fields are refused.

pub mod area;
pub mod calls;
pub mod catalog;
pub mod clock;
pub mod customer;
pub mod holidays;
pub mod limits;
pub mod people;
pub mod table;
pub mod validate;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use catalog::{Cause, Named, Product, Symptom};
pub use clock::ClockTime;
pub use customer::{Asset, Contact, Contract, Customer, Lot, LotInvoice, PastUse, Site};
pub use people::{Absence, Break, Held, Hours, PartCount, Shift, SkillLevel, Technician, User, Weekday};

pub use crate::domain::access::{Language, Role};
pub use crate::domain::contact::{Literacy, PreferredChannel};
pub use crate::domain::wallet::account::Origin;
pub use crate::domain::wallet::billing::BillingModel;
pub use crate::domain::wallet::policy::{CapturePoint, MenuItem, Policy};
pub use crate::domain::wallet::scope::Scope;
pub use crate::domain::wallet::terms::{LawClass, UnitKind};

use crate::domain::place::Position;

/// What `format` must say.
pub const COMPANY_FORMAT: &str = "kaketsuke-company/1";

/// A whole company. Valid only when [`validate::check`] finds no fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyFile {
    /// Always `kaketsuke-company/1`.
    pub format: String,
    pub name_ja: String,
    pub name_en: String,
    /// Name of the time zone in which dates and times of day are meant, such as `Asia/Tokyo`.
    pub zone: String,
    pub vendor_phone: String,
    pub territories: Vec<Territory>,
    pub skills: Vec<Named>,
    pub qualifications: Vec<Named>,
    pub products: Vec<Product>,
    pub parts: Vec<Named>,
    pub causes: Vec<Cause>,
    pub technicians: Vec<Technician>,
    #[serde(default)]
    pub absences: Vec<Absence>,
    pub customers: Vec<Customer>,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    pub users: Vec<User>,
    /// Repairs done before the import, in any order.
    #[serde(default)]
    pub history: Vec<PastRepair>,
}

/// An area with its own dispatch board (担当エリア).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub center: Position,
    /// Corner points in order, not closed; sites of the territory must lie inside. Empty: not checked.
    #[serde(default)]
    pub boundary: Vec<Position>,
}

/// A day on which the office is closed, so that due dates in business days skip it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    #[schemars(schema_with = "date_schema")]
    pub on: NaiveDate,
    pub name: String,
}

/// A repair done before the import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PastRepair {
    /// Serial of the asset.
    pub serial: String,
    #[schemars(schema_with = "date_schema")]
    pub on: NaiveDate,
    /// Symptom code of the asset's product.
    pub symptom: String,
    /// Code of the cause.
    pub cause: String,
    pub remedy: String,
    /// Time on site.
    pub minutes: u32,
    /// Code of the technician who did it, when known: he knows the asset.
    #[serde(default)]
    pub technician: Option<String>,
}

fn date_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date" })
}

fn date_or_null_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "format": "date" })
}

impl CompanyFile {
    /// The same company with every place put where `moved` says.
    pub fn relocate(mut self, mut moved: impl FnMut(Position) -> Position) -> Self {
        for territory in &mut self.territories {
            territory.center = moved(territory.center);
            territory.boundary.iter_mut().for_each(|corner| *corner = moved(*corner));
        }
        self.technicians.iter_mut().for_each(|technician| technician.home = moved(technician.home));
        let sites = self.customers.iter_mut().flat_map(|customer| &mut customer.sites);
        sites.for_each(|site| site.position = moved(site.position));
        self
    }
}
