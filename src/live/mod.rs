//! The live stream: what a client watches, and the positions that a technician reports. One protocol of frames
//! (`views::live`), three ways for it: a websocket at `GET /live`; where a network blocks that, server-sent events at
//! `GET /live/events`, or long polling at `GET /live/poll`, with `POST /live/frames` for the other direction.
//!
//! A topic is resumed without gap or repetition: the socket joins the hub first, reads the journal after the client's
//! cursor, and then goes on with what is pushed, beginning after the last event read.

mod admit;
mod assemble;
pub mod door;
pub mod drain;
mod events;
pub mod lines;
mod pace;
mod poll;
mod refresh;
mod resume;
mod session;
mod sieve;
mod socket;
mod wanted;

use actix_web::http::StatusCode;

use crate::domain::access::Permission;
use crate::http::{Method, Route};

pub fn routes() -> Vec<Route> {
    vec![
        Route::open(Method::GET, "/live", "Live updates over a websocket", Permission::Live, socket::open)
            .answering(StatusCode::SWITCHING_PROTOCOLS),
        Route::open(Method::GET, "/live/events", "The same as server-sent events", Permission::Live, events::open),
        Route::open(Method::GET, "/live/poll", "The same by long polling", Permission::Live, poll::poll),
        Route::open(Method::POST, "/live/frames", "A client's frames for these two", Permission::Live, lines::say)
            .answering(StatusCode::ACCEPTED),
    ]
}
