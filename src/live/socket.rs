//! The websocket.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::{HttpRequest, HttpResponse, rt, web};
use bytes::Bytes;
use futures_util::StreamExt;

use super::admit::Entry;
use super::assemble::Assembler;
use super::session::{Line, Session, turn_away};
use super::sieve::sieved;
use crate::actors::outbox::{Audience, Holder, Outbox};
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::Fault;

const SUBPROTOCOL: &str = "kaketsuke.1";

/// Opens a socket.
pub async fn open(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Fault> {
    let Entry { services, who } = Entry::of(&request).await?;
    let payload = sieved(&request, payload).await?;
    let (response, _, messages) =
        actix_ws::handle_with_protocols(&request, payload, &[SUBPROTOCOL]).map_err(|error| {
            Refusal::new(Code::Malformed)
                .with("why_ja", "WebSocketの開始手順が違います")
                .with("why_en", error.to_string())
        })?;
    let outbox = match who {
        Ok((admitted, seat)) => {
            let outbox = services.hub.open(admitted.audience(), admitted.holder());
            let session = Session::new(services, admitted, seat, Arc::clone(&outbox), Line::WebSocket);
            let mut assembler = Assembler::default();
            let said = messages.max_frame_size(limits::FRAME_BYTES).map(move |heard| assembler.take(heard));
            rt::spawn(session.run(said));
            outbox
        }
        Err(refusal) => {
            let outbox = services.hub.open(Audience::default(), Holder::default());
            turn_away(&outbox, None, &refusal);
            services.hub.forget(&outbox);
            outbox
        }
    };
    Ok(response.map_body(|_, closed| BoxBody::new(Sending { outbox, _closed: closed })))
}

/// The response's body: the frames of the outbox. The body it replaces tells the reading side when the connection is
/// gone, so it lives as long.
struct Sending {
    outbox: Arc<Outbox>,
    _closed: BoxBody,
}

impl MessageBody for Sending {
    type Error = actix_web::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.outbox.poll_take(context).map(|frame| frame.map(Ok))
    }
}
