//! Models with their symptoms, and the repairs that came in with an import.

use diesel::prelude::*;

use super::{Page, cells, company, kept, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{assets, past_repairs, products, symptoms, technicians};

pub(super) const PRODUCTS: &[&str] = &["code", "name_ja", "name_en", "maker", "skill"];

pub(super) const SYMPTOMS: &[&str] = &[
    "product",
    "code",
    "name_ja",
    "name_en",
    "service_minutes",
    "needs_visit",
    "level_min",
    "qualification",
    "parts_needed",
    "likely_parts",
];

pub(super) const PAST_REPAIRS: &[&str] = &["id", "serial", "on", "symptom", "cause", "remedy", "minutes", "technician"];

pub(super) fn products(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(String, String, String, String, String)> = products::table
        .filter(products::code.gt(after))
        .order(products::code)
        .limit(limits::EXPORT_PAGE)
        .select((products::code, products::name_ja, products::name_en, products::maker, products::skill))
        .load(reader.database)?;
    Ok(Page::of(rows, |row| row.0.clone(), |(code, ja, en, maker, skill)| cells![code, ja, en, maker, skill]))
}

pub(super) fn symptoms(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (product, code) = parted::<ProductId>(after);
    let likely = company::head(reader)?.map(|head| head.catalog.likely_parts).unwrap_or_default();
    type Row = ((ProductId, String, String, String, String), (i64, bool, i64, Option<String>, String));
    let rows: Vec<Row> = symptoms::table
        .inner_join(products::table.on(products::id.eq(symptoms::product_id)))
        .filter(symptoms::product_id.ge(product).and(symptoms::product_id.gt(product).or(symptoms::code.gt(code))))
        .order((symptoms::product_id, symptoms::code))
        .limit(limits::EXPORT_PAGE)
        .select((
            (symptoms::product_id, products::code, symptoms::code, symptoms::name_ja, symptoms::name_en),
            (
                symptoms::service_minutes,
                symptoms::needs_visit,
                symptoms::level_min,
                symptoms::qualification,
                symptoms::parts_needed,
            ),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0.0, row.0.2),
        |((_, product, code, ja, en), (minutes, needs_visit, level, qualification, parts))| {
            let parts = kept(&parts).to_string();
            let likely = likely.get(&product).and_then(|of| of.get(&code)).cloned().unwrap_or_default();
            cells![product, code, ja, en, minutes, needs_visit, level, qualification, parts, likely]
        },
    ))
}

pub(super) fn past_repairs(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((ReportId, String, Timestamp, String), (String, String, i64, Option<String>));
    let zone = reader.zone();
    let rows: Vec<Row> = past_repairs::table
        .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
        .left_join(technicians::table.on(technicians::id.nullable().eq(past_repairs::technician_id)))
        .filter(past_repairs::id.gt(parted::<ReportId>(after).0))
        .order(past_repairs::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (past_repairs::id, assets::serial, past_repairs::at, past_repairs::symptom),
            (past_repairs::cause, past_repairs::remedy, past_repairs::minutes, technicians::code.nullable()),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, serial, at, symptom), (cause, remedy, minutes, technician))| {
            cells![id, serial, at.day(zone), symptom, cause, remedy, minutes, technician]
        },
    ))
}
