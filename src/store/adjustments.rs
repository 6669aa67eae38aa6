//! Adjustments that wait for a second person.

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::Fault;
use super::schema::{adjustments, contracts, customers, wallets};
use super::{Reader, Unit};
use crate::domain::access::Actor;
use crate::domain::ids::{AdjustmentId, ContractId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::views::ledger::{AdjustRequest, AdjustmentView, WaitingAdjustment};

pub(super) type Row = (AdjustmentId, String, String, String, Timestamp, Option<String>, Option<Timestamp>);

pub(super) fn view((id, request, state, by, at, decided_by, decided_at): Row) -> Result<AdjustmentView, Fault> {
    Ok(AdjustmentView {
        id,
        request: json(&request)?,
        state,
        proposed_by: json(&by)?,
        proposed_at: at,
        decided_by: decided_by.map(|text| json(&text)).transpose()?,
        decided_at,
    })
}

pub(super) const COLUMNS: (
    adjustments::id,
    adjustments::request,
    adjustments::state,
    adjustments::proposed_by,
    adjustments::proposed_at,
    adjustments::decided_by,
    adjustments::decided_at,
) = (
    adjustments::id,
    adjustments::request,
    adjustments::state,
    adjustments::proposed_by,
    adjustments::proposed_at,
    adjustments::decided_by,
    adjustments::decided_at,
);

impl Unit<'_> {
    pub fn propose_adjustment(&mut self, wallet: WalletId, request: &AdjustRequest) -> Result<AdjustmentId, Fault> {
        let id: AdjustmentId = self.id();
        diesel::insert_into(adjustments::table)
            .values((
                adjustments::id.eq(id),
                adjustments::wallet_id.eq(wallet),
                adjustments::request.eq(to_json(request)),
                adjustments::units.eq(request.units),
                adjustments::state.eq("proposed"),
                adjustments::proposed_by.eq(to_json(self.actor())),
                adjustments::proposed_at.eq(self.now()),
            ))
            .execute(self.database)?;
        Ok(id)
    }

    /// An adjustment that is still open, held against whoever else would decide it, and the contract that it is of.
    pub fn lock_adjustment(&mut self, id: AdjustmentId) -> Result<(ContractId, AdjustmentView), Fault> {
        // An update without a change takes the row's lock on either database.
        let found: Option<(WalletId, String)> = diesel::update(adjustments::table.find(id))
            .set(adjustments::units.eq(adjustments::units))
            .returning((adjustments::wallet_id, adjustments::state))
            .get_result(self.database)
            .optional()?;
        let (wallet, state) = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
        if state != "proposed" {
            return Err(Refusal::new(Code::AdjustmentClosed).into());
        }
        let contract = wallets::table.find(wallet).select(wallets::contract_id).first(self.database)?;
        let row: Row = adjustments::table.find(id).select(COLUMNS).first(self.database)?;
        Ok((contract, view(row)?))
    }

    pub fn decide_adjustment(&mut self, id: AdjustmentId, accepted: bool) -> Result<(), Fault> {
        let state = if accepted { "posted" } else { "refused" };
        let by: &Actor = self.actor();
        let by = to_json(by);
        diesel::update(adjustments::table.find(id))
            .set((adjustments::state.eq(state), adjustments::decided_by.eq(by), adjustments::decided_at.eq(self.now())))
            .execute(self.database)?;
        Ok(())
    }
}

impl Reader<'_> {
    pub fn adjustment(&mut self, id: AdjustmentId) -> Result<AdjustmentView, Fault> {
        let row: Option<Row> = adjustments::table.find(id).select(COLUMNS).first(self.database).optional()?;
        view(row.ok_or_else(|| Refusal::new(Code::NotFound))?)
    }

    /// Adjustments of all wallets that wait for a second person, the oldest first.
    pub fn waiting_adjustments(&mut self) -> Result<Vec<WaitingAdjustment>, Fault> {
        type Whose = (ContractId, String, String, i64, UnitKind);
        let rows: Vec<(Whose, Row)> = adjustments::table
            .inner_join(wallets::table.on(wallets::id.eq(adjustments::wallet_id)))
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .inner_join(customers::table.on(customers::id.eq(contracts::customer_id)))
            .filter(adjustments::state.eq("proposed"))
            .order((adjustments::proposed_at, adjustments::id))
            .limit(limits::AUDIT_PAGE)
            .select(((contracts::id, contracts::number, customers::name, wallets::available, wallets::unit), COLUMNS))
            .load(self.database)?;
        let whole = |((contract_id, contract_number, customer_name, balance, unit), row): (Whose, Row)| {
            let adjustment = view(row)?;
            Ok(WaitingAdjustment { contract_id, contract_number, customer_name, balance, unit, adjustment })
        };
        rows.into_iter().map(whole).collect()
    }

    /// The adjustments of a contract's wallet that a person proposed, the newest first.
    pub fn adjustments(&mut self, contract: ContractId) -> Result<Vec<AdjustmentView>, Fault> {
        let rows: Vec<Row> = adjustments::table
            .inner_join(wallets::table.on(wallets::id.eq(adjustments::wallet_id)))
            .filter(wallets::contract_id.eq(contract))
            .order((adjustments::proposed_at.desc(), adjustments::id.desc()))
            .limit(limits::AUDIT_PAGE)
            .select(COLUMNS)
            .load(self.database)?;
        rows.into_iter().map(view).collect()
    }
}
