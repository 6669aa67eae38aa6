//! Lots as they can come in again: with what was used of them, on which days, and their invoices.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::ledger::last_day;
use super::{Page, cells};
use crate::company::PastUse;
use crate::company::table::uses_text;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Origin};
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::LawClass;
use crate::limits;
use crate::store::Reader;
use crate::store::codec::day;
use crate::store::error::Fault;
use crate::store::schema::*;

type Row = (
    (LotId, String, String, Origin, i64, i64),
    (String, String, Scope, LawClass, String, Option<LotId>),
    (i64, i64, i64, i64, i64),
    (Option<String>, Option<String>, Option<String>),
);

pub(super) fn lots(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<Row> = lots::table
        .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .left_join(invoices::table.on(invoices::lot_id.eq(lots::id)))
        .filter(lots::number.gt(after))
        .order(lots::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            (lots::id, lots::number, contracts::number, lots::origin, lots::units, lots::price_yen),
            (lots::issued_on, lots::expires_on, lots::scope, lots::law_class, lots::usable_until, lots::from_lot),
            (lots::available, lots::held, lots::consumed, lots::expired, lots::voided),
            (invoices::invoice_number.nullable(), invoices::issuer_number.nullable(), invoices::invoiced_on.nullable()),
        ))
        .load(reader.database)?;
    let ids: Vec<LotId> = rows.iter().map(|row| row.0.0).collect();
    let mut uses = reader.uses_of(&ids)?;
    let today = reader.today().to_string();
    Ok(Page::of(
        rows,
        |row| row.0.1.clone(),
        |((id, number, contract, origin, units, price), terms, counts, invoice)| {
            let (issued_on, expires_on, scope, law, until, from_lot) = terms;
            let (available, held, consumed, expired, voided) = counts;
            // A lot that is over loses what is left by its day; what a living one lost is void where it comes in.
            let void = if expires_on < today { voided } else { voided + expired };
            let uses = uses_text(&uses.remove(&id).unwrap_or_default());
            let (expires_on, (invoice_number, issuer, invoiced_on)) = (last_day(expires_on), invoice);
            cells![
                number,
                contract,
                origin,
                units,
                price,
                issued_on,
                expires_on,
                consumed,
                scope,
                law,
                uses,
                void,
                invoice_number,
                issuer,
                invoiced_on,
                available,
                held,
                consumed,
                expired,
                last_day(until),
                from_lot,
            ]
        },
    ))
}

/// A posting on or off the used units of a lot.
type Used = (
    (PostingId, Option<PostingId>, Option<LotId>, Option<TicketId>),
    (Account, i64, Timestamp),
    (Option<String>, Option<String>),
);

impl Reader<'_> {
    /// When the units were used that are used now, oldest first; what an import brought without a day is not there.
    fn uses_of(&mut self, ids: &[LotId]) -> Result<BTreeMap<LotId, Vec<PastUse>>, Fault> {
        let mut found: BTreeMap<LotId, Vec<PastUse>> = BTreeMap::new();
        for part in ids.chunks(limits::STATEMENT_IDS) {
            let rows: Vec<Used> = postings::table
                .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
                .left_join(past_repairs::table.on(past_repairs::id.nullable().eq(past_moves::repair_id.nullable())))
                .left_join(assets::table.on(assets::id.nullable().eq(past_repairs::asset_id.nullable())))
                .filter(postings::lot_id.eq_any(part))
                .filter(postings::to_account.eq(Account::Consumed).or(postings::from_account.eq(Account::Consumed)))
                .filter(postings::issue_id.is_not_null().or(past_moves::day.nullable().is_not_null()))
                .order((postings::wallet_id, postings::seq))
                .select((
                    (postings::id, postings::refers_to, postings::lot_id, postings::ticket_id),
                    (postings::to_account, postings::units, postings::at),
                    (past_moves::day.nullable(), assets::serial.nullable()),
                ))
                .load(self.database)?;
            self.add_uses(rows, &mut found)?;
        }
        Ok(found)
    }

    /// What was given back was no use: it takes the last use of its ticket away.
    fn add_uses(&self, rows: Vec<Used>, found: &mut BTreeMap<LotId, Vec<PastUse>>) -> Result<(), Fault> {
        let mut open: BTreeMap<(LotId, Option<TicketId>), Vec<PastUse>> = BTreeMap::new();
        for ((_, _, lot, ticket), (to, units, at), (past, repair)) in rows {
            let Some(lot) = lot else { continue };
            let uses = open.entry((lot, ticket)).or_default();
            if to != Account::Consumed {
                if let Some(last) = uses.pop()
                    && let Ok(units @ 1..) = u32::try_from(i64::from(last.units) - units)
                {
                    uses.push(PastUse { units, ..last });
                }
                continue;
            }
            let on = past.map(|text| day(&text)).transpose()?.unwrap_or_else(|| at.day(self.zone()));
            uses.push(PastUse { on, units: u32::try_from(units).unwrap_or(u32::MAX), repair });
        }
        for ((lot, _), uses) in open {
            found.entry(lot).or_default().extend(uses);
        }
        found.values_mut().for_each(|uses| uses.sort_by(|a, b| (a.on, &a.repair).cmp(&(b.on, &b.repair))));
        Ok(())
    }
}
