//! From a cursor to the present.

use std::sync::Arc;

use super::admit::Admitted;
use crate::actors::customer_view::{customer_fix, customer_view};
use crate::actors::frame;
use crate::actors::outbox::Outbox;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::TechnicianId;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::node::services::Services;
use crate::store::access::Watcher;
use crate::store::{Fault, Reader, StoreError};
use crate::views::board::Fix;
use crate::views::live::{After, ServerFrame, Wanted, close};

/// The first look at a topic.
struct Picture {
    epoch: String,
    head: i64,
    etas: Vec<Eta>,
    positions: Vec<(TechnicianId, Fix)>,
}

/// One topic that was not joined, and why.
pub type Refused = (Stream, Refusal);

/// Joins topics, sends what the client missed and lets the hub go on from there. All are looked at in one read. Gives
/// those that are refused; after trouble none is joined that has not gone live.
pub async fn subscribe(
    services: &Services,
    outbox: &Arc<Outbox>,
    who: &Admitted,
    wanted: Vec<Wanted>,
) -> Result<Vec<Refused>, Fault> {
    let topics: Vec<Stream> = wanted.iter().map(|wanted| wanted.topic).collect();
    topics.iter().for_each(|topic| services.hub.join(outbox, *topic));
    let (watcher, asked, now) = (who.watcher.clone(), topics.clone(), services.store.clock().now());
    let pictures = read(services, move |reader| {
        asked.iter().map(|topic| refused_or(look(reader, &watcher, *topic, now))).collect::<Result<Vec<_>, Fault>>()
    });
    let leave = |topics: &[Stream]| topics.iter().for_each(|topic| services.hub.leave(outbox, *topic));
    let pictures = pictures.await.inspect_err(|_| leave(&topics))?;
    let mut refused = Vec::new();
    for (index, (wanted, picture)) in wanted.into_iter().zip(pictures).enumerate() {
        match picture {
            Err(refusal) => {
                services.hub.leave(outbox, wanted.topic);
                refused.push((wanted.topic, refusal));
            }
            Ok(picture) => {
                begin(services, outbox, who, wanted, &picture).await.inspect_err(|_| leave(&topics[index..]))?;
            }
        }
    }
    Ok(refused)
}

/// A refusal concerns one topic, trouble all of them.
fn refused_or<T>(found: Result<T, Fault>) -> Result<Result<T, Refusal>, Fault> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(Fault::Refused(refusal)) => Ok(Err(refusal)),
        Err(trouble) => Err(trouble),
    }
}

fn look(reader: &mut Reader<'_>, watcher: &Watcher, topic: Stream, now: Timestamp) -> Result<Picture, Fault> {
    reader.topic_right(watcher, topic)?;
    let positions = reader.positions_on(topic, now - Seconds(limits::POSITION_SHOWN_S))?;
    Ok(Picture { epoch: reader.epoch()?, head: reader.head(topic)?, etas: reader.etas(topic)?, positions })
}

async fn begin(
    services: &Services,
    outbox: &Arc<Outbox>,
    who: &Admitted,
    wanted: Wanted,
    picture: &Picture,
) -> Result<(), Fault> {
    let Wanted { topic, after, presence } = wanted;
    // A figure of another life of the data says nothing about those of this one.
    let eta_seq = after.as_ref().filter(|after| after.epoch == picture.epoch).and_then(|after| after.eta_seq);
    let (first, start) = place(topic, picture, after.as_ref());
    outbox.push(frame::of(&first));
    offer(outbox, topic, picture, eta_seq);
    services.hub.appear(outbox, topic, presence && who.is_staff());
    catch_up(services, outbox, topic, start).await
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
fn offer(outbox: &Outbox, topic: Stream, picture: &Picture, eta_seq: Option<u64>) {
    if let (Stream::Visit(visit), Some(seen)) = (topic, eta_seq) {
        outbox.has_eta(topic, visit, seen);
    }
    for eta in &picture.etas {
        outbox.offer_eta(topic, eta.visit_id, eta.seq, &frame::eta(topic, eta));
    }
    for (technician, fix) in &picture.positions {
        let shown = if outbox.audience.customer { customer_fix(fix) } else { *fix };
        outbox.offer_position(topic, *technician, fix.at, &frame::position(topic, *technician, &shown));
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
pub(super) async fn read<T, F>(services: &Services, work: F) -> Result<T, Fault>
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

/// Leaves the topics that the watcher may no longer watch, and names them. A link that has lost its force is refused as a
/// whole.
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
