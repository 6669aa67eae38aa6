//! What the books and the forecast need of the whole company, read out of the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;

use super::Reader;
use super::codec::{day, last_day};
use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use crate::books::ledger::{Line, is_read, turns};
use crate::books::lot::{LotFacts, Turn};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::terms::LawClass;
use crate::forecast::facts::{ContractFacts, OpenLot, Use};

/// Minutes at the desk for an issue that needed nobody on the road: the ledger does not know how long the call was.
const REMOTE_MINUTES: i64 = 15;

/// Every lot, and what happened to its units.
#[derive(Debug, Clone, Default)]
pub struct CompanyBooks {
    pub lots: Vec<LotFacts>,
    pub turns: Vec<Turn>,
}

impl Reader<'_> {
    /// The books of all wallets, with the part of every price that the company expects never to be used.
    pub fn books(&mut self, breakage_permille: i64) -> Result<CompanyBooks, Fault> {
        let zone = self.zone();
        read(self.database, zone, LawClass::ALL, breakage_permille)
    }

    /// The books of the lots of one class.
    pub fn books_of(&mut self, class: LawClass) -> Result<CompanyBooks, Fault> {
        let zone = self.zone();
        read(self.database, zone, &[class], 0)
    }

    /// What every contract has left and what it used, for the forecast.
    pub fn forecast_facts(&mut self) -> Result<Vec<ContractFacts>, Fault> {
        Ok(self.facts_of(None)?.into_values().collect())
    }

    /// The same of one contract; none when it never had a lot.
    pub fn forecast_facts_of(&mut self, contract: ContractId) -> Result<Option<ContractFacts>, Fault> {
        let (wallet, ..) = self.wallet_head(contract)?;
        Ok(self.facts_of(Some(wallet))?.remove(&wallet))
    }

    fn facts_of(&mut self, only: Option<WalletId>) -> Result<BTreeMap<WalletId, ContractFacts>, Fault> {
        let mut facts = self.wallets_with_lots(only)?;
        let zone = self.zone();
        type Row = (WalletId, Option<IssueId>, Timestamp, Movement, i64);
        // A use whose step was taken back, so that its units are on hold again, is none.
        let used = postings::movement.eq(Movement::Capture);
        let taken_back = postings::movement.eq(Movement::Reverse).and(postings::to_account.eq(Account::Held));
        let mut query = postings::table
            .filter(used.or(taken_back).and(postings::issue_id.is_not_null()))
            .order((postings::wallet_id, postings::seq))
            .select((postings::wallet_id, postings::issue_id, postings::at, postings::movement, postings::units))
            .into_boxed();
        if let Some(wallet) = only {
            query = query.filter(postings::wallet_id.eq(wallet));
        }
        let rows: Vec<Row> = query.load(self.database)?;
        let work = self.work_by_issue(only)?;
        let mut seen = BTreeMap::<IssueId, (WalletId, usize)>::new();
        for (wallet, issue, at, movement, units) in rows {
            let units = if movement == Movement::Capture { units } else { -units };
            let Some((issue, contract)) = issue.zip(facts.get_mut(&wallet)) else { continue };
            if let Some((_, index)) = seen.get(&issue) {
                contract.uses[*index].units += units;
                continue;
            }
            let (minutes, skill) = work.get(&issue).cloned().unwrap_or((REMOTE_MINUTES, None));
            seen.insert(issue, (wallet, contract.uses.len()));
            contract.uses.push(Use { day: at.day(zone), units, minutes, skill });
        }
        facts.values_mut().for_each(|contract| contract.uses.retain(|one| one.units > 0));
        Ok(facts)
    }

    fn wallets_with_lots(&mut self, only: Option<WalletId>) -> Result<BTreeMap<WalletId, ContractFacts>, Fault> {
        let mut query = wallets::table
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .inner_join(sites::table.on(sites::customer_id.eq(contracts::customer_id)))
            .order((wallets::id, sites::code.desc()))
            .select((wallets::id, sites::territory_id))
            .into_boxed();
        if let Some(wallet) = only {
            query = query.filter(wallets::id.eq(wallet));
        }
        let homes: Vec<(WalletId, TerritoryId)> = query.load(self.database)?;
        let homes: BTreeMap<WalletId, TerritoryId> = homes.into_iter().collect();
        let mut query = lots::table
            .order((lots::wallet_id, lots::issued_on))
            .select((lots::wallet_id, lots::available, lots::issued_on, lots::usable_until))
            .into_boxed();
        if let Some(wallet) = only {
            query = query.filter(lots::wallet_id.eq(wallet));
        }
        let rows: Vec<(WalletId, i64, String, String)> = query.load(self.database)?;
        let mut facts = BTreeMap::<WalletId, ContractFacts>::new();
        for (wallet, units, issued_on, expires_on) in rows {
            let Some(territory) = homes.get(&wallet) else { continue };
            let (since, expires_on) = (day(&issued_on)?, last_day(&expires_on)?);
            let contract = facts.entry(wallet).or_insert_with(|| empty(*territory, since));
            contract.expiries.extend(expires_on);
            if units > 0 {
                contract.open.push(OpenLot { units, expires_on });
            }
        }
        Ok(facts)
    }

    /// Minutes and skill of the visits that each issue took.
    fn work_by_issue(&mut self, only: Option<WalletId>) -> Result<BTreeMap<IssueId, (i64, Option<Arc<str>>)>, Fault> {
        let mut query = service_reports::table
            .inner_join(visits::table.on(visits::id.eq(service_reports::visit_id)))
            .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
            .order(service_reports::filed_at)
            .select((work_orders::issue_id, service_reports::minutes, work_orders::skill))
            .into_boxed();
        if let Some(wallet) = only {
            let held = holds::table.filter(holds::wallet_id.eq(wallet)).select(holds::issue_id);
            query = query.filter(work_orders::issue_id.eq_any(held));
        }
        let rows: Vec<(IssueId, i64, String)> = query.load(self.database)?;
        let mut work = BTreeMap::<IssueId, (i64, Option<Arc<str>>)>::new();
        for (issue, minutes, skill) in rows {
            let done = work.entry(issue).or_default();
            done.0 += minutes;
            done.1 = Some(skill.into());
        }
        Ok(work)
    }
}

/// The books of the lots of some classes, in the days of a zone.
pub(super) fn read(
    database: &mut Database,
    zone: Tz,
    classes: &[LawClass],
    breakage_permille: i64,
) -> Result<CompanyBooks, Fault> {
    type LotRow = (LotId, i64, i64, String, LawClass, Option<LotId>);
    let rows: Vec<LotRow> = lots::table
        .filter(lots::law_class.eq_any(classes))
        .order(lots::id)
        .select((lots::id, lots::price_yen, lots::units, lots::issued_on, lots::law_class, lots::from_lot))
        .load(database)?;
    let mut books = CompanyBooks::default();
    for (lot, price_yen, units, issued_on, law_class, from_lot) in rows {
        let sold_on = day(&issued_on)?;
        let received = from_lot.is_some();
        books.lots.push(LotFacts { lot, price_yen, units, sold_on, law_class, breakage_permille, received });
    }
    let of_classes = lots::table.filter(lots::law_class.eq_any(classes)).select(lots::id.nullable());
    let unbought = postings::lot_id.is_null().and(postings::movement.eq(Movement::Capture));
    let rows: Vec<PostingRow> = postings::table
        .filter(postings::lot_id.eq_any(of_classes).or(unbought))
        .filter(postings::movement.ne_all(Movement::ALL.iter().filter(|movement| !is_read(**movement))))
        .order((postings::wallet_id, postings::seq))
        .select(PostingRow::as_select())
        .load(database)?;
    books.turns = turns(rows.into_iter().map(|row| row.line(zone)));
    Ok(books)
}

fn empty(territory: TerritoryId, since: NaiveDate) -> ContractFacts {
    ContractFacts { territory, since, open: Vec::new(), uses: Vec::new(), expiries: Vec::new() }
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
    fn line(self, zone: Tz) -> Line {
        Line {
            lot: self.lot_id,
            issue: self.issue_id,
            movement: self.movement,
            from: self.from_account,
            to: self.to_account,
            units: self.units,
            day: self.at.day(zone),
        }
    }
}

#[cfg(test)]
mod tests;
