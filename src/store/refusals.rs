//! What the ledger refused, kept for audit: who asked for what, and the rule that said no.

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::Fault;
use super::schema::refusals;
use super::{Reader, Unit};
use crate::domain::ids::{ContractId, OperationId};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
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
        diesel::insert_into(refusals::table)
            .values((
                refusals::id.eq(operation),
                refusals::contract_id.eq(contract),
                refusals::action.eq(action),
                refusals::code.eq(refusal.code.as_str()),
                refusals::ja.eq(refusal.ja()),
                refusals::en.eq(refusal.en()),
                refusals::actor.eq(to_json(self.actor())),
                refusals::at.eq(self.now()),
            ))
            .execute(self.database)?;
        Ok(())
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
