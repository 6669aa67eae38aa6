//! What the forecast needs of every contract, read out of the ledger wallet by wallet.

#[cfg(test)]
mod tests;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use self::work::Work;
use super::Reader;
use super::codec::{day, last_day};
use super::error::Fault;
use super::schema::*;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::terms::UnitKind;
use crate::forecast::facts::{ContractFacts, LotLife, OpenLot, Place, Span, Use, stocked};
use crate::limits;

pub use work::TRAVEL_MINUTES;

/// A wallet with its contract.
struct Head {
    wallet: WalletId,
    contract: ContractId,
    unit: UnitKind,
    term: Span,
}

struct LotRow {
    wallet: WalletId,
    available: i64,
    issued_on: NaiveDate,
    /// The last day on which its units can be used; none: without end.
    until: Option<NaiveDate>,
}

/// One posting, with the day on which it happened.
struct Moved {
    posting: PostingId,
    wallet: WalletId,
    lot: Option<LotId>,
    issue: Option<IssueId>,
    refers_to: Option<PostingId>,
    movement: Movement,
    from: Account,
    to: Account,
    units: i64,
    on: NaiveDate,
    /// The day and the repair that an import knew.
    past: Option<(NaiveDate, Option<ReportId>)>,
}

/// What used units: an issue, a repair before the import, or something before it of which only the posting tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Issue(IssueId),
    Repair(ReportId),
    Past(PostingId),
}

impl Reader<'_> {
    /// What every contract that ever had a lot has left, and what it used.
    pub fn forecast_facts(&mut self) -> Result<Vec<ContractFacts>, Fault> {
        let ids: Vec<WalletId> = wallets::table.order(wallets::id).select(wallets::id).load(self.database)?;
        let travel = self.usual_travel()?;
        let mut facts = Vec::new();
        for part in ids.chunks(limits::VERIFY_WALLETS) {
            facts.extend(self.facts_of(part, travel)?);
        }
        Ok(facts)
    }

    /// The same of one contract; none when it never had a lot.
    pub fn forecast_facts_of(&mut self, contract: ContractId) -> Result<Option<ContractFacts>, Fault> {
        let (wallet, ..) = self.wallet_head(contract)?;
        let travel = self.usual_travel()?;
        Ok(self.facts_of(&[wallet], travel)?.pop())
    }

    fn facts_of(&mut self, wallets: &[WalletId], travel: i64) -> Result<Vec<ContractFacts>, Fault> {
        let heads = self.wallet_heads(wallets)?;
        let places = self.places_of(&heads)?;
        let lots = self.lots_of(wallets)?;
        let mut moved: BTreeMap<WalletId, Vec<Moved>> = BTreeMap::new();
        for one in self.moved_in(wallets)? {
            moved.entry(one.wallet).or_default().push(one);
        }
        let (issues, repairs) = causes_of(moved.values().flatten());
        let work = Work::read(self, &issues, &repairs, travel)?;
        let mut facts = Vec::new();
        for head in heads {
            let own: BTreeMap<LotId, &LotRow> =
                lots.iter().filter(|(_, lot)| lot.wallet == head.wallet).map(|(id, lot)| (*id, lot)).collect();
            let moved = moved.remove(&head.wallet).unwrap_or_default();
            if own.is_empty() {
                continue;
            }
            let places = places.get(&head.contract).cloned().unwrap_or_default();
            facts.push(facts_of_one(&head, places, &own, moved, &work));
        }
        Ok(facts)
    }

    fn wallet_heads(&mut self, ids: &[WalletId]) -> Result<Vec<Head>, Fault> {
        let rows: Vec<(WalletId, ContractId, UnitKind, String, String)> = wallets::table
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .filter(wallets::id.eq_any(ids))
            .order(wallets::id)
            .select((wallets::id, contracts::id, wallets::unit, contracts::starts_on, contracts::ends_on))
            .load(self.database)?;
        let mut heads = Vec::new();
        for (wallet, contract, unit, starts_on, ends_on) in rows {
            let term = Span { from: day(&starts_on)?, to: day(&ends_on)? + Days::new(1) };
            heads.push(Head { wallet, contract, unit, term });
        }
        Ok(heads)
    }

    /// Where the assets of each contract stand; where there are none, the customer's sites.
    fn places_of(&mut self, heads: &[Head]) -> Result<BTreeMap<ContractId, Vec<Place>>, Fault> {
        let ids: Vec<ContractId> = heads.iter().map(|head| head.contract).collect();
        let standing: Vec<(ContractId, TerritoryId)> = assets::table
            .inner_join(sites::table.on(sites::id.eq(assets::site_id)))
            .filter(assets::contract_id.eq_any(&ids))
            .select((assets::contract_id, sites::territory_id))
            .load(self.database)?;
        let mut counts: BTreeMap<ContractId, BTreeMap<TerritoryId, f64>> = BTreeMap::new();
        let mut count = |rows: Vec<(ContractId, TerritoryId)>| {
            for (contract, territory) in rows {
                *counts.entry(contract).or_default().entry(territory).or_default() += 1.0;
            }
        };
        let known: BTreeSet<ContractId> = standing.iter().map(|(contract, _)| *contract).collect();
        count(standing);
        let bare: Vec<ContractId> = ids.into_iter().filter(|id| !known.contains(id)).collect();
        let rows: Vec<(ContractId, TerritoryId)> = contracts::table
            .inner_join(sites::table.on(sites::customer_id.eq(contracts::customer_id)))
            .filter(contracts::id.eq_any(bare))
            .select((contracts::id, sites::territory_id))
            .load(self.database)?;
        count(rows);
        let shares = counts.into_iter().map(|(contract, counts)| {
            let all: f64 = counts.values().sum();
            let places = counts.into_iter().map(|(territory, count)| Place { territory, share: count / all });
            (contract, places.collect())
        });
        Ok(shares.collect())
    }

    fn lots_of(&mut self, ids: &[WalletId]) -> Result<BTreeMap<LotId, LotRow>, Fault> {
        let rows: Vec<(LotId, WalletId, i64, String, String)> = lots::table
            .filter(lots::wallet_id.eq_any(ids))
            .select((lots::id, lots::wallet_id, lots::available, lots::issued_on, lots::usable_until))
            .load(self.database)?;
        let mut found = BTreeMap::new();
        for (id, wallet, available, issued_on, until) in rows {
            found.insert(id, LotRow { wallet, available, issued_on: day(&issued_on)?, until: last_day(&until)? });
        }
        Ok(found)
    }

    fn moved_in(&mut self, ids: &[WalletId]) -> Result<Vec<Moved>, Fault> {
        type Row = (
            (PostingId, WalletId, Option<LotId>, Option<IssueId>, Option<PostingId>),
            (Movement, Account, Account, i64, Timestamp),
            (Option<String>, Option<ReportId>),
        );
        let rows: Vec<Row> = postings::table
            .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
            .filter(postings::wallet_id.eq_any(ids))
            .order((postings::wallet_id, postings::seq))
            .select((
                (postings::id, postings::wallet_id, postings::lot_id, postings::issue_id, postings::refers_to),
                (postings::movement, postings::from_account, postings::to_account, postings::units, postings::at),
                (past_moves::day.nullable(), past_moves::repair_id.nullable()),
            ))
            .load(self.database)?;
        let zone = self.zone();
        let mut found = Vec::with_capacity(rows.len());
        for ((posting, wallet, lot, issue, refers_to), (movement, from, to, units, at), (past, repair)) in rows {
            let past = past.map(|text| day(&text)).transpose()?.map(|day| (day, repair));
            let on = past.map_or_else(|| at.day(zone), |(day, _)| day);
            found.push(Moved { posting, wallet, lot, issue, refers_to, movement, from, to, units, on, past });
        }
        Ok(found)
    }
}

fn causes_of<'a>(moved: impl Iterator<Item = &'a Moved>) -> (Vec<IssueId>, Vec<ReportId>) {
    let (mut issues, mut repairs) = (BTreeSet::new(), BTreeSet::new());
    for one in moved.filter(|one| one.to == Account::Consumed) {
        issues.extend(one.issue);
        repairs.extend(one.past.and_then(|(_, repair)| repair));
    }
    (issues.into_iter().collect(), repairs.into_iter().collect())
}

fn facts_of_one(
    head: &Head,
    places: Vec<Place>,
    lots: &BTreeMap<LotId, &LotRow>,
    mut moved: Vec<Moved>,
    work: &Work,
) -> ContractFacts {
    let blind = spread_undated(head.unit, lots, &mut moved);
    let uses = uses(&moved, work);
    let mut term = head.term;
    if let Some(import) = blind {
        // Nobody knows when these were used: what is known begins with the first use that was seen.
        let seen = uses.iter().map(|used| used.day).find(|day| head.term.holds(*day));
        term.from = term.from.max(seen.unwrap_or(import));
    }
    let open = lots.values().filter(|lot| lot.available > 0);
    let open = open.map(|lot| OpenLot { units: lot.available, bought_on: lot.issued_on, expires_on: lot.until });
    let (changes, emptied) = changes(&moved, lots);
    let life = |(id, lot): (&LotId, &&LotRow)| LotLife {
        bought_on: lot.issued_on,
        expires_on: lot.until,
        emptied_on: emptied.get(id).copied().filter(|_| lot.available == 0),
    };
    ContractFacts {
        places,
        term: head.term,
        stocked: stocked(&changes, term),
        open: open.collect(),
        uses,
        lots: lots.iter().map(life).collect(),
    }
}

/// Tickets of which nobody knows when they were used before the import are spread evenly over the life of their lot.
/// How many uses points and minutes were is not known either: of such a wallet the day of the import is returned.
fn spread_undated(unit: UnitKind, lots: &BTreeMap<LotId, &LotRow>, moved: &mut [Moved]) -> Option<NaiveDate> {
    let undated = |one: &Moved| one.issue.is_none() && one.past.is_none() && one.to == Account::Consumed;
    if !unit.is_single() {
        return moved.iter().find(|one| undated(one)).map(|one| one.on);
    }
    let mut counts = BTreeMap::<LotId, u64>::new();
    for lot in moved.iter().filter(|one| undated(one)).filter_map(|one| one.lot) {
        *counts.entry(lot).or_default() += 1;
    }
    let mut seen = BTreeMap::<LotId, u64>::new();
    for one in moved.iter_mut().filter(|one| undated(one)) {
        let Some((id, lot)) = one.lot.and_then(|id| Some((id, lots.get(&id)?))) else { continue };
        let end = lot.until.unwrap_or(one.on).min(one.on);
        let life = (end - lot.issued_on).num_days().max(0).unsigned_abs();
        let nth = seen.entry(id).or_default();
        one.on = lot.issued_on + Days::new(life * (2 * *nth + 1) / (2 * counts.get(&id).copied().unwrap_or(1)));
        *nth += 1;
    }
    None
}

/// By how much the units at hand changed on each day, and the last day on which each lot lost some. What an import posts
/// as held and used left on the day of its use.
fn changes(moved: &[Moved], lots: &BTreeMap<LotId, &LotRow>) -> (BTreeMap<NaiveDate, i64>, BTreeMap<LotId, NaiveDate>) {
    let (mut changes, mut emptied) = (BTreeMap::new(), BTreeMap::new());
    for one in moved {
        let imported = one.issue.is_none();
        let change = match (one.movement, one.from, one.to) {
            (Movement::Hold, ..) if imported => 0,
            (Movement::Capture, Account::Held, _) if imported => -one.units,
            (_, Account::Available, _) => -one.units,
            (_, _, Account::Available) => one.units,
            _ => 0,
        };
        // A lot from another wallet keeps the day of its sale, but is at hand only since it came.
        let is_sale = one.from == Account::Source && one.movement != Movement::Transfer;
        let sold = one.lot.filter(|_| is_sale).and_then(|lot| lots.get(&lot));
        let on = sold.map_or(one.on, |lot| lot.issued_on);
        *changes.entry(on).or_default() += change;
        if let Some(lot) = one.lot.filter(|_| change < 0) {
            let last = emptied.entry(lot).or_insert(on);
            *last = on.max(*last);
        }
    }
    (changes, emptied)
}

/// One use for each thing that used units and was not given back since, oldest first.
fn uses(moved: &[Moved], work: &Work) -> Vec<Use> {
    let mut units = BTreeMap::<Cause, (i64, NaiveDate)>::new();
    let mut causes = BTreeMap::<PostingId, Cause>::new();
    for one in moved {
        let change = match (one.from, one.to) {
            (_, Account::Consumed) => one.units,
            (Account::Consumed, _) => -one.units,
            _ => continue,
        };
        let repair = one.past.and_then(|(_, repair)| repair);
        let own = one.issue.map(Cause::Issue).or(repair.map(Cause::Repair)).unwrap_or(Cause::Past(one.posting));
        let cause = one.refers_to.and_then(|posting| causes.get(&posting).copied()).unwrap_or(own);
        causes.insert(one.posting, cause);
        let used = units.entry(cause).or_insert((0, one.on));
        used.0 += change;
        // What is given back whole and used again later was used later.
        if used.0 == 0 {
            units.remove(&cause);
        }
    }
    let used = units.into_iter().filter(|(_, (units, _))| *units > 0);
    let mut uses: Vec<Use> = used
        .map(|(cause, (units, day))| match cause {
            Cause::Issue(issue) => work.issue(issue, units, day),
            Cause::Repair(repair) => work.repair(repair, units, day),
            Cause::Past(_) => work.unknown(units, day),
        })
        .collect();
    uses.sort_by_key(|used| used.day);
    uses
}
