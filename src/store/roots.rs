//! Roots over all chains of the ledger, one a day, and what became of a root that somebody kept.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::codec::day;
use super::error::Fault;
use super::portable::{self, insert_all};
use super::schema::{ledger_root_heads, ledger_roots, policies, refusals, stream_entries, streams, wallets};
use super::{Reader, Unit};
use crate::domain::ids::{ContractId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::hex;
use crate::domain::wallet::root::{Head, Taken, root};
use crate::limits;
use crate::store::connection::Database;
use crate::views::roots::LedgerRoot;

/// Held while a root is taken, so that two do not take the same one.
const TAKING: &str = "ledger-roots";

#[derive(Debug, Clone, Queryable)]
pub(super) struct RootRow {
    pub nth: i64,
    pub day: String,
    pub taken_at: Timestamp,
    pub root: Vec<u8>,
}

impl Unit<'_> {
    /// Takes the root of today, once a day. None: it was taken, or a later one was.
    pub fn take_root(&mut self) -> Result<Option<LedgerRoot>, Fault> {
        let today = self.today();
        if last(self.database)?.is_some_and(|last| last.day >= today.to_string()) {
            return Ok(None);
        }
        portable::raise_number(self.database, TAKING, 0)?;
        let last = last(self.database)?;
        if last.as_ref().is_some_and(|last| last.day >= today.to_string()) {
            return Ok(None);
        }
        let known = known_heads(self.database)?;
        let heads = grown(self.database, &known)?;
        let (nth, before) = last.map_or((1, Vec::new()), |last| (last.nth + 1, last.root));
        let link = root(&before, Taken { nth, day: today, at: self.now() }, &heads);
        diesel::insert_into(ledger_roots::table)
            .values((
                ledger_roots::nth.eq(nth),
                ledger_roots::day.eq(today.to_string()),
                ledger_roots::taken_at.eq(self.now()),
                ledger_roots::root.eq(link.to_vec()),
            ))
            .execute(self.database)?;
        let chains = heads.len() as i64;
        insert_heads(self.database, nth, heads)?;
        Ok(Some(LedgerRoot { day: today, taken_at: self.now(), chains, root: hex(&link) }))
    }
}

#[derive(Insertable)]
#[diesel(table_name = ledger_root_heads)]
struct HeadRow {
    nth: i64,
    chain: String,
    seq: i64,
    link: Vec<u8>,
}

fn insert_heads(database: &mut Database, nth: i64, heads: Vec<Head>) -> Result<(), Fault> {
    let row = |Head { chain, seq, link }| HeadRow { nth, chain, seq, link };
    let rows: Vec<HeadRow> = heads.into_iter().map(row).collect();
    insert_all!(database, ledger_root_heads::table, &rows);
    Ok(())
}

fn last(database: &mut Database) -> Result<Option<RootRow>, Fault> {
    Ok(ledger_roots::table.order(ledger_roots::nth.desc()).first(database).optional()?)
}

/// How far each chain was when a root last named it.
fn known_heads(database: &mut Database) -> Result<BTreeMap<String, i64>, Fault> {
    let rows: Vec<(String, Option<i64>)> = ledger_root_heads::table
        .group_by(ledger_root_heads::chain)
        .select((ledger_root_heads::chain, max(ledger_root_heads::seq)))
        .load(database)?;
    Ok(rows.into_iter().map(|(chain, seq)| (chain, seq.unwrap_or_default())).collect())
}

/// How the chain of a wallet is called in a root.
pub(super) fn wallet_chain(wallet: WalletId) -> String {
    format!("wallet:{wallet}")
}

/// How the chain of a contract's policies is called in a root.
pub(super) fn policies_chain(contract: ContractId) -> String {
    format!("policies:{contract}")
}

pub(super) const REFUSALS_CHAIN: &str = "refusals";

/// Where each chain stands that has grown since, by name: wallets, policies, refusals, and the histories of contracts.
fn grown(database: &mut Database, known: &BTreeMap<String, i64>) -> Result<Vec<Head>, Fault> {
    let is_new = |chain: &str, seq: i64| known.get(chain) != Some(&seq);
    let rows: Vec<(WalletId, i64, Vec<u8>)> = wallets::table
        .filter(wallets::postings.gt(0))
        .select((wallets::id, wallets::postings, wallets::chain_head))
        .load(database)?;
    let heads = rows.into_iter().map(|(id, seq, link)| Head { chain: wallet_chain(id), seq, link });
    let mut heads: Vec<Head> = heads.filter(|head| is_new(&head.chain, head.seq)).collect();
    let versions: Vec<(ContractId, i64, Vec<u8>)> = policies::table
        .order((policies::contract_id, policies::version))
        .select((policies::contract_id, policies::version, policies::link))
        .load(database)?;
    // The last version of each contract stands.
    let newest: BTreeMap<ContractId, Head> = versions
        .into_iter()
        .map(|(contract, seq, link)| (contract, Head { chain: policies_chain(contract), seq, link }))
        .collect();
    heads.extend(newest.into_values().filter(|head| is_new(&head.chain, head.seq)));
    heads.extend(refusals_head(database)?.filter(|head| is_new(&head.chain, head.seq)));
    let at_head = stream_entries::stream.eq(streams::stream).and(stream_entries::seq.eq(streams::head));
    let histories: Vec<(String, i64, Vec<u8>)> = streams::table
        .inner_join(stream_entries::table.on(at_head))
        .filter(streams::stream.like("contract:%").and(stream_entries::link.is_not_null()))
        .select((streams::stream, streams::head, stream_entries::link.assume_not_null()))
        .load(database)?;
    let grown = histories.into_iter().map(|(chain, seq, link)| Head { chain, seq, link });
    heads.extend(grown.filter(|head| is_new(&head.chain, head.seq)));
    heads.sort();
    Ok(heads)
}

fn refusals_head(database: &mut Database) -> Result<Option<Head>, Fault> {
    let found: Option<(Option<i64>, Option<Vec<u8>>)> = refusals::table
        .filter(refusals::seq.is_not_null())
        .order(refusals::seq.desc())
        .select((refusals::seq, refusals::link))
        .first(database)
        .optional()?;
    let head = |(seq, link): (Option<i64>, Option<Vec<u8>>)| Head {
        chain: REFUSALS_CHAIN.to_owned(),
        seq: seq.unwrap_or_default(),
        link: link.unwrap_or_default(),
    };
    Ok(found.map(head))
}

/// The roots with their heads by name, the first one first.
pub(super) fn all(database: &mut Database) -> Result<Vec<(RootRow, Vec<Head>)>, Fault> {
    let mut heads: BTreeMap<i64, Vec<Head>> = BTreeMap::new();
    let rows: Vec<(i64, String, i64, Vec<u8>)> =
        ledger_root_heads::table.order((ledger_root_heads::nth, ledger_root_heads::chain)).load(database)?;
    for (nth, chain, seq, link) in rows {
        heads.entry(nth).or_default().push(Head { chain, seq, link });
    }
    let roots: Vec<RootRow> = ledger_roots::table.order(ledger_roots::nth).load(database)?;
    let mut all: Vec<(RootRow, Vec<Head>)> = Vec::with_capacity(roots.len());
    for root in roots {
        let of_root = heads.remove(&root.nth).unwrap_or_default();
        all.push((root, of_root));
    }
    Ok(all)
}

impl Reader<'_> {
    /// The root of the last day that has one.
    pub fn newest_root(&mut self) -> Result<Option<LedgerRoot>, Fault> {
        let Some(row) = last(self.database)? else { return Ok(None) };
        let chains = ledger_root_heads::table.filter(ledger_root_heads::nth.eq(row.nth)).count();
        let chains = chains.get_result(self.database)?;
        row.view(chains).map(Some)
    }

    /// The roots of the last days, the newest first.
    pub fn ledger_roots(&mut self) -> Result<Vec<LedgerRoot>, Fault> {
        let roots: Vec<RootRow> =
            ledger_roots::table.order(ledger_roots::nth.desc()).limit(limits::ROOTS_PAGE).load(self.database)?;
        let least = roots.last().map_or(0, |root| root.nth);
        let counts: Vec<(i64, i64)> = ledger_root_heads::table
            .filter(ledger_root_heads::nth.ge(least))
            .group_by(ledger_root_heads::nth)
            .select((ledger_root_heads::nth, count_star()))
            .load(self.database)?;
        let counts: BTreeMap<i64, i64> = counts.into_iter().collect();
        roots
            .into_iter()
            .map(|row| {
                let chains = counts.get(&row.nth).copied().unwrap_or_default();
                row.view(chains)
            })
            .collect()
    }
}

impl RootRow {
    fn view(self, chains: i64) -> Result<LedgerRoot, Fault> {
        let Self { day: on, taken_at, root, .. } = self;
        Ok(LedgerRoot { day: day(&on)?, taken_at, chains, root: hex(&root) })
    }
}
