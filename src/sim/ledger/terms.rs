//! What a contract says, read from the forms in which it was agreed: a second reading of the policy, with no word of the
//! code that posts by it.

use chrono::NaiveDate;
use serde_json::Value;

/// One version, as the desk sent it.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The contract's version with which it came.
    pub version: i64,
    pub from_day: NaiveDate,
    pub form: Value,
    pub menu: Value,
}

/// What is known of how an issue ended.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub outcome: &'static str,
    pub closed_door: bool,
}

impl Terms {
    /// Of the versions that the contract had at some time, the one that governs what is accepted on a day.
    pub fn on(all: &[Self], version: i64, day: NaiveDate) -> Option<&Self> {
        let there = || all.iter().filter(|terms| terms.version <= version);
        let begun = there().filter(|terms| terms.from_day <= day);
        begun.max_by_key(|terms| (terms.from_day, terms.version)).or_else(|| there().min_by_key(|terms| terms.version))
    }

    pub fn number(&self, name: &str) -> i64 {
        self.form[name].as_i64().unwrap_or_default()
    }

    pub fn limit(&self, name: &str) -> Option<i64> {
        self.form[name].as_i64()
    }

    pub fn says(&self, name: &str) -> bool {
        self.form[name].as_bool().unwrap_or_default()
    }

    /// Units and reason of an issue that repeats nothing.
    pub fn price(&self, kind: &str, item: Option<&str>) -> (i64, &'static str) {
        let of_item = |code: &str| {
            let line = self.menu.as_array().into_iter().flatten().find(|line| line["code"] == code);
            line.and_then(|line| line["units"].as_i64()).unwrap_or_default()
        };
        let units = item.map_or_else(|| self.number(&format!("{kind}_cost")), of_item);
        let reason = if item.is_some() { "menu" } else { "standard" };
        (units, if units == 0 { "free" } else { reason })
    }

    /// Of so many agreed units, what is left charged in the end. None: minutes of work decide.
    pub fn charged(&self, agreed: i64, minutes_worked: bool, end: End) -> Option<i64> {
        let units = match end.outcome {
            "own_defect" => return Some(self.number("own_defect_cost").min(agreed)),
            "repaired" | "answered" if minutes_worked => return None,
            "repaired" | "answered" => agreed,
            "solved_by_article" => self.number("solved_by_article_cost"),
            "no_fault_found" => self.number("no_fault_found_cost"),
            _ => return None,
        };
        let door = if end.closed_door && self.says("no_access_captures") { agreed } else { 0 };
        Some(units.max(door).min(agreed))
    }

    /// Whether so many units may be bought at once: yes, no, or that depends on what was bought within the year, of which
    /// only the most is known.
    pub fn sells(&self, units: i64, bought_most: i64) -> Option<bool> {
        let (least, step) = (self.number("purchase_min").max(1), self.number("purchase_step").max(1));
        let year = self.limit("purchase_year_max");
        if units < least || units % step != 0 || year.is_some_and(|most| units > most) {
            return Some(false);
        }
        year.is_none_or(|most| units + bought_most <= most).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn terms(version: i64, day: &str, form: Value) -> Terms {
        let from_day = day.parse().expect("a date of the test");
        Terms { version, from_day, form, menu: json!([{"code": "clean", "units": 7}]) }
    }

    #[test]
    fn the_newest_version_that_has_begun_governs() {
        let all =
            [terms(1, "2026-06-01", json!({})), terms(2, "2026-08-01", json!({})), terms(3, "2026-07-01", json!({}))];
        let check = |version, day: &str, expected| {
            let found = Terms::on(&all, version, day.parse().expect("a date of the test"));
            assert_eq!(found.map(|terms| terms.version), Some(expected), "{version} on {day}");
        };
        check(3, "2026-05-01", 1);
        check(3, "2026-07-05", 3);
        check(3, "2026-08-05", 2);
        check(1, "2026-08-05", 1);
    }

    #[test]
    fn a_purchase_below_above_or_off_the_step_is_told_from_one_that_fits() {
        let packs = terms(1, "2026-06-01", json!({"purchase_min": 10, "purchase_step": 5, "purchase_year_max": 40}));
        assert_eq!([5, 12, 45].map(|units| packs.sells(units, 0)), [Some(false); 3]);
        assert_eq!((packs.sells(10, 30), packs.sells(15, 30)), (Some(true), None));
    }

    #[test]
    fn a_price_comes_from_the_list_before_the_kind() {
        let terms = terms(1, "2026-06-01", json!({"fault_cost": 2, "inquiry_cost": 0}));
        assert_eq!(terms.price("fault", None), (2, "standard"));
        assert_eq!(terms.price("fault", Some("clean")), (7, "menu"));
        assert_eq!(terms.price("inquiry", None), (0, "free"));
    }
}
