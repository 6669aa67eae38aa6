//! Visits, reports, promises and what was told of the arrival.

use super::{Facts, plain};
use crate::domain::event::EventKind;
use crate::sentences::{Words, count_en};

pub(super) fn sentence(kind: EventKind, facts: &Facts<'_>) -> Words {
    let who = facts.text("/visit/technician_name");
    match kind {
        EventKind::VisitAssigned | EventKind::VisitRescheduled => planned(kind, who, facts),
        EventKind::VisitDelayed => {
            let minutes = facts.count("/minutes");
            let behind = count_en(minutes, "minute");
            Words::new(format!("{who}より：{minutes}分ほど遅れます"), format!("{who}: running {behind} late"))
        }
        EventKind::ReportFiled => report(facts),
        EventKind::PromiseMade | EventKind::PromiseChanged => promise(kind, facts),
        EventKind::EtaTold => {
            let (from, to) = facts.told();
            Words::new(format!("到着予定 {from}〜{to} をお知らせ"), format!("Arrival announced: {from} to {to}"))
        }
        _ if who.is_empty() => plain(kind),
        _ => Words::new(format!("{}（{who}）", kind.ja()), format!("{} ({who})", kind.en())),
    }
}

fn planned(kind: EventKind, who: &str, facts: &Facts<'_>) -> Words {
    let at = facts.day_clock("/visit/planned_start");
    if kind == EventKind::VisitAssigned {
        return Words::new(format!("{who}が {} ごろ訪問の予定", at.ja), format!("{who} plans to come about {}", at.en));
    }
    Words::new(format!("訪問の予定を {} ごろに変更（{who}）", at.ja), format!("Visit moved to about {} ({who})", at.en))
}

fn report(facts: &Facts<'_>) -> Words {
    let (remedy, minutes) = (facts.text("/report/remedy"), facts.count("/minutes"));
    let (cause_ja, cause_en) = (facts.text("/report/cause_ja"), facts.text("/report/cause_en"));
    Words::new(
        format!("作業報告：{cause_ja} → {remedy}（{minutes}分）"),
        format!("Service report: {cause_en} → {remedy} ({})", count_en(minutes, "minute")),
    )
}

fn promise(kind: EventKind, facts: &Facts<'_>) -> Words {
    let (from, to) = (facts.day_clock("/from"), facts.clock("/to"));
    let (ja, en) = match kind {
        EventKind::PromiseMade => ("到着のお約束", "Arrival promised"),
        _ => ("到着のお約束を変更", "Promise changed"),
    };
    Words::new(format!("{ja}：{}〜{to}", from.ja), format!("{en}: {} to {to}", from.en))
}
