//! What customers are told without having asked: from what happened under their contracts, and from the calendar.

use chrono::NaiveDate;

use crate::commands::wallet::approval_rule;
use crate::domain::event::{Event, EventKind, Stream};
use crate::domain::ids::{ContractId, WalletId};
use crate::domain::notice::{Asking, NoticeKind, approval_key, event_key, expiry_due, expiry_key, low_key, runs_low};
use crate::domain::time::Timestamp;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::policy::Policy;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::sentences::Words;
use crate::sentences::history::balance_change;
use crate::sentences::notice::Told;
use crate::store::notices::NewNotice;
use crate::store::{Fault, Reader, Unit};
use crate::views::claims::Approval;

/// The name under which the journal's reading is kept.
pub const CONSUMER: &str = "notices";

/// What one reading of a contract's stream brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    pub given: usize,
    /// The stream goes on.
    pub more: bool,
}

/// Reads on in a contract's stream, gives the notices that come of it, and keeps the place; all of it or nothing.
/// `domain` is that of the sender's address when mail goes out.
pub fn follow(unit: &mut Unit<'_>, contract: ContractId, domain: Option<&str>) -> Result<Followed, Fault> {
    let stream = Stream::Contract(contract);
    let read = unit.look().consumed(CONSUMER, stream)?;
    let entries = unit.look().events_after(stream, read, limits::HERALD_EVENTS)?;
    let Some((last, _)) = entries.last() else { return Ok(Followed::default()) };
    let mut given = 0;
    for (_, event) in &entries {
        if let Some(notice) = notice_of(&mut unit.look(), contract, event)? {
            given += usize::from(unit.give_notice(&notice, domain)?.is_some());
        }
    }
    unit.set_consumed(CONSUMER, stream, *last)?;
    Ok(Followed { given, more: entries.len() as i64 == limits::HERALD_EVENTS })
}

/// The notice that an event calls for.
fn notice_of(reader: &mut Reader<'_>, contract: ContractId, event: &Event) -> Result<Option<NewNotice>, Fault> {
    match event.kind {
        EventKind::InteractionLogged => Ok(logged(contract, event)),
        EventKind::WalletOverdrawn => overdraft(reader, contract, event),
        EventKind::DisputeGranted => Ok(Some(dispute(contract, event, true))),
        EventKind::DisputeRefused => Ok(Some(dispute(contract, event, false))),
        EventKind::ApprovalAsked => asking(reader, event, Asking::Asked),
        EventKind::ApprovalDue => asking(reader, event, Asking::Due),
        EventKind::ApprovalTimedOut => asking(reader, event, Asking::TimedOut),
        kind if kind.as_str().starts_with("wallet.") => low_balance(reader, contract, event),
        _ => Ok(None),
    }
}

fn text(event: &Event, pointer: &str) -> String {
    event.data.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

/// The line that was read out, once for each contact: a copy for confirmation of what was entered on a customer's
/// behalf, and of everything else that uses units.
fn logged(contract: ContractId, event: &Event) -> Option<NewNotice> {
    let cost = Words::new(text(event, "/consumption/ja"), text(event, "/consumption/en"));
    let number = text(event, "/number");
    let told = if event.data["on_behalf_of"].as_bool().unwrap_or_default() {
        Told::ProxyEntry { number, caller: text(event, "/caller_name"), cost: cost.clone() }
    } else if event.data["consumption"]["units"].as_i64().is_some_and(|units| units > 0) {
        Told::Usage { number, cost: cost.clone() }
    } else {
        return None;
    };
    let key = event_key(told.kind(), event.id);
    (!cost.ja.is_empty()).then_some(NewNotice { contract, key, issue: None, told })
}

/// The approver is asked while he has not answered. What waits from its first moment is told once.
fn asking(reader: &mut Reader<'_>, event: &Event, asking: Asking) -> Result<Option<NewNotice>, Fault> {
    let Some(issue) = event.about.issue_id else { return Ok(None) };
    let Some(approval) = reader.approval(issue)? else { return Ok(None) };
    let wanted = match asking {
        Asking::TimedOut => ApprovalState::TimedOut,
        Asking::Asked | Asking::Due | Asking::Soon => ApprovalState::Pending,
    };
    if approval.state != wanted || (asking == Asking::Due && event.at == approval.asked_at) {
        return Ok(None);
    }
    Ok(Some(asked(reader, &approval, &text(event, "/issue_number"), asking)?))
}

fn asked(reader: &mut Reader<'_>, approval: &Approval, issue_number: &str, asking: Asking) -> Result<NewNotice, Fault> {
    let contract = approval.contract_id;
    let (_, unit, _) = reader.wallet_head(contract)?;
    let rule = approval_rule(reader, contract)?;
    let named = rule.rule.and_then(|rule| rule.approver_id);
    let approver = rule.approvers.into_iter().find(|person| Some(person.id) == named).map(|person| person.name);
    let until = approval.auto_at.filter(|_| asking != Asking::TimedOut).map(|at| {
        let local = at.utc().with_timezone(&reader.zone());
        Words::new(local.format("%-m/%-d %H:%M").to_string(), local.format("%-d %b %H:%M").to_string())
    });
    let told =
        Told::Approval { asking, unit, units: approval.units, issue_number: issue_number.to_owned(), approver, until };
    Ok(NewNotice { contract, key: approval_key(approval.issue_id, asking), issue: Some(approval.issue_id), told })
}

/// Approvals that count as given soon and whose approver was not told so: a last word before the time is over.
pub fn running_out(reader: &mut Reader<'_>, now: Timestamp) -> Result<Vec<NewNotice>, Fault> {
    let mut notices = Vec::new();
    for (issue, number) in reader.approvals_running_out(now)? {
        if let Some(approval) = reader.approval(issue)? {
            notices.push(asked(reader, &approval, &number, Asking::Soon)?);
        }
    }
    Ok(notices)
}

fn overdraft(reader: &mut Reader<'_>, contract: ContractId, event: &Event) -> Result<Option<NewNotice>, Fault> {
    let (_, unit, _) = reader.wallet_head(contract)?;
    let owed = -reader.wallet_book(contract)?.overdraft;
    let price_yen = match event.about.issue_id {
        Some(issue) => reader.overdraft_price(issue)?,
        None => None,
    };
    let units = event.data["units"].as_i64().unwrap_or_default();
    Ok(Some(NewNotice {
        contract,
        key: event_key(NoticeKind::Overdraft, event.id),
        issue: event.about.issue_id,
        told: Told::Overdraft {
            unit,
            units,
            issue_number: text(event, "/issue_number"),
            // A purchase may have settled it before this was read.
            owed: owed.max(0),
            price_yen,
        },
    }))
}

fn dispute(contract: ContractId, event: &Event, granted: bool) -> NewNotice {
    let (issue_number, note) = (text(event, "/issue_number"), text(event, "/dispute/decision_note"));
    let units = |field: &str| event.data["dispute"][field].as_i64().unwrap_or_default();
    let granted = granted.then(|| (units("returned"), units("expired")));
    let unit = text(event, "/unit").parse().unwrap_or(UnitKind::Ticket);
    NewNotice {
        contract,
        key: event_key(NoticeKind::Dispute, event.id),
        issue: event.about.issue_id,
        told: Told::Dispute { unit, issue_number, note, granted },
    }
}

/// A movement that took the balance over the contract's line, as long as it still lies there.
fn low_balance(reader: &mut Reader<'_>, contract: ContractId, event: &Event) -> Result<Option<NewNotice>, Fault> {
    let Some(change) = balance_change(event).filter(|change| *change < 0) else { return Ok(None) };
    let Some(after) = event.data["available"].as_i64() else { return Ok(None) };
    let policy = today_policy(reader, contract)?;
    let now = reader.wallet_book(contract)?.available;
    if runs_low(&policy, after - change, after).is_none() {
        return Ok(None);
    }
    let Some(low) = runs_low(&policy, after - change, now) else { return Ok(None) };
    let (wallet, unit, _) = reader.wallet_head(contract)?;
    let key = low_key(wallet, low, reader.lot_count(wallet)?);
    Ok(Some(NewNotice { contract, key, issue: None, told: Told::LowBalance { unit, left: now } }))
}

fn today_policy(reader: &mut Reader<'_>, contract: ContractId) -> Result<Policy, Fault> {
    let today = reader.today();
    Ok(reader.policy_on(contract, today)?.policy)
}

/// Notices of units that die soon and were not told yet, of the next wallets after one; with the last wallet that was
/// looked at, none when that was all.
pub fn expiring(
    reader: &mut Reader<'_>,
    after: Option<WalletId>,
    today: NaiveDate,
) -> Result<(Vec<NewNotice>, Option<WalletId>), Fault> {
    let (dying, next) = reader.dying_units(after, today, limits::HERALD_WALLETS)?;
    let contracts: Vec<ContractId> = dying.iter().map(|units| units.contract).collect();
    let policies = reader.policies_on(&contracts, today)?;
    let mut notices = Vec::new();
    for units in dying {
        let Some(in_force) = policies.get(&units.contract) else { continue };
        let days_left = (units.last_day - today).num_days();
        if let Some(days) = expiry_due(&in_force.policy, days_left) {
            let told = Told::Expiry { unit: units.unit, count: units.count, last_day: units.last_day, days_left };
            let key = expiry_key(units.contract, units.last_day, days);
            notices.push(NewNotice { contract: units.contract, key, issue: None, told });
        }
    }
    let keys: Vec<String> = notices.iter().map(|notice| notice.key.clone()).collect();
    let told = reader.told_keys(&keys)?;
    notices.retain(|notice| !told.contains(&notice.key));
    Ok((notices, next))
}
