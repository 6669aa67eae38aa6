//! What the ledger refused, kept for audit: who asked for what, and the rule that said no.

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::Fault;
use super::schema::refusals;
use super::{Reader, Unit};
use crate::domain::ids::{ContractId, OperationId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Seal};
use crate::limits;
use crate::views::ledger::RefusalView;

impl Unit<'_> {
    /// Notes a refusal once for each operation: a retry is refused again and is no second attempt.
    pub fn note_refusal(
        &mut self,
        operation: OperationId,
        contract: ContractId,
        action: &str,
        refusal: &Refusal,
    ) -> Result<(), Fault> {
        let known: i64 = refusals::table.filter(refusals::id.eq(operation)).count().get_result(self.database)?;
        if known > 0 {
            return Ok(());
        }
        // The number's row is ours until the commit, so the refusal before this one stands.
        let seq = self.next_number(REFUSALS)?;
        let row = RefusalRow {
            id: operation,
            contract_id: contract,
            action: action.to_owned(),
            code: refusal.code.as_str().to_owned(),
            ja: refusal.ja(),
            en: refusal.en(),
            actor: to_json(self.actor()),
            at: self.now(),
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
}

/// The series that numbers the refusals.
pub(super) const REFUSALS: &str = "refusals";

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals)]
pub(super) struct RefusalRow {
    id: OperationId,
    contract_id: ContractId,
    action: String,
    code: String,
    ja: String,
    en: String,
    actor: String,
    at: Timestamp,
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
        seal.number(self.at.micros());
        seal.close()
    }
}

impl Reader<'_> {
    /// The newest refusals of a contract's ledger.
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
}
