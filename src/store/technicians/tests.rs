//! Where a technician is, and what he has done today, as the planner sees it.

use serde_json::json;

use crate::commands::{assign, intake, withdraw};
use crate::roads::travel::GreatCircle;
use crate::store::technicians::Team;
use crate::store::testing::{call, company_with, lot, on_both};
use crate::views::board::{AssignRequest, WithdrawRequest};

#[tokio::test]
async fn a_visit_that_he_never_made_is_no_trace_of_him() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let request = call(&kit.card("KS-1001").await);
        let receipt = kit.write(move |unit| intake::save(unit, &request)).await.unwrap();
        let order = receipt.issues[0].work_order_id.unwrap();
        let given = kit.write(move |unit| {
            let territory = unit.look().catalog()?.territories[0].id;
            let technician_id = unit.look().profiles(&Team::Territory(territory))?[0].id;
            let request = AssignRequest { technician_id, version: 1, accept_broken: false, reason: None };
            assign::assign(unit, order, &request, &GreatCircle::CITY)
        });
        let visit = given.await.unwrap().visit;
        let (id, technician) = (visit.id, visit.technician_id);
        let request = WithdrawRequest { version: visit.version, reason: "ほかの者が近い".to_owned() };
        kit.write(move |unit| withdraw::unassign(unit, id, &request, &GreatCircle::CITY)).await.unwrap();
        let now = kit.store.clock().now();
        let seen = kit.read(move |reader| {
            let profiles = reader.profiles(&Team::One(technician))?;
            Ok((profiles[0].home, reader.technician_states(&profiles, &[], now)?.remove(0)))
        });
        let (home, state) = seen.await.unwrap();
        assert_eq!((state.free_position, state.done_today), (home, 0));
    })
    .await;
}

#[tokio::test]
async fn a_repair_from_before_the_import_counts_as_knowing_the_asset() {
    on_both(company_with(json!([])), async |kit| {
        let assets: Vec<_> = kit.card("KS-1001").await.assets.iter().map(|asset| asset.id).collect();
        let now = kit.store.clock().now();
        let asked = assets.clone();
        let known = kit.read(move |reader| {
            let profiles = reader.profiles(&Team::Company)?;
            Ok(reader.technician_states(&profiles, &asked, now)?.remove(0).knows)
        });
        let known: Vec<_> = known.await.unwrap().into_iter().map(|(asset, _)| asset).collect();
        assert_eq!(known, [assets[1]], "the file tells of one repair, of the second asset");
    })
    .await;
}
