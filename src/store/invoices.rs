//! The invoices of lots that were sold. The money is another system's; here stands which invoice a lot is on.

use diesel::prelude::*;
use serde_json::json as data;

use super::codec::{day, json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{invoices, lots, wallets};
use super::{Reader, Unit};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Origin;
use crate::views::ledger::{Invoice, InvoiceRequest};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invoices)]
pub(in crate::store) struct Row {
    lot_id: LotId,
    contract_id: ContractId,
    invoice_number: String,
    issuer_number: Option<String>,
    invoiced_on: String,
    set_by: String,
    set_at: Timestamp,
    version: i64,
}

impl Row {
    pub fn view(self) -> Result<Invoice, StoreError> {
        Ok(Invoice {
            lot_id: self.lot_id,
            contract_id: self.contract_id,
            invoice_number: self.invoice_number,
            issuer_number: self.issuer_number,
            invoiced_on: day(&self.invoiced_on)?,
            set_by: json(&self.set_by)?,
            set_at: self.set_at,
            version: self.version,
        })
    }
}

impl Reader<'_> {
    /// The invoice of a lot, if it is on one.
    pub fn invoice(&mut self, lot: LotId) -> Result<Option<Invoice>, Fault> {
        let row: Option<Row> = invoices::table.find(lot).select(Row::as_select()).first(self.database).optional()?;
        Ok(row.map(Row::view).transpose()?)
    }
}

impl Unit<'_> {
    /// Puts a lot of this contract on an invoice, or corrects that. The wallet is locked.
    pub fn set_invoice(
        &mut self,
        contract: ContractId,
        lot: LotId,
        invoice: &InvoiceRequest,
    ) -> Result<Invoice, Fault> {
        let number = self.sold_lot(contract, lot)?;
        let standing = self.look().invoice(lot)?;
        let version = standing.as_ref().map_or(0, |standing| standing.version);
        if version != invoice.version {
            return Err(Refusal::stale(version, standing).at("version").into());
        }
        let values = (
            invoices::invoice_number.eq(invoice.invoice_number.trim()),
            invoices::issuer_number.eq(invoice.issuer_number.as_deref()),
            invoices::invoiced_on.eq(invoice.invoiced_on.to_string()),
            invoices::set_by.eq(to_json(self.actor())),
            invoices::set_at.eq(self.now()),
            invoices::version.eq(version + 1),
        );
        if version == 0 {
            diesel::insert_into(invoices::table)
                .values((invoices::lot_id.eq(lot), invoices::contract_id.eq(contract), values))
                .execute(self.database)?;
        } else {
            diesel::update(invoices::table.find(lot)).set(values).execute(self.database)?;
        }
        let set = self.look().invoice(lot)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let about = About { contract_id: Some(contract), ..About::default() };
        let told = data!({ "invoice": set, "lot": number });
        self.record(&[Stream::Contract(contract)], EventKind::InvoiceSet, about, told);
        Ok(set)
    }

    /// The number of a lot that was sold to this contract.
    fn sold_lot(&mut self, contract: ContractId, lot: LotId) -> Result<String, Fault> {
        let found: Option<(ContractId, Origin, String)> = lots::table
            .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
            .filter(lots::id.eq(lot))
            .select((wallets::contract_id, lots::origin, lots::number))
            .first(self.database)
            .optional()?;
        match found {
            None => Err(Refusal::new(Code::NotFound).at("lot").into()),
            Some((owner, ..)) if owner != contract => Err(Refusal::new(Code::WalletForeign).at("lot").into()),
            Some((_, Origin::Paid, number)) => Ok(number),
            Some((.., number)) => Err(Refusal::new(Code::NotSold).with("number", number).at("lot").into()),
        }
    }
}
