//! What the planner knows of a technician after his visits ended in one way or another, and what they cost then.

use serde_json::{Value, json};

use super::{assign, intake, progress, remote_outcome, report, withdraw};
use crate::domain::ids::{IssueId, TechnicianId, VisitId, WorkOrderId};
use crate::domain::issue::IssueKind;
use crate::domain::place::Position;
use crate::domain::time::Seconds;
use crate::planner::problem::Scene;
use crate::planner::rank;
use crate::roads::travel::GreatCircle;
use crate::store::Fault;
use crate::store::technicians::Team;
use crate::store::testing::{Kit, at, call, company_with, lot, on_both};
use crate::views::board::{AssignRequest, WithdrawRequest};
use crate::views::desk::{OutcomeRequest, RemoteOutcome};
use crate::views::technician::{ProgressRequest, Tap};

const HOME: (f64, f64) = (36.56, 136.66);
const SITE: (f64, f64) = (36.57, 136.67);

/// An assigned visit and the only technician.
async fn assigned(kit: &Kit) -> (TechnicianId, WorkOrderId, VisitId) {
    let request = call(&kit.card("KS-1001").await);
    let receipt = kit.write(move |unit| intake::save(unit, &request)).await.expect("the contact is saved");
    let order = receipt.issues[0].work_order_id.expect("the fault needs a visit");
    let technician = technician(kit).await;
    let visit = kit
        .write(move |unit| {
            let request = AssignRequest { technician_id: technician, version: 1, accept_broken: false, reason: None };
            Ok(assign::assign(unit, order, &request, &GreatCircle::CITY)?.visit.id)
        })
        .await;
    (technician, order, visit.expect("the visit is assigned"))
}

async fn technician(kit: &Kit) -> TechnicianId {
    let team = kit.read(|reader| reader.profiles(&Team::Company)).await.expect("the files are read");
    team.iter().find(|profile| profile.record.name == "林 健太").expect("he is in the company").id
}

async fn tap(kit: &Kit, technician: TechnicianId, visit: VisitId, action: &str) {
    kit.clock.advance(Seconds::minutes(10));
    let tap: Tap = serde_json::from_value(json!(action)).expect("a tap");
    let request = json!({ "action": tap, "at": kit.store.clock().now(), "version": null, "reason": "都合がつかない" });
    let request: ProgressRequest = serde_json::from_value(request).expect("a request");
    let done = kit.write(move |unit| progress::progress(unit, technician, visit, &request, &GreatCircle::CITY)).await;
    done.expect("the tap is taken");
}

/// Where the planner believes the technician to be, and how many jobs it counts as his work of today.
async fn check(kit: &Kit, technician: TechnicianId, expected: ((f64, f64), u32)) {
    let state = kit.write(move |unit| Ok(unit.technician(technician)?.1)).await.expect("the state is read");
    let place = Position::new(expected.0.0, expected.0.1).expect("a place");
    assert_eq!((state.free_position, state.done_today), (place, expected.1));
}

async fn withdrawn(kit: &Kit, visit: VisitId, cancel: bool) {
    let done = kit
        .write(move |unit| {
            let version = unit.visit(visit)?.version;
            let request = WithdrawRequest { version, reason: "お客様の都合".to_owned() };
            match cancel {
                true => withdraw::cancel(unit, visit, &request, &GreatCircle::CITY).map(drop),
                false => withdraw::unassign(unit, visit, &request, &GreatCircle::CITY).map(drop),
            }
        })
        .await;
    done.expect("the visit is withdrawn");
}

async fn story(tell: impl AsyncFn(&Kit, TechnicianId, VisitId)) {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (technician, _, visit) = assigned(&kit).await;
        tell(&kit, technician, visit).await;
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn who_declined_was_never_there_and_is_remembered() {
    story(async |kit, technician, visit| {
        tap(kit, technician, visit, "decline").await;
        check(kit, technician, (HOME, 0)).await;
        let job = kit.write(move |unit| {
            let order = unit.visit(visit)?.work_order_id;
            Ok(unit.job(order)?.1)
        });
        assert_eq!(job.await.expect("the job is read").declined, [technician]);
    })
    .await;
}

#[tokio::test]
async fn a_visit_taken_away_or_cancelled_on_the_road_is_no_trip() {
    for (taps, cancel) in [(&[][..], false), (&[][..], true), (&["accept", "set_out"][..], true)] {
        story(async |kit, technician, visit| {
            for action in taps {
                tap(kit, technician, visit, action).await;
            }
            withdrawn(kit, visit, cancel).await;
            check(kit, technician, (HOME, 0)).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_closed_door_was_a_trip_and_tells_where_he_is() {
    story(async |kit, technician, visit| {
        for action in ["accept", "set_out", "arrive", "no_access"] {
            tap(kit, technician, visit, action).await;
        }
        check(kit, technician, (SITE, 1)).await;
    })
    .await;
}

#[tokio::test]
async fn finished_work_counts_and_tells_where_he_is() {
    story(async |kit, technician, visit| {
        for action in ["accept", "set_out", "arrive", "start"] {
            tap(kit, technician, visit, action).await;
        }
        finish(kit, technician, visit).await.expect("the report is taken");
        check(kit, technician, (SITE, 1)).await;
    })
    .await;
}

async fn finish(kit: &Kit, technician: TechnicianId, visit: VisitId) -> Result<(), Fault> {
    kit.clock.advance(Seconds::minutes(50));
    let written: Value = json!({
        "cause": "wear", "remedy": "ベルト交換", "minutes": 50, "outcome": "repaired", "at": kit.store.clock().now(),
    });
    let written = serde_json::from_value(written).expect("a report");
    kit.write(move |unit| report::report(unit, technician, visit, &written, &GreatCircle::CITY).map(drop)).await
}

async fn reported(kit: &Kit, technician: TechnicianId, visit: VisitId, outcome: &str, minutes: i64) {
    for action in ["accept", "set_out", "arrive", "start"] {
        tap(kit, technician, visit, action).await;
    }
    let now = kit.store.clock().now();
    let written = json!({"cause": "wear", "remedy": "ベルト交換", "minutes": minutes, "outcome": outcome, "at": now});
    let written = serde_json::from_value(written).expect("a report");
    let done = kit.write(move |unit| report::report(unit, technician, visit, &written, &GreatCircle::CITY).map(drop));
    done.await.expect("the report is taken");
}

#[tokio::test]
async fn the_minutes_of_all_visits_are_paid_together_and_rounded_once() {
    let mut bought = lot(1, 300, None);
    bought["number"] = "MN-2026-000001".into();
    let mut company = company_with(json!([bought]));
    let contract = &mut company["customers"][0]["contracts"][0];
    contract["unit"] = "minute".into();
    (contract["policy"]["fault_cost"], contract["policy"]["minute_step"]) = (90.into(), 15.into());
    on_both(company, async |kit| {
        let (technician, order, visit) = assigned(&kit).await;
        reported(&kit, technician, visit, "needs_revisit", 51).await;
        let again = kit.write(move |unit| {
            let version = unit.lock_work_order(order)?.version;
            let request = AssignRequest { technician_id: technician, version, accept_broken: true, reason: None };
            Ok(assign::assign(unit, order, &request, &GreatCircle::CITY)?.visit.id)
        });
        reported(&kit, technician, again.await.expect("the visit is assigned"), "repaired", 12).await;
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.consumed), (225, 0, 75));
        kit.assert_sound().await;
    })
    .await;
}

/// A customer whose wallet counts minutes: a question or a fault holds 60, worked ones count by the quarter of an hour.
fn by_the_minute() -> Value {
    let mut bought = lot(1, 300, None);
    bought["number"] = "MN-2026-000001".into();
    let mut company = company_with(json!([bought]));
    let contract = &mut company["customers"][0]["contracts"][0];
    contract["unit"] = "minute".into();
    let policy = &mut contract["policy"];
    (policy["fault_cost"], policy["question_cost"], policy["minute_step"]) = (60.into(), 60.into(), 15.into());
    company
}

/// Closes an issue as answered at the desk; the minutes that were said.
async fn answered(kit: &Kit, issue: IssueId, minutes: Option<i64>) {
    let closed = kit.write(move |unit| {
        let version = unit.look().issue_detail(issue)?.version;
        let (note, remedy) = (String::new(), "設定を案内".to_owned());
        let request = OutcomeRequest { version, outcome: RemoteOutcome::Answered, note, remedy, minutes };
        remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)
    });
    closed.await.expect("the issue is closed");
}

#[tokio::test]
async fn minutes_said_at_the_desk_are_paid_and_unsaid_ones_leave_what_was_agreed() {
    on_both(by_the_minute(), async |kit| {
        for (said, consumed) in [(Some(12), 15), (Some(95), 75), (None, 135), (Some(0), 135)] {
            let mut request = call(&kit.card("KS-1001").await);
            (request.issues[0].kind, request.issues[0].needs_visit) = (IssueKind::Question, false);
            request.issues[0].symptom = None;
            let issue = kit.write(move |unit| intake::save(unit, &request)).await.expect("saved").issues[0].id;
            answered(&kit, issue, said).await;
            let wallet = kit.card("KS-1001").await.wallet;
            assert_eq!((wallet.held, wallet.consumed), (0, consumed), "{said:?}");
        }
        // After a visit, the desk's minutes are added to the report's, since it ended the issue.
        let (technician, _, visit) = assigned(&kit).await;
        reported(&kit, technician, visit, "needs_revisit", 20).await;
        let issue = kit.read(move |reader| Ok(reader.my_visit(visit)?.visit.issue_id)).await.expect("the visit");
        answered(&kit, issue, Some(12)).await;
        assert_eq!(kit.card("KS-1001").await.wallet.consumed, 135 + 45);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_guarantee_ends_with_the_local_day_at_the_desk_as_at_the_intake() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        // The other machine was repaired on 2 November, before this system; the contract guarantees thirty days.
        for (at_night, consumed) in [("2026-12-02T23:30:00+09:00", 0), ("2026-12-03T00:30:00+09:00", 1)] {
            kit.clock.set(at(at_night));
            let card = kit.card("KS-1001").await;
            let mut request = call(&card);
            let issue = &mut request.issues[0];
            (issue.kind, issue.needs_visit, issue.symptom) = (IssueKind::Question, false, None);
            issue.asset_id = card.assets.iter().find(|asset| asset.serial == "AC20-0002").map(|asset| asset.id);
            let issue = kit.write(move |unit| intake::save(unit, &request)).await.expect("saved").issues[0].id;
            let closed = kit.write(move |unit| {
                let (version, outcome) = (unit.look().issue_detail(issue)?.version, RemoteOutcome::Recurrence);
                let (note, remedy) = (String::new(), String::new());
                let request = OutcomeRequest { version, outcome, note, remedy, minutes: None };
                remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)
            });
            closed.await.expect("the issue is closed");
            assert_eq!(kit.card("KS-1001").await.wallet.consumed, consumed, "{at_night}");
        }
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn of_other_territories_only_the_files_are_read() {
    let mut company = company_with(json!([lot(1, 5, None)]));
    let list = |company: &mut Value, name: &str, change: &[(&str, Value)]| {
        let mut copy = company[name][0].clone();
        for (field, value) in change {
            copy[*field] = value.clone();
        }
        company[name].as_array_mut().expect("a list").push(copy);
    };
    list(&mut company, "territories", &[("code", json!("HK"))]);
    list(&mut company, "technicians", &[("code", json!("T2")), ("name", json!("東 守")), ("territory", json!("HK"))]);
    on_both(company, async |kit| {
        let (busy, order, _) = assigned(&kit).await;
        let now = kit.store.clock().now();
        let ranking = kit
            .read(move |reader| {
                let home = reader.home_territory(busy)?;
                let profiles = reader.profiles(&Team::Company)?;
                let away = profiles.iter().find(|profile| !profile.serves(home)).map(|profile| profile.territory);
                let abroad = reader.states_for(&profiles, away.expect("the other territory"), &[], now)?;
                assert!(abroad.iter().all(|technician| technician.stops.is_empty()));
                let states = reader.states_for(&profiles, home, &[], now)?;
                assert_eq!(states.iter().map(|technician| technician.stops.len()).sum::<usize>(), 1);
                let (_, job) = reader.job(order, now)?;
                let names = reader.names()?;
                let scene = Scene { now, zone: reader.zone(), travel: &GreatCircle::CITY, names: &names };
                Ok(rank(&job, &states, &scene))
            })
            .await
            .expect("the ranking is made");
        let last = ranking.candidates.last().expect("two candidates");
        assert_eq!((ranking.candidates.len(), last.technician_name.as_str(), last.fit), (2, "東 守", false));
        assert_eq!(last.rules[0].reason_code, "territory.foreign");
    })
    .await;
}
