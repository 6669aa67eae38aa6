//! Lines of the statement with which customers said that they agree.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::json as data;

use super::codec::{json, to_json};
use super::disputes::ChargedLine;
use super::error::{Fault, StoreError};
use super::schema::confirmations;
use super::{Reader, Unit};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, IssueId, PostingId};
use crate::domain::time::Timestamp;
use crate::views::claims::Confirmation;

#[derive(Queryable, Selectable)]
#[diesel(table_name = confirmations)]
pub(in crate::store) struct Row {
    posting_id: PostingId,
    contract_id: ContractId,
    issue_id: IssueId,
    units: i64,
    confirmed_by: String,
    confirmed_at: Timestamp,
}

impl Row {
    pub fn view(self) -> Result<Confirmation, StoreError> {
        Ok(Confirmation {
            posting_id: self.posting_id,
            contract_id: self.contract_id,
            issue_id: self.issue_id,
            units: self.units,
            confirmed_by: json(&self.confirmed_by)?,
            confirmed_at: self.confirmed_at,
        })
    }
}

impl Reader<'_> {
    /// None: nobody has said yet that he agrees with the line.
    pub fn confirmation_of(&mut self, line: &ChargedLine) -> Result<Option<Confirmation>, Fault> {
        let row: Option<Row> = confirmations::table
            .filter(confirmations::posting_id.eq_any(&line.postings))
            .select(Row::as_select())
            .first(self.database)
            .optional()?;
        Ok(row.map(Row::view).transpose()?)
    }

    /// The confirmed lines of a contract, by their first postings.
    pub(super) fn line_confirmations(
        &mut self,
        contract: ContractId,
    ) -> Result<BTreeMap<PostingId, Confirmation>, Fault> {
        let rows: Vec<Row> = confirmations::table
            .filter(confirmations::contract_id.eq(contract))
            .select(Row::as_select())
            .load(self.database)?;
        let views = rows.into_iter().map(|row| row.view().map(|said| (said.posting_id, said)));
        Ok(views.collect::<Result<_, StoreError>>()?)
    }
}

impl Unit<'_> {
    /// Keeps it and tells of it. The wallet is locked, and nobody has said it before.
    pub fn confirm_line(&mut self, said: &Confirmation, line: &ChargedLine) -> Result<(), Fault> {
        diesel::insert_into(confirmations::table)
            .values((
                confirmations::posting_id.eq(said.posting_id),
                confirmations::contract_id.eq(said.contract_id),
                confirmations::issue_id.eq(said.issue_id),
                confirmations::units.eq(said.units),
                confirmations::confirmed_by.eq(to_json(&said.confirmed_by)),
                confirmations::confirmed_at.eq(said.confirmed_at),
            ))
            .execute(self.database)?;
        let about = About { contract_id: Some(said.contract_id), issue_id: Some(said.issue_id), ..About::default() };
        let told = data!({ "confirmation": said, "issue_number": line.issue_number, "unit": line.unit });
        self.record(&[Stream::Contract(said.contract_id)], EventKind::UseConfirmed, about, told);
        Ok(())
    }
}
