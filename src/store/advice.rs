//! What advice about a contract's purchases rests on: the present price, what was bought and what a year used up.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Reader;
use super::codec::{day, last_day};
use super::error::Fault;
use super::schema::{lots, past_moves, postings};
use crate::domain::ids::WalletId;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Origin};

/// The lot that was bought last: what the contract pays at present. An invoice of overdrawn units is no purchase, and its
/// price per unit is that of having none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastPurchase {
    pub number: String,
    pub units: i64,
    pub price_yen: i64,
    pub issued_on: NaiveDate,
    /// None: without end.
    pub expires_on: Option<NaiveDate>,
}

/// Units that left a wallet for good in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Uses less what was given back.
    pub used: i64,
    pub expired: i64,
}

impl Reader<'_> {
    pub fn last_purchase(&mut self, wallet: WalletId) -> Result<Option<LastPurchase>, Fault> {
        let billed = self.billed_lots(wallet)?;
        let row: Option<(String, i64, i64, String, String)> = lots::table
            .filter(lots::wallet_id.eq(wallet).and(lots::origin.eq(Origin::Paid)))
            .filter(lots::from_lot.is_null().and(lots::voided.lt(lots::units)).and(lots::id.ne_all(billed)))
            .order((lots::issued_on.desc(), lots::id.desc()))
            .select((lots::number, lots::units, lots::price_yen, lots::issued_on, lots::expires_on))
            .first(self.database)
            .optional()?;
        let Some((number, units, price_yen, issued_on, expires_on)) = row else { return Ok(None) };
        let (issued_on, expires_on) = (day(&issued_on)?, last_day(&expires_on)?);
        Ok(Some(LastPurchase { number, units, price_yen, issued_on, expires_on }))
    }

    /// What was used and what expired from an instant on.
    pub fn spent_since(&mut self, wallet: WalletId, since: Timestamp) -> Result<Spent, Fault> {
        let final_accounts = [Account::Consumed, Account::Expired];
        let first = since.day(self.zone()).to_string();
        let rows: Vec<(Account, Account, i64)> = postings::table
            .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
            .filter(postings::wallet_id.eq(wallet).and(postings::at.ge(since)))
            // What came in with an import happened on the day that the import knew.
            .filter(past_moves::day.nullable().is_null().or(past_moves::day.nullable().ge(first)))
            .filter(postings::from_account.eq_any(final_accounts).or(postings::to_account.eq_any(final_accounts)))
            .select((postings::from_account, postings::to_account, postings::units))
            .load(self.database)?;
        let mut spent = Spent::default();
        for (from, to, units) in rows {
            let sum = |account| {
                if to == account {
                    units
                } else if from == account {
                    -units
                } else {
                    0
                }
            };
            spent.used += sum(Account::Consumed);
            spent.expired += sum(Account::Expired);
        }
        Ok(spent)
    }
}
