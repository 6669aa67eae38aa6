//! The ledger by hand, told on each database.

use serde_json::{Value, json};

use super::*;
use crate::commands::intake::{preview, save};
use crate::domain::access::{Actor, Role};
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, Id, IssueId, UserId};
use crate::domain::issue::IssueKind;
use crate::domain::refusal::Code;
use crate::domain::time::Seconds;
use crate::domain::wallet::account::{CorrectionReason, Movement, Origin};
use crate::domain::wallet::scope::Scope;
use crate::roads::travel::GreatCircle;
use crate::store::history::HistoryFilter;
use crate::store::testing::{Kit, call, company_with, date, lot, on_both};
use crate::views::claims::ApprovalRequest;
use crate::views::desk::Channel;
use crate::views::ledger::{AdjustRequest, DecisionRequest, LotRequest, PolicyRequest, TransferRequest};
use crate::views::wallet::WalletSummary;

/// Two customers of one group, whose contracts allow transfers.
pub(super) fn group(lots: Value) -> Value {
    let mut company = company_with(lots);
    for customer in company["customers"].as_array_mut().expect("customers") {
        customer["group"] = "百万石グループ".into();
        customer["contracts"][0]["policy"]["transfer_allowed"] = true.into();
        customer["contracts"][0]["ends_on"] = "2027-03-31".into();
    }
    company
}

pub(super) fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

pub(super) async fn contract(kit: &Kit) -> ContractId {
    kit.card("KS-1001").await.id
}

pub(super) async fn wallet(kit: &Kit) -> WalletSummary {
    kit.card("KS-1001").await.wallet
}

/// Saves a call about `issues` faults and gives their ids.
pub(super) async fn called(kit: &Kit, issues: usize) -> Vec<IssueId> {
    let mut request = call(&kit.card("KS-1001").await);
    request.issues[0].product_id = Some(kit.card("KS-1001").await.assets[0].product_id);
    request.issues[0].asset_id = None;
    request.issues = vec![request.issues[0].clone(); issues];
    request.overdraft = true;
    let receipt = kit.write(move |unit| save(unit, &request)).await.expect("saved");
    receipt.issues.iter().map(|issue| issue.id).collect()
}

pub(super) async fn post(
    kit: &Kit,
    change: impl Fn(&mut Unit<'_>) -> Result<LedgerReceipt, Fault> + Send + 'static,
) -> Result<LedgerReceipt, Fault> {
    kit.write(move |unit| change(unit)).await
}

const REASON: CorrectionReason = CorrectionReason::EntryError;

fn captures(issue_id: IssueId, units: i64) -> CaptureRequest {
    CaptureRequest { issue_id, units, reason: REASON, note: String::new() }
}

fn releases(issue_id: IssueId) -> ReleaseRequest {
    ReleaseRequest { issue_id, reason: REASON, note: String::new() }
}

fn reversals(issue_id: IssueId, units: i64) -> ReversalRequest {
    ReversalRequest { issue_id, units, reason: REASON, note: "二重に数えていました".to_owned() }
}

fn lots(units: i64) -> LotRequest {
    let body = json!({"units": units, "price_yen": 5_000 * units, "expires_on": "2027-11-22", "scope": "any",
        "law_class": "b2b_exempt"});
    serde_json::from_value(body).expect("a lot")
}

#[tokio::test]
async fn a_use_is_posted_once_and_a_mistake_is_a_new_posting_that_names_the_old() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, issue) = (contract(&kit).await, called(&kit, 1).await[0]);
        let used = post(&kit, move |unit| capture(unit, contract, &captures(issue, 1))).await.unwrap();
        assert_eq!((used.wallet.held, used.wallet.consumed), (0, 1));
        let again = post(&kit, move |unit| capture(unit, contract, &captures(issue, 1))).await;
        assert_eq!(refused(again), Code::SecondCapture);
        let late = post(&kit, move |unit| release(unit, contract, &releases(issue))).await;
        assert_eq!(refused(late), Code::ReleaseAfterCapture);
        let much = post(&kit, move |unit| reverse(unit, contract, &reversals(issue, 2))).await;
        assert_eq!(refused(much), Code::OverReverse);
        let back = post(&kit, move |unit| reverse(unit, contract, &reversals(issue, 1))).await.unwrap();
        assert_eq!((back.wallet.available, back.wallet.consumed), (5, 0));
        assert_eq!(back.postings[0].movement, Movement::Reverse);
        assert_eq!(back.postings[0].refers_to, Some(used.postings[0].id));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn another_contracts_hold_is_not_touched() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (other, issue) = (kit.card("KS-2001").await.id, called(&kit, 1).await[0]);
        let foreign = post(&kit, move |unit| capture(unit, other, &captures(issue, 1))).await;
        assert_eq!(refused(foreign), Code::WalletForeign);
        let lot_id = wallet(&kit).await.lots[0].id;
        let request = VoidRequest { lot_id, reason: REASON, note: String::new() };
        assert_eq!(refused(post(&kit, move |unit| void(unit, other, &request)).await), Code::WalletForeign);
        let nobody = IssueId::from_uuid(Default::default());
        let nothing = post(&kit, move |unit| release(unit, other, &releases(nobody))).await;
        assert_eq!(refused(nothing), Code::NoHold);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_purchase_settles_the_overdraft_and_keeps_to_the_contract() {
    let mut company = company_with(json!([]));
    let policy = &mut company["customers"][0]["contracts"][0]["policy"];
    (policy["purchase_min"], policy["purchase_year_max"]) = (2.into(), 10.into());
    on_both(company, async |kit| {
        let contract = contract(&kit).await;
        called(&kit, 2).await;
        assert_eq!(wallet(&kit).await.overdraft, 2);
        let few = post(&kit, move |unit| sell(unit, contract, &lots(1))).await;
        assert_eq!(refused(few), Code::PurchaseBounds);
        assert_eq!(refused(post(&kit, move |unit| sell(unit, contract, &lots(-5))).await), Code::WalletCount);
        let old = LotRequest { expires_on: Some(date("2026-11-22")), ..lots(5) };
        assert_eq!(refused(post(&kit, move |unit| sell(unit, contract, &old)).await), Code::LotInPast);
        let long = LotRequest { law_class: crate::domain::wallet::terms::LawClass::SixMonthExempt, ..lots(5) };
        assert_eq!(refused(post(&kit, move |unit| sell(unit, contract, &long)).await), Code::SixMonths);
        let sold = post(&kit, move |unit| sell(unit, contract, &lots(5))).await.unwrap();
        assert_eq!((sold.wallet.available, sold.wallet.held, sold.wallet.overdraft), (3, 2, 0));
        assert_eq!(sold.wallet.lots[0].number, "TK-2026-000001");
        assert_eq!((sold.wallet.lots[0].available, sold.wallet.lots[0].held), (3, 2));
        let much = post(&kit, move |unit| sell(unit, contract, &lots(6))).await;
        assert_eq!(refused(much), Code::PurchaseBounds);
        let gift = LotRequest { price_yen: 0, ..lots(1) };
        let gift = post(&kit, move |unit| grant(unit, contract, &gift)).await.unwrap();
        assert_eq!(gift.wallet.lots[1].origin, Origin::Promotional);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_lot_for_phone_calls_settles_no_repair_visit() {
    on_both(company_with(json!([])), async |kit| {
        let contract = contract(&kit).await;
        called(&kit, 1).await;
        let of = |scope| LotRequest { scope, ..lots(5) };
        let remote = of(Scope::Remote);
        let sold = post(&kit, move |unit| sell(unit, contract, &remote)).await.unwrap();
        assert_eq!((sold.wallet.available, sold.wallet.overdraft), (5, 1));
        let visit = of(Scope::Visit);
        let sold = post(&kit, move |unit| sell(unit, contract, &visit)).await.unwrap();
        assert_eq!((sold.wallet.available, sold.wallet.held, sold.wallet.overdraft), (9, 1, 0));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_lot_pays_for_the_service_that_it_was_sold_for() {
    on_both(company_with(json!([])), async |kit| {
        let card = kit.card("KS-1001").await;
        let contract = card.id;
        for scope in [Scope::Mail, Scope::Maintenance] {
            let sold = LotRequest { scope, ..lots(2) };
            post(&kit, move |unit| sell(unit, contract, &sold)).await.unwrap();
        }
        let mut mail = call(&card);
        mail.channel = Channel::Mail;
        (mail.issues[0].kind, mail.issues[0].needs_visit) = (IssueKind::Question, false);
        let mut phone = mail.clone();
        phone.channel = Channel::Call;
        let mut inspection = call(&card);
        inspection.issues[0].kind = IssueKind::Maintenance;
        kit.write(move |unit| save(unit, &mail)).await.expect("a mail is paid for");
        kit.write(move |unit| save(unit, &inspection)).await.expect("an inspection is paid for");
        assert_eq!(refused(kit.write(move |unit| save(unit, &phone)).await), Code::Insufficient, "a call is not");
        let left: Vec<_> = wallet(&kit).await.lots.iter().map(|lot| (lot.scope, lot.available)).collect();
        assert!(left.contains(&(Scope::Mail, 1)) && left.contains(&(Scope::Maintenance, 1)), "{left:?}");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn an_untouched_lot_is_made_void_and_a_touched_one_is_not() {
    on_both(company_with(json!([lot(1, 3, Some("2027-03-31")), lot(2, 4, Some("2027-09-30"))])), async |kit| {
        let contract = contract(&kit).await;
        called(&kit, 1).await;
        let ids: Vec<_> = wallet(&kit).await.lots.iter().map(|lot| lot.id).collect();
        let request = |at: usize| VoidRequest { lot_id: ids[at], reason: REASON, note: String::new() };
        let first = request(0);
        assert_eq!(refused(post(&kit, move |unit| void(unit, contract, &first)).await), Code::LotTouched);
        let second = request(1);
        let voided = post(&kit, move |unit| void(unit, contract, &second)).await.unwrap();
        assert_eq!((voided.wallet.available, voided.wallet.voided), (2, 4));
        kit.assert_sound().await;
    })
    .await;
}

fn adjustment(units: i64, lot_id: Option<crate::domain::ids::LotId>) -> AdjustRequest {
    AdjustRequest { units, lot_id, expires_on: None, reason: CorrectionReason::CountDifference, note: String::new() }
}

#[tokio::test]
async fn a_large_adjustment_waits_for_a_second_person() {
    on_both(company_with(json!([lot(1, 20, None)])), async |kit| {
        let contract = contract(&kit).await;
        let lot_id = wallet(&kit).await.lots[0].id;
        let small = post(&kit, move |unit| adjust(unit, contract, &adjustment(2, None))).await.unwrap();
        assert_eq!((small.wallet.available, small.waiting), (22, None));
        let down = post(&kit, move |unit| adjust(unit, contract, &adjustment(-3, Some(lot_id)))).await.unwrap();
        assert_eq!(down.wallet.available, 19);
        let large = post(&kit, move |unit| adjust(unit, contract, &adjustment(-10, Some(lot_id)))).await.unwrap();
        let newest = async |for_customer| {
            let filter = HistoryFilter { for_customer, ..HistoryFilter::default() };
            kit.read(move |reader| reader.history(contract, &filter)).await.unwrap().entries[0].kind
        };
        let of_both = (newest(false).await, newest(true).await);
        assert_eq!(of_both, (EventKind::AdjustmentProposed, EventKind::WalletAdjusted), "nothing is decided yet");
        assert_eq!(large.wallet.available, 19, "nothing is posted yet");
        let id = large.waiting.expect("it waits");
        let accept = DecisionRequest { accept: true };
        let own = post(&kit, move |unit| decide(unit, contract, id, &accept)).await;
        assert_eq!(refused(own), Code::SamePerson);
        let second =
            Actor::User { id: UserId::from_uuid(uuid::Uuid::from_u128(2)), name: "長".into(), role: Role::Admin };
        let accept = DecisionRequest { accept: true };
        let decided = kit.store.task(second, move |unit| decide(unit, contract, id, &accept)).await.unwrap();
        assert_eq!(decided.wallet.available, 9);
        let accept = DecisionRequest { accept: true };
        let twice = post(&kit, move |unit| decide(unit, contract, id, &accept)).await;
        assert_eq!(refused(twice), Code::AdjustmentClosed);
        let much = post(&kit, move |unit| adjust(unit, contract, &adjustment(-5, None))).await;
        assert_eq!(refused(much), Code::RequestInvalid);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn units_move_within_the_group_and_keep_their_last_day() {
    on_both(group(json!([lot(1, 6, Some("2027-03-31"))])), async |kit| {
        let (here, there) = (kit.card("KS-1001").await, kit.card("KS-2001").await);
        let lot_id = here.wallet.lots[0].id;
        let (from, to_contract_id) = (here.id, there.id);
        let order = TransferRequest { to_contract_id, lot_id, units: 4, reason: REASON, note: String::new() };
        let much = TransferRequest { units: 7, ..order.clone() };
        assert_eq!(refused(post(&kit, move |unit| transfer(unit, from, &much)).await), Code::TooFewLeft);
        let moved = post(&kit, move |unit| transfer(unit, from, &order)).await.unwrap();
        assert_eq!(moved.wallet.available, 2);
        let there = kit.card("KS-2001").await.wallet;
        assert_eq!(there.available, 4);
        assert_eq!((there.lots[0].expires_on, there.lots[0].price_yen), (Some(date("2027-03-31")), 20_000));
        assert_ne!(there.lots[0].number, "TK-2026-000001");
        kit.assert_sound().await;
    })
    .await;
    on_both(company_with(json!([lot(1, 6, None)])), async |kit| {
        let (here, there) = (kit.card("KS-1001").await, kit.card("KS-2001").await);
        let (from, lot_id) = (here.id, here.wallet.lots[0].id);
        let order = TransferRequest { to_contract_id: there.id, lot_id, units: 1, reason: REASON, note: String::new() };
        assert_eq!(refused(post(&kit, move |unit| transfer(unit, from, &order)).await), Code::TransferOff);
    })
    .await;
}

#[tokio::test]
async fn a_dead_ticket_of_six_months_is_not_used_late() {
    let mut six = lot(1, 1, Some("2026-11-30"));
    (six["law_class"], six["issued_on"]) = ("six_month_exempt".into(), "2026-06-01".into());
    let mut business = lot(2, 1, Some("2026-12-01"));
    business["law_class"] = "b2b_exempt".into();
    on_both(company_with(json!([six, business])), async |kit| {
        let contract = contract(&kit).await;
        let issues = called(&kit, 2).await;
        kit.clock.advance(Seconds::hours(24 * 10));
        let (late, fine) = (issues[0], issues[1]);
        let refusal = post(&kit, move |unit| capture(unit, contract, &captures(late, 1))).await;
        assert_eq!(refused(refusal), Code::SixMonths);
        let used = post(&kit, move |unit| capture(unit, contract, &captures(fine, 1))).await.unwrap();
        assert_eq!(used.wallet.consumed, 1, "a business ticket is honoured");
        let given = post(&kit, move |unit| release(unit, contract, &releases(late))).await.unwrap();
        assert_eq!((given.wallet.available, given.wallet.expired), (0, 1));
        kit.assert_sound().await;
    })
    .await;
}

/// Contracts in points with a price list.
fn points() -> Value {
    let mut bought = lot(1, 100, Some("2027-03-31"));
    bought["number"] = "PT-2026-000001".into();
    let mut company = company_with(json!([bought]));
    let contract = &mut company["customers"][0]["contracts"][0];
    contract["unit"] = "point".into();
    contract["menu"] =
        json!([{"code": "filter", "name_ja": "フィルター清掃", "name_en": "Filter cleaning", "units": 30}]);
    company
}

#[tokio::test]
async fn points_are_taken_by_the_price_list_and_a_slip_is_cut() {
    on_both(points(), async |kit| {
        let card = kit.card("KS-1001").await;
        assert_eq!(card.menu[0].units, 30);
        let mut request = call(&card);
        request.issues[0].menu_item = Some("oil".into());
        let (asked, now) = (request.clone(), kit.store.clock().now());
        let unknown = kit.read(move |reader| preview(reader, &asked, now)).await;
        assert_eq!(refused(unknown), Code::MenuUnknown);
        request.issues[0].menu_item = Some("filter".into());
        let asked = request.clone();
        let said = kit.read(move |reader| preview(reader, &asked, now)).await.unwrap();
        assert_eq!(said.sentence_ja, "1要件 → 30ポイント（残 100ポイント → 70ポイント、うち30ポイントは3/31期限分）");
        let receipt = kit.write(move |unit| save(unit, &request)).await.unwrap();
        assert_eq!(receipt.consumption, said);
        let (contract, issue) = (card.id, receipt.issues[0].id);
        kit.assert_sound().await;
        let used = post(&kit, move |unit| capture(unit, contract, &captures(issue, 20))).await.unwrap();
        assert_eq!((used.wallet.available, used.wallet.consumed), (80, 20));
        kit.assert_sound().await;
        let back = post(&kit, move |unit| reverse(unit, contract, &reversals(issue, 5))).await.unwrap();
        assert_eq!((back.wallet.available, back.wallet.consumed), (85, 15));
        let taken = wallet(&kit).await.lots[0].id;
        let down = post(&kit, move |unit| adjust(unit, contract, &adjustment(-4, Some(taken)))).await.unwrap();
        assert_eq!(down.wallet.available, 81);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_policy_governs_what_is_accepted_from_its_day_and_nothing_before() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let old = called(&kit, 1).await[0];
        let body = json!({"contract_version": card.version, "from_day": "2026-11-24", "reason": "改定のご案内どおり",
            "policy": {"covers_ja": "1要件", "covers_en": "One issue", "question_cost": 1, "fault_cost": 2,
                "inquiry_cost": 0, "recurrence_days": 30, "capture_point": "acceptance", "own_defect_cost": 0,
                "solved_by_article_cost": 0, "no_fault_found_cost": 1, "no_access_captures": false,
                "cancel_before_departure_cost": 0, "cancel_after_departure_cost": 1, "overdraft_limit": 2,
                "honours_holds": true, "grace_days": 0, "low_balance": 0, "purchase_min": 1, "purchase_step": 1,
                "transfer_allowed": false, "refuses_uncovered": false, "approval_units": 1}});
        let request: PolicyRequest = serde_json::from_value(body).unwrap();
        let contract = card.id;
        let holed = PolicyRequest { policy: Default::default(), ..request.clone() };
        assert_eq!(refused(kit.write(move |unit| set_policy(unit, contract, &holed)).await), Code::PolicyHole);
        let past = PolicyRequest { from_day: date("2026-11-22"), ..request.clone() };
        assert_eq!(refused(kit.write(move |unit| set_policy(unit, contract, &past)).await), Code::PolicyInPast);
        let set = kit.write(move |unit| set_policy(unit, contract, &request)).await.unwrap();
        assert_eq!(set.iter().map(|version| version.in_force).collect::<Vec<_>>(), [false, true]);
        assert_eq!(kit.card("KS-1001").await.policy.fault_cost, 1, "the new one begins tomorrow");
        kit.clock.advance(Seconds::hours(24));
        let request = call(&kit.card("KS-1001").await);
        let receipt = kit.write(move |unit| save(unit, &request)).await.unwrap();
        assert_eq!((receipt.consumption.total, receipt.consumption.approval_wanted.len()), (2, 1));
        let after = wallet(&kit).await;
        assert_eq!((after.held, after.consumed), (3, 0), "two units are more than the policy lets pass unasked");
        let (issue, asked) = (receipt.issues[0].id, kit.read(move |reader| reader.approvals(contract)).await.unwrap());
        assert_eq!(
            asked.iter().map(|row| (row.approval.issue_id, row.approval.units)).collect::<Vec<_>>(),
            [(issue, 2)]
        );
        let version = asked[0].approval.version;
        let yes = ApprovalRequest { approved: true, note: "電話で了承(佐藤様)".to_owned(), version };
        kit.write(move |unit| decide_approval(unit, issue, &yes, &GreatCircle::CITY)).await.unwrap();
        let after = wallet(&kit).await;
        assert_eq!((after.held, after.consumed), (1, 2), "the new one counts at acceptance, the old hold does not");
        let used = post(&kit, move |unit| capture(unit, contract, &captures(old, 1))).await.unwrap();
        assert_eq!(used.wallet.consumed, 3);
        kit.assert_sound().await;
    })
    .await;
}
