//! Why units moved: the code that the ledger keeps, in words.

use super::Words;
use crate::domain::issue::Outcome;
use crate::domain::refusal::Code;
use crate::domain::wallet::account::{CorrectionReason, NOT_LET_IN, TAKEN_BACK};
use crate::domain::wallet::policy::{CapturePoint, CostReason};
use crate::domain::wallet::refund::RefundGround;

/// An outcome, a point of the contract, why a person corrected, or one of the ledger's own; nothing where it has none.
pub fn reason(text: &str) -> Words {
    if let Ok(outcome) = text.parse::<Outcome>() {
        return Words::new(outcome.ja(), outcome.en());
    }
    if let Ok(CostReason::Unguaranteed) = text.parse() {
        return Words::new(CostReason::Unguaranteed.ja(), CostReason::Unguaranteed.en());
    }
    if let Ok(reason) = text.parse::<CorrectionReason>() {
        return Words::new(reason.ja(), reason.en());
    }
    if let Ok(ground) = text.parse::<RefundGround>() {
        return Words::new(ground.ja(), ground.en());
    }
    if let Ok(point) = text.parse::<CapturePoint>() {
        return Words::new(format!("契約（{}）", point.ja()), point.en());
    }
    if let Some(rule) = [Code::SixMonths, Code::LateUse].into_iter().find(|rule| rule.as_str() == text) {
        return match rule {
            Code::SixMonths => Words::new("期限後は使えない前払式（6か月以内）", "Exempt only within six months"),
            _ => Words::new("期限後は使えない契約", "The contract lets nothing be used late"),
        };
    }
    match text {
        "before import" => Words::new("導入前の利用", "Used before the import"),
        TAKEN_BACK => Words::new("到着・作業開始の取り消し", "Arrival or start taken back"),
        NOT_LET_IN => Words::new("不在・入館不可", "No access"),
        "last day over" => Words::new("期限切れ", "Last day over"),
        _ => Words::new("", ""),
    }
}
