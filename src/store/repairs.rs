//! What was repaired before, in this system or before it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::Reader;
use super::connection::Database;
use super::error::Fault;
use super::reports::causes;
use super::schema::assets;
use super::visits::Names;
use crate::domain::ids::{AssetId, ContractId, Id, IssueId, ProductId};
use crate::domain::issue::Outcome;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::views::desk::RepairView;

/// Whose repairs to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    Asset(AssetId),
    Contract(ContractId),
}

impl Reader<'_> {
    /// The last repairs of an asset, newest first.
    pub fn last_repairs(&mut self, asset: AssetId) -> Result<Vec<RepairView>, Fault> {
        let mut found = repairs(self.database, Whose::Asset(asset))?;
        Ok(found.remove(&asset).unwrap_or_default())
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    asset_id: AssetId,
    #[diesel(sql_type = Nullable<Binary>)]
    issue_id: Option<IssueId>,
    #[diesel(sql_type = Nullable<Text>)]
    issue_number: Option<String>,
    #[diesel(sql_type = BigInt)]
    at: Timestamp,
    #[diesel(sql_type = Text)]
    symptom: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Text)]
    remedy: String,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<Outcome>,
}

/// The newest repairs of each asset, from both sources; the same statement on both databases.
const REPAIRS: &str = "
    SELECT asset_id, issue_id, issue_number, at, symptom, description, cause, remedy, outcome FROM (
        SELECT every.*, ROW_NUMBER() OVER (PARTITION BY asset_id ORDER BY at DESC) AS place FROM (
            SELECT p.asset_id, NULL AS issue_id, NULL AS issue_number, p.at, p.symptom, '' AS description,
                   p.cause, p.remedy, NULL AS outcome
            FROM past_repairs p JOIN assets a ON a.id = p.asset_id WHERE a.{column} = $1
            UNION ALL
            SELECT i.asset_id, i.id, i.number, r.tapped_at, COALESCE(i.symptom, ''), i.description,
                   r.cause, r.remedy, r.outcome
            FROM service_reports r JOIN visits v ON v.id = r.visit_id JOIN work_orders w ON w.id = v.work_order_id
            JOIN issues i ON i.id = w.issue_id JOIN assets a ON a.id = i.asset_id WHERE a.{column} = $1
        ) AS every
    ) AS ranked WHERE place <= $2 ORDER BY at DESC";

pub(super) fn repairs(database: &mut Database, whose: Whose) -> Result<BTreeMap<AssetId, Vec<RepairView>>, Fault> {
    let (column, id) = match whose {
        Whose::Asset(id) => ("id", id.uuid()),
        Whose::Contract(id) => ("contract_id", id.uuid()),
    };
    let rows: Vec<Row> = diesel::sql_query(REPAIRS.replace("{column}", column))
        .bind::<Binary, _>(id.as_bytes().to_vec())
        .bind::<BigInt, _>(limits::LAST_REPAIRS)
        .load(database)?;
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let products = products_of(database, &rows)?;
    let names = Names::load(database, products.values().copied())?;
    let causes: BTreeMap<String, (String, String)> =
        causes(database)?.into_iter().map(|cause| (cause.code, (cause.name_ja, cause.name_en))).collect();
    let mut found: BTreeMap<AssetId, Vec<RepairView>> = BTreeMap::new();
    for row in rows {
        let asset = row.asset_id;
        let symptom = names.symptom(products.get(&asset).copied(), Some(&row.symptom));
        let cause = causes.get(&row.cause).cloned().unwrap_or_else(|| (row.cause.clone(), row.cause.clone()));
        found.entry(asset).or_default().push(view(row, symptom, cause));
    }
    Ok(found)
}

fn products_of(database: &mut Database, rows: &[Row]) -> Result<BTreeMap<AssetId, ProductId>, Fault> {
    let mut wanted: Vec<AssetId> = rows.iter().map(|row| row.asset_id).collect();
    wanted.dedup();
    let mut found = BTreeMap::new();
    for part in wanted.chunks(limits::STATEMENT_IDS) {
        let rows: Vec<(AssetId, ProductId)> =
            assets::table.filter(assets::id.eq_any(part)).select((assets::id, assets::product_id)).load(database)?;
        found.extend(rows);
    }
    Ok(found)
}

fn view(row: Row, symptom: (String, String), cause: (String, String)) -> RepairView {
    RepairView {
        issue_id: row.issue_id,
        issue_number: row.issue_number,
        at: row.at,
        symptom: row.symptom,
        symptom_ja: symptom.0,
        symptom_en: symptom.1,
        description: row.description,
        cause: row.cause,
        cause_ja: cause.0,
        cause_en: cause.1,
        remedy: row.remedy,
        outcome: row.outcome,
    }
}
