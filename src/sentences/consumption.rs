//! What an issue costs, before it is saved and after it is over.

use chrono::{Datelike, NaiveDate};

use super::{Words, count_en};
use crate::domain::issue::{IssueKind, Outcome};
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::CostReason;
use crate::domain::wallet::terms::UnitKind;
use crate::views::wallet::Expiry;

/// Within so many days month and day say enough: nobody thinks of the same day a year before.
const UNMISTAKABLE_DAYS: i64 = 300;

/// A repair that this issue repeats.
#[derive(Debug, Clone, Copy)]
pub struct Repeated<'a> {
    /// None for a repair of the time before this system.
    pub issue_number: Option<&'a str>,
    pub on: NaiveDate,
    pub days_ago: i64,
}

/// The line of one issue; `index` counts from 0.
pub fn line(
    unit: UnitKind,
    index: usize,
    kind: IssueKind,
    units: i64,
    tickets: &[String],
    overdrawn: i64,
    repeated: Option<Repeated<'_>>,
) -> Words {
    let of = unit.counter_ja();
    let (number, ja, en) = (index + 1, kind.ja(), kind.en());
    if let Some(earlier) = repeated {
        let (day, day_en) = (month_day(earlier.on), month_day_en(earlier.on));
        let days = earlier.days_ago;
        let which_ja = earlier.issue_number.map_or_else(String::new, |issue| format!("・{issue}"));
        let which_en = earlier.issue_number.map_or_else(String::new, |issue| format!(", {issue}"));
        return Words::new(
            format!("{number}件目（{ja}）再発のため 0{of}（{day} の修理から{days}日{which_ja}）"),
            format!(
                "Issue {number} ({en}): a recurrence, {} (repaired {day_en}, {days} days ago{which_en})",
                unit.count_en(0)
            ),
        );
    }
    if units == 0 {
        return Words::new(
            format!("{number}件目（{ja}）対象外のため 0{of}"),
            format!("Issue {number} ({en}): free of charge, {}", unit.count_en(0)),
        );
    }
    let mut parts_ja = tickets.to_vec();
    let mut parts_en = tickets.to_vec();
    if overdrawn > 0 {
        parts_ja.push(format!("超過利用 {overdrawn}{of}"));
        parts_en.push(format!("{overdrawn} on overdraft"));
    }
    Words::new(
        format!("{number}件目（{ja}）{units}{of}（{}）", parts_ja.join("、")),
        format!("Issue {number} ({en}): {} ({})", unit.count_en(units), parts_en.join(", ")),
    )
}

/// The line of an issue under a contract that is not paid with what is in its wallet.
pub fn billed(index: usize, kind: IssueKind, billing: BillingModel) -> Words {
    let (number, ja, en) = (index + 1, kind.ja(), kind.en());
    Words::new(
        format!("{number}件目（{ja}）この契約はチケット払いではありません（{}）", billing.ja()),
        format!("Issue {number} ({en}): this contract is not paid with tickets ({})", billing.en().to_lowercase()),
    )
}

/// The line of an issue about a product that the contract does not list.
pub fn uncovered(line: Words) -> Words {
    Words::new(
        format!("{}【契約の対象機器にない機種です】", line.ja),
        format!("{} [the contract lists no asset of this product]", line.en),
    )
}

/// The figures of a whole contact.
#[derive(Debug, Clone, Copy)]
pub struct Total<'a> {
    pub unit: UnitKind,
    pub issues: usize,
    pub units: i64,
    pub before: i64,
    pub after: i64,
    /// Of the tickets used, by last day; the first is named.
    pub expiring: &'a [Expiry],
    pub overdraft: i64,
    pub today: NaiveDate,
}

/// `2要件 → 2枚（残 8枚 → 6枚、うち1枚は3/31期限分）`.
pub fn total(total: &Total<'_>) -> Words {
    let of = total.unit.counter_ja();
    let mut ja = format!("残 {}{of} → {}{of}", total.before, total.after);
    let mut en = format!("{} left → {}", total.before, total.after);
    if let Some(first) = total.expiring.first() {
        let (day, day_en) = last_day(first.on, total.today);
        ja += &format!("、うち{}{of}は{day}期限分", first.count);
        en += &format!(", {} of them valid until {day_en}", first.count);
    }
    if total.overdraft > 0 {
        ja += &format!("、超過利用 {}{of}", total.overdraft);
        en += &format!(", {} on overdraft", total.overdraft);
    }
    let issues = total.issues as i64;
    Words::new(
        format!("{issues}要件 → {}{of}（{ja}）", total.units),
        format!("{} → {} ({en})", count_en(issues, "issue"), total.unit.count_en(total.units)),
    )
}

/// What an issue has cost in the end. `late` units would have been used and expired, because nothing may be used after
/// its last day.
pub fn outcome(
    unit: UnitKind,
    reason: CostReason,
    ended: Option<Outcome>,
    consumed: i64,
    late: i64,
    tickets: &[String],
) -> Words {
    let words = settled(unit, reason, ended, consumed, tickets);
    let (of, units) = (unit.counter_ja(), unit.count_en(late));
    match (late, consumed) {
        (0, _) => words,
        (_, 0) => Words::new(
            format!("期限後のため使用できず、{late}{of}が失効しました"),
            format!("{units} could not be used after the last day and expired"),
        ),
        _ => Words::new(
            format!("{}。ほかに{late}{of}が期限後のため失効しました", words.ja),
            format!("{}; {units} more could not be used after the last day and expired", words.en),
        ),
    }
}

fn settled(unit: UnitKind, reason: CostReason, ended: Option<Outcome>, consumed: i64, tickets: &[String]) -> Words {
    let (name, of, none) = (unit.ja(), unit.counter_ja(), unit.count_en(0));
    let of_name = if unit == UnitKind::Ticket { format!("{name} {consumed}{of}") } else { format!("{consumed}{of}") };
    if consumed > 0 {
        let numbers = if tickets.is_empty() { String::new() } else { format!("（{}）", tickets.join("、")) };
        let numbers_en = if tickets.is_empty() { String::new() } else { format!(" ({})", tickets.join(", ")) };
        let (why, why_en) = match reason {
            CostReason::Unguaranteed => {
                ("再発ですが保証期間内に修理がないため、", "A recurrence of no repair within the guarantee: ")
            }
            _ => ("", ""),
        };
        return Words::new(
            format!("{why}{of_name}を使用しました{numbers}"),
            format!("{why_en}{} used{numbers_en}", unit.count_en(consumed)),
        );
    }
    match (reason, ended) {
        (CostReason::Recurrence, _) => Words::new(format!("再発のため 0{of}"), format!("A recurrence: {none}")),
        (CostReason::Billed, _) => {
            Words::new(format!("チケット払いではない契約のため 0{of}"), format!("Not paid with tickets: {none}"))
        }
        (CostReason::Free, _) => Words::new(format!("対象外のため 0{of}"), format!("Free of charge: {none}")),
        (_, Some(ended)) => Words::new(format!("{}のため 0{of}", ended.ja()), format!("{}: {none}", ended.en())),
        (_, None) => Words::new(format!("{name}は未確定です"), format!("{}s are not settled yet", unit.en())),
    }
}

/// A day that is said months ahead; where it could be taken for one of this year that is over, with its year.
fn last_day(day: NaiveDate, today: NaiveDate) -> (String, String) {
    if (day - today).num_days() < UNMISTAKABLE_DAYS {
        return (month_day(day), month_day_en(day));
    }
    (day.format("%Y/%-m/%-d").to_string(), day.format("%-d %b %Y").to_string())
}

fn month_day(day: NaiveDate) -> String {
    format!("{}/{}", day.month(), day.day())
}

/// `8 Feb`: of two figures nobody abroad knows which is the month.
fn month_day_en(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry(on: &str, count: i64) -> Expiry {
        Expiry { on: on.parse().expect("a date of the test"), count }
    }

    #[test]
    fn the_operator_reads_out_what_the_contact_costs() {
        let expiring = [expiry("2027-03-31", 1), expiry("2027-09-30", 1)];
        let words = total(&Total {
            unit: UnitKind::Ticket,
            issues: 2,
            units: 2,
            before: 8,
            after: 6,
            expiring: &expiring,
            overdraft: 0,
            today: "2026-11-24".parse().expect("a date of the test"),
        });
        assert_eq!(words.ja, "2要件 → 2枚（残 8枚 → 6枚、うち1枚は3/31期限分）");
        assert_eq!(words.en, "2 issues → 2 tickets (8 left → 6, 1 of them valid until 31 Mar)");
    }

    #[test]
    fn a_last_day_that_sounds_like_yesterday_has_its_year() {
        let said = |day: &str| last_day(day.parse().expect("a date"), "2026-11-24".parse().expect("a date"));
        assert_eq!(said("2027-03-31"), ("3/31".to_owned(), "31 Mar".to_owned()));
        assert_eq!(said("2027-11-23"), ("2027/11/23".to_owned(), "23 Nov 2027".to_owned()));
    }

    #[test]
    fn an_overdraft_is_said_aloud() {
        let words = total(&Total {
            unit: UnitKind::Ticket,
            issues: 1,
            units: 1,
            before: 0,
            after: 0,
            expiring: &[],
            overdraft: 1,
            today: "2026-11-24".parse().expect("a date of the test"),
        });
        assert_eq!(words.ja, "1要件 → 1枚（残 0枚 → 0枚、超過利用 1枚）");
        let words = line(UnitKind::Ticket, 0, IssueKind::Fault, 1, &[], 1, None);
        assert_eq!(words.ja, "1件目（故障）1枚（超過利用 1枚）");
    }

    #[test]
    fn a_recurrence_names_the_repair_that_did_not_last() {
        let on = "2026-11-02".parse().expect("a date of the test");
        let repeated = Repeated { issue_number: Some("I-KN-2026-000098"), on, days_ago: 21 };
        let words = line(UnitKind::Ticket, 1, IssueKind::Fault, 0, &[], 0, Some(repeated));
        assert_eq!(words.ja, "2件目（故障）再発のため 0枚（11/2 の修理から21日・I-KN-2026-000098）");
        assert!(words.en.contains("(repaired 2 Nov, 21 days ago, I-KN-2026-000098)"), "{}", words.en);
    }

    #[test]
    fn our_own_defect_is_named_on_the_statement() {
        let words = outcome(UnitKind::Ticket, CostReason::Standard, Some(Outcome::OwnDefect), 0, 0, &[]);
        assert_eq!(words.ja, "当社起因のため 0枚");
        let words = outcome(UnitKind::Ticket, CostReason::Standard, Some(Outcome::Repaired), 0, 1, &[]);
        assert_eq!(words.ja, "期限後のため使用できず、1枚が失効しました");
        let used = outcome(
            UnitKind::Ticket,
            CostReason::Standard,
            Some(Outcome::Repaired),
            1,
            0,
            &["TK-2026-004512-07-3".to_owned()],
        );
        assert_eq!(used.en, "1 ticket used (TK-2026-004512-07-3)");
    }
}
