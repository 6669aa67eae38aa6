//! One row of each kind as the company file's own record, checked by the same rules.

use serde_json::{Map, Value};

use super::cells::Cells;
use super::columns::{PolicyField, policy_fields};
use crate::company::validate::{self, Faults};
use crate::company::{
    Asset, BillingModel, CapturePoint, Contact, Contract, Customer, LawClass, Literacy, Lot, LotInvoice, Origin,
    Policy, Scope, Site, UnitKind,
};
use crate::domain::place::Position;
use crate::views::table::ImportKind;

/// What a row says. References are by code.
pub trait Entry: Sized + Send + 'static {
    const KIND: ImportKind;
    /// Reads a row; none when a fault was added without which there is nothing to check.
    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self>;
    /// What names it; no two rows of a table have the same.
    fn key(&self) -> String;
    /// The column in which the key stands.
    const KEY: &'static str;
    /// Tickets that it makes.
    fn tickets(&self) -> u64 {
        0
    }
}

/// A contact person of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRow {
    pub customer: String,
    pub contact: Contact,
}

/// A site of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    pub customer: String,
    pub site: Site,
}

/// A contract of a customer, without lots and assets.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractRow {
    pub customer: String,
    pub contract: Contract,
}

/// An asset under a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetRow {
    pub contract: String,
    pub asset: Asset,
}

/// A lot in a contract's wallet.
#[derive(Debug, Clone, PartialEq)]
pub struct LotRow {
    pub contract: String,
    pub lot: Lot,
}

fn code(faults: &mut Faults, column: &str, code: &str) {
    faults.codes(std::iter::once(code), |_| column.to_owned());
}

fn line(faults: &mut Faults, column: &str, text: &Option<String>) {
    if let Some(text) = text {
        faults.name(column, text);
    }
}

impl Entry for Customer {
    const KIND: ImportKind = ImportKind::Customers;
    const KEY: &'static str = "code";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let customer = Self {
            code: cells.owned("code"),
            name: cells.owned("name"),
            kana: cells.owned("kana"),
            phones: cells.list("phones"),
            contacts: Vec::new(),
            sites: Vec::new(),
            contracts: Vec::new(),
            group: cells.maybe("group"),
        };
        code(faults, "code", &customer.code);
        line(faults, "group", &customer.group);
        validate::customer(faults, "", &customer);
        Some(customer)
    }

    fn key(&self) -> String {
        self.code.clone()
    }
}

impl Entry for ContactRow {
    const KIND: ImportKind = ImportKind::Contacts;
    const KEY: &'static str = "code";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let contact = Contact {
            code: cells.owned("code"),
            name: cells.owned("name"),
            kana: cells.owned("kana"),
            phone: cells.owned("phone"),
            email: cells.maybe("email"),
            channel: if cells.text("channel").is_empty() { None } else { cells.choice(faults, "channel") },
            literacy: cells.choice_or(faults, "literacy", Literacy::Unknown).unwrap_or_default(),
        };
        code(faults, "code", &contact.code);
        validate::contact(faults, "", &contact);
        Some(Self { customer: cells.owned("customer"), contact })
    }

    /// Codes of contacts are unique within the customer.
    fn key(&self) -> String {
        format!("{} {}", self.customer, self.contact.code)
    }
}

impl Entry for SiteRow {
    const KIND: ImportKind = ImportKind::Sites;
    const KEY: &'static str = "code";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let (lat, lon) = (cells.degrees(faults, "lat", 90.0), cells.degrees(faults, "lon", 180.0));
        // Where a place cannot be read, the rest of the row is checked all the same.
        let position =
            lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon)).or_else(|| Position::new(0.0, 0.0))?;
        let site = Site {
            code: cells.owned("code"),
            name: cells.owned("name"),
            postcode: cells.owned("postcode"),
            address: cells.owned("address"),
            position,
            territory: cells.owned("territory"),
            access_notes: cells.owned("access_notes"),
        };
        code(faults, "code", &site.code);
        validate::site(faults, "", &site);
        Some(Self { customer: cells.owned("customer"), site })
    }

    fn key(&self) -> String {
        self.site.code.clone()
    }
}

impl Entry for ContractRow {
    const KIND: ImportKind = ImportKind::Contracts;
    const KEY: &'static str = "number";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let number = cells.owned("number");
        code(faults, "number", &number);
        let (starts_on, ends_on) = (cells.day(faults, "starts_on"), cells.day(faults, "ends_on"));
        let unit = cells.choice_or(faults, "unit", UnitKind::Ticket);
        let menu = cells.menu(faults, "menu");
        let billing = cells.choice_or(faults, "billing", BillingModel::Ticket);
        let policy = policy(cells, faults);
        let contract = Contract {
            number,
            plan: cells.owned("plan"),
            starts_on: starts_on?,
            ends_on: ends_on?,
            policy: policy?,
            unit: unit?,
            billing: billing?,
            menu,
            lots: Vec::new(),
            assets: Vec::new(),
        };
        validate::contract(faults, "", &contract);
        Some(Self { customer: cells.owned("customer"), contract })
    }

    fn key(&self) -> String {
        self.contract.number.clone()
    }
}

/// A policy whose fields stand in columns of their own; an empty cell says the usual, where there is such.
fn policy(cells: &Cells<'_>, faults: &mut Faults) -> Option<Policy> {
    let mut fields = Map::new();
    for PolicyField { name, like, needed } in policy_fields() {
        if *needed && cells.text(name).is_empty() {
            faults.add(name, "cell.empty", "空欄にはできません。", "This must not be empty.");
        } else if let Some(value) = cells.value(faults, name, like) {
            fields.insert(name.clone(), value);
        }
    }
    if !cells.text("capture_point").is_empty() {
        cells.choice::<CapturePoint>(faults, "capture_point")?;
    }
    // What is missing or unreadable was told above.
    serde_json::from_value(Value::Object(fields)).ok()
}

impl Entry for AssetRow {
    const KIND: ImportKind = ImportKind::Assets;
    const KEY: &'static str = "serial";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let serial = cells.owned("serial");
        code(faults, "serial", &serial);
        let installed_on = cells.day(faults, "installed_on")?;
        let asset = Asset { serial, product: cells.owned("product"), site: cells.owned("site"), installed_on };
        Some(Self { contract: cells.owned("contract"), asset })
    }

    fn key(&self) -> String {
        self.asset.serial.clone()
    }
}

impl Entry for LotRow {
    const KIND: ImportKind = ImportKind::Lots;
    const KEY: &'static str = "number";

    fn read(cells: &Cells<'_>, faults: &mut Faults) -> Option<Self> {
        let number = cells.owned("number");
        let origin: Option<Origin> = cells.choice(faults, "origin");
        let uses = cells.uses(faults, "uses");
        let dated = uses.iter().map(|used| used.units).fold(0, u32::saturating_add);
        let (count, used) = (cells.number(faults, "count"), cells.number_or(faults, "used", dated));
        let voided = cells.number_or(faults, "voided", 0);
        let price_yen = cells.number(faults, "price_yen");
        let issued_on = cells.day(faults, "issued_on");
        let endless = cells.text("expires_on").is_empty();
        let expires_on = if endless { Some(None) } else { cells.day(faults, "expires_on").map(Some) };
        let scope = cells.choice_or(faults, "scope", Scope::Any);
        let law_class = cells.choice_or(faults, "law_class", LawClass::B2bExempt);
        let invoice = invoice(cells, faults);
        let lot = Lot {
            origin: origin?,
            count: count?,
            price_yen: price_yen?,
            issued_on: issued_on?,
            expires_on: expires_on?,
            used: used?,
            uses,
            voided: voided?,
            scope: scope?,
            law_class: law_class?,
            invoice: invoice?,
            number,
        };
        validate::lot(faults, "", &lot, unit_of(&lot.number));
        Some(Self { contract: cells.owned("contract"), lot })
    }

    fn key(&self) -> String {
        self.lot.number.clone()
    }

    fn tickets(&self) -> u64 {
        if unit_of(&self.lot.number).is_single() { u64::from(self.lot.count) } else { 1 }
    }
}

/// The invoice of a lot; a number and a day belong together. None when a fault was added.
fn invoice(cells: &Cells<'_>, faults: &mut Faults) -> Option<Option<LotInvoice>> {
    let columns = ["invoice_number", "issuer_number", "invoiced_on"];
    if columns.iter().all(|column| cells.text(column).is_empty()) {
        return Some(None);
    }
    if cells.text("invoice_number").is_empty() {
        let ja = "請求日や登録番号があるときは請求書番号も必要です。";
        faults.add("invoice_number", "cell.empty", ja, "With a date or an issuer the invoice needs its number too.");
    }
    let invoiced_on = cells.day(faults, "invoiced_on")?;
    let (number, issuer_number) = (cells.maybe("invoice_number")?, cells.maybe("issuer_number"));
    Some(Some(LotInvoice { number, issuer_number, invoiced_on }))
}

/// What a lot counts, by its number.
pub fn unit_of(number: &str) -> UnitKind {
    let named = |unit: &&UnitKind| number.starts_with(unit.prefix());
    UnitKind::ALL.iter().find(named).copied().unwrap_or(UnitKind::Ticket)
}
