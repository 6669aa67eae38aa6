use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use actix_rt::Arbiter;
use futures_util::task::noop_waker;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::actors::guardian::Guardian;
use crate::actors::outbox::{Audience, Holder, Outbox};
use crate::domain::access;
use crate::domain::event::{About, EventKind};
use crate::domain::ids::{Id, TerritoryId};
use crate::effects::clock::SystemClock;
use crate::effects::seeds::Seeds;
use crate::store::{Address, connection};

fn topic(number: u128) -> Stream {
    Stream::Territory(TerritoryId::from_uuid(Uuid::from_u128(number)))
}

fn store(folder: &tempfile::TempDir) -> Store {
    let address = Address::File(folder.path().join("relay.db").to_string_lossy().into_owned());
    connection::migrate(&mut connection::open(&address).unwrap()).unwrap();
    Store::inline(&address, Arc::new(SystemClock), Seeds::from_number(1), chrono_tz::Asia::Tokyo).unwrap()
}

async fn happens(store: &Store, streams: &[Stream]) {
    let streams = streams.to_vec();
    let recorded = store.task(access::Actor::system("test"), move |unit| {
        unit.record(&streams, EventKind::WorkOrderOpened, About::default(), json!({}));
        Ok(())
    });
    recorded.await.unwrap();
}

fn watch(hub: &Hub, topic: Stream) -> Arc<Outbox> {
    let outbox = hub.open(Audience::default(), Holder::default());
    hub.join(&outbox, topic);
    assert!(hub.go_live(&outbox, topic, 0));
    outbox
}

fn offsets(outbox: &Outbox) -> Vec<i64> {
    let waker = noop_waker();
    let mut context = TaskContext::from_waker(&waker);
    let mut offsets = Vec::new();
    while let Poll::Ready(Some(frame)) = outbox.poll_take(&mut context) {
        let frame: Value = serde_json::from_slice(&frame[4..]).unwrap();
        offsets.push(frame["offset"].as_i64().unwrap());
    }
    offsets
}

async fn work(reconciler: &mut Reconciler) {
    while reconciler.step().await.unwrap() == Worked::Some {}
}

#[actix_rt::test]
async fn a_relay_that_falls_is_followed_by_one_that_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hub) = (store(&folder), Hub::default());
    let outbox = watch(&hub, topic(1));
    happens(&store, &[topic(1)]).await;
    let mut first = Reconciler::new(store.clone(), hub.clone());
    first.look_at_all();
    work(&mut first).await;
    drop(first);
    happens(&store, &[topic(1), topic(2)]).await;
    happens(&store, &[topic(1)]).await;
    let mut second = Reconciler::new(store, hub);
    second.look_at_all();
    work(&mut second).await;
    assert_eq!(offsets(&outbox), [1, 2, 3]);
}

#[actix_rt::test]
async fn a_sweep_finds_what_no_wake_up_told() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hub) = (store(&folder), Hub::default());
    let outboxes: Vec<_> = (0..3).map(|number| watch(&hub, topic(number))).collect();
    let mut reconciler = Reconciler::new(store.clone(), hub);
    happens(&store, &[topic(0), topic(2)]).await;
    reconciler.sweep();
    work(&mut reconciler).await;
    let heard: Vec<_> = outboxes.iter().map(|outbox| offsets(outbox)).collect();
    assert_eq!(heard, [vec![1], vec![], vec![1]]);
}

#[actix_rt::test]
async fn the_actor_publishes_when_the_store_wakes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hub, guardian) = (store(&folder), Hub::default(), Guardian::default());
    let outbox = watch(&hub, topic(1));
    let (kept_store, kept_hub) = (store.clone(), hub.clone());
    guardian.keep(&Arbiter::current(), "", move |lifeline| Relay::new(kept_store.clone(), kept_hub.clone(), lifeline));
    tokio::task::yield_now().await;
    happens(&store, &[topic(1)]).await;
    for _ in 0..200 {
        if hub.published(topic(1)) == Published::Up(1) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(offsets(&outbox), [1]);
}
