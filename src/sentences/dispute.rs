//! What a granted dispute brought back, in words. Units whose last day was over do not come back: they expire.

use super::Words;
use crate::domain::wallet::terms::UnitKind;

/// `2枚を戻しました` of an issue's units; `expired` of the `returned` ones expired.
pub fn given_back(unit: UnitKind, issue: &str, returned: i64, expired: i64) -> Words {
    let (of, back) = (unit.counter_ja(), returned - expired);
    let (all_en, back_en) = (unit.count_en(returned), unit.count_en(back));
    match (expired, back) {
        (0, _) => {
            Words::new(format!("{issue} の{returned}{of}を戻しました"), format!("{all_en} of {issue} given back"))
        }
        (_, 0) => Words::new(
            format!("{issue} の{returned}{of}は期限後のため失効し、残高には戻りません"),
            format!("{all_en} of {issue} expired, because their last day was over, and are not in the balance"),
        ),
        _ => Words::new(
            format!("{issue} の{back}{of}を戻し、{expired}{of}は期限後のため失効しました"),
            format!("{back_en} of {issue} given back, and {expired} more expired, because their last day was over"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_of_units_in_his_balance_that_are_not_there() {
        let check = |expired: i64, ja: &str, en: &str| {
            assert_eq!(given_back(UnitKind::Ticket, "I-1", 2, expired), Words::new(ja, en));
        };
        check(0, "I-1 の2枚を戻しました", "2 tickets of I-1 given back");
        check(
            1,
            "I-1 の1枚を戻し、1枚は期限後のため失効しました",
            "1 ticket of I-1 given back, and 1 more expired, because their last day was over",
        );
        check(
            2,
            "I-1 の2枚は期限後のため失効し、残高には戻りません",
            "2 tickets of I-1 expired, because their last day was over, and are not in the balance",
        );
    }
}
