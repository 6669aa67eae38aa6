//! One line of a contract's history for each entry of the journal: the same for the company and for its customer.

mod claims;
mod desk;
mod visit;
mod wallet;

use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Words;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, EventKind};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::is_held_again;

/// What happened, in words.
pub fn sentence(event: &Event, zone: Tz) -> Words {
    let facts = Facts { data: &event.data, zone };
    match event.kind.as_str().split('.').next().unwrap_or_default() {
        "wallet" => wallet::sentence(event.kind, &facts),
        "visit" | "report" | "promise" | "eta" | "link" => visit::sentence(event.kind, &facts),
        "dispute" | "use" | "approval" | "invoice" | "lot" => claims::sentence(event.kind, &facts),
        "notice" => notice(event.kind, &facts),
        _ => desk::sentence(event.kind, &facts),
    }
}

/// How many tickets the customer has more (or fewer) after it; the sum over a contract is its balance, overdraft
/// counted as debt. None: the balance stayed as it was.
pub fn balance_change(event: &Event) -> Option<i64> {
    let units = event.data["units"].as_i64()?;
    match event.kind {
        EventKind::WalletPurchased
        | EventKind::WalletGranted
        | EventKind::WalletReleased
        | EventKind::WalletAdjusted
        | EventKind::WalletTransferred
        | EventKind::WalletRefunded => Some(units),
        EventKind::WalletReversed if is_held_again(event.data["reason"].as_str().unwrap_or_default()) => None,
        EventKind::WalletReversed => Some(units),
        EventKind::WalletHeld | EventKind::WalletOverdrawn | EventKind::WalletVoided => Some(-units),
        // A ticket that dies on its way back from an issue had left the balance before.
        EventKind::WalletExpired if event.about.issue_id.is_none() => Some(-units),
        _ => None,
    }
}

/// Fields of an entry that either side may read; reasons of the dispatch and notes between colleagues stay inside.
const SHOWN: &[&str] = &[
    "number",
    "channel",
    "caller_name",
    "on_behalf_of",
    "issues",
    "issue_number",
    "kind",
    "priority",
    "site_name",
    "symptom",
    "description",
    "needs_visit",
    "wish",
    "recurrence_of",
    "outcome",
    "note",
    "from",
    "to",
    "was",
    "from_start",
    "minutes",
    "declared_arrival",
    "report",
    "eta",
    "lot",
    "settled",
    "from_day",
    "menu_item",
    "dispute",
    "approval_rule",
    "approval",
    "invoice",
    "acknowledgement",
    "available",
    "held",
    "notice_id",
    "ja",
    "en",
];

const SHOWN_VISIT: &[&str] = &["id", "state", "technician_name", "planned_start", "planned_end", "promised"];

/// The part of an entry's data that its line shows.
pub fn shown(event: &Event) -> Value {
    let mut kept = pick(&event.data, SHOWN);
    if event.data["visit"].is_object() {
        kept.insert("visit".to_owned(), Value::Object(pick(&event.data["visit"], SHOWN_VISIT)));
    }
    Value::Object(kept)
}

fn pick(data: &Value, names: &[&str]) -> Map<String, Value> {
    let field = |name: &&str| data.get(*name).map(|value| ((*name).to_owned(), value.clone()));
    names.iter().filter_map(field).collect()
}

/// The data of an entry, read without trust: what is missing is left out of the sentence.
struct Facts<'a> {
    data: &'a Value,
    zone: Tz,
}

impl Facts<'_> {
    fn text(&self, pointer: &str) -> &str {
        self.data.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn count(&self, pointer: &str) -> i64 {
        self.data.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
    }

    /// A code's label in both languages.
    fn label<T: std::str::FromStr>(&self, pointer: &str, name: fn(T) -> (&'static str, &'static str)) -> Words {
        let text = self.text(pointer);
        text.parse().map_or_else(|_| Words::new(text, text), |code| name(code).into())
    }

    /// Local time of day.
    fn clock(&self, pointer: &str) -> String {
        self.instant(pointer).map_or_else(String::new, |at| at.clock_face(self.zone))
    }

    /// Local day and time of day: `11/23 10:30`, and `23 Nov 10:30`, which is read the same way everywhere.
    fn day_clock(&self, pointer: &str) -> Words {
        self.instant(pointer).map_or_else(
            || Words::new("", ""),
            |at| {
                let local = at.utc().with_timezone(&self.zone);
                Words::new(local.format("%-m/%-d %H:%M").to_string(), local.format("%-d %b %H:%M").to_string())
            },
        )
    }

    /// The arrival window as every screen shows it.
    fn told(&self) -> (String, String) {
        let eta = self.data.get("eta").and_then(|eta| Eta::deserialize(eta).ok());
        eta.map(|eta| (eta.window.from.clock_face(self.zone), eta.window.to.clock_face(self.zone))).unwrap_or_default()
    }

    fn instant(&self, pointer: &str) -> Option<Timestamp> {
        serde_json::from_value(self.data.pointer(pointer)?.clone()).ok()
    }
}

impl From<(&str, &str)> for Words {
    fn from((ja, en): (&str, &str)) -> Self {
        Self::new(ja, en)
    }
}

/// A notice in the words in which it was given.
fn notice(kind: EventKind, facts: &Facts<'_>) -> Words {
    let (ja, en) = (facts.text("/ja"), facts.text("/en"));
    if ja.is_empty() {
        return plain(kind);
    }
    Words::new(format!("お知らせ：{ja}"), format!("Notice: {en}"))
}

/// The label of the kind itself, where there is nothing to add.
fn plain(kind: EventKind) -> Words {
    Words::new(kind.ja(), kind.en())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Actor;
    use crate::domain::event::About;
    use crate::domain::ids::{EventId, Id, IssueId};
    use serde_json::json;

    fn event(kind: EventKind, data: Value) -> Event {
        Event {
            id: EventId::from_uuid(Default::default()),
            kind,
            version: 1,
            at: Timestamp::from_seconds(1_795_000_000),
            actor: Actor::system("test"),
            about: About::default(),
            data,
        }
    }

    fn check(kind: EventKind, data: Value, ja: &str, en: &str) {
        let words = sentence(&event(kind, data), chrono_tz::Asia::Tokyo);
        assert_eq!((words.ja.as_str(), words.en.as_str()), (ja, en));
    }

    #[test]
    fn a_call_and_what_it_held() {
        check(
            EventKind::InteractionLogged,
            json!({"number": "C-KN-2026-000001", "channel": "call", "caller_name": "山田 花子", "on_behalf_of": true,
                   "issues": ["I-KN-2026-000001", "I-KN-2026-000002"]}),
            "電話を受付：山田 花子様、2要件（C-KN-2026-000001、代理入力）",
            "Call taken: 山田 花子, 2 issues (C-KN-2026-000001, entered on behalf)",
        );
        check(
            EventKind::WalletHeld,
            json!({"units": 1, "available": 6, "reason": ""}),
            "1枚を仮押さえ（残 6枚）",
            "1 ticket held (6 left)",
        );
        check(
            EventKind::WalletReleased,
            json!({"units": 1, "available": 7, "reason": "own_defect"}),
            "当社起因のため 1枚を解放（残 7枚）",
            "Our own defect: 1 ticket released (7 left)",
        );
    }

    #[test]
    fn what_a_table_brought() {
        check(
            EventKind::ContractEntered,
            json!({"number": "KS-3001", "plan": "標準", "starts_on": "2026-04-01", "ends_on": "2027-03-31"}),
            "契約を登録：KS-3001 標準（2026-04-01〜2027-03-31）",
            "Contract entered: KS-3001 標準 (2026-04-01 to 2027-03-31)",
        );
        check(
            EventKind::AssetsEntered,
            json!({"added": 2, "changed": 1}),
            "機器 2台を登録、1台を変更",
            "2 assets entered, 1 changed",
        );
    }

    #[test]
    fn a_visit_from_promise_to_report() {
        check(
            EventKind::VisitAssigned,
            json!({"visit": {"technician_name": "林 健太", "planned_start": "2026-11-23T01:30:00.000Z"}}),
            "林 健太が 11/23 10:30 ごろ訪問の予定",
            "林 健太 plans to come about 23 Nov 10:30",
        );
        check(
            EventKind::PromiseMade,
            json!({"from": "2026-11-23T01:00:00.000Z", "to": "2026-11-23T02:00:00.000Z"}),
            "到着のお約束：11/23 10:00〜11:00",
            "Arrival promised: 23 Nov 10:00 to 11:00",
        );
        check(
            EventKind::EtaTold,
            json!({"eta": {
                "visit_id": "vis_00000000000000000000000000000007", "seq": 3, "earliest": "2026-11-23T01:34:10.000Z",
                "likely": "2026-11-23T01:40:00.000Z", "latest": "2026-11-23T01:45:00.001Z", "source": "gps",
                "basis_at": "2026-11-23T01:20:00.000Z", "computed_at": "2026-11-23T01:20:01.000Z", "stops_before": 0,
                "late_risk": null, "correlation_id": null
            }}),
            "到着予定 10:30〜10:50 をお知らせ",
            "Arrival announced: 10:30 to 10:50",
        );
        check(
            EventKind::ReportFiled,
            json!({"report": {"cause_ja": "摩耗", "cause_en": "Wear", "remedy": "ベルト交換"}, "minutes": 55}),
            "作業報告：摩耗 → ベルト交換（55分）",
            "Service report: Wear → ベルト交換 (55 minutes)",
        );
    }

    #[test]
    fn every_kind_has_words_even_without_its_data() {
        for kind in EventKind::ALL {
            let words = sentence(&event(*kind, json!({})), chrono_tz::Asia::Tokyo);
            assert!(!words.ja.trim().is_empty() && !words.en.trim().is_empty(), "{kind}");
        }
    }

    #[test]
    fn the_changes_add_up_to_the_balance() {
        let moved = |kind, units: i64| event(kind, json!({ "units": units }));
        let mut returned = moved(EventKind::WalletExpired, 1);
        returned.about.issue_id = Some(IssueId::from_uuid(Default::default()));
        let day = [
            moved(EventKind::WalletPurchased, 10),
            moved(EventKind::WalletHeld, 3),
            moved(EventKind::WalletCaptured, 1),
            moved(EventKind::WalletReleased, 1),
            returned,
            moved(EventKind::WalletExpired, 2),
        ];
        assert_eq!(day.iter().filter_map(balance_change).sum::<i64>(), 6);
    }

    #[test]
    fn the_dispatchers_reasons_stay_inside() {
        let assigned = event(
            EventKind::VisitAssigned,
            json!({"visit": {"state": "dispatched", "address": "金沢市"}, "decision": {"total": 81}, "reason": "近い"}),
        );
        assert_eq!(shown(&assigned), json!({"visit": {"state": "dispatched"}}));
    }
}
