//! Assets: where one stands and since when may change. Its contract and its product stay, as its repairs were paid and
//! learned from by those.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Judged, Stored, Touched, contracts_by_number, differs, fault, known, note, unknown};
use crate::company::table::AssetRow;
use crate::company::validate;
use crate::domain::ids::{AssetId, ContractId, CustomerId, ProductId, SiteId};
use crate::domain::refusal::{Code, Refusal};
use crate::store::company::customers::insert_asset;
use crate::store::error::Fault;
use crate::store::schema::{assets, products, sites};
use crate::store::{Reader, Unit};

/// Where an asset belongs.
#[derive(Debug, Clone, Copy)]
pub struct AssetPlan {
    contract: ContractId,
    site: SiteId,
    product: ProductId,
    id: Option<AssetId>,
}

type Row = (AssetId, String, ContractId, SiteId, ProductId, String);

/// What the rows name, looked up.
struct Named {
    contracts: BTreeMap<String, (ContractId, CustomerId)>,
    sites: BTreeMap<String, (SiteId, CustomerId)>,
    products: BTreeMap<String, ProductId>,
    assets: BTreeMap<String, Row>,
}

impl Stored for AssetRow {
    type Plan = AssetPlan;

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let named = look_up(reader, rows)?;
        let judged = rows.iter().map(|row| match plan(row, &named) {
            Err(faults) => Judged::Wrong(faults),
            Ok(plan) => {
                named.assets.get(&row.asset.serial).map_or(Judged::Add(plan), |stands| beside(row, stands, plan))
            }
        });
        Ok(judged.collect())
    }

    fn enter(&self, unit: &mut Unit<'_>, plan: Self::Plan, touched: &mut Touched) -> Result<(), Fault> {
        touched.asset(plan.contract, plan.id.is_none());
        let Some(id) = plan.id else {
            insert_asset(unit, plan.contract, plan.site, plan.product, &self.asset)?;
            return Ok(());
        };
        diesel::update(assets::table.find(id))
            .set((assets::site_id.eq(plan.site), assets::installed_on.eq(self.asset.installed_on.to_string())))
            .execute(unit.database)?;
        Ok(())
    }
}

fn look_up(reader: &mut Reader<'_>, rows: &[&AssetRow]) -> Result<Named, Fault> {
    let contracts = contracts_by_number(reader.database, rows.iter().map(|row| &row.contract))?;
    let codes: Vec<&String> = rows.iter().map(|row| &row.asset.site).collect();
    let found: Vec<(String, SiteId, CustomerId)> = sites::table
        .filter(sites::code.eq_any(codes))
        .select((sites::code, sites::id, sites::customer_id))
        .load(reader.database)?;
    let sites = found.into_iter().map(|(code, id, customer)| (code, (id, customer))).collect();
    let codes: Vec<&String> = rows.iter().map(|row| &row.asset.product).collect();
    let found: Vec<(String, ProductId)> = products::table
        .filter(products::code.eq_any(codes))
        .select((products::code, products::id))
        .load(reader.database)?;
    let serials: Vec<&String> = rows.iter().map(|row| &row.asset.serial).collect();
    let stand: Vec<Row> = assets::table
        .filter(assets::serial.eq_any(serials))
        .select((
            assets::id,
            assets::serial,
            assets::contract_id,
            assets::site_id,
            assets::product_id,
            assets::installed_on,
        ))
        .load(reader.database)?;
    let assets = stand.into_iter().map(|row| (row.1.clone(), row)).collect();
    Ok(Named { contracts, sites, products: found.into_iter().collect(), assets })
}

fn plan(row: &AssetRow, named: &Named) -> Result<AssetPlan, Vec<validate::Fault>> {
    let asset = &row.asset;
    let contract = named.contracts.get(&row.contract);
    let (site, product) = (named.sites.get(&asset.site), named.products.get(&asset.product));
    if let (Some((contract, owner)), Some((site, customer)), Some(product)) = (contract, site, product) {
        if owner == customer {
            return Ok(AssetPlan { contract: *contract, site: *site, product: *product, id: None });
        }
        let refusal = Refusal::new(Code::SiteForeign);
        return Err(vec![fault("site", Code::SiteForeign.as_str(), refusal.ja(), refusal.en())]);
    }
    let missing = [
        contract.is_none().then(|| unknown("contract", &row.contract)),
        product.is_none().then(|| unknown("product", &asset.product)),
        site.is_none().then(|| unknown("site", &asset.site)),
    ];
    Err(missing.into_iter().flatten().collect())
}

fn beside(row: &AssetRow, (id, _, contract, site, product, installed_on): &Row, plan: AssetPlan) -> Judged<AssetPlan> {
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    if *contract != plan.contract {
        faults.push(differs("contract", "別の契約 / another contract", &row.contract));
    }
    if *product != plan.product {
        faults.push(differs("product", "別の機種 / another product", &row.asset.product));
    }
    note(&mut columns, "site", site, &plan.site);
    note(&mut columns, "installed_on", installed_on, &row.asset.installed_on.to_string());
    known(AssetPlan { id: Some(*id), ..plan }, columns, faults)
}
