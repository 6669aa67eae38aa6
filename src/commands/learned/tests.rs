//! What a day leaves behind for the estimate, on each database.

use serde_json::json;

use super::*;
use crate::commands::track_route::{Sighting, track_route};
use crate::commands::{assign, intake, progress};
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::refusal::Code;
use crate::roads::travel::GreatCircle;
use crate::store::technicians::Team;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::views::board::AssignRequest;
use crate::views::technician::ProgressRequest;

const CITY: GreatCircle = GreatCircle::CITY;
/// Before everything.
const START: Timestamp = Timestamp::from_seconds(0);

async fn assigned(kit: &Kit) -> (TechnicianId, TerritoryId, VisitId) {
    let request = call(&kit.card("KS-1001").await);
    let receipt = kit.write(move |unit| intake::save(unit, &request)).await.expect("the contact is saved");
    let order = receipt.issues[0].work_order_id.expect("the fault needs a visit");
    let team = kit.read(|reader| reader.profiles(&Team::Company)).await.expect("the files are read");
    let hayashi = team.iter().find(|profile| profile.record.name == "林 健太").expect("he is in the company");
    let (technician, territory) = (hayashi.id, hayashi.territory);
    let request = AssignRequest { technician_id: technician, version: 1, accept_broken: false, reason: None };
    let visit = kit.write(move |unit| Ok(assign::assign(unit, order, &request, &CITY)?.visit.id)).await;
    (technician, territory, visit.expect("the visit is assigned"))
}

async fn tap(kit: &Kit, technician: TechnicianId, visit: VisitId, action: &str) {
    let request = json!({ "action": action, "at": kit.store.clock().now(), "version": null });
    let request: ProgressRequest = serde_json::from_value(request).expect("a request");
    let done = kit.write(move |unit| progress::progress(unit, technician, visit, &request, &CITY)).await;
    done.expect("the tap is taken");
}

/// The estimate looks at the route, as it does twice a minute.
async fn look(kit: &Kit, technician: TechnicianId) {
    let sighting = Sighting { technician, reports: Vec::new() };
    let looked = kit.write(move |unit| {
        let learned = Learned::default();
        let shown = track_route(unit, &sighting, &learned.knowledge(&CITY))?;
        if shown.etas.is_empty() { Err(crate::domain::refusal::Refusal::new(Code::NotFound).into()) } else { Ok(()) }
    });
    looked.await.expect("the figure is saved");
}

#[tokio::test]
async fn the_first_figure_of_each_class_is_kept_and_counts_when_he_arrived() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (technician, territory, visit) = assigned(&kit).await;
        let since = kit.store.clock().now() - Seconds::hours(24);
        let figures = async || {
            let read = kit.read(move |reader| reader.past_figures(Some(territory), since)).await;
            read.expect("the figures are read")
        };
        for _ in 0..3 {
            look(&kit, technician).await;
            kit.clock.advance(Seconds(30));
        }
        tap(&kit, technician, visit, "accept").await;
        tap(&kit, technician, visit, "set_out").await;
        look(&kit, technician).await;
        assert_eq!(figures().await, [], "nobody has arrived yet");
        kit.clock.advance(Seconds::minutes(4));
        look(&kit, technician).await;
        kit.clock.advance(Seconds::minutes(3));
        tap(&kit, technician, visit, "arrive").await;
        let arrived = kit.store.clock().now();
        let kept = figures().await;
        let classes: Vec<usize> = kept
            .iter()
            .map(|figure| crate::eta::horizon::horizon(figure.said.likely.since(figure.said.computed_at)))
            .collect();
        let mut once = classes.clone();
        once.dedup();
        assert!(!kept.is_empty() && classes == once, "{classes:?}");
        assert!(kept.iter().all(|figure| figure.said.arrived == arrived && figure.said == figure.sampled));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_drive_of_the_rush_hour_teaches_its_hour() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (technician, territory, visit) = assigned(&kit).await;
        for action in ["accept", "set_out"] {
            tap(&kit, technician, visit, action).await;
        }
        let road = {
            let drive = async || kit.read(move |reader| reader.past_drives(territory, START)).await;
            kit.clock.advance(Seconds::minutes(9));
            for action in ["arrive", "start"] {
                tap(&kit, technician, visit, action).await;
            }
            assert_eq!(drive().await.expect("read"), [], "the visit is not done");
            kit.sql("UPDATE visits SET state = 'done', finished_at = arrived_at");
            let drives = drive().await.expect("read");
            assert_eq!((drives.len(), drives[0].took), (1, Seconds::minutes(9)));
            ratio(&drives[0], chrono_tz::Asia::Tokyo, &CITY).expect("a drive of some length")
        };
        assert_eq!((road.0, road.1), (9, false), "nine o'clock on a Monday");
        let now = kit.store.clock().now();
        let learned = kit.read(move |reader| learn(reader, territory, &CITY, now)).await.expect("it is learned");
        let expected = HourFactors::learn([road]);
        assert_eq!(learned.hours, expected);
        assert!(learned.hours != HourFactors::FLAT);
    })
    .await;
}
