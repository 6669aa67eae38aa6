//! Territories, products with their symptoms, and the repairs of the time before.

use chrono::NaiveTime;
use chrono_tz::Tz;
use diesel::prelude::*;

use super::wallets::Repairs;
use super::{Index, known};
use crate::company::{CompanyFile, Product};
use crate::domain::ids::ProductId;
use crate::domain::time::Timestamp;
use crate::store::codec::to_json;
use crate::store::error::Fault;
use crate::store::schema::{past_repairs as repairs, products as models, symptoms, territories as areas};
use crate::store::unit::Unit;

pub(super) fn territories(unit: &mut Unit<'_>, file: &CompanyFile, index: &mut Index) -> Result<(), Fault> {
    for territory in &file.territories {
        let id = unit.id();
        diesel::insert_into(areas::table)
            .values((
                areas::id.eq(id),
                areas::code.eq(&territory.code),
                areas::name_ja.eq(&territory.name_ja),
                areas::name_en.eq(&territory.name_en),
                areas::lat.eq(territory.center.lat()),
                areas::lon.eq(territory.center.lon()),
            ))
            .execute(unit.database)?;
        index.territories.insert(territory.code.clone(), id);
    }
    Ok(())
}

pub(super) fn products(unit: &mut Unit<'_>, file: &CompanyFile, index: &mut Index) -> Result<(), Fault> {
    for product in &file.products {
        let id = unit.id();
        diesel::insert_into(models::table)
            .values((
                models::id.eq(id),
                models::code.eq(&product.code),
                models::name_ja.eq(&product.name_ja),
                models::name_en.eq(&product.name_en),
                models::maker.eq(&product.maker),
                models::skill.eq(&product.skill),
            ))
            .execute(unit.database)?;
        symptoms_of(unit, id, product)?;
        index.products.insert(product.code.clone(), id);
    }
    Ok(())
}

fn symptoms_of(unit: &mut Unit<'_>, id: ProductId, product: &Product) -> Result<(), Fault> {
    for symptom in &product.symptoms {
        diesel::insert_into(symptoms::table)
            .values((
                symptoms::product_id.eq(id),
                symptoms::code.eq(&symptom.code),
                symptoms::name_ja.eq(&symptom.name_ja),
                symptoms::name_en.eq(&symptom.name_en),
                symptoms::service_minutes.eq(i64::from(symptom.service_minutes)),
                symptoms::needs_visit.eq(symptom.needs_visit),
                symptoms::level_min.eq(i64::from(symptom.level_min)),
                symptoms::qualification.eq(symptom.qualification.as_deref()),
                symptoms::parts_needed.eq(to_json(&symptom.parts_needed)),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}

/// The ids of past repairs: uses of tickets refer to them. Of two repairs of one asset on one day the first counts.
pub(super) fn repair_ids(unit: &Unit<'_>, file: &CompanyFile) -> Repairs {
    let mut ids = Repairs::new();
    for repair in &file.history {
        ids.entry((repair.serial.clone(), repair.on)).or_insert_with(|| unit.id());
    }
    ids
}

/// The file knows only the day of a past repair; it is kept as noon of that day.
pub(super) fn past_repairs(unit: &mut Unit<'_>, file: &CompanyFile, zone: Tz, index: &Index) -> Result<(), Fault> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let mut told = index.repairs.clone();
    for repair in &file.history {
        let technician = repair.technician.as_ref().map(|code| known(&index.technicians, code)).transpose()?;
        let id = told.remove(&(repair.serial.clone(), repair.on)).unwrap_or_else(|| unit.id());
        diesel::insert_into(repairs::table)
            .values((
                repairs::id.eq(id),
                repairs::asset_id.eq(known(&index.assets, &repair.serial)?),
                repairs::at.eq(Timestamp::on_day(repair.on, noon, zone)),
                repairs::symptom.eq(&repair.symptom),
                repairs::cause.eq(&repair.cause),
                repairs::remedy.eq(&repair.remedy),
                repairs::minutes.eq(i64::from(repair.minutes)),
                repairs::technician_id.eq(technician),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}
