//! Cutting a slip of points or minutes: a part of it gets a number and a state of its own.

use diesel::dsl::max;
use diesel::prelude::*;

use super::rows::{TicketRow, insert_tickets};
use crate::domain::ids::{IssueId, LotId, TicketId, WalletId};
use crate::domain::wallet::account::TicketState;
use crate::domain::wallet::number::ticket_number;
use crate::store::error::Fault;
use crate::store::kept::Kept;
use crate::store::schema::{lots, tickets};
use crate::store::unit::Unit;

/// A slip and where it belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slip {
    pub ticket: TicketId,
    pub lot: LotId,
    pub wallet: WalletId,
}

/// Cuts `units` off the slip, which keeps the rest as it stands. Returns the new slip.
pub(super) fn cut(
    unit: &mut Unit<'_>,
    slip: Slip,
    units: i64,
    state: TicketState,
    issue: Option<IssueId>,
) -> Result<TicketId, Fault> {
    diesel::update(tickets::table.find(slip.ticket))
        .set(tickets::units.eq(tickets::units - units))
        .execute(unit.database)?;
    let (number, expires_on): (String, String) =
        lots::table.find(slip.lot).select((lots::number, lots::expires_on)).first(unit.database)?;
    let last: Option<i32> =
        tickets::table.filter(tickets::lot_id.eq(slip.lot)).select(max(tickets::serial)).first(unit.database)?;
    let (id, serial) = (unit.id(), last.unwrap_or_default() + 1);
    let row = TicketRow {
        id,
        lot_id: slip.lot,
        wallet_id: slip.wallet,
        serial,
        number: ticket_number(&number, serial),
        units,
        expires_on,
        state,
        issue_id: issue,
    };
    insert_tickets(unit.database, &[row])?;
    Ok(id)
}

/// Puts a whole ticket into a state, bound to an issue or to none.
pub(super) fn set_state(id: TicketId, state: TicketState, issue: Option<IssueId>) -> Kept {
    let sql = "UPDATE tickets SET state = ?, issue_id = ? WHERE id = ?";
    Kept::new(sql).text(state.as_str()).maybe_id(issue).id(id)
}
