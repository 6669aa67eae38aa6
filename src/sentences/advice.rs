//! Advice about purchases: how many units to buy, and whether a monthly fee would cost less.

use chrono::NaiveDate;

use super::{Words, grouped};
use crate::domain::wallet::reorder::PurchaseBound;
use crate::domain::wallet::terms::UnitKind;

/// The figures behind a proposal, in units of the wallet.
#[derive(Debug, Clone, Copy)]
pub struct Reorder {
    pub unit: UnitKind,
    pub until: NaiveDate,
    /// As expected, and in a year as busy as one of ten.
    pub uses: (i64, i64),
    pub available: i64,
    /// Of those available, what will expire unused.
    pub lost: i64,
    /// Used before they were bought.
    pub owed: i64,
    /// Proposed; 0 is none.
    pub units: i64,
    pub bound: Option<PurchaseBound>,
    /// Of the proposed units, without tax; none where nothing was bought before.
    pub price_yen: Option<i64>,
}

/// `2027/3/31までに12枚ほど使う見込みです（多い場合18枚）。残は5枚です。10枚の追加購入をおすすめします（50,000円、税別）。`
pub fn reorder(figures: &Reorder) -> Words {
    let Reorder { unit, until, uses: (usual, busy), available, .. } = *figures;
    let of = unit.counter_ja();
    let mut ja = format!(
        "{}までに{usual}{of}ほど使う見込みです（多い場合{busy}{of}）。残は{available}{of}です。",
        until.format("%Y/%-m/%-d")
    );
    let mut en = format!(
        "About {} will be used by {} ({busy} in a busy year), and {available} are left. ",
        unit.count_en(usual),
        until.format("%-d %b %Y")
    );
    if figures.lost > 0 {
        ja += &format!("うち{}{of}ほどは使われずに期限が切れる見込みです。", figures.lost);
        en += &format!("About {} of them will expire unused. ", figures.lost);
    }
    if figures.owed > 0 {
        ja += &format!("超過利用の{}{of}は次の購入から差し引かれます。", figures.owed);
        en += &format!("The next purchase first settles {} of overdraft. ", unit.count_en(figures.owed));
    }
    let advice = advice(figures);
    Words::new(ja + &advice.ja, en + &advice.en)
}

fn advice(figures: &Reorder) -> Words {
    let of = figures.unit.counter_ja();
    let tickets = figures.unit.count_en(figures.units);
    if figures.units == 0 {
        return match figures.bound {
            None => Words::new("追加の購入は要りません。", "No purchase is needed."),
            Some(_) => Words::new(
                "不足の見込みですが、年間の購入上限に達しているため今は購入できません。担当にご相談ください。",
                "That will not be enough, but the most units of a year have been bought. Please talk to us.",
            ),
        };
    }
    let (price_ja, price_en) = match figures.price_yen {
        Some(price) => (format!("（{}円、税別）", grouped(price)), format!(" ({} yen without tax)", grouped(price))),
        None => (String::new(), String::new()),
    };
    let (bound_ja, bound_en) = match figures.bound {
        Some(PurchaseBound::YearMax) => {
            ("年間の購入上限までの数です。", " That is the most that may be bought this year.")
        }
        Some(PurchaseBound::Minimum) => ("契約の最少購入数です。", " That is the least purchase of the contract."),
        Some(PurchaseBound::Step) | None => ("", ""),
    };
    Words::new(
        format!("{}{of}の追加購入をおすすめします{price_ja}。{bound_ja}", figures.units),
        format!("We suggest to buy {tickets}{price_en}.{bound_en}"),
    )
}

/// The figures of a comparison of a year, in yen without tax.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    pub unit: UnitKind,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub used: i64,
    pub expired: i64,
    pub tickets_yen: i64,
    pub fee_yen: i64,
    pub monthly_yen: i64,
    /// Units a year above which the fee is cheaper; none when a unit costs nothing.
    pub break_even: Option<i64>,
}

/// `2025/11/24〜2026/11/23：使用12枚、失効3枚。チケットは75,000円、月額8,000円なら96,000円で、チケットが21,000円割安です。`
pub fn comparison(figures: &Compared) -> Words {
    let Compared { unit, used, expired, tickets_yen, fee_yen, monthly_yen, .. } = *figures;
    let (of, name) = (unit.counter_ja(), prepaid(unit));
    let apart = (tickets_yen - monthly_yen).abs();
    let (end_ja, end_en) = match tickets_yen.cmp(&monthly_yen) {
        std::cmp::Ordering::Equal => ("同額です。".to_owned(), "both cost the same.".to_owned()),
        std::cmp::Ordering::Less => (
            format!("{}が{}円割安です。", name.ja, grouped(apart)),
            format!("{} cost {} yen less.", name.en, grouped(apart)),
        ),
        std::cmp::Ordering::Greater => {
            (format!("月額が{}円割安です。", grouped(apart)), format!("the fee costs {} yen less.", grouped(apart)))
        }
    };
    let (even_ja, even_en) = match figures.break_even {
        Some(units) => (
            format!("年{units}{of}を超えると月額が割安になります。"),
            format!(" Above {} a year the fee costs less.", unit.count_en(units)),
        ),
        None => (String::new(), String::new()),
    };
    let (from, to) = (figures.from, figures.to);
    Words::new(
        format!(
            "{}〜{}：使用{used}{of}、失効{expired}{of}。{}は{}円、月額{}円なら{}円で、{end_ja}{even_ja}",
            from.format("%Y/%-m/%-d"),
            to.format("%Y/%-m/%-d"),
            name.ja,
            grouped(tickets_yen),
            grouped(fee_yen),
            grouped(monthly_yen),
        ),
        format!(
            "{} to {}: {} used, {expired} expired. Prepaid that costs {} yen, a fee of {} yen a month {} yen: \
             {end_en}{even_en}",
            from.format("%-d %b %Y"),
            to.format("%-d %b %Y"),
            unit.count_en(used),
            grouped(tickets_yen),
            grouped(fee_yen),
            grouped(monthly_yen),
        ),
    )
}

/// What is paid in advance, by name.
fn prepaid(unit: UnitKind) -> Words {
    match unit {
        UnitKind::Ticket => Words::new("チケット", "tickets"),
        UnitKind::Point => Words::new("ポイント", "points"),
        UnitKind::Minute => Words::new("時間の前払い", "prepaid minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn figures() -> Reorder {
        Reorder {
            unit: UnitKind::Ticket,
            until: day("2027-03-31"),
            uses: (12, 18),
            available: 5,
            lost: 0,
            owed: 0,
            units: 10,
            bound: None,
            price_yen: Some(50_000),
        }
    }

    #[test]
    fn a_proposal_says_how_many_why_and_what_they_cost() {
        let words = reorder(&figures());
        assert_eq!(
            words.ja,
            "2027/3/31までに12枚ほど使う見込みです（多い場合18枚）。残は5枚です。\
             10枚の追加購入をおすすめします（50,000円、税別）。"
        );
        assert_eq!(
            words.en,
            "About 12 tickets will be used by 31 Mar 2027 (18 in a busy year), and 5 are left. \
             We suggest to buy 10 tickets (50,000 yen without tax)."
        );
    }

    #[test]
    fn what_will_expire_and_what_is_owed_is_said() {
        let words = reorder(&Reorder { lost: 3, owed: 2, units: 0, ..figures() });
        assert!(words.ja.contains("うち3枚ほどは使われずに"), "{}", words.ja);
        assert!(words.ja.ends_with("超過利用の2枚は次の購入から差し引かれます。追加の購入は要りません。"));
        let closed = reorder(&Reorder { units: 0, bound: Some(PurchaseBound::YearMax), ..figures() });
        assert!(closed.ja.contains("年間の購入上限に達している"), "{}", closed.ja);
    }

    #[test]
    fn a_year_of_tickets_is_compared_with_a_year_of_fees() {
        let words = comparison(&Compared {
            unit: UnitKind::Ticket,
            from: day("2025-11-24"),
            to: day("2026-11-23"),
            used: 12,
            expired: 3,
            tickets_yen: 75_000,
            fee_yen: 8_000,
            monthly_yen: 96_000,
            break_even: Some(19),
        });
        assert_eq!(
            words.ja,
            "2025/11/24〜2026/11/23：使用12枚、失効3枚。チケットは75,000円、月額8,000円なら96,000円で、\
             チケットが21,000円割安です。年19枚を超えると月額が割安になります。"
        );
        assert_eq!(
            words.en,
            "24 Nov 2025 to 23 Nov 2026: 12 tickets used, 3 expired. Prepaid that costs 75,000 yen, a fee of 8,000 yen \
             a month 96,000 yen: tickets cost 21,000 yen less. Above 19 tickets a year the fee costs less."
        );
    }
}
