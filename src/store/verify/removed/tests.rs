//! Acknowledged data that somebody removed or moved by hand are missed, on either database.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::plant::unguarded;
use crate::commands::intake::save;
use crate::commands::{assign, progress, report};
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::refusal::{Code, Refusal};
use crate::roads::travel::GreatCircle;
use crate::store::connection::open;
use crate::store::technicians::Team;
use crate::store::testing::{Kit, call, company_with, lot, morning, on_both};
use crate::store::{Fault, Reader, StoreError};
use crate::views::board::AssignRequest;
use crate::views::technician::{ProgressRequest, ReportRequest, Tap};

/// With a colleague, to whom a visit can be moved.
fn company() -> Value {
    let mut company = company_with(json!([lot(1, 5, None)]));
    let team = company["technicians"].as_array_mut().expect("technicians");
    let mut colleague = team[0].clone();
    colleague["code"] = "T2".into();
    colleague["phone"] = "090-5555-0102".into();
    team.push(colleague);
    company
}

/// A call, and somebody on the way.
async fn on_the_way(kit: &Kit) -> (TechnicianId, VisitId) {
    let request = call(&kit.card("KS-1001").await);
    let order = kit.write(move |unit| save(unit, &request)).await.unwrap().issues[0].work_order_id.unwrap();
    let assigned = kit
        .write(move |unit| {
            let territory = unit.look().catalog()?.territories[0].id;
            let team = unit.look().profiles(&Team::Territory(territory))?;
            let technician_id = team.first().ok_or(StoreError::Busy)?.id;
            let request = AssignRequest { technician_id, version: 1, accept_broken: false, reason: None };
            Ok((technician_id, assign::assign(unit, order, &request, &GreatCircle::CITY)?.visit.id))
        })
        .await
        .unwrap();
    taps(kit, assigned, &[Tap::Accept, Tap::SetOut]).await;
    assigned
}

async fn taps(kit: &Kit, (technician, visit): (TechnicianId, VisitId), actions: &[Tap]) {
    for action in actions.iter().copied() {
        let request = ProgressRequest { action, at: morning(), version: None, delay_minutes: None, reason: None };
        kit.write(move |unit| progress::progress(unit, technician, visit, &request, &GreatCircle::CITY)).await.unwrap();
    }
}

fn repaired() -> Value {
    json!({ "cause": "wear", "remedy": "ベルト交換", "minutes": 40, "outcome": "repaired", "at": morning(),
        "parts": [{ "code": "belt", "quantity": 1, "serial_old": null, "serial_new": null }] })
}

async fn file(kit: &Kit, (technician, visit): (TechnicianId, VisitId), written: Value) -> Result<(), Fault> {
    let request: ReportRequest = serde_json::from_value(written).expect("a report");
    kit.write(move |unit| report::report(unit, technician, visit, &request, &GreatCircle::CITY)).await
}

/// The checks that speak up after a change that is taken back again.
fn after(kit: &Kit, sql: &str) -> Vec<&'static str> {
    let mut database = open(&kit.address).unwrap();
    unguarded(&mut database);
    database.batch_execute("BEGIN").unwrap();
    assert!(diesel::sql_query(sql).execute(&mut database).unwrap() > 0, "{sql}");
    let found = Reader::over(&mut database, chrono_tz::Asia::Tokyo, morning()).verify().unwrap();
    database.batch_execute("ROLLBACK").unwrap();
    let mut checks: Vec<_> = found.iter().map(|finding| finding.check).collect();
    checks.sort_unstable();
    checks.dedup();
    checks
}

fn check(kit: &Kit, sql: &str, expected: &str) {
    let checks = after(kit, sql);
    assert!(checks.contains(&expected), "{sql}: {checks:?}");
}

#[tokio::test]
async fn a_visit_moved_to_a_colleague_by_hand_is_found() {
    on_both(company(), async |kit| {
        on_the_way(&kit).await;
        kit.assert_sound().await;
        let other = "(SELECT id FROM technicians WHERE id <> visits.technician_id)";
        check(&kit, &format!("UPDATE visits SET technician_id = {other}"), "visit.technician");
        check(&kit, "UPDATE work_orders SET state = 'closed'", "work_order.visit");
    })
    .await;
}

#[tokio::test]
async fn whatever_is_removed_behind_the_back_of_the_journal_is_missed() {
    on_both(company(), async |kit| {
        let mine = on_the_way(&kit).await;
        taps(&kit, mine, &[Tap::Arrive, Tap::Start]).await;
        file(&kit, mine, repaired()).await.unwrap();
        kit.assert_sound().await;
        check(&kit, "DELETE FROM service_reports", "visit.report");
        check(&kit, "UPDATE service_reports SET minutes = 41", "journal.report");
        check(&kit, "UPDATE service_reports SET remedy = '清掃'", "journal.report");
        check(&kit, "DELETE FROM interactions", "issue.contact");
        check(&kit, "DELETE FROM interactions", "journal.contact");
        check(&kit, "DELETE FROM issues", "journal.issue");
        check(&kit, "DELETE FROM issues", "work_order.issue");
        check(&kit, "DELETE FROM work_orders", "visit.work_order");
        check(&kit, "DELETE FROM visits", "journal.visit");
        check(&kit, "DELETE FROM journal WHERE kind = 'visit.arrived'", "stream.event");
        check(&kit, "DELETE FROM stream_entries WHERE stream LIKE 'visit:%'", "stream.gap");
        check(&kit, "DELETE FROM stream_entries", "stream.event");
        kit.assert_sound().await;
    })
    .await;
}

fn refusal(filed: Result<(), Fault>) -> Refusal {
    match filed {
        Err(Fault::Refused(refusal)) => refusal,
        other => panic!("must be refused, is {other:?}"),
    }
}

#[tokio::test]
async fn a_report_names_what_is_wrong_with_it_and_uses_no_ticket() {
    on_both(company(), async |kit| {
        let mine = on_the_way(&kit).await;
        taps(&kit, mine, &[Tap::Arrive, Tap::Start]).await;
        let with = |field: &str, value: Value| {
            let mut written = repaired();
            written[field] = value;
            written
        };
        let strange = json!([{ "code": "NOPE", "quantity": 2, "serial_old": null, "serial_new": null }]);
        let refused = refusal(file(&kit, mine, with("parts", strange)).await);
        assert_eq!((refused.code, refused.field.as_deref()), (Code::PartUnknown, Some("parts[0].code")));
        assert!(refused.ja().contains("「NOPE」") && refused.en().contains("NOPE"), "{}", refused.ja());
        let refused = refusal(file(&kit, mine, with("minutes", json!(99_999))).await);
        assert_eq!(refused.code, Code::ReportMinutes);
        assert!(refused.ja().contains("99999 分"), "{}", refused.ja());
        let mut empty = with("remedy", json!(" "));
        empty["cause"] = json!("");
        let refused = refusal(file(&kit, mine, empty).await);
        assert!(refused.ja().contains("（原因、作業内容）"), "{}", refused.ja());
        assert!(refused.en().contains("(cause, remedy)"), "{}", refused.en());
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.held, wallet.consumed), (1, 0));
        kit.assert_sound().await;
    })
    .await;
}
