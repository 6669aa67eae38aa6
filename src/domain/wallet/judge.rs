//! What a policy leaves open, and what of it cannot be: one judge for whatever a policy comes from, so that what one door
//! takes every other takes too.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::text::is_code;
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::domain::wallet::terms::UnitKind;

/// Something that the policy does not decide, or decides in a way that can't be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// A field of the policy, `menu`, or a place in it such as `menu[2].code`.
    pub field: String,
    pub ja: &'static str,
    pub en: &'static str,
}

/// The largest cost of an issue or an outcome: half a year of minutes. Beyond it, it is a typing error.
pub const COST_MAX: u32 = 100_000;
/// The longest guarantee, and the earliest notice: ten years.
pub const DAYS_MAX: u32 = 3_650;
/// Days of grace in a policy: a longer time is a later last day.
pub const GRACE_DAYS_MAX: u32 = 366;
/// Minutes to which work is rounded up: a day at most.
pub const MINUTE_STEP_MAX: u32 = 1_440;
/// Price of one unit that was used before it was bought, in yen.
pub const OVERAGE_YEN_MAX: u32 = 100_000_000;
/// Work items on one price list: it is read on one screen.
pub const MENU_ITEMS_MAX: usize = 500;
/// Notices before one last day.
pub const NOTICES_MAX: usize = 10;
/// Letters in what a unit covers: a paragraph or two.
pub const COVERS_CHARS_MAX: usize = 2_000;
/// Letters in the name of a work item.
pub const NAME_CHARS_MAX: usize = 120;

/// Holes as they are found.
#[derive(Debug, Default)]
pub struct Holes(pub Vec<Hole>);

impl Holes {
    pub fn add(&mut self, found: bool, field: impl Into<String>, ja: &'static str, en: &'static str) {
        if found {
            self.0.push(Hole { field: field.into(), ja, en });
        }
    }
}

/// Every hole of a policy over wallets of `unit`, with its price list.
pub fn holes(policy: &Policy, unit: UnitKind, menu: &[MenuItem]) -> Vec<Hole> {
    let mut holes = Holes::default();
    covers(policy, &mut holes);
    costs(policy, unit, menu, &mut holes);
    days(policy, &mut holes);
    purchases(policy, &mut holes);
    price_list(menu, &mut holes);
    holes.0
}

fn covers(policy: &Policy, holes: &mut Holes) {
    let (ja, en) = ("1単位の対象範囲（日本語）", "what one unit covers, in Japanese");
    holes.add(policy.covers_ja.trim().is_empty(), "covers_ja", ja, en);
    let (ja, en) = ("1単位の対象範囲（英語）", "what one unit covers, in English");
    holes.add(policy.covers_en.trim().is_empty(), "covers_en", ja, en);
    for (field, text) in [("covers_ja", &policy.covers_ja), ("covers_en", &policy.covers_en)] {
        let long = text.chars().count() > COVERS_CHARS_MAX;
        holes.add(long, field, "対象範囲が2000文字を超える", "what one unit covers takes more than 2,000 letters");
    }
}

fn costs(policy: &Policy, unit: UnitKind, menu: &[MenuItem], holes: &mut Holes) {
    let kinds = [
        ("question_cost", policy.question_cost),
        ("fault_cost", policy.fault_cost),
        ("inquiry_cost", policy.inquiry_cost),
        ("overdraft_limit", policy.overdraft_limit),
    ];
    for (field, cost) in kinds {
        holes.add(cost > COST_MAX, field, "数が大きすぎる（100,000まで）", "a count is too large (at most 100,000)");
    }
    let most = policy.fault_cost.max(policy.question_cost).max(policy.inquiry_cost);
    let dearest = menu.iter().map(|item| item.units).max().unwrap_or_default().max(most);
    holes.add(unit == UnitKind::Point && menu.is_empty(), "menu", "ポイント表が空", "the price list is empty");
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
    let dear = policy.overdraft_price_yen.is_some_and(|price| price > OVERAGE_YEN_MAX);
    holes.add(dear, "overdraft_price_yen", "超過単価が大きすぎる", "the overage price is too large");
    let step = policy.minute_step;
    holes.add(step == 0, "minute_step", "分の単位が0", "the step of minutes is nothing");
    holes.add(
        step > MINUTE_STEP_MAX,
        "minute_step",
        "分の単位が1日より長い",
        "the step of minutes is longer than a day",
    );
}

fn days(policy: &Policy, holes: &mut Holes) {
    holes.add(policy.recurrence_days > DAYS_MAX, "recurrence_days", "日数が長すぎる", "too many days");
    holes.add(policy.grace_days > GRACE_DAYS_MAX, "grace_days", "猶予日数が長すぎる", "too many days of grace");
    let days = &policy.expiry_notice_days;
    let unsorted = days.windows(2).any(|pair| pair[0] <= pair[1]) || days.len() > NOTICES_MAX;
    holes.add(unsorted, "expiry_notice_days", "失効通知の日数は長い順に10件まで", "notice days must fall, at most 10");
    let early = days.iter().any(|days| *days > DAYS_MAX);
    holes.add(
        early,
        "expiry_notice_days",
        "失効通知が早すぎる（3,650日まで）",
        "a notice comes more than 3,650 days before",
    );
}

fn purchases(policy: &Policy, holes: &mut Holes) {
    let (least, step) = (policy.purchase_min, policy.purchase_step);
    holes.add(least == 0, "purchase_min", "最少購入数が0", "the least purchase is nothing");
    holes.add(step == 0, "purchase_step", "購入単位が0", "the step of a purchase is nothing");
    let buyable = u64::from(least).next_multiple_of(u64::from(step.max(1)));
    let never = policy.purchase_year_max.is_some_and(|most| u64::from(most) < buyable);
    let ja = "年間の上限が最少の購入より小さい";
    holes.add(never, "purchase_year_max", ja, "nobody could buy the least purchase");
}

fn price_list(menu: &[MenuItem], holes: &mut Holes) {
    holes.add(
        menu.len() > MENU_ITEMS_MAX,
        "menu",
        "ポイント表が500行を超える",
        "the price list has more than 500 items",
    );
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, item) in menu.iter().enumerate() {
        let at = |field: &str| format!("menu[{index}].{field}");
        let ja = "作業コードは英数字と - _ . の40文字以内";
        holes.add(!is_code(&item.code), at("code"), ja, "a work item's code has 1 to 40 letters, digits, - _ or .");
        let twice = seen.insert(&item.code, index).is_some();
        holes.add(twice, at("code"), "ポイント表の重複", "a work item stands there twice");
        for (field, name) in [("name_ja", &item.name_ja), ("name_en", &item.name_en)] {
            let unnamed = name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX;
            holes.add(unnamed, at(field), "作業の名称は1〜120文字", "a work item's name has 1 to 120 letters");
        }
        let dear = item.units > COST_MAX;
        holes.add(dear, at("units"), "数が大きすぎる（100,000まで）", "a count is too large (at most 100,000)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Policy {
        Policy { covers_ja: "1要件".to_owned(), covers_en: "One issue".to_owned(), ..Policy::SIMPLE }
    }

    fn item(code: &str, units: u32) -> MenuItem {
        MenuItem { code: code.to_owned(), name_ja: "清掃".to_owned(), name_en: "Cleaning".to_owned(), units }
    }

    fn check(policy: &Policy, menu: &[MenuItem], expected: &[&str]) {
        let found = holes(policy, UnitKind::Ticket, menu);
        assert_eq!(found.iter().map(|hole| hole.field.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_sound_policy_has_no_hole_and_the_usual_one_says_not_what_it_covers() {
        check(&sound(), &[item("clean", 3)], &[]);
        check(&Policy::SIMPLE, &[], &["covers_ja", "covers_en"]);
        assert_eq!(holes(&sound(), UnitKind::Point, &[])[0].field, "menu");
    }

    #[test]
    fn a_cost_is_no_typing_error_and_no_outcome_costs_more_than_is_held() {
        check(&Policy { fault_cost: 100_001, ..sound() }, &[], &["fault_cost"]);
        check(&Policy { own_defect_cost: 5_000, ..sound() }, &[], &["own_defect_cost"]);
        check(&Policy { own_defect_cost: 5_000, ..sound() }, &[item("big", 5_000)], &[]);
        check(&Policy { minute_step: 0, recurrence_days: 9_999, ..sound() }, &[], &["minute_step", "recurrence_days"]);
    }

    #[test]
    fn what_nobody_could_buy_is_no_offer() {
        check(&Policy { purchase_step: 0, ..sound() }, &[], &["purchase_step"]);
        let packs = |most| Policy { purchase_min: 7, purchase_step: 5, purchase_year_max: Some(most), ..sound() };
        check(&packs(10), &[], &[]);
        check(&packs(9), &[], &["purchase_year_max"]);
    }

    #[test]
    fn notices_fall_and_the_price_list_names_each_item_once() {
        check(&Policy { expiry_notice_days: vec![30, 60], ..sound() }, &[], &["expiry_notice_days"]);
        let twins = [item("a", 1), item("a", 2), item("bad code", 3), item("dear", 100_001)];
        check(&sound(), &twins, &["menu[1].code", "menu[2].code", "menu[3].units"]);
    }
}
