use std::task::Poll;
use std::time::Duration;

use futures_util::stream;
use serde_json::Value;

use super::*;
use crate::actors::guardian::Guardian;
use crate::actors::hub::Hub;
use crate::domain::ids::{Id, TrackLinkId, VisitId};
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use crate::effects::clock::{SharedClock, VirtualClock};
use crate::effects::seeds::Seeds;
use crate::map::BaseMap;
use crate::node::services::World;
use crate::roads::GreatCircle;
use crate::store::access::TrackPass;
use crate::store::{Address, Store, connection};
use uuid::Uuid;

const NINE: Timestamp = Timestamp::from_seconds(1_795_478_400);

/// A server without a network, in a time of its own.
fn services(folder: &tempfile::TempDir) -> Arc<Services> {
    let address = Address::File(folder.path().join("live.db").to_string_lossy().into_owned());
    connection::migrate(&mut connection::open(&address).expect("a database")).expect("its tables");
    let clock: SharedClock = Arc::new(VirtualClock::starting_at(NINE));
    let seeds = Seeds::from_number(1);
    let store = Store::inline(&address, clock, seeds.clone(), chrono_tz::Asia::Tokyo).expect("a store");
    let center = Position::new(36.56, 136.65).expect("on the globe");
    let world = World { travel: Arc::new(GreatCircle::CITY), map: Arc::new(BaseMap::empty(center)) };
    Arc::new(Services::new(store, seeds, Hub::default(), Guardian::default(), world).expect("services"))
}

/// What one watcher hears of a session in which he says something every ten seconds, and after how many seconds it ends.
async fn live(line: Line, expires_in: Seconds, says: fn() -> Said) -> (Vec<Value>, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let services = services(&folder);
    let id = Uuid::from_u128(1);
    let expires_at = NINE + expires_in;
    let pass = TrackPass { link: TrackLinkId::from_uuid(id), visit: VisitId::from_uuid(id), expires_at };
    let admitted = Admitted { watcher: Watcher::Track(pass), token: None, expires_at };
    let outbox = services.hub.open(admitted.audience(), admitted.holder());
    let began = Instant::now();
    let said = stream::unfold((), move |()| async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Some((says(), ()))
    });
    let session = Session::new(Arc::clone(&services), admitted, Seat::default(), Arc::clone(&outbox), line);
    let limit = Duration::from_secs(3_600);
    let ended = tokio::time::timeout(limit, session.run(Box::pin(said))).await;
    let after = began.elapsed().as_secs();
    if ended.is_err() {
        return (Vec::new(), after);
    }
    let mut heard = Vec::new();
    while let Poll::Ready(Some(piece)) = futures_util::poll!(std::future::poll_fn(|context| outbox.poll_take(context)))
    {
        heard.extend(frame::parts(&piece).filter_map(|(kind, payload)| match kind {
            frame::TEXT => serde_json::from_slice(payload).ok(),
            frame::CLOSE => Some(serde_json::json!(frame::close_of(payload).0)),
            _ => None,
        }));
    }
    (heard, after)
}

#[tokio::test(start_paused = true)]
async fn half_a_message_and_then_crumbs_of_it_is_silence() {
    let (heard, after) = live(Line::WebSocket, Seconds::hours(1), || Said::Piece).await;
    assert_eq!(heard, [close::SILENT]);
    assert!((45..=60).contains(&after), "{after}");
}

#[tokio::test(start_paused = true)]
async fn whoever_answers_the_pings_stays_until_his_link_ends_and_is_warned() {
    let (heard, after) = live(Line::WebSocket, Seconds::minutes(12), || Said::Alive).await;
    let kinds: Vec<Value> = heard.iter().map(|frame| frame.get("type").unwrap_or(frame).clone()).collect();
    assert_eq!(kinds, [serde_json::json!("expiring"), serde_json::json!(close::AUTH_REQUIRED)]);
    assert!((720..=735).contains(&after), "{after}");
}

#[tokio::test(start_paused = true)]
async fn a_line_of_events_cannot_answer_and_is_not_asked_to() {
    let (_, after) = live(Line::Events, Seconds::hours(2), || Said::Piece).await;
    assert_eq!(after, 3_600, "it is still open");
}

#[tokio::test(start_paused = true)]
async fn nobody_else_hears_of_a_watcher_who_has_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let services = services(&folder);
    let pass = TrackPass {
        link: TrackLinkId::from_uuid(Uuid::nil()),
        visit: VisitId::from_uuid(Uuid::nil()),
        expires_at: NINE,
    };
    let admitted = Admitted { watcher: Watcher::Track(pass), token: None, expires_at: NINE };
    let outbox = services.hub.open(admitted.audience(), admitted.holder());
    Session::new(Arc::clone(&services), admitted, Seat::default(), outbox, Line::Poll).run(stream::empty()).await;
    assert_eq!((services.hub.state().sockets, services.hub.state().topics), (0, 0));
}
