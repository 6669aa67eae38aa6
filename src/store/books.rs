//! What the books need of the whole company, read out of the ledger.

use diesel::prelude::*;

use super::Reader;
use super::codec::day;
use super::error::Fault;
use super::schema::*;
use crate::books::lot::{Change, LotFacts, Turn};
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

impl Reader<'_> {
    /// Shows the books of all wallets to `take`, some wallets at a time, with the part of every price that the company
    /// expects never to be used. All of them are of one snapshot.
    pub fn each_books(&mut self, breakage_permille: i64, mut take: impl FnMut(WalletBooks)) -> Result<(), Fault> {
        let ids: Vec<WalletId> = wallets::table.order(wallets::id).select(wallets::id).load(self.database)?;
        for part in ids.chunks(limits::VERIFY_WALLETS) {
            take(self.books_of(part, breakage_permille)?);
        }
        Ok(())
    }

    fn books_of(&mut self, ids: &[WalletId], breakage_permille: i64) -> Result<WalletBooks, Fault> {
        type LotRow = (LotId, i64, i64, String, LawClass, Option<LotId>);
        let rows: Vec<LotRow> = lots::table
            .filter(lots::wallet_id.eq_any(ids))
            .order(lots::id)
            .select((lots::id, lots::price_yen, lots::units, lots::issued_on, lots::law_class, lots::from_lot))
            .load(self.database)?;
        let mut books = WalletBooks::default();
        for (lot, price_yen, units, issued_on, law_class, from_lot) in rows {
            let sold_on = day(&issued_on)?;
            let received = from_lot.is_some();
            books.lots.push(LotFacts { lot, price_yen, units, sold_on, law_class, breakage_permille, received });
        }
        let zone = self.zone();
        // What came in with an import happened on the day that the import knew.
        type PostingRow = (Option<LotId>, Timestamp, Movement, Account, Account, i64, Option<String>);
        let rows: Vec<PostingRow> = postings::table
            .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
            .filter(postings::wallet_id.eq_any(ids).and(postings::lot_id.is_not_null()))
            .filter(postings::movement.ne_all([Movement::Hold, Movement::Release]))
            .order((postings::wallet_id, postings::seq))
            .select((
                postings::lot_id,
                postings::at,
                postings::movement,
                postings::from_account,
                postings::to_account,
                postings::units,
                past_moves::day.nullable(),
            ))
            .load(self.database)?;
        for (lot, at, movement, from, to, units, past) in rows {
            if let (Some(lot), Some(change)) = (lot, change(movement, from, to, units)) {
                let on = past.map(|text| day(&text)).transpose()?.unwrap_or_else(|| at.day(zone));
                books.turns.push(Turn { lot, day: on, change });
            }
        }
        Ok(books)
    }
}

/// What a posting means for the books. A purchase that settles an overdraft pays for units that were used before.
fn change(movement: Movement, from: Account, to: Account, units: i64) -> Option<Change> {
    use Account as A;
    match (movement, from, to) {
        (Movement::Transfer, A::Available, _) => Some(Change::Moved(units)),
        (_, A::Available, A::Overdraft) | (_, _, A::Consumed) => Some(Change::Used(units)),
        (_, A::Consumed, _) => Some(Change::Used(-units)),
        (_, _, A::Expired | A::Voided) => Some(Change::Lost(units)),
        (Movement::Adjust, A::Available, A::Source) => Some(Change::Lost(units)),
        _ => None,
    }
}
