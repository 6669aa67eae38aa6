//! The books against the ledger: lots as the bookkeeper counts them, what was paid back, and no yen lost on the way from
//! wallet to wallet.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;

use super::Findings;
use crate::books::lot::units_on;
use crate::books::months::Months;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::refund::{RefundGround, seal_refund};
use crate::domain::wallet::terms::LawClass;
use crate::store::books::{self, Asked};
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{lots, postings, refunds};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let paid_back = refunds_fit(database, findings)?;
    // Two wallets post a transfer at one instant: in any zone it is one day, and so one month.
    let asked = Asked { classes: LawClass::ALL, breakage_permille: 0, zone: Tz::UTC, today: None };
    let mut counted: BTreeMap<LotId, (i64, i64, i64, i64)> = BTreeMap::new();
    let mut months = Months::default();
    books::each(database, &asked, |books| {
        let units = units_on(&books.turns, NaiveDate::MAX);
        for facts in &books.lots {
            let units = units.get(&facts.lot).copied().unwrap_or_default();
            counted.insert(facts.lot, (units.open(facts), units.used, units.lost, units.left));
        }
        months.add(&books.lots, &books.turns);
    })?;
    for (lot, number, open, used, lost, left) in kept(database)? {
        let (seen, kept) = (counted.get(&lot).copied(), Some((open, used, lost, left)));
        findings.equal("books.lot", number, "open, used, lost and left", seen, kept);
    }
    let all = months.totals();
    for line in months.known() {
        findings.equal("books.yen", line.month, "what was given from wallet to wallet", line.given, line.received);
    }
    findings.equal("books.yen", "company", "what was paid back", all.refunded, paid_back);
    if all.closing < 0 {
        findings.add("books.yen", "company", format!("the liability is {}", all.closing));
    }
    Ok(())
}

/// What the lots' rows keep: units that are open, used, lost, and those that left.
type Kept = (LotId, String, i64, i64, i64, i64);

fn kept(database: &mut Database) -> Result<Vec<Kept>, Fault> {
    Ok(lots::table
        .order(lots::number)
        .select((lots::id, lots::number, lots::available + lots::held, lots::consumed, lots::expired, lots::voided))
        .load(database)?)
}

#[derive(Queryable)]
struct Refund {
    id: RefundId,
    wallet: WalletId,
    lot: LotId,
    posting: PostingId,
    units: i64,
    yen: i64,
    ground: RefundGround,
    at: Timestamp,
}

/// The postings of one refund.
#[derive(Debug, PartialEq, Eq)]
struct Posted {
    wallet: WalletId,
    lot: Option<LotId>,
    units: i64,
    terms: Vec<Option<Vec<u8>>>,
    at: Timestamp,
}

/// Each refund is the one that was sealed, and every posting of a refund has one. Returns the yen paid back in all.
fn refunds_fit(database: &mut Database, findings: &mut Findings) -> Result<i64, Fault> {
    let mut posted = posted(database)?;
    let rows: Vec<Refund> = refunds::table.order(refunds::id).load(database)?;
    for row in &rows {
        let seal = seal_refund(row.id, row.lot, row.units, row.yen, row.ground).to_vec();
        let Some(seen) = posted.remove(&row.posting) else {
            findings.add("refund.ledger", row.id, "the ledger knows nothing of the refund");
            continue;
        };
        let terms = vec![Some(seal); seen.terms.len()];
        let told = Posted { wallet: row.wallet, lot: Some(row.lot), units: row.units, terms, at: row.at };
        findings.equal("refund.ledger", row.id, "what was posted", seen, told);
    }
    for posting in posted.keys() {
        findings.add("refund.ledger", posting, "units were refunded, and nothing says what for");
    }
    Ok(rows.iter().map(|row| row.yen).sum())
}

/// By the first posting of each.
fn posted(database: &mut Database) -> Result<BTreeMap<PostingId, Posted>, Fault> {
    type Row = (PostingId, EventId, WalletId, Option<LotId>, i64, Option<Vec<u8>>, Timestamp);
    let rows: Vec<Row> = postings::table
        .filter(postings::movement.eq(Movement::Refund))
        .order((postings::wallet_id, postings::seq))
        .select((
            postings::id,
            postings::event_id,
            postings::wallet_id,
            postings::lot_id,
            postings::units,
            postings::terms,
            postings::at,
        ))
        .load(database)?;
    let (mut posted, mut first) = (BTreeMap::<PostingId, Posted>::new(), BTreeMap::new());
    for (id, event, wallet, lot, units, terms, at) in rows {
        let first = *first.entry(event).or_insert(id);
        let seen = posted.entry(first).or_insert(Posted { wallet, lot, units: 0, terms: Vec::new(), at });
        seen.units += units;
        seen.terms.push(terms);
    }
    Ok(posted)
}
