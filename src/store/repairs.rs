//! Repairs of the past, from this system and from before it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Reader;
use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use crate::domain::ids::{AssetId, IssueId};
use crate::domain::issue::Outcome;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::HoldState;
use crate::limits;
use crate::views::desk::RepairView;

impl Reader<'_> {
    /// The last repairs of each asset, newest first.
    pub fn last_repairs(&mut self, assets: &[AssetId]) -> Result<BTreeMap<AssetId, Vec<RepairView>>, Fault> {
        let mut repairs = own_repairs(self.database, assets)?;
        for (asset, repair) in imported_repairs(self.database, assets)? {
            repairs.entry(asset).or_default().push(repair);
        }
        for list in repairs.values_mut() {
            list.sort_by_key(|repair| std::cmp::Reverse(repair.at));
            list.truncate(usize::try_from(limits::LAST_REPAIRS).unwrap_or_default());
        }
        Ok(repairs)
    }

    /// What an issue cost, in words; none while its tickets are still held.
    pub fn consumption_sentence(&mut self, issue: IssueId) -> Result<Option<(String, String)>, Fault> {
        let hold: Option<(HoldState, i64)> = holds::table
            .filter(holds::issue_id.eq(issue))
            .select((holds::state, holds::units))
            .first(self.database)
            .optional()?;
        let linked: Option<IssueId> = issues::table.find(issue).select(issues::linked_issue_id).first(self.database)?;
        Ok(match (hold, linked) {
            (Some((HoldState::Live, _)), _) => None,
            (Some((HoldState::Captured, units)), _) => {
                Some((format!("チケットを{units}枚使用しました。"), format!("{units} ticket(s) used.")))
            }
            (Some((HoldState::Released, _)), _) => {
                Some(("チケットは使用していません（0枚）。".to_owned(), "No ticket was used.".to_owned()))
            }
            (None, Some(_)) => {
                Some(("再発のため 0枚です。".to_owned(), "No ticket: the fault had recurred.".to_owned()))
            }
            (None, None) => Some(("チケット対象外（0枚）です。".to_owned(), "No ticket needed.".to_owned())),
        })
    }
}

type OwnRow = (Option<AssetId>, IssueId, String, Option<String>, String, String, String, Outcome, Timestamp);

fn own_repairs(database: &mut Database, assets: &[AssetId]) -> Result<BTreeMap<AssetId, Vec<RepairView>>, Fault> {
    let rows: Vec<OwnRow> = service_reports::table
        .inner_join(visits::table.inner_join(work_orders::table.inner_join(issues::table)))
        .filter(issues::asset_id.eq_any(assets.to_vec()))
        .select((
            issues::asset_id,
            issues::id,
            issues::number,
            issues::symptom,
            issues::description,
            service_reports::cause,
            service_reports::remedy,
            service_reports::outcome,
            service_reports::tapped_at,
        ))
        .load(database)?;
    let mut repairs: BTreeMap<AssetId, Vec<RepairView>> = BTreeMap::new();
    for (asset, issue, number, symptom, description, cause, remedy, outcome, at) in rows {
        let Some(asset) = asset else { continue };
        repairs.entry(asset).or_default().push(RepairView {
            issue_id: Some(issue),
            issue_number: Some(number),
            at,
            symptom: symptom.unwrap_or_default(),
            description,
            cause,
            remedy,
            outcome: Some(outcome),
        });
    }
    Ok(repairs)
}

fn imported_repairs(database: &mut Database, assets: &[AssetId]) -> Result<Vec<(AssetId, RepairView)>, Fault> {
    let rows: Vec<(AssetId, Timestamp, String, String, String)> = past_repairs::table
        .filter(past_repairs::asset_id.eq_any(assets.to_vec()))
        .select((
            past_repairs::asset_id,
            past_repairs::at,
            past_repairs::symptom,
            past_repairs::cause,
            past_repairs::remedy,
        ))
        .load(database)?;
    let view = |(asset, at, symptom, cause, remedy): (AssetId, Timestamp, String, String, String)| {
        let repair = RepairView {
            issue_id: None,
            issue_number: None,
            at,
            symptom,
            description: String::new(),
            cause,
            remedy,
            outcome: None,
        };
        (asset, repair)
    };
    Ok(rows.into_iter().map(view).collect())
}
