//! Repairs of the time before this system. All are older than the first entry of the journal, so that they follow it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::HistoryFilter;
use crate::domain::ids::{AssetId, ContractId, ProductId, ReportId, SiteId};
use crate::domain::person::Person;
use crate::domain::time::Timestamp;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::reports::causes;
use crate::store::schema::{assets, past_repairs, sites, technicians};
use crate::store::visits::Names;
use crate::views::history::EarlierRepair;

#[derive(Queryable)]
struct Row {
    repair: (ReportId, Timestamp, String, String, String, i64),
    asset: (AssetId, ProductId, String),
    site: (SiteId, String),
    technician: Option<String>,
}

impl Reader<'_> {
    /// At most `room` of them after the first `skip`, newest first, and whether there are more. The places stay as they
    /// are between two pages: no repair comes in after the import.
    pub(super) fn earlier_repairs(
        &mut self,
        contract: ContractId,
        filter: &HistoryFilter,
        skip: i64,
        room: i64,
    ) -> Result<(Vec<EarlierRepair>, bool), Fault> {
        let no_part = matches!(filter.person, Some(Person::Contact(_) | Person::User(_)));
        if filter.issue.is_some() || no_part {
            return Ok((Vec::new(), false));
        }
        let mut query = past_repairs::table
            .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
            .inner_join(sites::table.on(sites::id.eq(assets::site_id)))
            .left_join(technicians::table.on(past_repairs::technician_id.eq(technicians::id.nullable())))
            .filter(assets::contract_id.eq(contract))
            .order((past_repairs::at.desc(), past_repairs::id.desc()))
            .offset(skip)
            .limit(room + 1)
            .select((
                (
                    past_repairs::id,
                    past_repairs::at,
                    past_repairs::symptom,
                    past_repairs::cause,
                    past_repairs::remedy,
                    past_repairs::minutes,
                ),
                (assets::id, assets::product_id, assets::serial),
                (sites::id, sites::name),
                technicians::name.nullable(),
            ))
            .into_boxed();
        if let Some(asset) = filter.asset {
            query = query.filter(assets::id.eq(asset));
        }
        if let Some(site) = filter.site {
            query = query.filter(assets::site_id.eq(site));
        }
        if let Some(Person::Technician(id)) = filter.person {
            query = query.filter(past_repairs::technician_id.eq(id));
        }
        let mut rows: Vec<Row> = query.load(self.database)?;
        let more = rows.len() as i64 > room;
        rows.truncate(usize::try_from(room).unwrap_or_default());
        Ok((self.named(rows, skip)?, more))
    }

    fn named(&mut self, rows: Vec<Row>, skip: i64) -> Result<Vec<EarlierRepair>, Fault> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let names = Names::load(self.database, rows.iter().map(|row| row.asset.1))?;
        let causes: BTreeMap<String, (String, String)> =
            causes(self.database)?.into_iter().map(|cause| (cause.code, (cause.name_ja, cause.name_en))).collect();
        let zone = self.zone;
        let repair = |(seq, row): (i64, Row)| {
            let (id, at, symptom, cause, remedy, minutes) = row.repair;
            let (asset_id, product, serial) = row.asset;
            let (product_name_ja, product_name_en) = names.product(Some(product));
            let (symptom_ja, symptom_en) = names.symptom(Some(product), Some(&symptom));
            let (cause_ja, cause_en) = causes.get(&cause).cloned().unwrap_or_else(|| (cause.clone(), cause));
            EarlierRepair {
                id,
                seq,
                on: at.day(zone),
                asset_id,
                site_id: row.site.0,
                site_name: row.site.1,
                serial,
                product_name_ja,
                product_name_en,
                symptom_ja,
                symptom_en,
                cause_ja,
                cause_en,
                remedy,
                minutes,
                technician_name: row.technician,
            }
        };
        Ok((1..).map(|place: i64| -(skip + place)).zip(rows).map(repair).collect())
    }
}
