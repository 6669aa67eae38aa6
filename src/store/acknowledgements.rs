//! That customers know the last day of what they bought.

use diesel::prelude::*;
use serde_json::json as data;

use super::codec::{day, json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{lot_acknowledgements, lots, wallets};
use super::{Reader, Unit};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, LotId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::acknowledgement::Means;
use crate::views::ledger::Acknowledgement;

#[derive(Queryable, Selectable)]
#[diesel(table_name = lot_acknowledgements)]
pub(in crate::store) struct Row {
    lot_id: LotId,
    contract_id: ContractId,
    acknowledged_by: String,
    means: Means,
    acknowledged_on: String,
    noted_by: String,
    noted_at: Timestamp,
}

impl Row {
    pub fn view(self) -> Result<Acknowledgement, StoreError> {
        Ok(Acknowledgement {
            lot_id: self.lot_id,
            contract_id: self.contract_id,
            by: self.acknowledged_by,
            means: self.means,
            on: day(&self.acknowledged_on)?,
            noted_by: json(&self.noted_by)?,
            noted_at: self.noted_at,
        })
    }
}

impl Reader<'_> {
    /// None: nobody has said yet that he knows the lot's last day.
    pub fn acknowledgement(&mut self, lot: LotId) -> Result<Option<Acknowledgement>, Fault> {
        let row: Option<Row> =
            lot_acknowledgements::table.find(lot).select(Row::as_select()).first(self.database).optional()?;
        Ok(row.map(Row::view).transpose()?)
    }

    /// Number and day of issue of a lot of this contract.
    pub fn lot_of(&mut self, contract: ContractId, lot: LotId) -> Result<(String, chrono::NaiveDate), Fault> {
        let found: Option<(ContractId, String, String)> = lots::table
            .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
            .filter(lots::id.eq(lot))
            .select((wallets::contract_id, lots::number, lots::issued_on))
            .first(self.database)
            .optional()?;
        match found {
            None => Err(Refusal::new(Code::NotFound).at("lot").into()),
            Some((owner, ..)) if owner != contract => Err(Refusal::new(Code::WalletForeign).at("lot").into()),
            Some((_, number, issued_on)) => Ok((number, day(&issued_on)?)),
        }
    }
}

impl Unit<'_> {
    /// Notes what was said of a lot. The wallet is locked, and nobody has said it before.
    pub fn acknowledge(&mut self, number: &str, said: &Acknowledgement) -> Result<(), Fault> {
        diesel::insert_into(lot_acknowledgements::table)
            .values((
                lot_acknowledgements::lot_id.eq(said.lot_id),
                lot_acknowledgements::contract_id.eq(said.contract_id),
                lot_acknowledgements::acknowledged_by.eq(&said.by),
                lot_acknowledgements::means.eq(said.means),
                lot_acknowledgements::acknowledged_on.eq(said.on.to_string()),
                lot_acknowledgements::noted_by.eq(to_json(&said.noted_by)),
                lot_acknowledgements::noted_at.eq(said.noted_at),
            ))
            .execute(self.database)?;
        let about = About { contract_id: Some(said.contract_id), ..About::default() };
        let told = data!({ "acknowledgement": said, "lot": number });
        self.record(&[Stream::Contract(said.contract_id)], EventKind::LotAcknowledged, about, told);
        Ok(())
    }
}
