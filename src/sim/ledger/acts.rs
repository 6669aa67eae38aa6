//! What the people at the desk might do next: mostly honest, sometimes in error.

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::deeds::{Act, Deed};
use crate::domain::ids::{ContractId, IssueId, LotId, ProductId, SiteId};
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::terms::{LawClass, Scope, UnitKind};
use crate::sim::luck::Luck;
use crate::views::desk::{IntakeRequest, OutcomeRequest, RemoteOutcome};
use crate::views::ledger::*;

/// What the desk knows of one contract.
#[derive(Debug, Clone)]
pub struct Known {
    pub contract: ContractId,
    pub version: i64,
    pub unit: UnitKind,
    pub site: SiteId,
    pub product: ProductId,
    pub lots: Vec<LotId>,
    /// Issues that are not over.
    pub open: Vec<IssueId>,
    /// Issues that are, the newest last; some more will be corrected.
    pub closed: Vec<IssueId>,
}

/// Issues remembered after they were closed.
pub const REMEMBERED: usize = 50;

const OUTCOMES: [RemoteOutcome; 4] =
    [RemoteOutcome::Answered, RemoteOutcome::OwnDefect, RemoteOutcome::Withdrawn, RemoteOutcome::SolvedByArticle];

/// The next thing that somebody does.
pub fn next(luck: &mut Luck, known: &[Known], today: NaiveDate) -> Deed {
    let at = usize::try_from(luck.between(0, known.len() as i64 - 1)).unwrap_or_default();
    let here = &known[at];
    let act = match luck.between(0, 99) {
        0..24 => Act::Call(Box::new(call(luck, here))),
        24..43 => close(luck, here),
        43..67 => by_hand(luck, here),
        67..78 => lot(luck, here, today),
        78..82 => adjustment(luck, here, today),
        82..88 => transfer(luck, known, here),
        88..91 => void(luck, here),
        91..92 => policy(luck, here, today),
        92..96 => claim(luck, here),
        96..98 => bill(today),
        _ => Act::Expire,
    };
    // One desk in twenty-five looks at the wrong customer.
    let wrong = luck.once_in(25).then(|| luck.pick(known)).flatten();
    Deed { contract: wrong.unwrap_or(here).contract, act }
}

fn call(luck: &mut Luck, here: &Known) -> IntakeRequest {
    let issues: Vec<_> = (0..luck.between(1, 2))
        .map(|_| {
            let visit = luck.chance(50);
            let kind = ["fault", "question", "inquiry"][usize::from(!visit) * (1 + usize::from(luck.chance(20)))];
            let item = luck.chance(20).then_some("clean");
            json!({"kind": kind, "menu_item": item, "site_id": here.site, "asset_id": null,
                "product_id": here.product, "symptom": "noise", "description": "試算", "impact": "partial",
                "urgency": "today", "needs_visit": visit, "wish": null})
        })
        .collect();
    let request = json!({"channel": "call", "contract_id": here.contract, "contract_version": here.version,
        "contact_id": null, "caller_name": "試算", "caller_phone": "076-555-0111", "started_at": null,
        "overdraft": luck.chance(60), "issues": issues});
    serde_json::from_value(request).expect("written in the shape of the request")
}

fn close(luck: &mut Luck, here: &Known) -> Act {
    let outcome = *luck.pick(&OUTCOMES).unwrap_or(&RemoteOutcome::Answered);
    match luck.pick(&here.open) {
        // An open issue still has its first version: only its end changes it.
        Some(issue) => Act::Close(
            *issue,
            OutcomeRequest { version: 1, outcome, note: String::new(), remedy: String::new(), minutes: None },
        ),
        None => Act::Expire,
    }
}

/// What the customer says, and what he is answered.
fn claim(luck: &mut Luck, here: &Known) -> Act {
    let of = if luck.chance(40) { &here.open } else { &here.closed };
    match luck.between(0, 9) {
        0..3 => luck.pick(of).map_or(Act::Expire, |issue| Act::Object(*issue)),
        3..5 => Act::Answer(luck.chance(70), luck.chance(30).then_some(1)),
        5 => Act::Limit(luck.chance(60).then_some(luck.between(0, 20)), luck.chance(60).then_some(30)),
        _ => Act::Approve(luck.chance(75)),
    }
}

/// The invoice of what was overdrawn, if anything was.
fn bill(today: NaiveDate) -> Act {
    let (invoice_number, issuer_number) = ("INV-1".to_owned(), Some("T1234567890123".to_owned()));
    let invoice = InvoiceRequest { invoice_number, issuer_number, invoiced_on: today, version: 0 };
    Act::Bill(OverdraftInvoiceRequest { invoice })
}

/// Corrections, also such as no rule allows.
fn by_hand(luck: &mut Luck, here: &Known) -> Act {
    let of = if luck.chance(60) { &here.open } else { &here.closed };
    let Some(issue_id) = luck.pick(of).copied() else { return Act::Expire };
    let (reason, note) = (CorrectionReason::EntryError, String::new());
    let units = if here.unit.is_single() { luck.between(-1, 3) } else { luck.between(-5, 45) };
    match luck.between(0, 9) {
        0..4 => Act::Capture(CaptureRequest { issue_id, units, reason, note }),
        4..6 => Act::Release(ReleaseRequest { issue_id, reason, note }),
        _ => Act::Reverse(ReversalRequest { issue_id, units, reason, note }),
    }
}

fn lot(luck: &mut Luck, here: &Known, today: NaiveDate) -> Act {
    let days = luck.between(-20, 400);
    let expires_on = match luck.between(0, 9) {
        0 => None,
        _ => today.checked_add_days(Days::new(days.max(0).unsigned_abs())).or(Some(today)),
    };
    let expires_on = if days < 0 { today.pred_opt() } else { expires_on };
    let units = if here.unit.is_single() { luck.between(0, 30) } else { luck.between(0, 900) };
    let gift = luck.chance(25);
    let request = LotRequest {
        units,
        price_yen: if gift { 0 } else { units.max(0) * 5_000 },
        issued_on: None,
        expires_on,
        scope: *luck.pick(Scope::ALL).unwrap_or(&Scope::Any),
        law_class: *luck.pick(LawClass::ALL).unwrap_or(&LawClass::B2bExempt),
        invoice: None,
    };
    if gift { Act::Grant(request) } else { Act::Sell(request) }
}

fn adjustment(luck: &mut Luck, here: &Known, today: NaiveDate) -> Act {
    let units = luck.between(-5, 5);
    let lot_id = luck.pick(&here.lots).copied().filter(|_| units < 0);
    let expires_on = today.checked_add_days(Days::new(90));
    let reason = CorrectionReason::CountDifference;
    Act::Adjust(AdjustRequest { units, lot_id, expires_on, reason, note: String::new() })
}

fn transfer(luck: &mut Luck, known: &[Known], here: &Known) -> Act {
    let (Some(lot_id), Some(to)) = (luck.pick(&here.lots).copied(), luck.pick(known)) else { return Act::Expire };
    let units = luck.between(0, if here.unit.is_single() { 4 } else { 60 });
    let reason = CorrectionReason::ContractChange;
    Act::Transfer(TransferRequest { to_contract_id: to.contract, lot_id, units, reason, note: String::new() })
}

fn void(luck: &mut Luck, here: &Known) -> Act {
    let Some(lot_id) = luck.pick(&here.lots).copied() else { return Act::Expire };
    Act::Void(VoidRequest { lot_id, reason: CorrectionReason::EntryError, note: String::new() })
}

/// A new version; one in five leaves something open.
fn policy(luck: &mut Luck, here: &Known, today: NaiveDate) -> Act {
    let cost = if here.unit.is_single() { luck.between(1, 3) } else { luck.between(10, 50) };
    let point = ["acceptance", "investigation_start", "arrival", "completion"];
    let draft = json!({"covers_ja": "1要件", "covers_en": "One issue", "question_cost": 1, "fault_cost": cost,
        "inquiry_cost": 0, "recurrence_days": 0, "capture_point": luck.pick(&point), "own_defect_cost": 0,
        "solved_by_article_cost": 0, "no_fault_found_cost": 1, "no_access_captures": luck.chance(50),
        "cancel_before_departure_cost": luck.between(0, 1), "cancel_after_departure_cost": 1,
        "overdraft_limit": (!luck.chance(20)).then_some(luck.between(0, 40)), "transfer_allowed": true,
        "honours_holds": luck.chance(80), "minute_step": 15, "grace_days": luck.between(0, 20),
        "overdraft_price_yen": luck.chance(70).then_some(6_000)});
    let menu = json!([{"code": "clean", "name_ja": "清掃", "name_en": "Cleaning", "units": cost + 5}]);
    let request = json!({"contract_version": here.version, "from_day": today, "policy": draft, "menu": menu,
        "reason": "試算"});
    Act::Policy(Box::new(serde_json::from_value(request).expect("written in the shape of the request")))
}
