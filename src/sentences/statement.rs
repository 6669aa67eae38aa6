//! A statement as a document, in one language.

use chrono_tz::Tz;

use crate::documents::{Column, Document, Row};
use crate::domain::access::Language;
use crate::domain::wallet::account::{Account, Balances, Movement};
use crate::domain::wallet::dispute::Assent;
use crate::sentences::grouped;
use crate::views::statement::{Statement, StatementLine};

/// Ticket numbers written out in a line; of more the count says enough.
const NUMBERS: usize = 12;
/// Columns of the table.
const COLUMNS: usize = 12;

/// The statement as it is printed, and as its table is exported.
pub fn document(statement: &Statement, language: Language, zone: Tz) -> Document {
    let say = |ja: &str, en: &str| if language == Language::Ja { ja.to_owned() } else { en.to_owned() };
    let unit = if language == Language::Ja { statement.unit.ja() } else { statement.unit.en() };
    let vendor = say(&statement.vendor_name_ja, &statement.vendor_name_en);
    Document {
        title: say("ご利用明細書", "Statement of use"),
        language: language.as_str(),
        facts: vec![
            (say("お客様", "Customer"), statement.customer_name.clone()),
            (say("契約番号", "Contract"), statement.contract_number.clone()),
            (say("期間", "Period"), format!("{} – {}", statement.from, statement.to)),
            (say("単位", "Unit"), unit.to_owned()),
            (say("期首残高", "Opening balance"), balance(&statement.opening, language)),
            (say("期末残高", "Closing balance"), balance(&statement.closing, language)),
            (say("発行者", "Issuer"), format!("{vendor}  {}", statement.vendor_phone)),
        ],
        columns: columns(&say),
        rows: statement.lines.iter().map(|line| row(line, language, zone)).collect(),
        csv_before: vec![beside(&say("期首残高", "Opening balance"), &statement.from.to_string(), &statement.opening)],
        csv_after: vec![
            beside(&say("期末残高", "Closing balance"), &statement.to.to_string(), &statement.closing),
            root(&say("照合値", "Root"), &statement.chain_root),
        ],
        empty: say("この期間の動きはありません。", "Nothing moved in this period."),
        notes: notes(statement, &say),
        foot: format!("{vendor}   {} {}", say("照合値", "Root"), statement.chain_root),
    }
}

fn notes(statement: &Statement, say: &impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut notes = vec![say(
        "各行は消し込みのない台帳の写しです。下の照合値を控えておくと、後日この明細が変わっていないことを確かめられます。",
        "Every line is a copy of a ledger in which nothing is ever changed. Keep the root below to prove later what this \
         statement said.",
    )];
    if let Some(day) = &statement.day_root {
        let name = say("全契約の日次の照合値", "Root of the day over all contracts");
        notes.push(format!("{name} ({}): {}", day.day, day.root));
    }
    notes
}

fn columns(say: &impl Fn(&str, &str) -> String) -> Vec<Column> {
    let column = |ja: &str, en: &str, width, right| Column { name: say(ja, en), width, right };
    vec![
        column("日時", "Time", 105, false),
        column("動き", "Movement", 80, false),
        column("理由", "Reason", 100, false),
        column("要件", "Issue", 125, false),
        column("内容と処置", "Content and remedy", 190, false),
        column("番号", "Numbers", 150, false),
        column("分", "Min.", 40, true),
        column("数量", "Units", 45, true),
        column("増減", "Change", 45, true),
        column("未使用", "Left", 45, true),
        column("仮押さえ", "Held", 50, true),
        column("超過利用", "Owed", 50, true),
    ]
}

fn row(line: &StatementLine, language: Language, zone: Tz) -> Row {
    let movement = movement(line, language);
    vec![
        match line.past_day {
            Some(day) => day.to_string(),
            None => line.at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        },
        movement,
        if language == Language::Ja { line.reason_ja.clone() } else { line.reason_en.clone() },
        line.issue_number.clone().unwrap_or_default(),
        done(line, language),
        numbers(line),
        line.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        line.units.to_string(),
        line.change.to_string(),
        line.available.to_string(),
        line.held.to_string(),
        line.owed.to_string(),
    ]
}

/// What a purchase pays back of units that were used before they were bought is no use.
fn movement(line: &StatementLine, language: Language) -> String {
    let (ja, en) = match (line.movement, line.to) {
        (Movement::Overdraft, Account::Overdraft) => ("超過利用の精算", "Overdraft settled"),
        _ => (line.movement.ja(), line.movement.en()),
    };
    if language == Language::Ja { ja.to_owned() } else { en.to_owned() }
}

/// What was asked for, what was done once something was used for it, and how an objection to it stands.
fn done(line: &StatementLine, language: Language) -> String {
    let content = line.content.clone().or_else(|| invoice(line, language)).unwrap_or_default();
    let content = match (&line.remedy, line.to) {
        (Some(remedy), Account::Consumed) if !remedy.is_empty() => format!("{content} → {remedy}"),
        _ => content,
    };
    let content = match (line.yen, language) {
        (None, _) => content,
        (Some(paid), Language::Ja) => format!("{}円を払い戻し", grouped(paid)),
        (Some(paid), _) => format!("{} yen paid back", grouped(paid)),
    };
    let content = agreed(content, line, language);
    let Some(dispute) = line.dispute else { return content };
    let (ja, en) = (dispute.state.ja(), dispute.state.en().to_lowercase());
    if language == Language::Ja { format!("{content}【異議：{ja}】") } else { format!("{content} [dispute {en}]") }
}

/// How the customer agreed with the line, behind what it says.
fn agreed(content: String, line: &StatementLine, language: Language) -> String {
    let Some(assent) = &line.assent else { return content };
    let by = assent.by.as_deref().unwrap_or_default();
    match (assent.how, language) {
        (Assent::Said, Language::Ja) => format!("{content}【{}：{by}様】", assent.how.ja()),
        (Assent::Said, _) => format!("{content} [confirmed by {by}]"),
        (Assent::Lapsed, Language::Ja) => format!("{content}【{}】", assent.how.ja()),
        (Assent::Lapsed, _) => format!("{content} [{}]", assent.how.en().to_lowercase()),
    }
}

/// The invoice on which a purchase stands.
fn invoice(line: &StatementLine, language: Language) -> Option<String> {
    let number = line.invoice_number.as_ref()?;
    Some(if language == Language::Ja { format!("請求書 {number}") } else { format!("Invoice {number}") })
}

fn numbers(line: &StatementLine) -> String {
    let shown = line.tickets.iter().take(NUMBERS).map(String::as_str).collect::<Vec<_>>().join(" ");
    match line.tickets.len() {
        0 => line.lot.clone().unwrap_or_default(),
        count if count > NUMBERS => format!("{shown} … ({count})"),
        _ => shown,
    }
}

/// A balance as a row of the table.
fn beside(name: &str, day: &str, balances: &Balances) -> Row {
    let mut row = vec![String::new(); COLUMNS];
    (row[0], row[1]) = (day.to_owned(), name.to_owned());
    let figures = [balances.available, balances.held, owed(balances)].map(|units| units.to_string());
    row.splice(COLUMNS - figures.len().., figures);
    row
}

fn root(name: &str, hash: &str) -> Row {
    let mut row = vec![String::new(); COLUMNS];
    (row[1], row[5]) = (name.to_owned(), hash.to_owned());
    row
}

/// Units that were used before they were bought, and are to be paid for.
fn owed(balances: &Balances) -> i64 {
    -balances.overdraft
}

fn balance(balances: &Balances, language: Language) -> String {
    let (available, held, owed) = (balances.available, balances.held, owed(balances));
    let (ja, en) = match owed {
        0 => (String::new(), String::new()),
        _ => (format!("   超過利用 {owed}"), format!(", {owed} overdrawn")),
    };
    if language == Language::Ja {
        format!("未使用 {available}   仮押さえ {held}{ja}")
    } else {
        format!("{available} left, {held} on hold{en}")
    }
}
