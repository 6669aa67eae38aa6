//! From a cursor to the present.

use std::sync::Arc;

use crate::actors::customer_view::customer_view;
use crate::actors::frame;
use crate::actors::outbox::Outbox;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::limits;
use crate::node::services::Services;
use crate::store::access::Watcher;
use crate::store::{Fault, Reader, StoreError};
use crate::views::live::{After, ServerFrame, close};

/// The first look at a topic.
struct Picture {
    epoch: String,
    head: i64,
    etas: Vec<Eta>,
}

/// Joins a topic, sends what the client missed and lets the hub go on from there.
pub async fn subscribe(
    services: &Services,
    outbox: &Arc<Outbox>,
    watcher: &Watcher,
    topic: Stream,
    after: Option<After>,
) -> Result<(), Fault> {
    services.hub.join(outbox, topic);
    let watcher = watcher.clone();
    let picture = read(services, move |reader| look(reader, &watcher, topic)).await;
    let picture = picture.inspect_err(|_| services.hub.leave(outbox, topic))?;
    // A figure of another life of the data says nothing about those of this one.
    let eta_seq = after.as_ref().filter(|after| after.epoch == picture.epoch).and_then(|after| after.eta_seq);
    let (first, start) = place(topic, &picture, after.as_ref());
    outbox.push(frame::of(&first));
    offer_etas(outbox, topic, &picture.etas, eta_seq);
    catch_up(services, outbox, topic, start).await.inspect_err(|_| services.hub.leave(outbox, topic))
}

fn look(reader: &mut Reader<'_>, watcher: &Watcher, topic: Stream) -> Result<Picture, Fault> {
    reader.topic_right(watcher, topic)?;
    Ok(Picture { epoch: reader.epoch()?, head: reader.head(topic)?, etas: reader.etas(topic)? })
}

/// What the client is told first, and the offset after which its events begin.
fn place(topic: Stream, picture: &Picture, after: Option<&After>) -> (ServerFrame, i64) {
    let (epoch, head) = (picture.epoch.clone(), picture.head);
    let Some(after) = after else {
        return (ServerFrame::Subscribed { topic, epoch, offset: head, complete: true }, head);
    };
    let known = after.epoch == epoch && (0..=head).contains(&after.offset);
    if known && head - after.offset <= limits::RESUME_EVENTS {
        (ServerFrame::Subscribed { topic, epoch, offset: after.offset, complete: true }, after.offset)
    } else {
        (ServerFrame::Reset { topic, epoch, offset: head }, head)
    }
}

/// The client's `eta_seq` counts on a visit's topic only: elsewhere each visit has its own.
fn offer_etas(outbox: &Outbox, topic: Stream, etas: &[Eta], eta_seq: Option<u64>) {
    if let (Stream::Visit(visit), Some(seen)) = (topic, eta_seq) {
        outbox.has_eta(topic, visit, seen);
    }
    for eta in etas {
        outbox.offer_eta(topic, eta.visit_id, eta.seq, &frame::eta(topic, eta));
    }
}

/// Sends the journal after `seen`, page by page as the reader takes them, until nothing newer is known.
pub async fn catch_up(services: &Services, outbox: &Arc<Outbox>, topic: Stream, mut seen: i64) -> Result<(), Fault> {
    while !services.hub.go_live(outbox, topic, seen) {
        let after = seen;
        let page = read(services, move |reader| reader.events_after(topic, after, limits::RESUME_PAGE)).await?;
        let Some((last, _)) = page.last() else {
            return Err(StoreError::Corrupt(format!("{topic} ends at {seen}, though more was published")).into());
        };
        services.store.chaos().point("live.resume");
        seen = *last;
        outbox.push(encode(topic, outbox, &page));
        if tokio::time::timeout(limits::PONG_DEADLINE, outbox.drained()).await.is_err() {
            outbox.close(close::SLOW, "live.slow");
        }
        if outbox.is_closed() {
            break;
        }
    }
    Ok(())
}

/// Reads when it is this socket's turn. A turn lasts for one read, so that a slow client holds up nobody.
async fn read<T, F>(services: &Services, work: F) -> Result<T, Fault>
where
    F: FnMut(&mut Reader<'_>) -> Result<T, Fault> + Send + 'static,
    T: Send + 'static,
{
    let _turn = services.resumes.acquire().await.map_err(|_| StoreError::Stopped)?;
    services.store.read(work).await
}

/// A page as one piece, with the view that fits the audience.
fn encode(topic: Stream, outbox: &Outbox, page: &[(i64, Event)]) -> bytes::Bytes {
    frame::join(page.iter().map(|(offset, event)| {
        let customer = outbox.audience.customer;
        let json = if customer { frame::event_json(&customer_view(topic, event)) } else { frame::event_json(event) };
        frame::event(topic, *offset, &json)
    }))
}

/// Leaves the topics that the watcher may no longer watch, and names them.
pub async fn recheck(services: &Services, outbox: &Arc<Outbox>, watcher: &Watcher) -> Result<Vec<Stream>, Fault> {
    let (watcher, topics, now) = (watcher.clone(), outbox.topics(), services.store.clock().now());
    let lost = read(services, move |reader| {
        if let Watcher::Track(pass) = &watcher {
            reader.track_link_by_id(pass.link, now)?;
        }
        let lost = topics.iter().filter_map(|topic| match reader.topic_right(&watcher, *topic) {
            Ok(()) => None,
            Err(Fault::Refused(_)) => Some(Ok(*topic)),
            Err(fault) => Some(Err(fault)),
        });
        lost.collect::<Result<Vec<Stream>, Fault>>()
    });
    let lost = lost.await?;
    lost.iter().for_each(|topic| services.hub.leave(outbox, *topic));
    Ok(lost)
}
