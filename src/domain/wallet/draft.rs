//! A new version of a contract's policy, as somebody wrote it down, and what he left open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::policy::{CapturePoint, MenuItem, Policy};
use crate::domain::wallet::terms::UnitKind;

/// A policy in which everything may still be open. A contract that does not say what happens is a dispute later, so a
/// draft becomes a policy only when nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyDraft {
    pub covers_ja: String,
    pub covers_en: String,
    pub question_cost: Option<u32>,
    pub fault_cost: Option<u32>,
    pub inquiry_cost: Option<u32>,
    pub recurrence_days: Option<u32>,
    pub capture_point: Option<CapturePoint>,
    pub own_defect_cost: Option<u32>,
    pub solved_by_article_cost: Option<u32>,
    pub no_fault_found_cost: Option<u32>,
    pub no_access_captures: Option<bool>,
    pub cancel_before_departure_cost: Option<u32>,
    pub cancel_after_departure_cost: Option<u32>,
    pub honours_holds: Option<bool>,
    pub grace_days: Option<u32>,
    pub overdraft_limit: Option<u32>,
    pub overdraft_price_yen: Option<u32>,
    pub approval_units: Option<u32>,
    pub low_balance: Option<u32>,
    pub expiry_notice_days: Vec<u32>,
    pub purchase_min: Option<u32>,
    pub purchase_step: Option<u32>,
    pub purchase_year_max: Option<u32>,
    pub transfer_allowed: Option<bool>,
    pub minute_step: Option<u32>,
}

/// Something that the policy does not decide, or decides in a way that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hole {
    pub field: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
}

/// The largest cost of an issue and the longest guarantee: beyond them it is a typing error.
const COST_MAX: u32 = 100_000;
const DAYS_MAX: u32 = 3_650;
/// Days of grace in a policy: a longer time is a later last day.
const GRACE_DAYS_MAX: u32 = 366;

#[derive(Default)]
struct Holes(Vec<Hole>);

impl Holes {
    fn add(&mut self, found: bool, field: &'static str, ja: &'static str, en: &'static str) {
        if found {
            self.0.push(Hole { field, ja, en });
        }
    }

    /// The decision, or the hole where it is missing.
    fn decided<T: Default>(&mut self, value: Option<T>, field: &'static str, ja: &'static str, en: &'static str) -> T {
        self.add(value.is_none(), field, ja, en);
        value.unwrap_or_default()
    }
}

impl PolicyDraft {
    /// The policy, or every hole of the draft by name.
    pub fn complete(&self, unit: UnitKind, menu: &[MenuItem]) -> Result<Policy, Refusal> {
        let mut holes = Holes::default();
        let policy = self.decide(&mut holes);
        contradictions(&policy, unit, menu, &mut holes);
        if holes.0.is_empty() {
            return Ok(policy);
        }
        let join = |name: fn(&Hole) -> &'static str| holes.0.iter().map(name).collect::<Vec<_>>();
        let refusal = Refusal::new(Code::PolicyHole).at(holes.0[0].field).with("holes", &holes.0);
        Err(refusal.with("holes_ja", join(|hole| hole.ja).join("、")).with("holes_en", join(|hole| hole.en).join("; ")))
    }

    fn decide(&self, holes: &mut Holes) -> Policy {
        let empty = self.covers_ja.trim().is_empty() || self.covers_en.trim().is_empty();
        holes.add(empty, "covers_ja", "1単位の対象範囲", "what one unit covers");
        let capture_point = self.capture_point;
        holes.add(capture_point.is_none(), "capture_point", "消費が確定する時点", "when a use counts");
        Policy {
            covers_ja: self.covers_ja.trim().to_owned(),
            covers_en: self.covers_en.trim().to_owned(),
            question_cost: holes.decided(self.question_cost, "question_cost", "質問の消費数", "the cost of a question"),
            fault_cost: holes.decided(self.fault_cost, "fault_cost", "故障の消費数", "the cost of a fault"),
            inquiry_cost: holes.decided(
                self.inquiry_cost,
                "inquiry_cost",
                "問い合わせの消費数",
                "the cost of an inquiry",
            ),
            recurrence_days: holes.decided(
                self.recurrence_days,
                "recurrence_days",
                "再発を無償とする日数",
                "the days of the guarantee",
            ),
            capture_point: capture_point.unwrap_or(CapturePoint::Completion),
            own_defect_cost: holes.decided(self.own_defect_cost, "own_defect_cost", "当社起因のとき", "our own defect"),
            solved_by_article_cost: holes.decided(
                self.solved_by_article_cost,
                "solved_by_article_cost",
                "ナレッジで解決したとき",
                "solved by an article",
            ),
            no_fault_found_cost: holes.decided(
                self.no_fault_found_cost,
                "no_fault_found_cost",
                "異常なしのとき",
                "no fault found",
            ),
            no_access_captures: holes.decided(
                self.no_access_captures,
                "no_access_captures",
                "不在・入館不可のとき",
                "no access",
            ),
            cancel_before_departure_cost: holes.decided(
                self.cancel_before_departure_cost,
                "cancel_before_departure_cost",
                "出発前の取消",
                "cancelled before departure",
            ),
            cancel_after_departure_cost: holes.decided(
                self.cancel_after_departure_cost,
                "cancel_after_departure_cost",
                "出発後の取消",
                "cancelled after departure",
            ),
            honours_holds: self.honours_holds.unwrap_or(true),
            grace_days: self.grace_days.unwrap_or_default(),
            overdraft_limit: holes.decided(
                self.overdraft_limit,
                "overdraft_limit",
                "超過利用の枠",
                "the overdraft limit",
            ),
            overdraft_price_yen: self.overdraft_price_yen,
            approval_units: self.approval_units,
            low_balance: self.low_balance.unwrap_or_default(),
            expiry_notice_days: self.expiry_notice_days.clone(),
            purchase_min: self.purchase_min.unwrap_or(1),
            purchase_step: self.purchase_step.unwrap_or(1),
            purchase_year_max: self.purchase_year_max,
            transfer_allowed: self.transfer_allowed.unwrap_or_default(),
            minute_step: self.minute_step.unwrap_or(1),
        }
    }
}

fn contradictions(policy: &Policy, unit: UnitKind, menu: &[MenuItem], holes: &mut Holes) {
    let most = policy.fault_cost.max(policy.question_cost).max(policy.inquiry_cost);
    let dearest = menu.iter().map(|item| item.units).max().unwrap_or_default().max(most);
    holes.add(unit == UnitKind::Point && menu.is_empty(), "menu", "ポイント表が空", "the price list is empty");
    holes.add(dearest > COST_MAX, "fault_cost", "消費数が大きすぎる", "a cost is too large");
    holes.add(dearest == 0, "fault_cost", "何をしても消費がない", "nothing costs anything");
    for (field, cost) in [
        ("own_defect_cost", policy.own_defect_cost),
        ("solved_by_article_cost", policy.solved_by_article_cost),
        ("no_fault_found_cost", policy.no_fault_found_cost),
        ("cancel_before_departure_cost", policy.cancel_before_departure_cost),
        ("cancel_after_departure_cost", policy.cancel_after_departure_cost),
    ] {
        holes.add(cost > dearest, field, "仮押さえより多い消費", "an outcome costs more than is ever held");
    }
    holes.add(policy.recurrence_days > DAYS_MAX, "recurrence_days", "日数が長すぎる", "too many days");
    holes.add(policy.grace_days > GRACE_DAYS_MAX, "grace_days", "猶予日数が長すぎる", "too many days of grace");
    holes.add(policy.purchase_min == 0, "purchase_min", "最少購入数が0", "the least purchase is nothing");
    holes.add(policy.purchase_step == 0, "purchase_step", "購入単位が0", "the step of a purchase is nothing");
    holes.add(policy.minute_step == 0, "minute_step", "分の単位が0", "the step of minutes is nothing");
    let never = policy.purchase_year_max.is_some_and(|most| most < policy.purchase_min);
    holes.add(never, "purchase_year_max", "年間の上限が最少購入数より小さい", "nobody could buy the least purchase");
    let days = &policy.expiry_notice_days;
    let unsorted = days.windows(2).any(|pair| pair[0] <= pair[1]) || days.len() > 10;
    holes.add(unsorted, "expiry_notice_days", "失効通知の日数は長い順に10件まで", "notice days must fall, at most 10");
    let mut codes: Vec<&str> = menu.iter().map(|item| item.code.as_str()).collect();
    codes.sort_unstable();
    holes.add(codes.windows(2).any(|pair| pair[0] == pair[1]), "menu", "ポイント表の重複", "a work item twice");
    let unnamed =
        menu.iter().any(|item| [&item.code, &item.name_ja, &item.name_en].iter().any(|t| t.trim().is_empty()));
    holes.add(unnamed, "menu", "ポイント表の名称", "a work item without a name");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> PolicyDraft {
        PolicyDraft {
            covers_ja: "1要件の受付から解決まで".to_owned(),
            covers_en: "One issue until it is solved".to_owned(),
            question_cost: Some(1),
            fault_cost: Some(1),
            inquiry_cost: Some(0),
            recurrence_days: Some(30),
            capture_point: Some(CapturePoint::Completion),
            own_defect_cost: Some(0),
            solved_by_article_cost: Some(0),
            no_fault_found_cost: Some(1),
            no_access_captures: Some(false),
            cancel_before_departure_cost: Some(0),
            cancel_after_departure_cost: Some(1),
            overdraft_limit: Some(2),
            ..PolicyDraft::default()
        }
    }

    fn check(draft: &PolicyDraft, unit: UnitKind, expected: &[&str]) {
        let fields: Vec<String> = match draft.complete(unit, &[]) {
            Ok(_) => Vec::new(),
            Err(refusal) => {
                let holes = refusal.detail["holes"].as_array().expect("a list of holes");
                holes.iter().map(|hole| hole["field"].as_str().unwrap_or_default().to_owned()).collect()
            }
        };
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_whole_policy_is_taken() {
        check(&whole(), UnitKind::Ticket, &[]);
    }

    #[test]
    fn every_hole_is_named() {
        check(&PolicyDraft { no_access_captures: None, ..whole() }, UnitKind::Ticket, &["no_access_captures"]);
        check(
            &PolicyDraft { covers_ja: " ".into(), fault_cost: None, ..whole() },
            UnitKind::Ticket,
            &["covers_ja", "fault_cost"],
        );
        check(&whole(), UnitKind::Point, &["menu"]);
        let costly = PolicyDraft { no_fault_found_cost: Some(2), ..whole() };
        check(&costly, UnitKind::Ticket, &["no_fault_found_cost"]);
        let closed = PolicyDraft { purchase_min: Some(10), purchase_year_max: Some(5), ..whole() };
        check(&closed, UnitKind::Ticket, &["purchase_year_max"]);
        let refusal = PolicyDraft::default().complete(UnitKind::Ticket, &[]).unwrap_err();
        assert!(refusal.en().contains("what one unit covers; when a use counts"), "{}", refusal.en());
    }
}
