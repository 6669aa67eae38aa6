//! The roots of the days, and a root that somebody kept: what led to it must still be what it was.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::wallets::{lines_of, read};
use super::{Findings, told};
use crate::domain::ids::{ContractId, CustomerId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, genesis};
use crate::domain::wallet::root::{Head, RootKind, Taken, Verdict, root};
use crate::store::Reader;
use crate::store::codec::day;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::roots::{self, REFUSALS_CHAIN};
use crate::store::schema::{contracts, ledger_roots, policies, postings, refusals, stream_entries, wallets};
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};
use crate::views::roots::RootCheck;

/// Every root follows from the one before, and the chains that it names are still where it says.
pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let mut before: Vec<u8> = Vec::new();
    let mut last = None;
    for (nth, (row, heads)) in (1_i64..).zip(roots::all(database)?) {
        findings.equal("root.order", &row.day, "the number of the root", row.nth, nth);
        let on = day(&row.day)?;
        if row.root != root(&before, Taken { nth: row.nth, day: on, at: row.taken_at }, &heads) {
            findings.add("root.seal", &row.day, "the root does not follow from its chains and the root before");
        }
        if last >= Some((on, row.taken_at)) {
            findings.add("root.order", &row.day, "the root was not taken after the one before");
        }
        for head in heads {
            if link_of(database, &head)?.as_deref() != Some(&head.link[..]) {
                findings.add("root.chain", &row.day, format!("{} is not what it was at {}", head.chain, head.seq));
            }
        }
        (before, last) = (row.root, Some((on, row.taken_at)));
    }
    Ok(())
}

/// The link of a chain at a place.
fn link_of(database: &mut Database, head: &Head) -> Result<Option<Vec<u8>>, Fault> {
    let (kind, id) = head.chain.split_once(':').unwrap_or((&head.chain, ""));
    let found: Option<Option<Vec<u8>>> = match kind {
        "wallet" => {
            let Ok(wallet) = id.parse::<WalletId>() else { return Ok(None) };
            let at = postings::wallet_id.eq(wallet).and(postings::seq.eq(head.seq));
            postings::table.filter(at).select(postings::link.nullable()).first(database).optional()?
        }
        "policies" => {
            let Ok(contract) = id.parse::<ContractId>() else { return Ok(None) };
            let version = policies::table.find((contract, head.seq));
            version.select(policies::link.nullable()).first(database).optional()?
        }
        REFUSALS_CHAIN => {
            let at = refusals::table.filter(refusals::seq.eq(head.seq));
            at.select(refusals::link).first(database).optional()?
        }
        _ => {
            let entry = stream_entries::table.find((&head.chain, head.seq));
            entry.select(stream_entries::link).first(database).optional()?
        }
    };
    Ok(found.flatten())
}

/// A place in a wallet's chain.
struct Place {
    wallet: WalletId,
    contract: ContractId,
    seq: i64,
    at: Option<Timestamp>,
}

impl Reader<'_> {
    /// Looks for a root that somebody kept, of a statement or of a day, and reads again what led to it: of a statement
    /// the wallet's chain up to there, of a day the chains of roots and heads. For a customer only
    /// the statements of his own contracts are looked at.
    pub fn check_root(&mut self, link: Link, of: Option<CustomerId>) -> Result<RootCheck, Fault> {
        if let Some(place) = self.statement_place(link, of)? {
            return self.check_statement(link, &place);
        }
        let found: Option<(String, i64)> = ledger_roots::table
            .filter(ledger_roots::root.eq(link.to_vec()))
            .select((ledger_roots::day, ledger_roots::nth))
            .first(self.database)
            .optional()?;
        let Some((on, nth)) = found else { return Ok(answer(Verdict::Unknown, 0)) };
        let mut findings = Findings::default();
        check(self.database, &mut findings)?;
        let verdict = if findings.0.is_empty() { Verdict::Holds } else { Verdict::Broken };
        Ok(RootCheck { kind: Some(RootKind::Day), day: Some(day(&on)?), ..answer(verdict, nth) })
    }

    fn statement_place(&mut self, link: Link, of: Option<CustomerId>) -> Result<Option<Place>, Fault> {
        let mut owned = wallets::table
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .order(wallets::id)
            .select((wallets::id, wallets::contract_id, wallets::unit))
            .into_boxed();
        if let Some(customer) = of {
            owned = owned.filter(contracts::customer_id.eq(customer));
        }
        let owned: Vec<(WalletId, ContractId, _)> = owned.load(self.database)?;
        let owners: BTreeMap<WalletId, ContractId> = owned.iter().map(|(id, contract, _)| (*id, *contract)).collect();
        let mut query = postings::table
            .filter(postings::link.eq(link.to_vec()))
            .select((postings::wallet_id, postings::seq, postings::at))
            .into_boxed();
        if of.is_some() {
            query = query.filter(postings::wallet_id.eq_any(owners.keys().copied().collect::<Vec<_>>()));
        }
        let found: Option<(WalletId, i64, Timestamp)> = query.first(self.database).optional()?;
        if let Some((wallet, seq, at)) = found {
            let contract = owners.get(&wallet).copied();
            return Ok(contract.map(|contract| Place { wallet, contract, seq, at: Some(at) }));
        }
        // A statement on which nothing has ever moved ends where the wallet begins.
        let fresh = owned.into_iter().find(|(id, contract, unit)| genesis(*id, *contract, *unit) == link);
        Ok(fresh.map(|(wallet, contract, _)| Place { wallet, contract, seq: 0, at: None }))
    }

    fn check_statement(&mut self, link: Link, place: &Place) -> Result<RootCheck, Fault> {
        let row: WalletRow = wallets::table.find(place.wallet).select(WALLET_COLUMNS).first(self.database)?;
        let lines = lines_of(self.database, &[place.wallet])?.remove(&place.wallet).unwrap_or_default();
        let lines: Vec<_> = lines.into_iter().take_while(|line| line.seq <= place.seq).collect();
        let told = told::of(self.database, lines.iter().map(|line| line.event))?;
        let mut findings = Findings::default();
        let read = read(&row, &lines, &told, &mut findings);
        let holds = findings.0.is_empty() && read.head() == link;
        let number = contracts::table.find(place.contract).select(contracts::number).first(self.database)?;
        Ok(RootCheck {
            kind: Some(RootKind::Statement),
            contract_id: Some(place.contract),
            contract_number: Some(number),
            postings: Some(place.seq),
            at: place.at,
            ..answer(if holds { Verdict::Holds } else { Verdict::Broken }, lines.len() as i64)
        })
    }
}

fn answer(verdict: Verdict, checked: i64) -> RootCheck {
    RootCheck {
        verdict,
        ja: verdict.ja().to_owned(),
        en: verdict.en().to_owned(),
        kind: None,
        contract_id: None,
        contract_number: None,
        postings: None,
        at: None,
        day: None,
        checked,
    }
}
