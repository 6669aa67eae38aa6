//! Adjustments by two: each is the one that the journal told last, and what was accepted was posted, by somebody else.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Findings;
use super::claims::Claims;
use crate::domain::event::EventKind;
use crate::domain::ids::{AdjustmentId, EventId, WalletId};
use crate::domain::wallet::account::{Account, Movement};
use crate::store::adjustments::{COLUMNS, Row, view};
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{adjustments, postings};
use crate::views::ledger::AdjustmentView;

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    use EventKind::{AdjustmentAccepted, AdjustmentProposed, AdjustmentRefused};
    let rows: Vec<(WalletId, i64, Row)> = adjustments::table
        .order(adjustments::id)
        .select((adjustments::wallet_id, adjustments::units, COLUMNS))
        .load(database)?;
    let kinds = [AdjustmentProposed, AdjustmentAccepted, AdjustmentRefused];
    let mut claims = Claims::told(database, "journal.adjustment", "adjustment", "id", &kinds)?;
    let owners: BTreeMap<AdjustmentId, WalletId> = claims.owners(database)?;
    for (wallet, units, row) in rows {
        let adjustment = view(row)?;
        let times = (Some(adjustment.proposed_at), adjustment.decided_at);
        claims.kept(adjustment.id, &adjustment, times, findings);
        findings.equal("adjustment.units", adjustment.id, "the units", units, adjustment.request.units);
        let told = owners.get(&adjustment.id).copied();
        findings.equal("adjustment.wallet", adjustment.id, "the wallet", Some(wallet), told);
        match adjustment.state.as_str() {
            "posted" => posted(database, wallet, &adjustment, findings)?,
            _ if adjustment.decided_at.is_some() == (adjustment.state == "proposed") => {
                findings.add("adjustment.state", adjustment.id, "its state and its decision do not fit");
            }
            _ => {}
        }
    }
    claims.gone(findings);
    Ok(())
}

/// The ledger posted what was accepted, when it was accepted; nobody accepted his own.
fn posted(
    database: &mut Database,
    wallet: WalletId,
    adjustment: &AdjustmentView,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let moved: Vec<(EventId, Account, i64)> = postings::table
        .filter(postings::wallet_id.eq(wallet).and(postings::movement.eq(Movement::Adjust)))
        .filter(postings::at.nullable().eq(adjustment.decided_at))
        .select((postings::event_id, postings::from_account, postings::units))
        .load(database)?;
    let mut events: BTreeMap<EventId, i64> = BTreeMap::new();
    for (event, from, units) in moved {
        *events.entry(event).or_default() += if from == Account::Source { units } else { -units };
    }
    if events.values().all(|units| *units != adjustment.request.units) {
        findings.add("adjustment.ledger", adjustment.id, "what was accepted was not posted");
    }
    if adjustment.decided_by.as_ref() == Some(&adjustment.proposed_by) {
        findings.add("adjustment.by_two", adjustment.id, "who proposed it accepted it");
    }
    Ok(())
}
