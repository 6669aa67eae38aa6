//! What the books need of the whole company, read out of the ledger some wallets at a time.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;

use super::Reader;
use super::codec::{day, last_day};
use super::connection::Database;
use super::error::{Fault, StoreError};
use super::schema::*;
use crate::books::ledger::{Line, book, is_read, lapsed};
use crate::books::lot::{LotFacts, Turn};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::terms::LawClass;
use crate::limits;

/// The lots of some wallets, and what happened to their units.
#[derive(Debug, Clone, Default)]
pub struct WalletBooks {
    pub lots: Vec<LotFacts>,
    pub turns: Vec<Turn>,
}

impl WalletBooks {
    fn extend(&mut self, other: Self) {
        self.lots.extend(other.lots);
        self.turns.extend(other.turns);
    }
}

/// Which books are read.
pub(super) struct Asked<'a> {
    pub classes: &'a [LawClass],
    /// The part of every price that the company expects never to be used.
    pub breakage_permille: i64,
    /// Where the days are.
    pub zone: Tz,
    /// Units whose last day is over on this day are lost, posted or not. None: what is posted, and nothing else.
    pub today: Option<NaiveDate>,
}

impl Reader<'_> {
    /// Shows the books of all wallets to `take`, some wallets at a time, with the part of every price that the company
    /// expects never to be used. All of them are of one snapshot.
    pub fn each_books(&mut self, breakage_permille: i64, take: impl FnMut(WalletBooks)) -> Result<(), Fault> {
        let (zone, today) = (self.zone(), Some(self.today()));
        let asked = Asked { classes: LawClass::ALL, breakage_permille, zone, today };
        each(self.database, &asked, take)
    }

    /// The books of the lots of one class, all at once.
    pub fn books_of(&mut self, class: LawClass) -> Result<WalletBooks, Fault> {
        let (zone, today, mut books) = (self.zone(), Some(self.today()), WalletBooks::default());
        let asked = Asked { classes: &[class], breakage_permille: 0, zone, today };
        each(self.database, &asked, |part| books.extend(part))?;
        Ok(books)
    }

    /// The books of a company that a test has made.
    #[cfg(test)]
    pub fn books(&mut self, breakage_permille: i64) -> Result<WalletBooks, Fault> {
        let mut books = WalletBooks::default();
        self.each_books(breakage_permille, |part| books.extend(part))?;
        Ok(books)
    }
}

/// Shows the books of all wallets that have such lots to `take`, some wallets at a time.
pub(super) fn each(database: &mut Database, asked: &Asked<'_>, mut take: impl FnMut(WalletBooks)) -> Result<(), Fault> {
    let ids: Vec<WalletId> = lots::table
        .filter(lots::law_class.eq_any(asked.classes))
        .select(lots::wallet_id)
        .distinct()
        .order(lots::wallet_id)
        .load(database)?;
    for part in ids.chunks(limits::VERIFY_WALLETS) {
        take(read(database, part, asked)?);
    }
    Ok(())
}

fn read(database: &mut Database, wallets: &[WalletId], asked: &Asked<'_>) -> Result<WalletBooks, Fault> {
    type LotRow = ((LotId, i64, i64, i64), (String, String), LawClass, Option<LotId>);
    let rows: Vec<LotRow> = lots::table
        .filter(lots::wallet_id.eq_any(wallets).and(lots::law_class.eq_any(asked.classes)))
        .order(lots::id)
        .select((
            (lots::id, lots::price_yen, lots::units, lots::available),
            (lots::issued_on, lots::usable_until),
            lots::law_class,
            lots::from_lot,
        ))
        .load(database)?;
    let (breakage_permille, mut lots, mut unposted) =
        (asked.breakage_permille, Vec::with_capacity(rows.len()), Vec::new());
    for ((lot, price_yen, units, available), (issued_on, until), law_class, from_lot) in rows {
        let (entered_on, last_day, received) = (day(&issued_on)?, last_day(&until)?, from_lot.is_some());
        let facts = LotFacts { lot, price_yen, units, entered_on, last_day, law_class, breakage_permille, received };
        unposted.extend(asked.today.and_then(|today| lapsed(&facts, available, today)));
        lots.push(facts);
    }
    let asked_for: BTreeSet<LotId> = lots.iter().map(|facts| facts.lot).collect();
    // What came in with an import happened on the day that the import knew.
    let rows: Vec<(PostingRow, Option<String>)> = postings::table
        .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
        .filter(postings::wallet_id.eq_any(wallets))
        .filter(postings::movement.ne_all(Movement::ALL.iter().filter(|movement| !is_read(**movement))))
        .order((postings::wallet_id, postings::seq))
        .select((PostingRow::as_select(), past_moves::day.nullable()))
        .load(database)?;
    let rows = rows.into_iter().filter(|(row, _)| row.lot_id.is_none_or(|lot| asked_for.contains(&lot)));
    let lines = rows.map(|(row, past)| row.line(asked.zone, past)).collect::<Result<Vec<Line>, StoreError>>()?;
    let mut turns = book(&mut lots, &lines);
    turns.extend(unposted);
    Ok(WalletBooks { lots, turns })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = postings)]
struct PostingRow {
    lot_id: Option<LotId>,
    issue_id: Option<IssueId>,
    movement: Movement,
    from_account: Account,
    to_account: Account,
    units: i64,
    at: Timestamp,
}

impl PostingRow {
    /// `past` is the day that an import knew.
    fn line(self, zone: Tz, past: Option<String>) -> Result<Line, StoreError> {
        let day = past.map_or_else(|| Ok(self.at.day(zone)), |past| day(&past))?;
        Ok(Line {
            lot: self.lot_id,
            issue: self.issue_id,
            movement: self.movement,
            from: self.from_account,
            to: self.to_account,
            units: self.units,
            day,
        })
    }
}

#[cfg(test)]
mod tests;
