//! The sentences of a proposal, Japanese and English.

use super::answer::{Change, RowKind, Slot};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::names::called;
use crate::planner::problem::{Job, Scene, TechnicianState};

type Pair = (String, String);

fn pair(ja: impl Into<String>, en: impl Into<String>) -> Pair {
    (ja.into(), en.into())
}

/// Why a row is proposed.
pub(super) fn why_moved(
    kind: RowKind,
    (holder, before, after): (Option<&TechnicianState>, Option<&Slot>, Option<&Slot>),
    makes_room: Option<u32>,
    scene: &Scene,
) -> Pair {
    if kind == RowKind::Assign {
        return assigned(after, scene);
    }
    if let Some(away) = holder.and_then(|one| in_absence(one, before)) {
        let (name, until) = (holder.map_or("", |one| &one.name), away.clock_face(scene.zone));
        return pair(format!("{name}は{until}まで不在です"), format!("{name} is away until {until}"));
    }
    if let Some(late) = before.map(|slot| slot.promise_late_s).filter(|late| late.0 > 0) {
        let minutes = late.minutes_up();
        return pair(
            format!("今のままではお約束に{minutes}分遅れます"),
            format!("As it stands it starts {minutes} minutes after what was promised"),
        );
    }
    if let Some(late) = before.map(|slot| slot.late_s).filter(|late| late.0 > 0) {
        let minutes = late.minutes_up();
        return pair(
            format!("今のままでは期限に{minutes}分遅れます"),
            format!("As it stands he arrives {minutes} minutes after it is due"),
        );
    }
    match makes_room {
        Some(row) => pair(format!("{row}番のために時間を空けます"), format!("Makes room for row {row}")),
        None if kind == RowKind::TakeOff => {
            pair("今日の勤務時間に収まりません", "It does not fit into the day any more")
        }
        None => saved(before, after),
    }
}

fn assigned(after: Option<&Slot>, scene: &Scene) -> Pair {
    let Some(slot) = after else { return pair("手配待ちです", "It waits") };
    let start = slot.start.clock_face(scene.zone);
    match slot.late_s {
        Seconds::ZERO => {
            pair(format!("手配待ちです。{start}に始められます"), format!("It waits; work can start {start}"))
        }
        late => {
            let minutes = late.minutes_up();
            pair(
                format!("手配待ちです。最も早くて{start}（期限に{minutes}分遅れ）です"),
                format!("It waits; {start} is the best ({minutes} minutes after it is due)"),
            )
        }
    }
}

/// The end of an absence that covers the time of a visit, or pushed it behind itself.
fn in_absence(holder: &TechnicianState, before: Option<&Slot>) -> Option<Timestamp> {
    let slot = before?;
    let due = slot.promised.map_or(slot.start, |promised| promised.from);
    let covers = |away: &&crate::domain::time::Window| away.from < slot.end && due < away.to;
    holder.absences.iter().find(covers).map(|away| away.to)
}

fn saved(before: Option<&Slot>, after: Option<&Slot>) -> Pair {
    let saved = before.zip(after).map_or(0, |(before, after)| (before.travel_s - after.travel_s).0);
    match saved {
        60.. => {
            let minutes = saved / 60;
            pair(format!("移動が{minutes}分減ります"), format!("Saves {minutes} minutes of driving to it"))
        }
        _ => pair("全体の移動と遅れが減ります", "Less driving and delay for all"),
    }
}

/// A change with which somebody can go.
pub(super) fn way_out(
    change: &Change,
    technician: &TechnicianState,
    job: &Job,
    start: Timestamp,
    scene: &Scene,
) -> Pair {
    let (name, at) = (&technician.name, start.clock_face(scene.zone));
    let (ja, en) = with(change, technician, job, scene);
    pair(format!("{ja}、{name}が{at}に始められます"), format!("{en}, {name} can start at {at}"))
}

fn with(change: &Change, technician: &TechnicianState, job: &Job, scene: &Scene) -> Pair {
    let name = &technician.name;
    match change {
        Change::Parts { parts, .. } => {
            let (ja, en): (Vec<String>, Vec<String>) = parts
                .iter()
                .map(|part| {
                    let (ja, en) = called(&scene.names.parts, &part.code);
                    (format!("{ja}{}個", part.quantity), format!("{} × {en}", part.quantity))
                })
                .unzip();
            pair(format!("車に{}を積めば", ja.join("・")), format!("With {} on the van", en.join(", ")))
        }
        Change::Overtime { minutes, .. } => {
            pair(format!("残業をあと{minutes}分認めれば"), format!("With {minutes} more minutes of overtime"))
        }
        Change::Later { visit_id, minutes } => {
            let customer = technician.stops.iter().find(|stop| stop.visit == *visit_id);
            let customer = customer.map_or("", |stop| &stop.customer_name);
            pair(
                format!("{customer}様が{minutes}分の遅れを承諾すれば"),
                format!("If {customer} agrees to {minutes} minutes later"),
            )
        }
        Change::AnyTime { .. } => {
            let customer = &job.customer_name;
            pair(
                format!("{customer}様が今日の別の時間を承諾すれば"),
                format!("If {customer} agrees to another time today"),
            )
        }
        Change::OneMore { .. } => pair("件数の上限を1件増やせば", "With one job more than agreed"),
        Change::Borrow { .. } => pair(format!("{name}を他エリアから借りれば"), "Lent from another territory"),
        Change::Absence { until, .. } => {
            let until = until.clock_face(scene.zone);
            pair(format!("不在を{until}までにすれば"), format!("If the absence is over at {until}"))
        }
        Change::Qualify { code, .. } => {
            let (ja, en) = called(&scene.names.qualifications, code);
            pair(format!("{ja}の資格が有効になれば"), format!("With {en} valid"))
        }
        Change::Accept { .. } => {
            let customer = &job.customer_name;
            pair(format!("{customer}様が承諾すれば"), format!("If {customer} accepts him"))
        }
        Change::ComeIn { .. } => pair("休みの日に出勤すれば", "Called in on the day off"),
        Change::Skill { code, level, .. } => {
            let (ja, en) = called(&scene.names.skills, code);
            pair(format!("{ja}（レベル{level}）のスキルがあれば"), format!("With the skill {en} (level {level})"))
        }
        _ => pair("条件が変われば", "If it changes"),
    }
}
