//! What was adjusted and what lapsed: facts that the rules of free units ask for.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::adjust::TermsRow;
use crate::domain::ids::{LotId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::terms::{LawClass, LotTerms};
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{adjustments, lots, postings};

/// A six-month lot of which unused units are gone.
#[derive(Debug, Clone)]
pub struct Lapsed {
    pub terms: LotTerms,
    /// The first day without them.
    pub since: NaiveDate,
}

impl Reader<'_> {
    /// The six-month lots of a wallet, issued after a day, of which unused units expired, were taken back, or are about to
    /// expire on a day up to `soon`.
    pub fn lapsed_six_months(
        &mut self,
        wallet: WalletId,
        since: NaiveDate,
        soon: NaiveDate,
    ) -> Result<Vec<LotTerms>, Fault> {
        let rows: Vec<(LotId, i64, String, TermsRow)> = lots::table
            .filter(lots::wallet_id.eq(wallet).and(lots::law_class.eq(LawClass::SixMonthExempt)))
            .filter(lots::issued_on.gt(since.to_string()))
            .order(lots::number)
            .select((lots::id, lots::available, lots::usable_until, TermsRow::as_select()))
            .load(self.database)?;
        let ids: Vec<LotId> = rows.iter().map(|row| row.0).collect();
        let gone: Vec<Option<LotId>> = postings::table
            .filter(postings::lot_id.eq_any(ids))
            .filter(postings::movement.eq_any([Movement::Expire, Movement::Adjust, Movement::Void]))
            .filter(postings::to_account.ne(Account::Available))
            .select(postings::lot_id)
            .distinct()
            .load(self.database)?;
        let soon = soon.to_string();
        let mine = rows
            .into_iter()
            .filter(|(lot, available, until, _)| gone.contains(&Some(*lot)) || (*available > 0 && *until <= soon));
        Ok(mine.map(|(_, _, _, row)| row.terms()).collect::<Result<_, _>>()?)
    }

    /// The same of several wallets at once, with the day from which their units were missing.
    pub fn lapsed_of(
        &mut self,
        wallets: &[WalletId],
        since: NaiveDate,
    ) -> Result<BTreeMap<WalletId, Vec<Lapsed>>, Fault> {
        let mut found: BTreeMap<WalletId, Vec<Lapsed>> = BTreeMap::new();
        for part in wallets.chunks(limits::IDS_PER_QUERY) {
            let rows: Vec<(WalletId, LotId, TermsRow)> = lots::table
                .filter(lots::wallet_id.eq_any(part).and(lots::law_class.eq(LawClass::SixMonthExempt)))
                .filter(lots::issued_on.gt(since.to_string()))
                .order(lots::number)
                .select((lots::wallet_id, lots::id, TermsRow::as_select()))
                .load(self.database)?;
            for (wallet, lot, row) in rows {
                let terms = row.terms()?;
                let gone = self.gone_since(lot, &terms)?;
                found.entry(wallet).or_default().extend(gone.map(|since| Lapsed { terms, since }));
            }
        }
        Ok(found)
    }

    /// The first day on which units of a lot had expired or were taken back; none when all of them stand or were used.
    fn gone_since(&mut self, lot: LotId, terms: &LotTerms) -> Result<Option<NaiveDate>, Fault> {
        let gone: Vec<(Movement, Timestamp)> = postings::table
            .filter(postings::lot_id.eq(lot).and(postings::to_account.ne(Account::Available)))
            .filter(postings::movement.eq_any([Movement::Expire, Movement::Adjust, Movement::Void]))
            .select((postings::movement, postings::at))
            .distinct()
            .load(self.database)?;
        let zone = self.zone();
        let day = |(movement, at): (Movement, Timestamp)| match movement {
            // However late it was posted.
            Movement::Expire => terms.usable_until().and_then(|last| last.succ_opt()).unwrap_or(NaiveDate::MAX),
            _ => at.day(zone),
        };
        Ok(gone.into_iter().map(day).min())
    }

    /// Units that were added to and taken from a wallet since an instant without a second person.
    pub fn adjusted_alone(&mut self, wallet: WalletId, since: Timestamp) -> Result<i64, Fault> {
        let posted: Vec<i64> = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::at.ge(since)))
            .filter(postings::movement.eq(Movement::Adjust))
            .select(postings::units)
            .load(self.database)?;
        let by_two: Vec<i64> = adjustments::table
            .filter(adjustments::wallet_id.eq(wallet).and(adjustments::state.eq("posted")))
            .filter(adjustments::decided_at.ge(since))
            .select(adjustments::units)
            .load(self.database)?;
        Ok(posted.into_iter().sum::<i64>() - by_two.into_iter().map(i64::abs).sum::<i64>())
    }
}
