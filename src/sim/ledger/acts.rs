//! What the people at the desk might do next: mostly honest, sometimes in error.

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::company::SYMPTOMS;
use super::deeds::{Act, Deed, Limits};
use super::field::Turn;
use crate::domain::ids::{AssetId, ContractId, IssueId, LotId, ProductId, SiteId, TechnicianId};
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::acknowledgement::Means;
use crate::domain::wallet::refund::RefundGround;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, UnitKind};
use crate::sim::luck::Luck;
use crate::views::desk::{IntakeRequest, RemoteOutcome};
use crate::views::ledger::*;

/// What the desk knows of one contract.
#[derive(Debug, Clone)]
pub struct Known {
    pub contract: ContractId,
    pub version: i64,
    pub unit: UnitKind,
    pub site: SiteId,
    pub product: ProductId,
    pub assets: Vec<AssetId>,
    pub lots: Vec<LotId>,
    pub technicians: Vec<TechnicianId>,
    /// Issues that are not over, and those of them for which somebody must go out.
    pub open: Vec<IssueId>,
    pub visiting: Vec<IssueId>,
    /// Issues that are, the newest last; some more will be corrected.
    pub closed: Vec<IssueId>,
}

/// Issues remembered after they were closed.
pub const REMEMBERED: usize = 50;

/// Open issues above which a desk rather closes some.
const OPEN_MOST: usize = 60;

const OUTCOMES: [RemoteOutcome; 4] =
    [RemoteOutcome::Answered, RemoteOutcome::OwnDefect, RemoteOutcome::Withdrawn, RemoteOutcome::SolvedByArticle];

/// The next thing that somebody does.
pub fn next(luck: &mut Luck, known: &[Known], today: NaiveDate) -> Deed {
    let at = usize::try_from(luck.between(0, known.len() as i64 - 1)).unwrap_or_default();
    let here = &known[at];
    let act = match luck.between(0, 99) {
        0..18 if here.open.len() < OPEN_MOST => Act::Call(Box::new(call(luck, here))),
        0..31 => close(luck, here),
        31..47 => field(luck, here),
        47..66 => by_hand(luck, here),
        66..76 => lot(luck, here, today),
        76..80 => adjustment(luck, here, today),
        80..82 => Act::Decide { accept: luck.chance(75), oneself: luck.chance(20) },
        82..87 => transfer(luck, known, here),
        87..89 => void(luck, here),
        89 => refund(luck, here),
        90..92 => policy(luck, here, today),
        92..96 => claim(luck, here),
        96..98 => bill(today),
        _ => Act::Expire,
    };
    // One desk in twenty-five looks at the wrong customer.
    let wrong = luck.once_in(25).then(|| luck.pick(known)).flatten();
    Deed { contract: wrong.unwrap_or(here).contract, act }
}

/// Where there is nothing yet to be done it to, somebody calls.
fn instead(luck: &mut Luck, here: &Known) -> Act {
    Act::Call(Box::new(call(luck, here)))
}

fn call(luck: &mut Luck, here: &Known) -> IntakeRequest {
    let issues: Vec<_> = (0..luck.between(1, 2))
        .map(|_| {
            let visit = luck.chance(50);
            let kind = ["fault", "question", "inquiry"][usize::from(!visit) * (1 + usize::from(luck.chance(20)))];
            let item = luck.chance(20).then_some("clean");
            // A machine that fails often fails in the same way again; of some callers nobody knows which machine it is.
            let asset = luck.pick(&here.assets).copied().filter(|_| luck.chance(60));
            let symptom = SYMPTOMS[usize::from(luck.chance(30))];
            json!({"kind": kind, "menu_item": item, "site_id": here.site, "asset_id": asset,
                "product_id": here.product, "symptom": symptom, "description": "試算", "impact": "partial",
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
        Some(issue) => Act::Close(*issue, outcome),
        None => instead(luck, here),
    }
}

/// Somebody goes on with a visit of one of the issues that have waited longest.
fn field(luck: &mut Luck, here: &Known) -> Act {
    let issue = luck.pick(&here.visiting[..here.visiting.len().min(3)]);
    let (Some(issue), Some(technician)) = (issue.copied(), luck.pick(&here.technicians).copied()) else {
        return instead(luck, here);
    };
    Act::Field(Turn { issue, technician, chance: luck.between(0, 99), minutes: luck.between(1, 180) })
}

/// What the customer says, and what he is answered.
fn claim(luck: &mut Luck, here: &Known) -> Act {
    let of = if luck.chance(40) { &here.open } else { &here.closed };
    match luck.between(0, 9) {
        0..3 => match luck.pick(of) {
            Some(issue) => Act::Object(*issue),
            None => instead(luck, here),
        },
        3..5 => Act::Answer(luck.chance(70), luck.chance(30).then_some(1)),
        5 => {
            let (few, many) = if here.unit.is_single() { (3, 30) } else { (45, 900) };
            let (issue, month) = (luck.between(0, few), luck.between(0, many));
            Act::Limit(Limits {
                per_issue: luck.chance(50).then_some(issue),
                per_month: luck.chance(40).then_some(month),
                auto_minutes: luck.chance(60).then_some(30),
            })
        }
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
    let Some(issue_id) = luck.pick(of).copied() else { return instead(luck, here) };
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
        // As tables write that there is no end.
        1 => NaiveDate::from_ymd_opt(9999, 12, 31),
        _ => today.checked_add_days(Days::new(days.max(0).unsigned_abs())).or(Some(today)),
    };
    let expires_on = if days < 0 { today.pred_opt() } else { expires_on };
    let units = if here.unit.is_single() { luck.between(0, 30) } else { luck.between(0, 900) };
    // Most buy what is sold; some ask for less than the least, or for what is no multiple of the step.
    let units = if luck.chance(60) { (units + 9) / 10 * 10 } else { units };
    let gift = luck.chance(25);
    let request = LotRequest {
        units,
        price_yen: if gift { 0 } else { units.max(0) * 5_000 },
        issued_on: None,
        expires_on,
        scope: *luck.pick(Scope::ALL).unwrap_or(&Scope::Any),
        law_class: *luck.pick(LawClass::ALL).unwrap_or(&LawClass::B2bExempt),
        invoice: None,
        acknowledged: luck.chance(50).then(|| AcknowledgementRequest {
            by: Some("試算".to_owned()),
            means: Some(Means::Paper),
            on: None,
        }),
    };
    if gift { Act::Grant(request) } else { Act::Sell(request) }
}

fn adjustment(luck: &mut Luck, here: &Known, today: NaiveDate) -> Act {
    // One in three is too large for one person alone.
    let most = if luck.chance(35) { 40 } else { 5 };
    let units = luck.between(-most, most);
    let lot_id = luck.pick(&here.lots).copied().filter(|_| units < 0);
    let expires_on = today.checked_add_days(Days::new(90));
    let reason = CorrectionReason::CountDifference;
    Act::Adjust(AdjustRequest { units, lot_id, expires_on, reason, note: String::new() })
}

fn transfer(luck: &mut Luck, known: &[Known], here: &Known) -> Act {
    let (Some(lot_id), Some(to)) = (luck.pick(&here.lots).copied(), luck.pick(known)) else {
        return instead(luck, here);
    };
    let units = luck.between(0, if here.unit.is_single() { 4 } else { 60 });
    let reason = CorrectionReason::ContractChange;
    Act::Transfer(TransferRequest { to_contract_id: to.contract, lot_id, units, reason, note: String::new() })
}

fn void(luck: &mut Luck, here: &Known) -> Act {
    let Some(lot_id) = luck.pick(&here.lots).copied() else { return instead(luck, here) };
    Act::Void(VoidRequest { lot_id, reason: CorrectionReason::EntryError, note: String::new() })
}

fn refund(luck: &mut Luck, here: &Known) -> Act {
    let Some(lot_id) = luck.pick(&here.lots).copied() else { return instead(luck, here) };
    let units = luck.between(0, if here.unit.is_single() { 4 } else { 60 });
    let ground = *luck.pick(RefundGround::ALL).unwrap_or(&RefundGround::ByContract);
    Act::Refund(RefundRequest { lot_id, units, ground, note: "試算".to_owned() })
}

/// A new version, in force today or before long; one in five leaves something open.
fn policy(luck: &mut Luck, here: &Known, today: NaiveDate) -> Act {
    let single = here.unit.is_single();
    let cost = if single { luck.between(1, 3) } else { luck.between(10, 50) };
    let point = ["acceptance", "investigation_start", "arrival", "completion"];
    let least = if single { luck.between(1, 6) } else { luck.between(1, 120) };
    let step = *luck.pick(&[1, 1, 2, 5, 10]).unwrap_or(&1);
    let draft = json!({"covers_ja": "1要件", "covers_en": "One issue", "question_cost": luck.between(0, cost),
        "fault_cost": cost, "inquiry_cost": 0, "recurrence_days": luck.pick(&[0, 3, 14, 30, 60]),
        "capture_point": luck.pick(&point), "own_defect_cost": luck.between(0, 1),
        "solved_by_article_cost": luck.between(0, 1), "no_fault_found_cost": luck.between(0, cost),
        "no_access_captures": luck.chance(50), "cancel_before_departure_cost": luck.between(0, 1),
        "cancel_after_departure_cost": luck.between(0, cost),
        "overdraft_limit": (!luck.chance(20)).then_some(luck.between(0, 40)), "transfer_allowed": true,
        "honours_holds": luck.chance(80), "low_balance": luck.between(0, 5), "purchase_min": least,
        "purchase_step": step, "purchase_year_max": luck.chance(30).then_some(least * luck.between(10, 200)),
        "approval_units": luck.chance(30).then_some(luck.between(0, cost)),
        "minute_step": 15, "refuses_uncovered": false, "grace_days": luck.between(0, 20),
        "overdraft_price_yen": luck.chance(70).then_some(6_000)});
    let menu = json!([{"code": "clean", "name_ja": "清掃", "name_en": "Cleaning", "units": cost + luck.between(1, 9)}]);
    let from_day = if luck.chance(70) { today } else { today + Days::new(luck.between(1, 40).unsigned_abs()) };
    let request = json!({"contract_version": here.version, "from_day": from_day, "policy": draft, "menu": menu,
        "reason": "試算"});
    Act::Policy(Box::new(serde_json::from_value(request).expect("written in the shape of the request")))
}
