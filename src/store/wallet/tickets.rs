//! The tickets of one lot, page by page: a lot may have thousands.

use diesel::prelude::*;

use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::TicketState;
use crate::limits;
use crate::store::Reader;
use crate::store::codec::last_day;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{issues, lots, tickets, wallets};
use crate::views::wallet::{TicketPage, TicketView};

type Row = (i32, String, i64, TicketState, String, Option<IssueId>, Option<String>);

impl Reader<'_> {
    /// Tickets of a lot of the contract's wallet in the order of their serials, those after the serial `after`.
    pub fn lot_tickets(
        &mut self,
        contract: ContractId,
        lot: LotId,
        after: Option<i32>,
        limit: Option<i64>,
    ) -> Result<TicketPage, Fault> {
        let owner: Option<ContractId> = lots::table
            .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
            .filter(lots::id.eq(lot))
            .select(wallets::contract_id)
            .first(self.database)
            .optional()?;
        if owner != Some(contract) {
            return Err(Refusal::new(Code::NotFound).at("lot").into());
        }
        let limit = limit.unwrap_or(limits::TICKET_PAGE).clamp(1, limits::TICKET_PAGE_MAX);
        let mut rows: Vec<Row> = tickets::table
            .left_join(issues::table.on(tickets::issue_id.eq(issues::id.nullable())))
            .filter(tickets::lot_id.eq(lot).and(tickets::serial.gt(after.unwrap_or_default())))
            .order(tickets::serial)
            .limit(limit + 1)
            .select((
                tickets::serial,
                tickets::number,
                tickets::units,
                tickets::state,
                tickets::expires_on,
                tickets::issue_id,
                issues::number.nullable(),
            ))
            .load(self.database)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next = rows.last().map(|row| row.0).filter(|_| more);
        let view = |(_, number, units, state, expires_on, issue_id, issue_number): Row| {
            let expires_on = last_day(&expires_on)?;
            Ok(TicketView { number, units, state, lot_id: lot, expires_on, issue_id, issue_number })
        };
        let tickets = rows.into_iter().map(view).collect::<Result<_, StoreError>>()?;
        Ok(TicketPage { tickets, next })
    }
}
