//! New versions of a contract's policy.

use serde_json::json;

use super::text;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::store::{Fault, Reader, Unit};
use crate::views::ledger::{PolicyRequest, PolicyView};

/// Sets the next version. What was accepted under an earlier one stays under it.
pub fn set_policy(
    unit: &mut Unit<'_>,
    contract: ContractId,
    request: &PolicyRequest,
) -> Result<Vec<PolicyView>, Fault> {
    unit.lock_wallet_of(contract)?;
    let card = unit.look().contract_card(contract)?;
    if card.version != request.contract_version {
        return Err(Refusal::stale(card.version, card).at("contract_version").into());
    }
    let today = unit.today();
    if request.from_day < today {
        let refusal = Refusal::new(Code::PolicyInPast).with("day", request.from_day).with("today", today);
        return Err(refusal.at("from_day").into());
    }
    let reason = text::needed_reason(&request.reason)?;
    let policy = request.policy.complete(card.wallet.unit, &request.menu)?;
    let version = unit.set_policy(contract, request.from_day, &policy, &request.menu, reason)?;
    let about = About { contract_id: Some(contract), ..About::default() };
    let data = json!({ "version": version, "from_day": request.from_day, "policy": policy, "menu": request.menu });
    unit.record(&[Stream::Contract(contract)], EventKind::PolicySet, about, data);
    versions(&mut unit.look(), contract)
}

/// Every version, the newest first.
pub fn versions(reader: &mut Reader<'_>, contract: ContractId) -> Result<Vec<PolicyView>, Fault> {
    let today = reader.today();
    let in_force = reader.policy_on(contract, today)?.version;
    let all = reader.policies(contract)?.into_iter().rev().map(|version| PolicyView {
        version: version.version,
        from_day: version.from_day,
        in_force: version.version == in_force,
        policy: version.policy,
        menu: version.menu,
        reason: version.reason,
        set_at: version.set_at,
    });
    Ok(all.collect())
}
