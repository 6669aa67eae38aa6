//! Sends technicians: looks at the queue, asks for candidates, assigns; sometimes on an old picture, sometimes against
//! a promise, sometimes takes it back.

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::ids::TerritoryId;
use crate::planner::answer::Ranking;
use crate::sim::book::GivenLink;
use crate::sim::person::{Outcome, Person};
use crate::views::board::{Assigned, Board, QueueRow, VisitRow};
use crate::views::track::TrackLinkView;

/// Works until the day closes.
pub async fn dispatcher(mut person: Person, territories: Vec<TerritoryId>) {
    person.catch_up().await;
    while person.scene.open() {
        person.wait(10, 90).await;
        let Some(territory) = person.luck.pick(&territories).copied() else { return };
        let Some(board) = person.get::<Board>(&format!("/api/board?territory_id={territory}")).await else { continue };
        match person.luck.between(0, 19) {
            0 => withdraw(&mut person, &board).await,
            1 => give_link(&mut person, &board).await,
            2 => revoke_link(&mut person).await,
            _ => {
                if let Some(row) = person.luck.pick(&board.queue[..board.queue.len().min(4)]).cloned() {
                    send_somebody(&mut person, &row).await;
                }
            }
        }
    }
}

async fn send_somebody(person: &mut Person, row: &QueueRow) {
    let path = format!("/api/work-orders/{}/candidates", row.work_order_id);
    let Some(ranking) = person.get::<Ranking>(&path).await else { return };
    let fit: Vec<_> = ranking.candidates.iter().filter(|candidate| candidate.fit).collect();
    let best = if person.luck.chance(90) { fit.first().copied() } else { None };
    let any: Vec<_> = ranking.candidates.iter().collect();
    let Some(choice) = best.or_else(|| person.luck.pick(&any).copied()) else { return };
    let version = if person.luck.chance(6) { row.version + person.luck.between(-1, 1) } else { row.version };
    let mut body = json!({
        "technician_id": choice.technician_id, "version": version, "accept_broken": false, "reason": null,
    });
    person.wait(1, 25).await;
    let path = format!("/api/work-orders/{}/assign", row.work_order_id);
    let kinds = &[EventKind::VisitAssigned];
    let mut made = person.post(path.clone(), body.clone(), kinds).await;
    if let Outcome::Refused(problem) = &made
        && problem.code == "promise.would_break"
        && person.luck.chance(50)
    {
        body["accept_broken"] = json!(true);
        body["reason"] = json!("お客様に電話で了承いただいた");
        made = person.post(path, body, kinds).await;
    }
    if let Outcome::Done(made) = made {
        note_link(person, &made);
    }
}

fn note_link(person: &mut Person, made: &Value) {
    let Ok(made) = serde_json::from_value::<Assigned>(made.clone()) else {
        return person.scene.wrong(format!("an assignment was answered with {made}"));
    };
    let secret = made.track_url.trim_start_matches("/t/").to_owned();
    let link = GivenLink { visit: made.visit.id, secret, id: None, doubtful: false, revoked: false };
    person.scene.book.borrow_mut().links.push(link);
}

async fn withdraw(person: &mut Person, board: &Board) {
    let Some(visit) = person.luck.pick(&board.visits).cloned() else { return };
    let (what, kind): (_, &[EventKind]) = match person.luck.chance(70) {
        true => ("unassign", &[EventKind::VisitUnassigned]),
        false => ("cancel", &[EventKind::VisitCancelled]),
    };
    let version = if person.luck.chance(10) { visit.version + 1 } else { visit.version };
    person.wait(1, 20).await;
    let body = json!({ "version": version, "reason": "お客様のご都合" });
    person.post(format!("/api/visits/{}/{what}", visit.id), body, kind).await;
}

async fn give_link(person: &mut Person, board: &Board) {
    let live: Vec<&VisitRow> = board.visits.iter().filter(|visit| visit.state.is_live()).collect();
    let Some(visit) = person.luck.pick(&live).map(|visit| visit.id) else { return };
    let path = format!("/api/visits/{visit}/track-links");
    if let Outcome::Done(made) = person.post(path, json!({}), &[EventKind::LinkCreated]).await
        && let Ok(made) = serde_json::from_value::<TrackLinkView>(made)
    {
        let secret = made.url.trim_start_matches("/t/").to_owned();
        let link = GivenLink { visit, secret, id: Some(made.id.to_string()), doubtful: false, revoked: false };
        person.scene.book.borrow_mut().links.push(link);
    }
}

async fn revoke_link(person: &mut Person) {
    let given: Vec<String> = {
        let book = person.scene.book.borrow();
        book.links.iter().filter(|link| !link.revoked).filter_map(|link| link.id.clone()).collect()
    };
    let Some(id) = person.luck.pick(&given).cloned() else { return };
    mark(person, &id, |link| link.doubtful = true);
    let done = person.delete(format!("/api/track-links/{id}"), &[EventKind::LinkRevoked]).await;
    if matches!(done, Outcome::Done(_)) {
        mark(person, &id, |link| link.revoked = true);
    }
}

fn mark(person: &Person, id: &str, change: fn(&mut GivenLink)) {
    let mut book = person.scene.book.borrow_mut();
    book.links.iter_mut().filter(|link| link.id.as_deref() == Some(id)).for_each(change);
}
