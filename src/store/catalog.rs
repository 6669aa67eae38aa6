//! Codes with their names: the catalogue that forms and sentences read.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::json;
use super::connection::{Address, Database, open_reader};
use super::error::{Fault, StoreError};
use super::schema::{company, products, symptoms, territories};
use super::visits::position;
use super::{Reader, Unit};
use crate::company::{Cause, CompanyFile, Holiday, Named};
use crate::domain::ids::{ProductId, TerritoryId};
use crate::domain::refusal::{Code, Refusal};
use crate::planner::Names;
use crate::views::desk::{Catalog, CauseView, NamedView, ProductView, SymptomView, TerritoryView};

/// What of the company file is read whole and never searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyCatalog {
    pub skills: Vec<Named>,
    pub qualifications: Vec<Named>,
    pub parts: Vec<Named>,
    pub causes: Vec<Cause>,
    pub holidays: Vec<Holiday>,
    /// Codes of the parts that a repair often takes, by product code and symptom code.
    pub likely_parts: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl CompanyCatalog {
    pub(super) fn of(file: &CompanyFile) -> Self {
        let of_product = |product: &crate::company::Product| {
            let with_parts = product.symptoms.iter().filter(|symptom| !symptom.parts.is_empty());
            (product.code.clone(), with_parts.map(|s| (s.code.clone(), s.parts.clone())).collect())
        };
        Self {
            skills: file.skills.clone(),
            qualifications: file.qualifications.clone(),
            parts: file.parts.clone(),
            causes: file.causes.clone(),
            holidays: file.holidays.clone(),
            likely_parts: file.products.iter().map(of_product).collect(),
        }
    }

    pub fn cause(&self, code: &str) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.code == code)
    }
}

/// The company itself.
#[derive(Debug, Clone)]
pub struct CompanyHead {
    /// Names this life of the data; offsets of another epoch mean nothing.
    pub epoch: String,
    pub name_ja: String,
    pub name_en: String,
    pub zone: String,
    pub vendor_phone: String,
    pub catalog: CompanyCatalog,
}

/// The company as its customers know it.
#[derive(Debug, Clone, Queryable)]
pub struct Vendor {
    pub name_ja: String,
    pub name_en: String,
    pub phone: String,
}

impl Reader<'_> {
    /// The company; refused with `not_found` while none was imported.
    pub fn company(&mut self) -> Result<CompanyHead, Fault> {
        let row: Option<(String, String, String, String, String, String)> = company::table
            .find(1)
            .select((
                company::epoch,
                company::name_ja,
                company::name_en,
                company::zone,
                company::vendor_phone,
                company::catalog,
            ))
            .first(self.database)
            .optional()?;
        let (epoch, name_ja, name_en, zone, vendor_phone, catalog) = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
        Ok(CompanyHead { epoch, name_ja, name_en, zone, vendor_phone, catalog: json(&catalog)? })
    }

    /// Whom customers call; none while no company was imported.
    pub fn vendor(&mut self) -> Result<Option<Vendor>, Fault> {
        let columns = (company::name_ja, company::name_en, company::vendor_phone);
        Ok(company::table.find(1).select(columns).first(self.database).optional()?)
    }

    /// What the planner's sentences call things.
    pub fn names(&mut self) -> Result<Names, Fault> {
        names(self.database)
    }

    pub fn catalog(&mut self) -> Result<Catalog, Fault> {
        let company = self.company()?;
        Ok(Catalog {
            vendor_name_ja: company.name_ja,
            vendor_name_en: company.name_en,
            vendor_phone: company.vendor_phone,
            zone: company.zone,
            products: self.products()?,
            territories: self.territory_views()?,
            causes: company.catalog.causes.into_iter().map(cause_view).collect(),
            qualifications: company.catalog.qualifications.into_iter().map(named_view).collect(),
            skills: company.catalog.skills.into_iter().map(named_view).collect(),
            parts: company.catalog.parts.into_iter().map(named_view).collect(),
        })
    }

    fn products(&mut self) -> Result<Vec<ProductView>, Fault> {
        type Symptom = (ProductId, String, String, String, i64, bool);
        let rows: Vec<Symptom> = symptoms::table
            .order_by((symptoms::product_id, symptoms::code))
            .select((
                symptoms::product_id,
                symptoms::code,
                symptoms::name_ja,
                symptoms::name_en,
                symptoms::service_minutes,
                symptoms::needs_visit,
            ))
            .load(self.database)?;
        let mut of_product: BTreeMap<ProductId, Vec<SymptomView>> = BTreeMap::new();
        for (product, code, name_ja, name_en, service_minutes, needs_visit) in rows {
            let symptom = SymptomView { code, name_ja, name_en, service_minutes, needs_visit };
            of_product.entry(product).or_default().push(symptom);
        }
        let rows: Vec<(ProductId, String, String, String, String)> = products::table
            .order_by(products::code)
            .select((products::id, products::code, products::name_ja, products::name_en, products::maker))
            .load(self.database)?;
        let view = |(id, code, name_ja, name_en, maker)| {
            let symptoms = of_product.remove(&id).unwrap_or_default();
            ProductView { id, code, name_ja, name_en, maker, symptoms }
        };
        Ok(rows.into_iter().map(view).collect())
    }

    fn territory_views(&mut self) -> Result<Vec<TerritoryView>, Fault> {
        let rows: Vec<(TerritoryId, String, String, String, f64, f64)> = territories::table
            .order_by(territories::code)
            .select((
                territories::id,
                territories::code,
                territories::name_ja,
                territories::name_en,
                territories::lat,
                territories::lon,
            ))
            .load(self.database)?;
        let view = |(id, code, name_ja, name_en, lat, lon)| {
            Ok(TerritoryView { id, code, name_ja, name_en, center: position(lat, lon)? })
        };
        Ok(rows.into_iter().map(view).collect::<Result<_, super::StoreError>>()?)
    }
}

impl Unit<'_> {
    /// What the planner's sentences call things.
    pub fn names(&mut self) -> Result<Names, Fault> {
        names(self.database)
    }
}

/// Codes stand for themselves while no company was imported.
fn names(database: &mut Database) -> Result<Names, Fault> {
    let catalog: Option<String> = company::table.find(1).select(company::catalog).first(database).optional()?;
    let Some(catalog) = catalog else { return Ok(Names::none()) };
    let catalog: CompanyCatalog = json(&catalog)?;
    let called = |list: Vec<Named>| list.into_iter().map(|one| (one.code, (one.name_ja, one.name_en))).collect();
    Ok(Names {
        skills: called(catalog.skills),
        qualifications: called(catalog.qualifications),
        parts: called(catalog.parts),
    })
}

/// The zone of the company in a database, for a server that is about to start; none before one was imported.
pub fn company_zone(address: &Address) -> Result<Option<chrono_tz::Tz>, Fault> {
    let mut database = open_reader(address)?;
    let name: Option<String> = company::table.find(1).select(company::zone).first(&mut database).optional()?;
    Ok(name.map(|name| name.parse().map_err(StoreError::corrupt)).transpose()?)
}

fn named_view(named: Named) -> NamedView {
    NamedView { code: named.code, name_ja: named.name_ja, name_en: named.name_en }
}

fn cause_view(cause: Cause) -> CauseView {
    let Cause { code, name_ja, name_en, own_defect } = cause;
    CauseView { code, name_ja, name_en, own_defect }
}
