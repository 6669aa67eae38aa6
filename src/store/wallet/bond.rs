//! What binds an issue to a wallet: its hold, the tickets bound to it, and the policy that governs both to the end.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::ledger::Ledger;
use crate::domain::ids::{HoldId, IssueId, LotId, PostingId, TicketId, WalletId};
use crate::domain::wallet::account::{HoldState, Movement, TicketState};
use crate::domain::wallet::policy::{CapturePoint, Policy};
use crate::domain::wallet::settle::{Bound, BoundTicket};
use crate::domain::wallet::terms::{LateUse, LawClass};
use crate::store::codec::day;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{holds, issues, lots, postings, tickets};
use crate::store::unit::Unit;

/// The hold of one issue as it stands.
pub(super) struct Bond {
    pub hold: HoldId,
    pub state: HoldState,
    /// The units now bound: held ones while the hold is live, used ones after its capture.
    pub bound: Bound,
    /// The units that were read out at acceptance.
    pub agreed: i64,
    pub policy: Policy,
    pub issue: IssueId,
    pub issue_number: Option<String>,
    /// The last posting of the units that nobody had bought.
    pub overdraft_posting: Option<PostingId>,
}

impl Bond {
    pub fn wallet_of(unit: &mut Unit<'_>, issue: IssueId) -> Result<Option<WalletId>, Fault> {
        let found = holds::table.filter(holds::issue_id.eq(issue)).select(holds::wallet_id);
        Ok(found.first(unit.database).optional()?)
    }

    /// Reads the hold of an issue; the ledger of its wallet is locked.
    pub fn read(unit: &mut Unit<'_>, ledger: &Ledger, issue: IssueId) -> Result<Self, Fault> {
        let (hold, state, agreed, overdraft_units, version): (HoldId, HoldState, i64, i64, i64) = holds::table
            .filter(holds::issue_id.eq(issue))
            .select((holds::id, holds::state, holds::units, holds::overdraft_units, holds::policy_version))
            .first(unit.database)?;
        let policy = unit.look().policy_version(ledger.contract, version)?.policy;
        let issue_number = issues::table.find(issue).select(issues::number).first(unit.database).optional()?;
        let last = last_postings(unit, issue)?;
        let tickets = bound_tickets(unit, ledger, issue, policy.honours_holds, &last)?;
        let bound = Bound { tickets, overdraft_units };
        let overdraft_posting = last.get(&None).copied();
        Ok(Self { hold, state, bound, agreed, policy, issue, issue_number, overdraft_posting })
    }

    /// Whether its units were used, all of them, because the issue came to `point`: not by somebody's hand.
    pub fn is_whole_and_captured_at(&self, unit: &mut Unit<'_>, point: CapturePoint) -> Result<bool, Fault> {
        if self.state != HoldState::Captured || self.bound.units() != self.agreed {
            return Ok(false);
        }
        let last: Option<String> = postings::table
            .filter(postings::issue_id.eq(self.issue).and(postings::movement.eq(Movement::Capture)))
            .order_by(postings::seq.desc())
            .select(postings::reason)
            .first(unit.database)
            .optional()?;
        Ok(last.as_deref() == Some(point.as_str()))
    }

    /// Where the bound tickets stand.
    pub fn ticket_state(&self) -> TicketState {
        if self.state == HoldState::Live { TicketState::Held } else { TicketState::Consumed }
    }
}

/// The newest posting of an issue for each of its tickets; for overdrawn units under none.
fn last_postings(unit: &mut Unit<'_>, issue: IssueId) -> Result<BTreeMap<Option<TicketId>, PostingId>, Fault> {
    let rows: Vec<(Option<TicketId>, PostingId)> = postings::table
        .filter(postings::issue_id.eq(issue))
        .order_by(postings::seq)
        .select((postings::ticket_id, postings::id))
        .load(unit.database)?;
    Ok(rows.into_iter().collect())
}

/// The tickets of an issue in the order in which they were chosen.
fn bound_tickets(
    unit: &mut Unit<'_>,
    ledger: &Ledger,
    issue: IssueId,
    honours_holds: bool,
    last: &BTreeMap<Option<TicketId>, PostingId>,
) -> Result<Vec<BoundTicket>, Fault> {
    type Row = (TicketId, LotId, String, String, i64, String, LawClass);
    let rows: Vec<Row> = tickets::table
        .inner_join(lots::table.on(tickets::lot_id.eq(lots::id)))
        .filter(tickets::issue_id.eq(issue))
        .order_by((tickets::expires_on, lots::origin.desc(), lots::issued_on, lots::id, tickets::serial))
        .select((
            tickets::id,
            tickets::lot_id,
            tickets::number,
            lots::number,
            tickets::units,
            lots::usable_until,
            lots::law_class,
        ))
        .load(unit.database)?;
    let bound = |(id, lot, number, lot_number, units, usable_until, law_class): Row| {
        Ok(BoundTicket {
            id,
            lot,
            number: if ledger.unit.is_single() { number } else { lot_number },
            units,
            usable_until: day(&usable_until)?,
            late: LateUse::of(law_class, honours_holds),
            last_posting: last.get(&Some(id)).copied(),
        })
    };
    Ok(rows.into_iter().map(bound).collect::<Result<_, StoreError>>()?)
}
