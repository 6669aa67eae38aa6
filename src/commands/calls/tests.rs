//! A call on its way from the ring to the contact, on both databases.

use serde_json::json;

use super::{called_back, hear, link, sit_down, sweep, take_call_back};
use crate::commands::intake::save;
use crate::domain::access::{Actor, Role};
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallerKind};
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::UserId;
use crate::domain::refusal::Code;
use crate::domain::time::Seconds;
use crate::store::Fault;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::views::call::{CallBackEnd, CallBackTake, CallSignal, ExtensionRequest, SignalTaken};

/// Tells of a call in a message of its own.
async fn tell(kit: &Kit, event: &str, call: &str, from: &str) -> SignalTaken {
    let name: String = format!("{event}-{call}-{}", kit.store.seeds().token());
    told(kit, &name, event, call, from).await.expect("it is taken")
}

async fn told(kit: &Kit, name: &str, event: &str, call: &str, from: &str) -> Result<SignalTaken, Fault> {
    let body = json!({ "event": event, "call": call, "from": from, "to": "076-555-0100", "agents": ["201"] });
    let (name, signal): (_, CallSignal) = (name.to_owned(), serde_json::from_value(body).expect("a signal"));
    kit.store.task(Actor::system("telephone"), move |unit| hear(unit, "webhook", &name, &signal)).await
}

async fn operator(kit: &Kit) -> UserId {
    kit.read(|reader| reader.users())
        .await
        .expect("users")
        .into_iter()
        .find(|user| user.role == Role::Operator)
        .expect("one")
        .id
}

/// The operator sits at 201.
async fn seat(kit: &Kit) -> (UserId, Actor) {
    let id = operator(kit).await;
    let actor = Actor::User { id, name: "宮本 さくら".to_owned(), role: Role::Operator };
    let request = ExtensionRequest { extension: Some(" ２０１ ".to_owned()) };
    let seated = kit.store.task(actor.clone(), move |unit| sit_down(unit, &request)).await.expect("a seat");
    assert_eq!(seated.extension.as_deref(), Some("201"));
    (id, actor)
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>, code: Code) {
    match outcome {
        Err(Fault::Refused(refusal)) => assert_eq!(refusal.code, code, "{}", refusal.en()),
        other => panic!("must be refused, is {other:?}"),
    }
}

#[tokio::test]
async fn a_call_rings_for_its_agent_with_all_who_share_the_number() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (me, actor) = seat(&kit).await;
        let rung = tell(&kit, "ring", "a", "+81-76-555-0111").await;
        assert_eq!((rung.state, rung.changed), (Some(CallState::Ringing), true));
        let calls = kit.read(move |reader| reader.calls_of(me)).await.unwrap();
        let callers = &calls[0].callers;
        let shown: Vec<(&str, i64, bool)> = callers
            .iter()
            .flat_map(|caller| &caller.contracts)
            .map(|contract| (contract.number.as_str(), contract.balance, contract.in_force))
            .collect();
        assert_eq!(shown.len(), 2, "two customers share it: {shown:?}");
        assert!(shown.contains(&("KS-1001", 5, true)) && shown.contains(&("KS-2001", 0, false)), "{shown:?}");
        let told = kit.read(move |reader| reader.events_after(Stream::Agent(me), 0, 100)).await.unwrap();
        assert_eq!(told.last().map(|(_, event)| event.kind), Some(EventKind::CallRang));

        tell(&kit, "answered", "a", "").await;
        let mut request = call(&kit.card("KS-1001").await);
        request.call_id = rung.call_id;
        let receipt = kit.store.task(actor, move |unit| save(unit, &request)).await.unwrap();
        let calls = kit.read(move |reader| reader.calls_of(me)).await.unwrap();
        assert_eq!(calls[0].contacts, vec![receipt.interaction_id]);
        tell(&kit, "ended", "a", "").await;
        assert!(kit.read(move |reader| reader.calls_of(me)).await.unwrap().is_empty());
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_is_taken_once_and_what_is_over_stays_over() {
    on_both(company_with(json!([])), async |kit| {
        seat(&kit).await;
        told(&kit, "m1", "ring", "a", "03-5555-0199").await.unwrap();
        refused(told(&kit, "m1", "ring", "a", "03-5555-0199").await, Code::CallReplayed);
        tell(&kit, "missed", "a", "").await;
        assert!(!tell(&kit, "answered", "a", "").await.changed);
        assert_eq!(tell(&kit, "ended", "never heard of", "").await.call_id, None);
        // The name is forgotten when no signature of its time is taken any more.
        kit.clock.advance(Seconds(601));
        kit.write(sweep).await.unwrap();
        told(&kit, "m1", "ring", "b", "03-5555-0199").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_was_missed_is_called_back_once_for_all_his_attempts() {
    on_both(company_with(json!([])), async |kit| {
        let (me, actor) = seat(&kit).await;
        for id in ["a", "b", "c"] {
            tell(&kit, "ring", id, "076-555-0111").await;
            tell(&kit, "missed", id, "").await;
        }
        tell(&kit, "missed", "hidden", "非通知").await;
        tell(&kit, "missed", "word", "たなか").await;
        let rows = kit.read(|reader| reader.call_backs()).await.unwrap();
        assert_eq!(rows.len(), 1, "nobody can call back who has no number");
        assert_eq!((rows[0].missed, rows[0].callers.len(), rows[0].call.call_back), (3, 2, Some(CallBackState::Open)));
        let (id, seen) = (rows[0].call.id, rows[0].call.version);
        let take = async |version| {
            kit.store.task(actor.clone(), move |unit| take_call_back(unit, id, &CallBackTake { version })).await
        };
        let taken = take(seen).await.unwrap();
        assert_eq!((taken.call_back, taken.call_back_by), (Some(CallBackState::Taken), Some(me)));
        refused(take(seen).await, Code::Stale);
        let end = |outcome| CallBackEnd { version: taken.version, outcome, note: "伝言を残した".to_owned() };
        let request = end(CallBackOutcome::CalledAgain);
        let me = Actor::User { id: me, name: String::new(), role: Role::Operator };
        let tried = kit.store.task(me.clone(), move |unit| called_back(unit, id, &request)).await;
        refused(tried, Code::RequestInvalid);
        let request = end(CallBackOutcome::Reached);
        let done = kit.store.task(me.clone(), move |unit| called_back(unit, id, &request)).await.unwrap();
        assert_eq!(done.call_back, Some(CallBackState::Done));
        refused(take(done.version).await, Code::CallBackClosed);
        assert!(kit.read(|reader| reader.call_backs()).await.unwrap().is_empty());
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_missed_caller_who_rings_again_or_whose_contact_is_saved_needs_no_call_back() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (_, actor) = seat(&kit).await;
        tell(&kit, "missed", "a", "076-555-0111").await;
        tell(&kit, "ring", "b", "０７６（５５５）０１１１").await;
        tell(&kit, "answered", "b", "").await;
        assert!(kit.read(|reader| reader.call_backs()).await.unwrap().is_empty());
        let missed = tell(&kit, "missed", "c", "076-555-0112").await.call_id.unwrap();
        assert_eq!(kit.read(|reader| reader.call_backs()).await.unwrap().len(), 1);
        let mut request = call(&kit.card("KS-1001").await);
        request.call_id = Some(missed);
        kit.store.task(actor, move |unit| save(unit, &request)).await.unwrap();
        let call = kit.read(move |reader| reader.call(missed)).await.unwrap();
        assert_eq!(call.call_back_outcome, Some(CallBackOutcome::Reached));
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_end_is_lost_becomes_a_call_back_after_a_while() {
    on_both(company_with(json!([])), async |kit| {
        seat(&kit).await;
        let rung = tell(&kit, "ring", "a", "076-555-0111").await.call_id.unwrap();
        kit.clock.advance(Seconds(599));
        kit.write(sweep).await.unwrap();
        assert_eq!(kit.read(move |reader| reader.call(rung)).await.unwrap().state, CallState::Ringing);
        kit.clock.advance(Seconds(2));
        kit.write(sweep).await.unwrap();
        let call = kit.read(move |reader| reader.call(rung)).await.unwrap();
        assert_eq!((call.state, call.call_back), (CallState::Missed, Some(CallBackState::Open)));
    })
    .await;
}

#[tokio::test]
async fn the_contact_of_a_colleagues_call_is_not_mine() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        seat(&kit).await;
        let id = tell(&kit, "answered", "a", "076-555-0111").await.call_id.unwrap();
        let contact = kit.store.seeds().id(kit.store.clock().now());
        refused(kit.write(move |unit| link(unit, id, contact)).await, Code::CallForeign);
        let call = kit.read(move |reader| reader.call(id)).await.unwrap();
        assert_eq!(call.caller, CallerKind::Number);
    })
    .await;
}
