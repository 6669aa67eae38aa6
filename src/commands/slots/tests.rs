//! Holds in time: what runs out, who is refused, what is written.

use serde_json::json;

use super::{HoldRequest, hold, offers, release, sweep};
use crate::commands::{assign, intake};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{Id, SlotId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Window};
use crate::limits;
use crate::roads::GreatCircle;
use crate::store::Fault;
use crate::store::testing::{Kit, at, call, company_with, lot, on_both};
use crate::views::board::AssignRequest;
use crate::views::desk::{ContractCard, IntakeReceipt};
use crate::views::slot::{HeldSlot, SlotsRequest};

fn refused<T: std::fmt::Debug>(answer: Result<T, Fault>) -> Refusal {
    match answer {
        Err(Fault::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn colleague() -> Actor {
    let id = UserId::from_uuid(uuid::Uuid::from_u128(5));
    Actor::User { id, name: "西 陽子".to_owned(), role: Role::Operator }
}

fn afternoon() -> Window {
    Window::new(at("2026-11-23T13:00:00+09:00"), at("2026-11-23T15:00:00+09:00")).expect("a slot")
}

fn wanted(card: &ContractCard, window: Window) -> HoldRequest {
    let issue = call(card).issues.remove(0);
    HoldRequest { contract_id: card.id, issue, window, instead_of: None }
}

async fn held(kit: &Kit, request: &HoldRequest) -> Result<HeldSlot, Fault> {
    let request = request.clone();
    kit.write(move |unit| hold(unit, &request, &GreatCircle::CITY)).await
}

async fn saved(kit: &Kit, card: &ContractCard, slot: SlotId) -> Result<IntakeReceipt, Fault> {
    let mut request = call(card);
    request.issues[0].slot = Some(slot);
    kit.write(move |unit| intake::save(unit, &request)).await
}

async fn offered(kit: &Kit, card: &ContractCard) -> Vec<Window> {
    let request = SlotsRequest { contract_id: card.id, issue: call(card).issues.remove(0), instead_of: None };
    let now = crate::effects::clock::Clock::now(kit.clock.as_ref());
    let found = kit.read(move |reader| offers(reader, &request, &GreatCircle::CITY, now)).await.unwrap();
    found.slots.iter().map(|offer| offer.window).collect()
}

/// As many as the only technician can serve in one slot.
async fn full(kit: &Kit, card: &ContractCard) -> Vec<HeldSlot> {
    let mut all = Vec::new();
    loop {
        match held(kit, &wanted(card, afternoon())).await {
            Ok(slot) => all.push(slot),
            refused_one => {
                assert_eq!(refused(refused_one).code, Code::SlotTaken);
                return all;
            }
        }
    }
}

#[tokio::test]
async fn a_hold_runs_out_after_five_minutes_and_its_hour_is_sold_to_the_next() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let first = full(&kit, &card).await;
        assert!(!offered(&kit, &card).await.contains(&afternoon()));
        kit.clock.advance(Seconds(limits::SLOT_HOLD_S - 1));
        assert!(!offered(&kit, &card).await.contains(&afternoon()), "a second is left");
        kit.clock.advance(Seconds(1));
        assert!(offered(&kit, &card).await.contains(&afternoon()));
        let late = refused(saved(&kit, &card, first[0].id).await);
        assert_eq!((late.code, late.field.as_deref()), (Code::SlotLapsed, Some("issues[0].slot")));
        assert_eq!(kit.card("KS-1001").await.open_issues, [], "nothing is written");
        assert_eq!(full(&kit, &card).await.len(), first.len(), "as many again");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_sold_again_is_not_sold_to_its_first_holder_too() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let first = full(&kit, &card).await;
        kit.clock.advance(Seconds(limits::SLOT_HOLD_S));
        full(&kit, &card).await;
        // His clock stands where the hold still ran.
        kit.clock.advance(Seconds(-60));
        assert_eq!(refused(saved(&kit, &card, first[0].id).await).code, Code::SlotLapsed);
    })
    .await;
}

#[tokio::test]
async fn the_timekeeper_clears_away_what_ran_out_and_keeps_what_was_sold() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let (mine, other) = {
            let request = wanted(&card, afternoon());
            (held(&kit, &request).await.unwrap(), held(&kit, &request).await)
        };
        saved(&kit, &card, mine.id).await.unwrap();
        kit.clock.advance(Seconds(limits::SLOT_HOLD_S));
        kit.write(sweep).await.unwrap();
        let left = kit.read(move |reader| {
            let territory = reader.catalog()?.territories[0].id;
            reader.commitments(&[territory].into(), None, at("2026-11-23T09:10:00+09:00"))
        });
        let left = left.await.unwrap();
        assert_eq!(left.iter().map(|one| one.job.promised).collect::<Vec<_>>(), [Some(afternoon())]);
        if let Ok(other) = other {
            assert_eq!(refused(kit.write(move |unit| release(unit, other.id)).await).code, Code::SlotLapsed);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sold_slot_binds_the_dispatcher_until_he_breaks_it_knowingly() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let slot = held(&kit, &wanted(&card, afternoon())).await.unwrap();
        let order = saved(&kit, &card, slot.id).await.unwrap().issues[0].work_order_id.expect("a work order");
        kit.clock.set(at("2026-11-23T14:59:00+09:00"));
        let technician = kit.read(|reader| Ok(reader.profiles(&crate::store::technicians::Team::Company)?[0].id));
        let technician_id = technician.await.unwrap();
        let (_, job) = kit.read(move |reader| reader.job(order, at("2026-11-23T14:59:00+09:00"))).await.unwrap();
        assert_eq!(job.promised, Some(afternoon()));
        let mut request =
            AssignRequest { technician_id, version: 1, accept_broken: false, reason: Some("連絡済み".to_owned()) };
        let body = request.clone();
        let late = kit.write(move |unit| assign::assign(unit, order, &body, &GreatCircle::CITY)).await;
        let refusal = refused(late);
        assert_eq!((refusal.code, &refusal.detail["count"]), (Code::PromiseBroken, &json!(1)));
        request.accept_broken = true;
        let made = kit.write(move |unit| assign::assign(unit, order, &request, &GreatCircle::CITY)).await.unwrap();
        assert!(made.visit.promised.expect("a new promise").to > afternoon().to);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_exchanged_for_another_in_one_step() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let all = full(&kit, &card).await;
        let mut request = wanted(&card, afternoon());
        request.instead_of = Some(all[0].id);
        let again = held(&kit, &request).await.unwrap();
        assert_ne!(again.id, all[0].id);
        assert_eq!(refused(saved(&kit, &card, all[0].id).await).code, Code::SlotLapsed);
        let stolen = request.clone();
        let theft = kit.store.task(colleague(), move |unit| {
            let request = HoldRequest { instead_of: Some(again.id), ..stolen.clone() };
            hold(unit, &request, &GreatCircle::CITY)
        });
        assert_eq!(refused(theft.await).code, Code::SlotForeign);
        saved(&kit, &card, again.id).await.unwrap();
    })
    .await;
}
