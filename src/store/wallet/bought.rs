//! What a wallet has bought, for the limit of its contract's year.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::ids::{LotId, WalletId};
use crate::domain::wallet::account::{Movement, Origin};
use crate::domain::wallet::terms::LawClass;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{lots, postings};

impl Reader<'_> {
    /// Units of lots issued after a day that the wallet bought, or took over from other wallets. Void and refunded units
    /// were not bought in the end; what was moved away, adjusted, used or expired was. What was used before it was bought
    /// and then invoiced is no purchase: it takes nothing of what the year allows.
    pub fn units_bought_since(&mut self, wallet: WalletId, since: NaiveDate) -> Result<i64, Fault> {
        let rows: Vec<(LotId, i64, Option<LotId>)> = lots::table
            .filter(lots::wallet_id.eq(wallet).and(lots::origin.eq(Origin::Paid)))
            .filter(lots::issued_on.gt(since.to_string()))
            .select((lots::id, lots::units, lots::from_lot))
            .load(self.database)?;
        let mut other = self.billed_lots(wallet)?;
        other.extend(self.come_home(wallet, rows.iter().filter_map(|row| Some((row.0, row.2?))).collect())?);
        let counted: Vec<LotId> = rows.iter().map(|row| row.0).filter(|lot| !other.contains(lot)).collect();
        let bought: i64 = rows.iter().filter(|row| counted.contains(&row.0)).map(|row| row.1).sum();
        let undone: Vec<i64> = postings::table
            .filter(postings::lot_id.eq_any(counted))
            .filter(postings::movement.eq_any([Movement::Void, Movement::Refund]))
            .select(postings::units)
            .load(self.database)?;
        Ok(bought - undone.into_iter().sum::<i64>())
    }

    /// The class under which the wallet last bought, or was last invoiced; none when it never did.
    pub fn last_law_class(&mut self, wallet: WalletId) -> Result<Option<LawClass>, Fault> {
        let found = lots::table
            .filter(lots::wallet_id.eq(wallet).and(lots::origin.eq(Origin::Paid)))
            .order((lots::issued_on.desc(), lots::number.desc()))
            .select(lots::law_class)
            .first(self.database)
            .optional()?;
        Ok(found)
    }

    /// Of lots that were taken over, those of units that the wallet once gave away itself: it bought them once.
    fn come_home(&mut self, wallet: WalletId, mut taken: BTreeMap<LotId, LotId>) -> Result<Vec<LotId>, Fault> {
        let mut home = Vec::new();
        while !taken.is_empty() {
            let parents: Vec<LotId> = taken.values().copied().collect();
            let rows: Vec<(LotId, WalletId, Option<LotId>)> = lots::table
                .filter(lots::id.eq_any(parents))
                .select((lots::id, lots::wallet_id, lots::from_lot))
                .load(self.database)?;
            let mut further = BTreeMap::new();
            for (lot, parent) in taken {
                let Some((_, owner, before)) = rows.iter().find(|row| row.0 == parent) else { continue };
                if *owner == wallet {
                    home.push(lot);
                } else {
                    further.extend(before.map(|before| (lot, before)));
                }
            }
            taken = further;
        }
        Ok(home)
    }
}
