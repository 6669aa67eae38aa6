//! What the customer said about his wallet, and what was answered.

use super::{Facts, plain};
use crate::domain::access::Role;
use crate::domain::event::EventKind;
use crate::domain::wallet::acknowledgement::Means;
use crate::domain::wallet::terms::UnitKind;
use crate::sentences::Words;
use crate::sentences::dispute::given_back;

pub(super) fn sentence(kind: EventKind, facts: &Facts<'_>) -> Words {
    let issue = facts.text("/issue_number");
    match kind {
        EventKind::DisputeRaised => raised(facts),
        EventKind::DisputeGranted => {
            let (returned, expired) = (facts.count("/dispute/returned"), facts.count("/dispute/expired"));
            let said = given_back(unit(facts), issue, returned, expired);
            Words::new(
                format!("異議を認容：{}{}", said.ja, note_ja(facts)),
                format!("Dispute granted: {}{}", said.en, note_en(facts)),
            )
        }
        EventKind::DisputeRefused => Words::new(
            format!("異議を却下：{issue}{}", note_ja(facts)),
            format!("Dispute refused: {issue}{}", note_en(facts)),
        ),
        EventKind::DisputeWithdrawn => {
            Words::new(format!("異議を取り下げ：{issue}"), format!("Dispute withdrawn: {issue}"))
        }
        EventKind::ApprovalAsked => {
            let units = count(facts, "/approval/units");
            Words::new(
                format!("承認のお願い：{issue}（{}）。作業は進めます", units.ja),
                format!("Approval asked: {issue} ({}); the work goes on", units.en),
            )
        }
        EventKind::ApprovalDue => {
            let units = count(facts, "/approval/waiting_units");
            Words::new(
                format!("{issue} の{}の消費確定は承認待ち", units.ja),
                format!("{} of {issue} wait for the approval", units.en),
            )
        }
        EventKind::ApprovalGiven
        | EventKind::ApprovalRefused
        | EventKind::ApprovalTimedOut
        | EventKind::ApprovalLapsed => {
            let note = facts.text("/approval/note");
            let (note_ja, note_en) =
                if note.is_empty() { Default::default() } else { (format!("（{note}）"), format!(" ({note})")) };
            Words::new(format!("{}：{issue}{note_ja}", kind.ja()), format!("{}: {issue}{note_en}", kind.en()))
        }
        _ => of_a_use_or_lot(kind, facts),
    }
}

/// An objection: late is only what the desk entered for the customer.
fn raised(facts: &Facts<'_>) -> Words {
    let issue = facts.text("/issue_number");
    let (count, reason) = (count(facts, "/dispute/units"), facts.text("/dispute/reason"));
    let late = facts.data["dispute"]["late"].as_bool().unwrap_or_default();
    let (late_ja, late_en) = if late { ("、72時間経過後", ", after 72 hours") } else { ("", "") };
    let proxy = facts.text("/dispute/raised_by/role") != Role::Customer.as_str();
    let (by_ja, by_en) = if proxy { ("、代理入力", ", entered for the customer") } else { ("", "") };
    Words::new(
        format!("異議の申し出：{issue} の{}「{reason}」{late_ja}{by_ja}", count.ja),
        format!("Disputed: {} of {issue}, \"{reason}\"{late_en}{by_en}", count.en),
    )
}

/// What was said of a use, or of a lot that was bought.
fn of_a_use_or_lot(kind: EventKind, facts: &Facts<'_>) -> Words {
    match kind {
        EventKind::UseConfirmed => {
            let (issue, count, by) = (
                facts.text("/issue_number"),
                count(facts, "/confirmation/units"),
                facts.text("/confirmation/confirmed_by/name"),
            );
            Words::new(
                format!("ご利用の確認：{issue} の{}に間違いなし（{by}）", count.ja),
                format!("{by} confirmed {} of {issue}", count.en),
            )
        }
        EventKind::InvoiceSet => {
            let (number, lot) = (facts.text("/invoice/invoice_number"), facts.text("/lot"));
            let on = facts.text("/invoice/invoiced_on");
            Words::new(format!("請求書 {number}（{lot}、{on}）"), format!("Invoice {number} ({lot}, {on})"))
        }
        EventKind::LotAcknowledged => {
            let (by, lot) = (facts.text("/acknowledgement/by"), facts.text("/lot"));
            let means: Option<Means> = facts.text("/acknowledgement/means").parse().ok();
            let (how_ja, how_en) = means.map_or(("", ""), |means| (means.ja(), means.en()));
            Words::new(
                format!("{lot}の有効期限と範囲の了承：{by}（{how_ja}）"),
                format!("{by} acknowledged the last day and scope of {lot} ({})", how_en.to_lowercase()),
            )
        }
        _ => plain(kind),
    }
}

fn count(facts: &Facts<'_>, pointer: &str) -> Words {
    let (unit, units) = (unit(facts), facts.count(pointer));
    Words::new(format!("{units}{}", unit.counter_ja()), unit.count_en(units))
}

fn unit(facts: &Facts<'_>) -> UnitKind {
    facts.text("/unit").parse().unwrap_or(UnitKind::Ticket)
}

fn note_ja(facts: &Facts<'_>) -> String {
    let note = facts.text("/dispute/decision_note");
    if note.is_empty() { String::new() } else { format!("（{note}）") }
}

fn note_en(facts: &Facts<'_>) -> String {
    let note = facts.text("/dispute/decision_note");
    if note.is_empty() { String::new() } else { format!(" ({note})") }
}
