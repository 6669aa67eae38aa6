//! What customers said about their wallets and what was answered, and the invoices of lots: each row is the one that the
//! journal told last, and what was granted was given back.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, Id, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::dispute::DisputeState;
use crate::store::codec::json;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{
    approval_rules, approvals as approval_rows, confirmations as confirmation_rows, disputes as dispute_rows,
    invoices as invoice_rows, journal, lot_acknowledgements, postings, stream_entries, wallets,
};
use crate::store::{acknowledgements, approvals, confirmations, disputes, invoices};
use crate::views::claims::Dispute;

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    disputes_fit(database, findings)?;
    rules_fit(database, findings)?;
    approvals_fit(database, findings)?;
    invoices_fit(database, findings)?;
    acknowledgements_fit(database, findings)?;
    confirmations_fit(database, findings)
}

fn disputes_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    use EventKind::{DisputeGranted, DisputeRaised, DisputeRefused, DisputeWithdrawn};
    let rows: Vec<disputes::Row> =
        dispute_rows::table.order(dispute_rows::id).select(disputes::Row::as_select()).load(database)?;
    let kinds = [DisputeRaised, DisputeGranted, DisputeRefused, DisputeWithdrawn];
    let mut claims = Claims::told(database, "journal.dispute", "dispute", "id", &kinds)?;
    for row in rows {
        let dispute = row.view()?;
        let times = (Some(dispute.raised_at), dispute.decided_at);
        claims.kept(dispute.id, &dispute, times, findings);
        if dispute.state == DisputeState::Granted {
            given_back(database, &dispute, findings)?;
        }
    }
    claims.gone(findings);
    Ok(())
}

fn rules_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<approvals::RuleRow> = approval_rules::table
        .order(approval_rules::contract_id)
        .select(approvals::RuleRow::as_select())
        .load(database)?;
    let kinds = [EventKind::ApprovalRuleSet];
    let mut claims = Claims::told(database, "journal.approval_rule", "approval_rule", "contract_id", &kinds)?;
    for row in rows {
        let rule = row.view()?;
        claims.kept(rule.contract_id, &rule, (None, Some(rule.set_at)), findings);
    }
    claims.gone(findings);
    Ok(())
}

fn approvals_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    use EventKind::{ApprovalAsked, ApprovalDue, ApprovalGiven, ApprovalLapsed, ApprovalRefused, ApprovalTimedOut};
    let rows: Vec<approvals::Row> =
        approval_rows::table.order(approval_rows::issue_id).select(approvals::Row::as_select()).load(database)?;
    let kinds = [ApprovalAsked, ApprovalDue, ApprovalGiven, ApprovalRefused, ApprovalTimedOut, ApprovalLapsed];
    let mut claims = Claims::told(database, "journal.approval", "approval", "issue_id", &kinds)?;
    for row in rows {
        let approval = row.view()?;
        claims.kept(approval.issue_id, &approval, (Some(approval.asked_at), approval.decided_at), findings);
        // Whole minutes after it was asked, as rules are set.
        let after = approval.auto_at.map_or(0, |at| at.micros() - approval.asked_at.micros());
        if after % 60_000_000 != 0 {
            findings.add("journal.approval", approval.issue_id, "the time of the approval is not of a rule");
        }
    }
    claims.gone(findings);
    Ok(())
}

fn invoices_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<invoices::Row> =
        invoice_rows::table.order(invoice_rows::lot_id).select(invoices::Row::as_select()).load(database)?;
    let mut claims = Claims::told(database, "journal.invoice", "invoice", "lot_id", &[EventKind::InvoiceSet])?;
    for row in rows {
        let invoice = row.view()?;
        claims.kept(invoice.lot_id, &invoice, (None, Some(invoice.set_at)), findings);
    }
    claims.gone(findings);
    Ok(())
}

fn acknowledgements_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<acknowledgements::Row> = lot_acknowledgements::table
        .order(lot_acknowledgements::lot_id)
        .select(acknowledgements::Row::as_select())
        .load(database)?;
    let kinds = [EventKind::LotAcknowledged];
    let mut claims = Claims::told(database, "journal.acknowledgement", "acknowledgement", "lot_id", &kinds)?;
    for row in rows {
        let said = row.view()?;
        claims.kept(said.lot_id, &said, (None, Some(said.noted_at)), findings);
    }
    claims.gone(findings);
    Ok(())
}

fn confirmations_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<confirmations::Row> = confirmation_rows::table
        .order(confirmation_rows::posting_id)
        .select(confirmations::Row::as_select())
        .load(database)?;
    let kinds = [EventKind::UseConfirmed];
    let mut claims = Claims::told(database, "journal.confirmation", "confirmation", "posting_id", &kinds)?;
    for row in rows {
        let said = row.view()?;
        claims.kept(said.posting_id, &said, (None, Some(said.confirmed_at)), findings);
    }
    claims.gone(findings);
    Ok(())
}

/// What the journal tells of the claims of one kind, by their ids.
pub(super) struct Claims {
    check: &'static str,
    told: BTreeMap<String, Told>,
}

/// A claim as its newest entry shows it, and the instants of the first and of the newest.
struct Told {
    shown: Value,
    contract: Option<ContractId>,
    first: Timestamp,
    last: Timestamp,
}

impl Claims {
    /// Reads the entries of some kinds, which carry the claim whole in `field` with its id in `id`.
    pub(super) fn told(
        database: &mut Database,
        check: &'static str,
        field: &str,
        id: &str,
        kinds: &[EventKind],
    ) -> Result<Self, Fault> {
        let rows: Vec<(Timestamp, Option<ContractId>, String)> = stream_entries::table
            .inner_join(journal::table)
            .filter(journal::kind.eq_any(kinds).and(stream_entries::stream.like("contract:%")))
            .order((stream_entries::stream, stream_entries::seq))
            .select((journal::at, journal::contract_id, journal::data))
            .load(database)?;
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        for (at, contract, data) in rows {
            let mut data: Value = json(&data)?;
            let shown = data[field].take();
            let subject = shown[id].as_str().unwrap_or_default().to_owned();
            match told.get_mut(&subject) {
                Some(claim) => (claim.shown, claim.last) = (shown, at),
                None => drop(told.insert(subject, Told { shown, contract, first: at, last: at })),
            }
        }
        Ok(Self { check, told })
    }

    /// Holds a row against what was told of it: as a whole, and the instants of its first and of its last step to the
    /// microsecond, where the row has them.
    pub(super) fn kept(
        &mut self,
        id: impl std::fmt::Display,
        row: &impl Serialize,
        times: (Option<Timestamp>, Option<Timestamp>),
        findings: &mut Findings,
    ) {
        let Some(told) = self.told.remove(&id.to_string()) else {
            findings.add(self.check, id, "the journal knows nothing of it");
            return;
        };
        if serde_json::to_value(row).ok().as_ref() != Some(&told.shown) {
            findings.add(self.check, &id, "it is not as the journal told it last");
        }
        let told = (times.0.map(|_| told.first), times.1.map(|_| told.last));
        findings.equal(self.check, id, "when it began and ended", times, told);
    }

    /// The wallets whose contracts the entries are about, by the claims that they tell of.
    pub(super) fn owners<T: Id>(&self, database: &mut Database) -> Result<BTreeMap<T, WalletId>, Fault> {
        let rows: Vec<(ContractId, WalletId)> =
            wallets::table.select((wallets::contract_id, wallets::id)).load(database)?;
        let wallets: BTreeMap<ContractId, WalletId> = rows.into_iter().collect();
        let owner = |(id, told): (&String, &Told)| Some((id.parse().ok()?, *wallets.get(&told.contract?)?));
        Ok(self.told.iter().filter_map(owner).collect())
    }

    /// What was told of and is not there.
    pub(super) fn gone(self, findings: &mut Findings) {
        for id in self.told.keys() {
            findings.add(self.check, id, "the journal tells of something that does not exist");
        }
    }
}

/// The ledger gave back what was granted, when it was granted.
fn given_back(database: &mut Database, dispute: &Dispute, findings: &mut Findings) -> Result<(), Fault> {
    let back: Vec<(Movement, i64)> = postings::table
        .filter(postings::issue_id.eq(dispute.issue_id).and(postings::at.nullable().eq(dispute.decided_at)))
        .filter(postings::movement.eq_any([Movement::Reverse, Movement::Release, Movement::Expire]))
        .select((postings::movement, postings::units))
        .load(database)?;
    let units: i64 = back.iter().map(|(_, units)| units).sum();
    let expired: i64 = back.iter().filter(|(movement, _)| *movement == Movement::Expire).map(|(_, units)| units).sum();
    findings.equal("dispute.ledger", dispute.id, "the units given back", units, dispute.returned);
    findings.equal("dispute.ledger", dispute.id, "the units that expired", expired, dispute.expired);
    Ok(())
}
