//! New versions of a contract's policy.

use serde_json::json;

use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
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
    let (today, reason) = (unit.today(), request.reason.trim());
    if request.from_day < today {
        let refusal = Refusal::new(Code::PolicyInPast).with("day", request.from_day).with("today", today);
        return Err(refusal.at("from_day").into());
    }
    if reason.is_empty() || reason.chars().count() > limits::LINE_CHARS {
        let (ja, en) = ("改定の理由を200文字以内で書いてください", "a reason of 1 to 200 characters is needed");
        return Err(Refusal::invalid_both("reason", ja, en).into());
    }
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
