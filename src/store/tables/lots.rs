//! Lots: real purchases in the ledger, with the days of the sale and with what was used before. Their terms never
//! change afterwards; how much of a known one is used by now is not compared.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::{Judged, Stored, Touched, contracts_by_number, differs, fault, known, unknown};
use crate::company::table::{LotRow, unit_of};
use crate::company::{Lot, validate};
use crate::domain::ids::{ContractId, ReportId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::reorder::PURCHASE_YEAR_DAYS;
use crate::domain::wallet::terms::{LawClass, LotTerms, UnitKind, not_in_force};
use crate::limits;
use crate::store::company::wallets::{Repairs, bring_in, invoice, terms};
use crate::store::error::Fault;
use crate::store::schema::{assets, lots, past_repairs, wallets};
use crate::store::wallet::{Lapsed, Ledger, TermsRow};
use crate::store::{Reader, Unit};

/// Days of grace come from the contract's policy; a row says nothing of them, and they are not compared.
const UNSAID: u32 = 0;

impl Stored for LotRow {
    type Plan = WalletId;

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let today = reader.today();
        let contracts = contracts_by_number(reader.database, rows.iter().map(|row| &row.contract))?;
        let ids: Vec<ContractId> = contracts.values().map(|(id, _)| *id).collect();
        let found: Vec<(ContractId, WalletId, UnitKind)> = wallets::table
            .filter(wallets::contract_id.eq_any(ids))
            .select((wallets::contract_id, wallets::id, wallets::unit))
            .load(reader.database)?;
        let wallets: BTreeMap<ContractId, (WalletId, UnitKind)> =
            found.into_iter().map(|(contract, id, unit)| (contract, (id, unit))).collect();
        let numbers: Vec<&String> = rows.iter().map(|row| &row.lot.number).collect();
        let stands: Vec<(WalletId, TermsRow)> = lots::table
            .filter(lots::number.eq_any(numbers))
            .select((lots::wallet_id, TermsRow::as_select()))
            .load(reader.database)?;
        let mut terms: BTreeMap<String, (WalletId, LotTerms)> = BTreeMap::new();
        for (wallet, row) in stands {
            let stands = row.terms()?;
            terms.insert(stands.number.clone(), (wallet, stands));
        }
        let of = |row: &Self| contracts.get(&row.contract).and_then(|(id, _)| wallets.get(id)).copied();
        let lapsed = lapsed(reader, rows, |row| of(row).map(|(wallet, _)| wallet))?;
        let (mut sales, mut before) = (BTreeMap::new(), BTreeMap::new());
        for row in rows.iter().filter(|row| is_sale(row, today) && !terms.contains_key(&row.lot.number)) {
            if let (Some((contract, _)), Some((wallet, _))) = (contracts.get(&row.contract), of(row)) {
                let rows_before = before.entry(wallet).or_insert(0);
                sales.insert(&row.lot.number, sold_today(reader, row, *contract, wallet, *rows_before)?);
                *rows_before += i64::from(row.lot.count);
            }
        }
        let judged = rows.iter().map(|row| {
            let Some((wallet, unit)) = of(row) else {
                return Ok(Judged::Wrong(vec![unknown("contract", &row.contract)]));
            };
            match terms.get(&row.lot.number) {
                Some(stands) => Ok(known(wallet, Vec::new(), beside(row, stands, wallet))),
                None => {
                    let lapsed = lapsed.get(&wallet).map_or(&[][..], Vec::as_slice);
                    Ok(sound(
                        wallet,
                        [fresh(row, unit, today, lapsed), sales.remove(&row.lot.number).unwrap_or_default()],
                    ))
                }
            }
        });
        judged.collect()
    }

    fn enter(&self, unit: &mut Unit<'_>, wallet: Self::Plan, _: &mut Touched) -> Result<(), Fault> {
        let mut ledger = Ledger::lock(unit, wallet)?;
        let today = unit.today();
        let policy = unit.look().policy_on(ledger.contract, today)?.policy;
        let (repairs, contract) = (repairs(unit, &self.lot)?, ledger.contract);
        bring_in(unit, &mut ledger, &self.lot, policy.grace_days, &repairs)?;
        ledger.save(unit)?;
        invoice(unit, contract, &self.lot)
    }
}

/// The known repairs before an import that the lot's uses may mean.
fn repairs(unit: &mut Unit<'_>, lot: &Lot) -> Result<Repairs, Fault> {
    let serials: BTreeSet<&String> = lot.uses.iter().filter_map(|used| used.repair.as_ref()).collect();
    let serials: Vec<&String> = serials.into_iter().collect();
    let (mut found, zone) = (Repairs::new(), unit.zone());
    for part in serials.chunks(limits::IDS_PER_QUERY) {
        let rows: Vec<(String, Timestamp, ReportId)> = past_repairs::table
            .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
            .filter(assets::serial.eq_any(part))
            .select((assets::serial, past_repairs::at, past_repairs::id))
            .load(unit.database)?;
        found.extend(rows.into_iter().map(|(serial, at, id)| ((serial, at.day(zone)), id)));
    }
    Ok(found)
}

/// What is dated today is no history: it is sold by this table.
fn is_sale(row: &LotRow, today: NaiveDate) -> bool {
    row.lot.issued_on == today && row.lot.origin == Origin::Paid
}

/// A sale of today keeps to what the contract says of purchases, as one at the desk does. `rows_before` are the units that
/// earlier rows of the table sell to the same wallet.
fn sold_today(
    reader: &mut Reader<'_>,
    row: &LotRow,
    contract: ContractId,
    wallet: WalletId,
    rows_before: i64,
) -> Result<Vec<validate::Fault>, Fault> {
    let today = reader.today();
    let (starts_on, ends_on) = reader.contract_term(contract)?;
    let bought = reader.units_bought_since(wallet, today - Days::new(PURCHASE_YEAR_DAYS))? + rows_before;
    let bounds = reader.policy_on(contract, today)?.policy.check_purchase(i64::from(row.lot.count), bought);
    let over = (today > ends_on).then(|| ("contract", not_in_force(starts_on, ends_on)));
    let faults = over.into_iter().chain(bounds.err().map(|refusal| ("count", refusal)));
    Ok(faults.map(|(column, refusal)| fault(column, refusal.code.as_str(), refusal.ja(), refusal.en())).collect())
}

/// The row comes in, unless something is wrong with it.
fn sound(wallet: WalletId, faults: [Vec<validate::Fault>; 2]) -> Judged<WalletId> {
    let faults = faults.concat();
    if faults.is_empty() { Judged::Add(wallet) } else { Judged::Wrong(faults) }
}

/// A lot that may still be used: if it cost next to nothing, it could be a longer life for units that have lapsed.
fn may_replace(terms: &LotTerms, today: NaiveDate) -> bool {
    terms.usable_until().is_none_or(|last| last >= today)
}

/// The six-month lots with lapsed units, in the ledger or in these rows, of the wallets to which these rows give.
fn lapsed(
    reader: &mut Reader<'_>,
    rows: &[&LotRow],
    wallet: impl Fn(&LotRow) -> Option<WalletId>,
) -> Result<BTreeMap<WalletId, Vec<Lapsed>>, Fault> {
    let today = reader.today();
    let heirs = rows.iter().filter(|row| may_replace(&terms(&row.lot, UNSAID), today)).filter_map(|row| wallet(row));
    let heirs: Vec<WalletId> = heirs.collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = reader.lapsed_of(&heirs, today - Days::new(PURCHASE_YEAR_DAYS + 1))?;
    for row in rows.iter().filter(|row| row.lot.law_class == LawClass::SixMonthExempt) {
        let (terms, rest) = (terms(&row.lot, UNSAID), row.lot.count > row.lot.used + row.lot.voided);
        let over = terms.usable_until().filter(|last| rest && *last < today).and_then(|last| last.succ_opt());
        if let (Some(since), Some(wallet)) = (over, wallet(row).filter(|wallet| heirs.contains(wallet))) {
            found.entry(wallet).or_default().push(Lapsed { terms, since });
        }
    }
    Ok(found)
}

/// The rules that only the wallet, the law and the calendar know. What was given before units had lapsed did not replace
/// them.
fn fresh(row: &LotRow, unit: UnitKind, today: NaiveDate, lapsed: &[Lapsed]) -> Vec<validate::Fault> {
    let mut faults = Vec::new();
    if unit != unit_of(&row.lot.number) {
        let ja = format!("このウォレットの単位は「{}」で、ロット番号は{}-で始まります。", unit.ja(), unit.prefix());
        let en = format!("This wallet counts {}s; its lots begin with {}-.", unit.en().to_lowercase(), unit.prefix());
        faults.push(fault("number", "lot.unit", ja, en));
    }
    if row.lot.issued_on > today {
        let ja = format!("発行日が先の日付です(今日は{today})。今日までの日付にしてください。");
        let en = format!("The lot is dated in the future (today is {today}). Use a day up to today.");
        faults.push(fault("issued_on", "lot.in_future", ja, en));
    }
    if let Some(ahead) = row.lot.uses.iter().find(|used| used.on > today) {
        let ja = format!("使用日{}が先の日付です(今日は{today})。", ahead.on);
        let en = format!("The use of {} lies in the future (today is {today}).", ahead.on);
        faults.push(fault("uses", "lot.in_future", ja, en));
    }
    let terms = terms(&row.lot, UNSAID);
    let before = lapsed.iter().filter(|gone| may_replace(&terms, today) && gone.since <= terms.issued_on);
    let replaces = terms.check_replaces_none(before.map(|gone| &gone.terms), terms.issued_on);
    if let Err(refusal) = terms.check_end().and_then(|()| terms.check_law()).and(replaces) {
        faults.push(fault("expires_on", refusal.code.as_str(), refusal.ja(), refusal.en()));
    }
    faults
}

fn beside(row: &LotRow, (owner, stands): &(WalletId, LotTerms), wallet: WalletId) -> Vec<validate::Fault> {
    let mut faults = Vec::new();
    if *owner != wallet {
        faults.push(differs("contract", "別の契約 / another contract", &row.contract));
    }
    let wanted = terms(&row.lot, UNSAID);
    let last = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let pairs = [
        ("origin", stands.origin.to_string(), wanted.origin.to_string()),
        ("count", stands.units.to_string(), wanted.units.to_string()),
        ("price_yen", stands.price_yen.to_string(), wanted.price_yen.to_string()),
        ("issued_on", stands.issued_on.to_string(), wanted.issued_on.to_string()),
        ("expires_on", last(stands.expires_on), last(wanted.expires_on)),
        ("scope", stands.scope.to_string(), wanted.scope.to_string()),
        ("law_class", stands.law_class.to_string(), wanted.law_class.to_string()),
    ];
    let different = pairs.into_iter().filter(|(_, stands, row)| stands != row);
    faults.extend(different.map(|(column, stands, row)| differs(column, stands, row)));
    faults
}
