//! What was refused under a contract, kept for audit: who asked for what, and the rule that said no.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::connection::Database;
use super::error::Fault;
use super::schema::{adjustments, contracts, disputes, issues, lots, postings, refusals, visits, wallets, work_orders};
use super::unit::Operation;
use super::{Reader, Unit};
use crate::domain::ids::{
    AdjustmentId, ContractId, DisputeId, IssueId, LotId, OperationId, PostingId, RefusalId, VisitId,
};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Seal};
use crate::limits;
use crate::views::ledger::RefusalView;
use crate::views::table::RowFault;

/// A request as far as it can be told from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// None: it came without one.
    pub operation: Option<OperationId>,
    /// None: it was refused before its body was read.
    pub fingerprint: Option<[u8; 32]>,
}

impl From<Operation> for Sent {
    fn from(operation: Operation) -> Self {
        Self { operation: Some(operation.id), fingerprint: Some(operation.fingerprint) }
    }
}

/// A fault of a lot's row in a table that was refused, and the contract that the row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLot {
    pub contract: String,
    pub fault: RowFault,
}

/// What was asked, and the rule that said no.
struct Refused<'a> {
    action: &'a str,
    code: &'a str,
    ja: String,
    en: String,
}

impl Unit<'_> {
    /// Notes a refused request under a contract. A retry of the same request is refused again and is no second attempt.
    pub fn note_attempt(
        &mut self,
        sent: Sent,
        contract: ContractId,
        action: &str,
        refusal: &Refusal,
    ) -> Result<(), Fault> {
        if sent.operation.is_some() {
            let same = refusals::table
                .filter(refusals::contract_id.eq(contract).and(refusals::operation.eq(sent.operation)))
                .select(refusals::fingerprint)
                .load::<Option<Vec<u8>>>(self.database)?;
            if same.iter().any(|known| known.as_deref() == sent.fingerprint.as_ref().map(|print| &print[..])) {
                return Ok(());
            }
        }
        let (ja, en) = (refusal.ja(), refusal.en());
        self.keep_refusal(sent, contract, Refused { action, code: refusal.code.as_str(), ja, en })
    }

    /// Notes the lots of a table that was refused, each under the contract that it names. A table that is sent again
    /// under the same operation id is no second attempt; the id is bound to nothing, since it may come corrected.
    pub fn note_lots(&mut self, operation: OperationId, lots: &[RefusedLot]) -> Result<(), Fault> {
        let known = refusals::table.filter(refusals::operation.eq(operation)).select(refusals::id);
        if known.first::<RefusalId>(self.database).optional()?.is_some() {
            return Ok(());
        }
        let numbers: BTreeSet<&str> = lots.iter().map(|lot| lot.contract.as_str()).collect();
        let mut contracts = BTreeMap::new();
        for part in numbers.into_iter().collect::<Vec<_>>().chunks(limits::IDS_PER_QUERY) {
            let found: Vec<(String, ContractId)> = contracts::table
                .filter(contracts::number.eq_any(part))
                .select((contracts::number, contracts::id))
                .load(self.database)?;
            contracts.extend(found);
        }
        let sent = Sent { operation: Some(operation), fingerprint: None };
        for RefusedLot { contract, fault } in lots {
            let Some(contract) = contracts.get(contract) else { continue };
            let ja = format!("{}行目（{}）：{}", fault.row, fault.column, fault.ja);
            let en = format!("Row {} ({}): {}", fault.row, fault.column, fault.en);
            self.keep_refusal(sent, *contract, Refused { action: "import_lot", code: &fault.code, ja, en })?;
        }
        Ok(())
    }

    fn keep_refusal(&mut self, sent: Sent, contract: ContractId, refused: Refused<'_>) -> Result<(), Fault> {
        // The number's row is ours until the commit, so the refusal before this one stands.
        let seq = self.next_number(REFUSALS)?;
        let row = RefusalRow {
            id: self.id(),
            contract_id: contract,
            action: refused.action.to_owned(),
            code: refused.code.to_owned(),
            ja: refused.ja,
            en: refused.en,
            actor: to_json(self.actor()),
            at: self.now(),
            operation: sent.operation,
            fingerprint: sent.fingerprint.map(|print| print.to_vec()),
            seq: Some(seq),
            link: None,
        };
        let before: Option<Option<Vec<u8>>> =
            refusals::table.filter(refusals::seq.eq(seq - 1)).select(refusals::link).first(self.database).optional()?;
        let link = row.link_after(&before.flatten().unwrap_or_default());
        let row = RefusalRow { link: Some(link.to_vec()), ..row };
        diesel::insert_into(refusals::table).values(row).execute(self.database)?;
        Ok(())
    }

    /// Notes a part of a command that a rule does not let happen, while the rest of the command goes on.
    pub(super) fn note_refusal(&mut self, contract: ContractId, action: &str, refusal: &Refusal) -> Result<(), Fault> {
        self.note_attempt(Sent::default(), contract, action, refusal)
    }
}

/// Whether an operation id was refused before with other content. It stays bound to what it was first used for, refused
/// or not; the same content may be sent again, and the rules are asked again.
pub(super) fn was_refused_otherwise(database: &mut Database, operation: Operation) -> Result<bool, Fault> {
    let first: Option<Vec<u8>> = refusals::table
        .filter(refusals::operation.eq(operation.id).and(refusals::fingerprint.is_not_null()))
        .order((refusals::at, refusals::id))
        .select(refusals::fingerprint.assume_not_null())
        .first(database)
        .optional()?;
    Ok(first.is_some_and(|print| print != operation.fingerprint))
}

/// The series that numbers the refusals.
pub(super) const REFUSALS: &str = "refusals";

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals)]
pub(super) struct RefusalRow {
    id: RefusalId,
    contract_id: ContractId,
    action: String,
    code: String,
    ja: String,
    en: String,
    actor: String,
    at: Timestamp,
    operation: Option<OperationId>,
    fingerprint: Option<Vec<u8>>,
    /// Place among all refusals, from 1. None: it is older than their chain.
    pub seq: Option<i64>,
    pub link: Option<Vec<u8>>,
}

impl RefusalRow {
    /// The link that must stand in the row, given that of the refusal before.
    pub fn link_after(&self, before: &[u8]) -> Link {
        let mut seal = Seal::new("refusal");
        seal.bytes(before).number(self.seq.unwrap_or_default()).id(self.id).id(self.contract_id);
        for text in [&self.action, &self.code, &self.ja, &self.en, &self.actor] {
            seal.text(text);
        }
        seal.number(self.at.micros())
            .maybe(self.operation.as_ref().map(|id| id.bytes()))
            .maybe(self.fingerprint.as_deref());
        seal.close()
    }
}

impl Reader<'_> {
    /// The newest refusals under a contract.
    pub fn refusals(&mut self, contract: ContractId) -> Result<Vec<RefusalView>, Fault> {
        let rows: Vec<(String, String, String, String, String, Timestamp)> = refusals::table
            .filter(refusals::contract_id.eq(contract))
            .order((refusals::at.desc(), refusals::id.desc()))
            .limit(limits::AUDIT_PAGE)
            .select((refusals::action, refusals::code, refusals::ja, refusals::en, refusals::actor, refusals::at))
            .load(self.database)?;
        let view = |(action, code, ja, en, actor, at): (_, _, _, _, String, _)| {
            Ok(RefusalView { action, code, ja, en, actor: json(&actor)?, at })
        };
        rows.into_iter().map(view).collect()
    }

    /// The contracts that ids name, themselves or by one of their things: what a request touches or tries to touch.
    /// Words that are no id, and ids of nothing, name none.
    pub fn contracts_named(&mut self, words: &[String]) -> Result<BTreeSet<ContractId>, Fault> {
        let mut found = BTreeSet::new();
        for word in words.iter().take(limits::AUDIT_WORDS) {
            found.extend(self.contract_named(word)?);
        }
        Ok(found)
    }

    fn contract_named(&mut self, word: &str) -> Result<Option<ContractId>, Fault> {
        let database = &mut *self.database;
        let found = if let Ok(id) = word.parse::<ContractId>() {
            contracts::table.find(id).select(contracts::id).first(database)
        } else if let Ok(id) = word.parse::<IssueId>() {
            issues::table.find(id).select(issues::contract_id).first(database)
        } else if let Ok(id) = word.parse::<VisitId>() {
            let visits = visits::table.inner_join(work_orders::table.inner_join(issues::table));
            visits.filter(visits::id.eq(id)).select(issues::contract_id).first(database)
        } else if let Ok(id) = word.parse::<DisputeId>() {
            disputes::table.find(id).select(disputes::contract_id).first(database)
        } else if let Ok(id) = word.parse::<LotId>() {
            let lots = lots::table.inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)));
            lots.filter(lots::id.eq(id)).select(wallets::contract_id).first(database)
        } else if let Ok(id) = word.parse::<PostingId>() {
            let postings = postings::table.inner_join(wallets::table.on(wallets::id.eq(postings::wallet_id)));
            postings.filter(postings::id.eq(id)).select(wallets::contract_id).first(database)
        } else if let Ok(id) = word.parse::<AdjustmentId>() {
            let adjustments = adjustments::table.inner_join(wallets::table.on(wallets::id.eq(adjustments::wallet_id)));
            adjustments.filter(adjustments::id.eq(id)).select(wallets::contract_id).first(database)
        } else {
            return Ok(None);
        };
        Ok(found.optional()?)
    }
}
