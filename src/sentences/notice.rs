//! What a notice says, and the mail that carries it.

use chrono::NaiveDate;

use super::dispute::given_back;
use super::{Words, grouped};
use crate::domain::notice::{Asking, NoticeKind};
use crate::domain::wallet::terms::UnitKind;

/// The facts of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    LowBalance {
        unit: UnitKind,
        left: i64,
    },
    Expiry {
        unit: UnitKind,
        count: i64,
        last_day: NaiveDate,
        days_left: i64,
    },
    /// `cost` is what was read out for it.
    ProxyEntry {
        number: String,
        caller: String,
        cost: Words,
    },
    Overdraft {
        unit: UnitKind,
        units: i64,
        issue_number: String,
        /// All that is owed now.
        owed: i64,
        price_yen: Option<i64>,
    },
    Dispute {
        unit: UnitKind,
        issue_number: String,
        note: String,
        /// Units that its line charges no more, and those of them that expired; none of a refused one.
        granted: Option<(i64, i64)>,
    },
    /// `cost` is what was read out, or shown before it was sent.
    Usage {
        number: String,
        cost: Words,
    },
    Approval {
        asking: Asking,
        unit: UnitKind,
        units: i64,
        issue_number: String,
        /// Who is asked; none is anybody of the customer's.
        approver: Option<String>,
        /// Until when nobody's answer counts as a yes, in local time.
        until: Option<Words>,
    },
}

impl Told {
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::LowBalance { .. } => NoticeKind::LowBalance,
            Self::Expiry { .. } => NoticeKind::Expiry,
            Self::ProxyEntry { .. } => NoticeKind::ProxyEntry,
            Self::Overdraft { .. } => NoticeKind::Overdraft,
            Self::Dispute { .. } => NoticeKind::Dispute,
            Self::Usage { .. } => NoticeKind::Usage,
            Self::Approval { .. } => NoticeKind::Approval,
        }
    }

    pub fn words(&self) -> Words {
        match self {
            Self::LowBalance { unit, left } => low_balance(*unit, *left),
            Self::Expiry { unit, count, last_day, days_left } => expiry(*unit, *count, *last_day, *days_left),
            Self::ProxyEntry { number, caller, cost } => Words::new(
                format!(
                    "お電話などの内容を代理で入力しました（{number}、{caller}様）。{}。内容が違うときは72時間以内にお申し出ください。",
                    cost.ja
                ),
                format!(
                    "We entered your request for you ({number}, {caller}). {}. Please tell us within 72 hours if \
                     anything is wrong.",
                    cost.en
                ),
            ),
            Self::Overdraft { unit, units, issue_number, owed, price_yen } => {
                overdraft(*unit, *units, issue_number, *owed, *price_yen)
            }
            Self::Dispute { unit, issue_number, note, granted } => dispute(*granted, *unit, issue_number, note),
            Self::Usage { number, cost } => usage(number, cost),
            Self::Approval { asking, unit, units, issue_number, approver, until } => {
                let asked = Asked { units: (*unit, *units), issue: issue_number, approver: approver.as_deref() };
                approval(*asking, &asked, until.as_ref())
            }
        }
    }
}

/// `チケット4枚`, `30ポイント`.
fn counted_ja(unit: UnitKind, count: i64) -> String {
    let name = if unit == UnitKind::Ticket { unit.ja() } else { "" };
    format!("{name}{count}{}", unit.counter_ja())
}

fn low_balance(unit: UnitKind, left: i64) -> Words {
    if left <= 0 {
        return Words::new(
            "未使用の残りがなくなりました。追加の購入をご検討ください。",
            format!("No {}s are left. Please think of buying more.", unit.en().to_lowercase()),
        );
    }
    Words::new(
        format!("未使用の残りが{}になりました。追加の購入をご検討ください。", counted_ja(unit, left)),
        format!("Only {} left. Please think of buying more.", unit.count_en(left)),
    )
}

fn expiry(unit: UnitKind, count: i64, last_day: NaiveDate, days_left: i64) -> Words {
    let (when_ja, when_en) = match days_left {
        0 => ("本日まで".to_owned(), "today".to_owned()),
        1 => ("明日まで".to_owned(), "tomorrow".to_owned()),
        days => (format!("あと{days}日"), format!("in {days} days")),
    };
    Words::new(
        format!(
            "{}の有効期限は{}です（{when_ja}）。期限を過ぎると使えません。",
            counted_ja(unit, count),
            last_day.format("%Y/%-m/%-d")
        ),
        format!(
            "{} can be used until {} ({when_en}) and not after it.",
            unit.count_en(count),
            last_day.format("%-d %b %Y")
        ),
    )
}

fn overdraft(unit: UnitKind, units: i64, issue: &str, owed: i64, price_yen: Option<i64>) -> Words {
    let of = unit.counter_ja();
    let (price_ja, price_en) = match price_yen {
        Some(yen) => (
            format!("ご請求する場合は1{of}あたり{}円（税別）です。", grouped(yen)),
            format!(" When it is invoiced, a {} costs {} yen without tax.", unit.en().to_lowercase(), grouped(yen)),
        ),
        None => (String::new(), String::new()),
    };
    Words::new(
        format!(
            "要件{issue}で{}を超過利用しました。未精算は{owed}{of}で、次の購入から差し引きます。{price_ja}",
            counted_ja(unit, units)
        ),
        format!(
            "Issue {issue} used {} on overdraft. {owed} in all will be settled by the next purchase.{price_en}",
            unit.count_en(units)
        ),
    )
}

fn usage(number: &str, cost: &Words) -> Words {
    Words::new(
        format!(
            "ご依頼を受け付けました（{number}）。{}。内容が違うときは72時間以内に、明細から異議を申し出るか受付窓口にお電話ください。",
            cost.ja
        ),
        format!(
            "We have your request ({number}). {}. If anything is wrong, dispute the line on the statement or call us \
             within 72 hours.",
            cost.en
        ),
    )
}

/// What approval is asked for, and of whom.
struct Asked<'a> {
    units: (UnitKind, i64),
    issue: &'a str,
    approver: Option<&'a str>,
}

fn approval(asking: Asking, asked: &Asked<'_>, until: Option<&Words>) -> Words {
    let (issue, (unit, units)) = (asked.issue, asked.units);
    let (count_ja, count_en) = (counted_ja(unit, units), unit.count_en(units));
    let (who_ja, who_en) =
        asked.approver.map_or_else(Default::default, |name| (format!("{name}様、"), format!("{name}, ")));
    let (until_ja, until_en) = until.map_or_else(Default::default, |until| {
        (
            format!("{}までにお返事がないときは、承認済みとして扱います。", until.ja),
            format!(" Without an answer by {} it counts as approved.", until.en),
        )
    });
    let (ja, en) = match asking {
        Asking::Asked => (
            format!("{who_ja}要件{issue}（{count_ja}）の承認をお願いします。作業はそのまま進めます。"),
            format!("{who_en}please approve issue {issue} ({count_en}), or not. The work goes on."),
        ),
        Asking::Due => (
            format!(
                "{who_ja}要件{issue}の{count_ja}は、承認があり次第消費を確定します。承認か不承認をお選びください。"
            ),
            format!("{who_en}{count_en} of issue {issue} are used as soon as you approve. Please approve, or not."),
        ),
        Asking::Soon => (
            format!("{who_ja}要件{issue}（{count_ja}）の承認の期限が近づいています。"),
            format!("{who_en}the time to approve issue {issue} ({count_en}) is nearly over."),
        ),
        Asking::TimedOut => (
            format!(
                "要件{issue}（{count_ja}）は期限までにお返事がなかったため、承認済みとして扱いました。\
                 納得できないときは、明細から異議を申し出てください。"
            ),
            format!(
                "Nobody answered in time, so issue {issue} ({count_en}) counts as approved. If you do not accept that, \
                 dispute its line on the statement."
            ),
        ),
    };
    Words::new(ja + &until_ja, en + &until_en)
}

fn dispute(granted: Option<(i64, i64)>, unit: UnitKind, issue: &str, note: &str) -> Words {
    let (note_ja, note_en) =
        if note.is_empty() { (String::new(), String::new()) } else { (format!("（{note}）"), format!(" ({note})")) };
    if let Some((returned, expired)) = granted {
        let said = given_back(unit, issue, returned, expired);
        return Words::new(
            format!("異議を認めました{note_ja}。要件{}。", said.ja),
            format!("Your dispute was granted{note_en}: {}.", said.en),
        );
    }
    Words::new(
        format!("要件{issue}の異議は認められませんでした{note_ja}。"),
        format!("Your dispute of issue {issue} was not granted{note_en}."),
    )
}

/// Who writes to whom about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub vendor: Words,
    pub vendor_phone: String,
    pub customer_name: String,
    pub contact_name: String,
    pub contract_number: String,
    /// Address of the page where the reader acts; none while nobody told the server its own address.
    pub link: Option<String>,
}

/// The part of the customer's page that a notice leads to.
pub const fn view_of(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::LowBalance | NoticeKind::Expiry => "wallet",
        NoticeKind::Approval => "approvals",
        NoticeKind::ProxyEntry | NoticeKind::Overdraft | NoticeKind::Dispute | NoticeKind::Usage => "statement",
    }
}

/// Subject and text of the mail, in both languages, since nobody told which one the reader prefers.
pub fn letter(kind: NoticeKind, words: &Words, to: &Envelope) -> (String, String) {
    let Envelope { vendor, vendor_phone, customer_name, contact_name, contract_number, link } = to;
    let (link_ja, link_en) = link.as_ref().map_or_else(Default::default, |link| {
        (format!("ご確認はこちら：{link}\n\n"), format!("Look at it here: {link}\n\n"))
    });
    let subject = format!("【{}】{}（{contract_number}） / {}", vendor.ja, kind.ja(), kind.en());
    let text = format!(
        "{customer_name}\n{contact_name} 様\n\n{}\n\n{link_ja}契約番号：{contract_number}\n{}　{vendor_phone}\n\
         このメールは自動でお送りしています。\n\n--\n\n{}\n\n{link_en}Contract: {contract_number}\n{}, {vendor_phone}\n\
         This mail was sent automatically.\n",
        words.ja, vendor.ja, words.en, vendor.en
    );
    (subject, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(told: &Told, ja: &str, en: &str) {
        let words = told.words();
        assert_eq!((words.ja.as_str(), words.en.as_str()), (ja, en));
    }

    #[test]
    fn few_units_none_and_those_that_will_expire() {
        let unit = UnitKind::Ticket;
        check(
            &Told::LowBalance { unit, left: 3 },
            "未使用の残りがチケット3枚になりました。追加の購入をご検討ください。",
            "Only 3 tickets left. Please think of buying more.",
        );
        check(
            &Told::LowBalance { unit: UnitKind::Point, left: 0 },
            "未使用の残りがなくなりました。追加の購入をご検討ください。",
            "No points are left. Please think of buying more.",
        );
        let last_day = "2027-03-31".parse().expect("a date of the test");
        check(
            &Told::Expiry { unit, count: 4, last_day, days_left: 30 },
            "チケット4枚の有効期限は2027/3/31です（あと30日）。期限を過ぎると使えません。",
            "4 tickets can be used until 31 Mar 2027 (in 30 days) and not after it.",
        );
    }

    #[test]
    fn what_was_entered_for_the_customer_is_sent_to_him_word_for_word() {
        let cost = Words::new("2要件 → 2枚（残 8枚 → 6枚）", "2 issues → 2 tickets (8 left → 6)");
        let (number, caller) = ("C-KN-2026-000001".to_owned(), "山田 花子".to_owned());
        check(
            &Told::ProxyEntry { number, caller, cost },
            "お電話などの内容を代理で入力しました（C-KN-2026-000001、山田 花子様）。2要件 → 2枚（残 8枚 → 6枚）。\
             内容が違うときは72時間以内にお申し出ください。",
            "We entered your request for you (C-KN-2026-000001, 山田 花子). 2 issues → 2 tickets (8 left → 6). \
             Please tell us within 72 hours if anything is wrong.",
        );
    }

    #[test]
    fn an_overdraft_says_what_is_owed_and_what_it_may_cost() {
        let issue_number = "I-KN-2026-000007".to_owned();
        let told = Told::Overdraft { unit: UnitKind::Ticket, units: 1, issue_number, owed: 2, price_yen: Some(6_000) };
        check(
            &told,
            "要件I-KN-2026-000007でチケット1枚を超過利用しました。未精算は2枚で、次の購入から差し引きます。\
             ご請求する場合は1枚あたり6,000円（税別）です。",
            "Issue I-KN-2026-000007 used 1 ticket on overdraft. 2 in all will be settled by the next \
             purchase. When it is invoiced, a ticket costs 6,000 yen without tax.",
        );
    }

    #[test]
    fn an_approver_is_asked_by_name_and_told_until_when() {
        let told = |asking, approver: Option<&str>, until| Told::Approval {
            asking,
            unit: UnitKind::Ticket,
            units: 3,
            issue_number: "I-1".to_owned(),
            approver: approver.map(str::to_owned),
            until,
        };
        check(
            &told(Asking::Asked, Some("山田 花子"), Some(Words::new("11/23 10:30", "23 Nov 10:30"))),
            "山田 花子様、要件I-1（チケット3枚）の承認をお願いします。作業はそのまま進めます。\
             11/23 10:30までにお返事がないときは、承認済みとして扱います。",
            "山田 花子, please approve issue I-1 (3 tickets), or not. The work goes on. Without an answer by \
             23 Nov 10:30 it counts as approved.",
        );
        check(
            &told(Asking::TimedOut, None, None),
            "要件I-1（チケット3枚）は期限までにお返事がなかったため、承認済みとして扱いました。\
             納得できないときは、明細から異議を申し出てください。",
            "Nobody answered in time, so issue I-1 (3 tickets) counts as approved. If you do not accept that, dispute \
             its line on the statement.",
        );
    }

    #[test]
    fn a_mail_speaks_both_languages() {
        let to = Envelope {
            vendor: Words::new("犀川機器サービス", "Saigawa Equipment Service"),
            vendor_phone: "076-555-0100".to_owned(),
            customer_name: "卯辰製作所".to_owned(),
            contact_name: "山田 花子".to_owned(),
            contract_number: "KS-1001".to_owned(),
            link: None,
        };
        let words = Told::LowBalance { unit: UnitKind::Ticket, left: 3 }.words();
        let (subject, text) = letter(NoticeKind::LowBalance, &words, &to);
        assert_eq!(subject, "【犀川機器サービス】残数のお知らせ（KS-1001） / Low balance");
        assert!(text.starts_with("卯辰製作所\n山田 花子 様\n\n未使用の残りが"), "{text}");
        assert!(text.contains("\n--\n\nOnly 3 tickets left."), "{text}");
        let link = Some("https://desk.example.jp/portal#contract=con_1&view=approvals".to_owned());
        let (_, text) = letter(NoticeKind::Approval, &words, &Envelope { link, ..to });
        assert_eq!(text.matches("https://desk.example.jp/portal#contract=con_1&view=approvals\n").count(), 2, "{text}");
    }
}
