//! Movements of tickets.

use super::{Facts, plain};
use crate::domain::event::EventKind;
use crate::domain::issue::Outcome;
use crate::domain::wallet::policy::CapturePoint;
use crate::sentences::{Words, count_en};

pub(super) fn sentence(kind: EventKind, facts: &Facts<'_>) -> Words {
    let units = facts.count("/units");
    let (left, lot) = (facts.count("/available"), facts.text("/lot"));
    let tickets = count_en(units, "ticket");
    match kind {
        EventKind::WalletPurchased => bought(facts, units, left),
        EventKind::WalletGranted => Words::new(
            format!("無償で{units}枚を付与（{lot}、残 {left}枚）"),
            format!("{tickets} granted ({lot}, {left} left)"),
        ),
        EventKind::WalletOverdrawn => {
            Words::new(format!("超過利用 {units}枚"), format!("{tickets} used before purchase (overdraft)"))
        }
        _ => {
            let Some((verb_ja, verb_en)) = verb(kind) else { return plain(kind) };
            let why = reason(facts);
            let because_ja = if why.ja.is_empty() { String::new() } else { format!("{}のため ", why.ja) };
            let because_en = if why.en.is_empty() { String::new() } else { format!("{}: ", why.en) };
            Words::new(
                format!("{because_ja}{units}枚を{verb_ja}（残 {left}枚）"),
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
        _ => return None,
    })
}

fn bought(facts: &Facts<'_>, units: i64, left: i64) -> Words {
    let (lot, settled) = (facts.text("/lot"), facts.count("/settled"));
    let settled_ja = if settled > 0 { format!("、うち{settled}枚を超過利用に充当") } else { String::new() };
    let settled_en = if settled > 0 { format!(", {settled} of them for the overdraft") } else { String::new() };
    Words::new(
        format!("チケット{units}枚を購入（{lot}{settled_ja}、残 {left}枚）"),
        format!("{} bought ({lot}{settled_en}, {left} left)", count_en(units, "ticket")),
    )
}

/// The ledger's reason in words: an outcome, a point of the contract, or one of its own.
fn reason(facts: &Facts<'_>) -> Words {
    let text = facts.text("/reason");
    if let Ok(outcome) = text.parse::<Outcome>() {
        return Words::new(outcome.ja(), outcome.en());
    }
    if let Ok(point) = text.parse::<CapturePoint>() {
        return Words::new(format!("契約（{}）", point.ja()), point.en());
    }
    match text {
        "before import" => Words::new("導入前の利用", "Used before the import"),
        "last day over" => Words::new("期限切れ", "Last day over"),
        _ => Words::new("", ""),
    }
}
