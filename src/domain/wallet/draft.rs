//! A new version of a contract's policy, as somebody wrote it down, and what he left open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::judge::{COST_MAX, Hole, Holes, holes};
use crate::domain::wallet::policy::{CapturePoint, MenuItem, Policy};
use crate::domain::wallet::terms::UnitKind;

/// A policy in which everything may still be open. A contract that does not say what happens is a dispute later, so a
/// draft becomes a policy only when nothing is. Numbers may be below zero here, so that the judge can name them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyDraft {
    pub covers_ja: String,
    pub covers_en: String,
    pub question_cost: Option<i64>,
    pub fault_cost: Option<i64>,
    pub inquiry_cost: Option<i64>,
    pub recurrence_days: Option<i64>,
    pub capture_point: Option<CapturePoint>,
    pub own_defect_cost: Option<i64>,
    pub solved_by_article_cost: Option<i64>,
    pub no_fault_found_cost: Option<i64>,
    pub no_access_captures: Option<bool>,
    pub cancel_before_departure_cost: Option<i64>,
    pub cancel_after_departure_cost: Option<i64>,
    pub honours_holds: Option<bool>,
    pub grace_days: Option<i64>,
    pub overdraft_limit: Option<i64>,
    /// None: overdrawn units are settled by the next purchase only.
    pub overdraft_price_yen: Option<i64>,
    /// None: nobody is asked.
    pub approval_units: Option<i64>,
    pub low_balance: Option<i64>,
    pub expiry_notice_days: Vec<i64>,
    pub purchase_min: Option<i64>,
    pub purchase_step: Option<i64>,
    /// None: there is no limit.
    pub purchase_year_max: Option<i64>,
    pub transfer_allowed: Option<bool>,
    /// Needed where the wallet counts minutes.
    pub minute_step: Option<i64>,
    pub refuses_uncovered: Option<bool>,
}

/// Takes decisions and gathers what is missing.
#[derive(Default)]
struct Reading(Holes);

impl Reading {
    /// A whole number from 0 on, `open` where it is not decided.
    fn number(&mut self, value: Option<i64>, open: u32, field: &str, ja: &'static str, en: &'static str) -> u32 {
        self.0.add(value.is_none(), field, ja, en);
        value.map_or(open, |value| self.count(value, field))
    }

    /// A count of units that a kind of issue costs. While it is open, nothing can be said to cost more.
    fn cost(&mut self, value: Option<i64>, field: &str, ja: &'static str, en: &'static str) -> u32 {
        self.number(value, COST_MAX, field, ja, en)
    }

    fn count(&mut self, value: i64, field: &str) -> u32 {
        let read = u32::try_from(value);
        self.0.add(read.is_err(), field, "0以上の数ではない", "a count below zero or beyond all bounds");
        read.unwrap_or_default()
    }

    fn maybe(&mut self, value: Option<i64>, field: &str) -> Option<u32> {
        value.map(|value| self.count(value, field))
    }

    fn yes(&mut self, value: Option<bool>, field: &str, ja: &'static str, en: &'static str) -> bool {
        self.0.add(value.is_none(), field, ja, en);
        value.unwrap_or_default()
    }
}

impl PolicyDraft {
    /// The policy, or every hole of the draft by name.
    pub fn complete(&self, unit: UnitKind, menu: &[MenuItem]) -> Result<Policy, Refusal> {
        let mut reading = Reading::default();
        let policy = self.decide(unit, &mut reading);
        let mut found = reading.0.0;
        for hole in holes(&policy, unit, menu) {
            // What is open has no value that could be wrong too.
            if found.iter().all(|known| known.field != hole.field) {
                found.push(hole);
            }
        }
        if found.is_empty() {
            return Ok(policy);
        }
        let join = |name: fn(&Hole) -> &'static str| found.iter().map(name).collect::<Vec<_>>();
        let (ja, en) = (join(|hole| hole.ja).join("、"), join(|hole| hole.en).join("; "));
        let refusal = Refusal::new(Code::PolicyHole).at(found[0].field.clone()).with("holes", &found);
        Err(refusal.with("holes_ja", ja).with("holes_en", en))
    }

    fn decide(&self, unit: UnitKind, r: &mut Reading) -> Policy {
        let point = self.capture_point;
        r.0.add(point.is_none(), "capture_point", "消費が確定する時点", "when a use counts");
        let step = self.minute_step.or((unit != UnitKind::Minute).then_some(1));
        Policy {
            covers_ja: self.covers_ja.trim().to_owned(),
            covers_en: self.covers_en.trim().to_owned(),
            question_cost: r.cost(self.question_cost, "question_cost", "質問の消費数", "the cost of a question"),
            fault_cost: r.cost(self.fault_cost, "fault_cost", "故障の消費数", "the cost of a fault"),
            inquiry_cost: r.cost(self.inquiry_cost, "inquiry_cost", "問い合わせの消費数", "the cost of an inquiry"),
            recurrence_days: r.number(
                self.recurrence_days,
                0,
                "recurrence_days",
                "再発を無償とする日数",
                "the days of the guarantee",
            ),
            capture_point: point.unwrap_or(CapturePoint::Completion),
            own_defect_cost: r.number(self.own_defect_cost, 0, "own_defect_cost", "当社起因のとき", "our own defect"),
            solved_by_article_cost: r.number(
                self.solved_by_article_cost,
                0,
                "solved_by_article_cost",
                "ナレッジで解決したとき",
                "solved by an article",
            ),
            no_fault_found_cost: r.number(
                self.no_fault_found_cost,
                0,
                "no_fault_found_cost",
                "異常なしのとき",
                "no fault found",
            ),
            no_access_captures: r.yes(
                self.no_access_captures,
                "no_access_captures",
                "不在・入館不可のとき",
                "no access",
            ),
            cancel_before_departure_cost: r.number(
                self.cancel_before_departure_cost,
                0,
                "cancel_before_departure_cost",
                "出発前の取消",
                "cancelled before departure",
            ),
            cancel_after_departure_cost: r.number(
                self.cancel_after_departure_cost,
                0,
                "cancel_after_departure_cost",
                "出発後の取消",
                "cancelled after departure",
            ),
            honours_holds: r.yes(
                self.honours_holds,
                "honours_holds",
                "仮押さえ中に期限が切れたとき",
                "a last day that passes while units are on hold",
            ),
            grace_days: r.number(self.grace_days, 0, "grace_days", "猶予日数", "the days of grace"),
            overdraft_limit: r.number(
                self.overdraft_limit,
                0,
                "overdraft_limit",
                "超過利用の枠",
                "the overdraft limit",
            ),
            overdraft_price_yen: r.maybe(self.overdraft_price_yen, "overdraft_price_yen"),
            approval_units: r.maybe(self.approval_units, "approval_units"),
            low_balance: r.number(self.low_balance, 0, "low_balance", "残少の通知", "when a balance is low"),
            expiry_notice_days: self
                .expiry_notice_days
                .iter()
                .map(|days| r.count(*days, "expiry_notice_days"))
                .collect(),
            purchase_min: r.number(self.purchase_min, 1, "purchase_min", "最少購入数", "the least purchase"),
            purchase_step: r.number(self.purchase_step, 1, "purchase_step", "購入単位", "the step of a purchase"),
            purchase_year_max: r.maybe(self.purchase_year_max, "purchase_year_max"),
            transfer_allowed: r.yes(self.transfer_allowed, "transfer_allowed", "移管の可否", "whether units may move"),
            minute_step: r.number(step, 1, "minute_step", "分の切り上げ単位", "the step of minutes"),
            refuses_uncovered: r.yes(
                self.refuses_uncovered,
                "refuses_uncovered",
                "対象外の機種の扱い",
                "products outside the contract",
            ),
        }
    }
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
            honours_holds: Some(true),
            grace_days: Some(0),
            overdraft_limit: Some(2),
            low_balance: Some(0),
            purchase_min: Some(1),
            purchase_step: Some(1),
            transfer_allowed: Some(false),
            refuses_uncovered: Some(false),
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
            &["fault_cost", "covers_ja"],
        );
        check(&whole(), UnitKind::Point, &["menu"]);
        let costly = PolicyDraft { no_fault_found_cost: Some(2), ..whole() };
        check(&costly, UnitKind::Ticket, &["no_fault_found_cost"]);
        check(&PolicyDraft { honours_holds: None, ..whole() }, UnitKind::Ticket, &["honours_holds"]);
        check(&PolicyDraft { fault_cost: Some(-1), ..whole() }, UnitKind::Ticket, &["fault_cost"]);
        check(&PolicyDraft { expiry_notice_days: vec![30, -7], ..whole() }, UnitKind::Ticket, &["expiry_notice_days"]);
        check(&whole(), UnitKind::Minute, &["minute_step"]);
        let closed = PolicyDraft { purchase_min: Some(10), purchase_year_max: Some(5), ..whole() };
        check(&closed, UnitKind::Ticket, &["purchase_year_max"]);
        let refusal = PolicyDraft::default().complete(UnitKind::Ticket, &[]).unwrap_err();
        assert!(refusal.en().contains("when a use counts; the cost of a question"), "{}", refusal.en());
        let fields = refusal.detail["holes"].as_array().map(Vec::len);
        assert_eq!(fields, Some(21), "every field without a decision, each once: {refusal:?}");
    }
}
