//! Contacts, issues and work orders.

use super::{Facts, plain};
use crate::domain::event::EventKind;
use crate::domain::issue::{IssueKind, Outcome};
use crate::domain::priority::Priority;
use crate::sentences::{Words, count_en};
use crate::views::desk::Channel;

pub(super) fn sentence(kind: EventKind, facts: &Facts<'_>) -> Words {
    match kind {
        EventKind::InteractionLogged => contact(facts),
        EventKind::IssueReceived => received(facts),
        EventKind::IssueResolved | EventKind::IssueClosed => ended(kind, facts),
        EventKind::WorkOrderReopened => Words::new("もう一度手配します", "Waiting for a technician again"),
        EventKind::WorkOrderOpened => Words::new("訪問の手配を始めました", "Waiting for a technician"),
        EventKind::ContractEntered => entered(kind, facts),
        EventKind::AssetsEntered => assets(facts),
        _ => plain(kind),
    }
}

fn entered(kind: EventKind, facts: &Facts<'_>) -> Words {
    let (number, plan) = (facts.text("/number"), facts.text("/plan"));
    if number.is_empty() {
        return plain(kind);
    }
    let (from, to) = (facts.text("/starts_on"), facts.text("/ends_on"));
    Words::new(
        format!("契約を登録：{number} {plan}（{from}〜{to}）"),
        format!("Contract entered: {number} {plan} ({from} to {to})"),
    )
}

/// How many assets a table brought under the contract, and of how many it changed where they stand.
fn assets(facts: &Facts<'_>) -> Words {
    let (added, changed) = (facts.count("/added"), facts.count("/changed"));
    match (added, changed) {
        (_, 0) => Words::new(format!("機器 {added}台を登録"), format!("{} entered", count_en(added, "asset"))),
        (0, _) => {
            Words::new(format!("機器 {changed}台の登録を変更"), format!("{} changed", count_en(changed, "asset")))
        }
        _ => Words::new(
            format!("機器 {added}台を登録、{changed}台を変更"),
            format!("{} entered, {changed} changed", count_en(added, "asset")),
        ),
    }
}

fn contact(facts: &Facts<'_>) -> Words {
    let channel = facts.label("/channel", |channel: Channel| (channel.ja(), channel.en()));
    let (caller, number) = (facts.text("/caller_name"), facts.text("/number"));
    let issues = facts.data["issues"].as_array().map_or(0, Vec::len) as i64;
    let proxy = facts.data["on_behalf_of"].as_bool().unwrap_or_default();
    let (proxy_ja, proxy_en) = if proxy { ("、代理入力", ", entered on behalf") } else { ("", "") };
    Words::new(
        format!("{}を受付：{caller}様、{issues}要件（{number}{proxy_ja}）", channel.ja),
        format!("{} taken: {caller}, {} ({number}{proxy_en})", channel.en, count_en(issues, "issue")),
    )
}

fn received(facts: &Facts<'_>) -> Words {
    let kind = facts.label("/kind", |kind: IssueKind| (kind.ja(), kind.en()));
    let priority = facts.label("/priority", |priority: Priority| (priority.ja(), priority.en()));
    let code = facts.text("/priority");
    let description = facts.text("/description");
    let recurrence = facts.text("/reason") == "recurrence";
    let (cost_ja, cost_en) =
        if recurrence { ("、再発のため 0枚", "; a recurrence, 0 tickets") } else { ("", "") };
    Words::new(
        format!("{}を受付：{description}（{code} {}{cost_ja}）", kind.ja, priority.ja),
        format!("{} received: {description} ({code} {}{cost_en})", kind.en, priority.en),
    )
}

fn ended(kind: EventKind, facts: &Facts<'_>) -> Words {
    let outcome = facts.label("/outcome", |outcome: Outcome| (outcome.ja(), outcome.en()));
    if outcome.ja.is_empty() {
        return plain(kind);
    }
    // What was done says more than the note, which stands in its place where it is all there is.
    let remedy = facts.text("/remedy");
    let note = if remedy.is_empty() { facts.text("/note") } else { remedy };
    let note_ja = if note.is_empty() { String::new() } else { format!("（{note}）") };
    let note_en = if note.is_empty() { String::new() } else { format!(" ({note})") };
    Words::new(format!("{}：{}{note_ja}", kind.ja(), outcome.ja), format!("{}: {}{note_en}", kind.en(), outcome.en))
}
