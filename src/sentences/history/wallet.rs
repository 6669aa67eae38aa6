//! Movements of tickets.

use super::{Facts, plain};
use crate::domain::event::EventKind;
use crate::domain::wallet::account::is_held_again;
use crate::domain::wallet::terms::UnitKind;
use crate::sentences::reason::reason;
use crate::sentences::{Words, grouped};

pub(super) fn sentence(kind: EventKind, facts: &Facts<'_>) -> Words {
    let units = facts.count("/units");
    let (left, lot) = (facts.count("/available"), facts.text("/lot"));
    let unit: UnitKind = facts.text("/unit").parse().unwrap_or(UnitKind::Ticket);
    let of = unit.counter_ja();
    let tickets = unit.count_en(units.abs());
    match kind {
        EventKind::WalletPurchased => bought(facts, unit, units, left),
        EventKind::WalletGranted => Words::new(
            format!("無償で{units}{of}を付与（{lot}、残 {left}{of}）"),
            format!("{tickets} granted ({lot}, {left} left)"),
        ),
        EventKind::WalletOverdrawn => {
            Words::new(format!("超過利用 {units}{of}"), format!("{tickets} used before purchase (overdraft)"))
        }
        EventKind::WalletRefunded => refunded(facts, unit, lot, left),
        EventKind::WalletAdjusted | EventKind::WalletTransferred => changed(kind, units, lot, left, unit),
        _ => {
            let Some((mut verb_ja, mut verb_en)) = verb(kind) else { return plain(kind) };
            if kind == EventKind::WalletReversed && is_held_again(facts.text("/reason")) {
                (verb_ja, verb_en) = ("仮押さえに戻し", "back on hold");
            }
            let why = reason(facts.text("/reason"));
            let because_ja = if why.ja.is_empty() { String::new() } else { format!("{}のため ", why.ja) };
            let because_en = if why.en.is_empty() { String::new() } else { format!("{}: ", why.en) };
            Words::new(
                format!("{because_ja}{units}{of}を{verb_ja}（残 {left}{of}）"),
                format!("{because_en}{tickets} {verb_en} ({left} left)"),
            )
        }
    }
}

fn verb(kind: EventKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        EventKind::WalletHeld => ("仮押さえ", "held"),
        EventKind::WalletCaptured => ("消費確定", "used"),
        EventKind::WalletReleased => ("解放", "released"),
        EventKind::WalletReversed => ("消費取消", "given back"),
        EventKind::WalletExpired => ("失効", "expired"),
        EventKind::WalletVoided => ("無効化", "made void"),
        _ => return None,
    })
}

/// Units that came or went without a sale.
fn changed(kind: EventKind, units: i64, lot: &str, left: i64, unit: UnitKind) -> Words {
    let (of, count) = (unit.counter_ja(), unit.count_en(units.abs()));
    let transfer = kind == EventKind::WalletTransferred;
    let (ja, en) = match (transfer, units < 0) {
        (true, true) => ("ほかの契約へ移管", "moved to another contract"),
        (true, false) => ("ほかの契約から受入", "received from another contract"),
        (false, true) => ("調整で減", "taken by an adjustment"),
        (false, false) => ("調整で増", "added by an adjustment"),
    };
    Words::new(
        format!("{}{of}を{ja}（{lot}、残 {left}{of}）", units.abs()),
        format!("{count} {en} ({lot}, {left} left)"),
    )
}

fn refunded(facts: &Facts<'_>, unit: UnitKind, lot: &str, left: i64) -> Words {
    let (units, why) = (facts.count("/units").abs(), reason(facts.text("/reason")));
    let (of, yen) = (unit.counter_ja(), grouped(facts.count("/yen")));
    Words::new(
        format!("{units}{of}を払戻し（{yen}円、{}、{lot}、残 {left}{of}）", why.ja),
        format!("{} refunded ({yen} yen, {}, {lot}, {left} left)", unit.count_en(units), why.en.to_lowercase()),
    )
}

fn bought(facts: &Facts<'_>, unit: UnitKind, units: i64, left: i64) -> Words {
    let of = unit.counter_ja();
    let (lot, settled) = (facts.text("/lot"), facts.count("/settled"));
    let settled_ja =
        if settled > 0 { format!("、うち{settled}{of}を超過利用に充当") } else { String::new() };
    let settled_en = if settled > 0 { format!(", {settled} of them for the overdraft") } else { String::new() };
    Words::new(
        format!(
            "{}{units}{of}を購入（{lot}{settled_ja}、残 {left}{of}）",
            if unit == UnitKind::Ticket { "チケット" } else { "" }
        ),
        format!("{} bought ({lot}{settled_en}, {left} left)", unit.count_en(units)),
    )
}
