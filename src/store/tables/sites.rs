//! Sites: name, address, place and access notes may change. Whose a site is and in which territory it lies stays, as
//! work that is under way was given to people by that.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Judged, Stored, Touched, customers_by_code, differs, known, note, unknown};
use crate::company::table::SiteRow;
use crate::domain::ids::{CustomerId, SiteId, TerritoryId};
use crate::store::company::customers::insert_site;
use crate::store::error::Fault;
use crate::store::schema::{sites, territories};
use crate::store::{Reader, Unit};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sites)]
struct Row {
    id: SiteId,
    customer_id: CustomerId,
    code: String,
    name: String,
    postcode: String,
    address: String,
    lat: f64,
    lon: f64,
    territory_id: TerritoryId,
    access_notes: String,
}

/// Where a site belongs.
#[derive(Debug, Clone, Copy)]
pub struct SitePlan {
    customer: CustomerId,
    territory: TerritoryId,
    id: Option<SiteId>,
}

impl Stored for SiteRow {
    type Plan = SitePlan;

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let of = customers_by_code(reader.database, rows.iter().map(|row| &row.customer))?;
        let areas: Vec<(String, TerritoryId)> =
            territories::table.select((territories::code, territories::id)).load(reader.database)?;
        let areas: BTreeMap<String, TerritoryId> = areas.into_iter().collect();
        let codes: Vec<&String> = rows.iter().map(|row| &row.site.code).collect();
        let stands: Vec<Row> =
            sites::table.filter(sites::code.eq_any(codes)).select(Row::as_select()).load(reader.database)?;
        let stands: BTreeMap<&str, &Row> = stands.iter().map(|row| (row.code.as_str(), row)).collect();
        let judged = rows.iter().map(|row| {
            let (customer, territory) = (of.get(&row.customer), areas.get(&row.site.territory));
            let (Some(customer), Some(territory)) = (customer, territory) else {
                let missing = [
                    customer.is_none().then(|| unknown("customer", &row.customer)),
                    territory.is_none().then(|| unknown("territory", &row.site.territory)),
                ];
                return Judged::Wrong(missing.into_iter().flatten().collect());
            };
            let plan = SitePlan { customer: *customer, territory: *territory, id: None };
            stands.get(row.site.code.as_str()).map_or(Judged::Add(plan), |stands| beside(row, stands, plan))
        });
        Ok(judged.collect())
    }

    fn enter(&self, unit: &mut Unit<'_>, plan: Self::Plan, _: &mut Touched) -> Result<(), Fault> {
        let Some(id) = plan.id else {
            insert_site(unit, plan.customer, plan.territory, &self.site)?;
            return Ok(());
        };
        let site = &self.site;
        diesel::update(sites::table.find(id))
            .set((
                sites::name.eq(&site.name),
                sites::postcode.eq(&site.postcode),
                sites::address.eq(&site.address),
                sites::lat.eq(site.position.lat()),
                sites::lon.eq(site.position.lon()),
                sites::access_notes.eq(&site.access_notes),
            ))
            .execute(unit.database)?;
        Ok(())
    }
}

fn beside(row: &SiteRow, stands: &Row, plan: SitePlan) -> Judged<SitePlan> {
    let site = &row.site;
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    if stands.customer_id != plan.customer {
        faults.push(differs("customer", "別の顧客 / another customer", &row.customer));
    }
    if stands.territory_id != plan.territory {
        faults.push(differs("territory", "別の担当エリア / another territory", &site.territory));
    }
    note(&mut columns, "name", &stands.name, &site.name);
    note(&mut columns, "postcode", &stands.postcode, &site.postcode);
    note(&mut columns, "address", &stands.address, &site.address);
    note(&mut columns, "lat", &stands.lat, &site.position.lat());
    note(&mut columns, "lon", &stands.lon, &site.position.lon());
    note(&mut columns, "access_notes", &stands.access_notes, &site.access_notes);
    known(SitePlan { id: Some(stands.id), ..plan }, columns, faults)
}
