//! The live stream: a websocket at `GET /live` over which a client watches topics and a technician reports positions.
//!
//! A topic is resumed without gap or repetition: the socket joins the hub first, reads the journal after the client's
//! cursor, and then goes on with what is pushed, beginning after the last event read.

mod admit;
mod resume;
mod socket;

use crate::domain::access::Permission;
use crate::http::Route;

pub fn routes() -> Vec<Route> {
    vec![Route::upgrade("/live", "Live updates over a websocket", Permission::Live, socket::open)]
}
