//! The codes that a file defines, for looking up references.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::company::{Asset, CompanyFile, Product, Territory};

pub struct Known<'a> {
    pub territories: BTreeMap<&'a str, &'a Territory>,
    pub territory_codes: BTreeSet<&'a str>,
    pub skills: BTreeSet<&'a str>,
    pub qualifications: BTreeSet<&'a str>,
    pub parts: BTreeSet<&'a str>,
    pub causes: BTreeSet<&'a str>,
    pub products: BTreeMap<&'a str, &'a Product>,
    pub product_codes: BTreeSet<&'a str>,
    pub technicians: BTreeSet<&'a str>,
    pub customers: BTreeSet<&'a str>,
    /// By serial.
    pub assets: BTreeMap<&'a str, &'a Asset>,
    pub serials: BTreeSet<&'a str>,
    /// Serials with the days on which they were repaired.
    pub repairs: BTreeSet<(&'a str, NaiveDate)>,
}

impl<'a> Known<'a> {
    pub fn of(file: &'a CompanyFile) -> Self {
        let assets = || file.customers.iter().flat_map(|c| &c.contracts).flat_map(|c| &c.assets);
        Self {
            territories: file.territories.iter().map(|t| (t.code.as_str(), t)).collect(),
            territory_codes: file.territories.iter().map(|t| t.code.as_str()).collect(),
            skills: file.skills.iter().map(|s| s.code.as_str()).collect(),
            qualifications: file.qualifications.iter().map(|q| q.code.as_str()).collect(),
            parts: file.parts.iter().map(|p| p.code.as_str()).collect(),
            causes: file.causes.iter().map(|c| c.code.as_str()).collect(),
            products: file.products.iter().map(|p| (p.code.as_str(), p)).collect(),
            product_codes: file.products.iter().map(|p| p.code.as_str()).collect(),
            technicians: file.technicians.iter().map(|t| t.code.as_str()).collect(),
            customers: file.customers.iter().map(|c| c.code.as_str()).collect(),
            assets: assets().map(|a| (a.serial.as_str(), a)).collect(),
            serials: assets().map(|a| a.serial.as_str()).collect(),
            repairs: file.history.iter().map(|repair| (repair.serial.as_str(), repair.on)).collect(),
        }
    }
}
