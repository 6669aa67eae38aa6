//! A customer for each job.

use chrono::{Datelike, NaiveDate};

use super::catalogue::{Catalogue, short};
use super::{Areas, papers};
use crate::company::{
    Asset, BillingModel, Contact, Contract, Customer, LawClass, Literacy, Lot, Origin, Policy, Scope, Site, UnitKind,
};
use crate::replay::day::Day;

/// Tickets of a wallet: enough for a repair that has to be taken up again.
const TICKETS: u32 = 10;
const TICKET_YEN: u64 = 12_000;

/// A fault costs one ticket when it is repaired, and nothing when it was ours, was none, or was called off.
fn policy() -> Policy {
    Policy {
        covers_ja: "1要件の解決まで".to_owned(),
        covers_en: "One issue until it is solved".to_owned(),
        recurrence_days: 0,
        no_fault_found_cost: 0,
        cancel_after_departure_cost: 0,
        ..Policy::SIMPLE
    }
}

pub fn customers(day: &Day, areas: &Areas, catalogue: &Catalogue, on: NaiveDate) -> Vec<Customer> {
    (0..day.jobs.len()).map(|index| customer(index, day, areas, catalogue, on)).collect()
}

fn customer(index: usize, day: &Day, areas: &Areas, catalogue: &Catalogue, on: NaiveDate) -> Customer {
    let (number, job) = (index + 1, &day.jobs[index]);
    let position = day.places[job.place];
    let phone = format!("076-{:03}-{:04}", 201 + number / 10_000, number % 10_000);
    Customer {
        code: format!("c{number}"),
        name: name(index, day),
        kana: format!("オキャクサマ {number}"),
        phones: vec![phone.clone()],
        contacts: vec![Contact {
            code: "desk".to_owned(),
            name: short(&format!("ご担当者 {}", job.id)),
            kana: format!("ゴタントウシャ {number}"),
            phone,
            email: None,
            channel: None,
            literacy: Literacy::Unknown,
        }],
        sites: vec![Site {
            code: format!("s{number}"),
            name: short(&format!("設置先 {}", job.id)),
            postcode: "920-0000".to_owned(),
            address: format!("地点 {}", job.place),
            position,
            territory: areas.code(areas.at(position)),
            access_notes: String::new(),
        }],
        group: None,
        contracts: vec![contract(number, &catalogue.faults[index].product, on)],
    }
}

/// The customer's name. The number makes it unique, so that a job is found again by it.
pub fn name(index: usize, day: &Day) -> String {
    short(&format!("お客様{} {}", index + 1, day.jobs[index].id))
}

fn contract(number: usize, product: &str, on: NaiveDate) -> Contract {
    let (starts_on, ends_on) = papers(on);
    Contract {
        number: format!("R-{number:05}"),
        plan: "再現".to_owned(),
        starts_on,
        ends_on,
        policy: policy(),
        unit: UnitKind::Ticket,
        billing: BillingModel::Ticket,
        menu: Vec::new(),
        lots: vec![Lot {
            number: format!("TK-{:04}-{number:06}", on.year()),
            origin: Origin::Paid,
            count: TICKETS,
            price_yen: u64::from(TICKETS) * TICKET_YEN,
            issued_on: starts_on,
            expires_on: Some(ends_on),
            used: 0,
            uses: Vec::new(),
            voided: 0,
            scope: Scope::Any,
            law_class: LawClass::B2bExempt,
            invoice: None,
        }],
        assets: vec![Asset {
            serial: format!("RS-{number:06}"),
            product: product.to_owned(),
            site: format!("s{number}"),
            installed_on: starts_on,
        }],
    }
}
