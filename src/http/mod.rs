//! The JSON API. One table of routes ([`routes`]) is the source of the registration, the guards, the OpenAPI document
//! and the matrix of who may call what.
//!
//! A handler is an async function whose first argument is [`Allowed`] with the permission it needs, or [`Public`];
//! without one it is no [`route::Handler`] and does not compile:
//!
//! ```compile_fail
//! use kaketsuke::http::{Json, Method, Route};
//! use kaketsuke::store::Fault;
//! async fn open_to_all() -> Result<Json<u32>, Fault> { Ok(Json(1)) }
//! Route::new(Method::GET, "/api/secret", "Nobody guards this", open_to_all);
//! ```
//!
//! ```
//! use kaketsuke::http::{Json, Method, Public, Route};
//! use kaketsuke::store::Fault;
//! async fn open_to_all(_: Public) -> Result<Json<u32>, Fault> { Ok(Json(1)) }
//! Route::new(Method::GET, "/api/public", "Open on purpose", open_to_all);
//! ```

mod absences;
mod actors;
mod advice;
mod audit;
pub mod call;
pub mod caller;
mod calls;
mod claims;
mod clocks;
pub mod cookie;
pub mod describe;
mod desk;
mod dispatch;
pub mod error;
pub mod extract;
pub mod guard;
mod headers;
mod health;
mod map;
pub mod matrix;
pub mod merge;
mod notices;
pub mod openapi;
mod passwords;
mod portal;
mod rate;
mod replan;
pub mod reply;
mod reports;
mod roots;
pub mod route;
mod session;
mod slots;
mod statement;
mod tables;
mod technician;
mod trace;
mod track;
mod trackers;
pub mod users;
mod wallet;

pub use actix_web::http::Method;
pub use advice::Outlook;
pub use extract::{Body, OperationId, Path, Query, Shared};
pub use guard::{Allowed, Public, perm};
pub use headers::security_headers;
pub use passwords::Passwords;
pub use rate::LogInLimit;
pub use reply::{Json, Stored};
pub use route::{Route, configure};
pub use trace::trace_requests;

/// Every route of the API but those of rooms above (`node::routes`).
pub fn routes() -> Vec<Route> {
    let rooms = [
        session::routes(),
        desk::routes(),
        slots::routes(),
        calls::routes(),
        portal::routes(),
        wallet::routes(),
        claims::routes(),
        clocks::routes(),
        statement::routes(),
        roots::routes(),
        reports::routes(),
        advice::routes(),
        notices::routes(),
        tables::routes(),
        dispatch::routes(),
        replan::routes(),
        absences::routes(),
        technician::routes(),
        track::routes(),
        map::routes(),
        users::routes(),
        actors::routes(),
        health::routes(),
        openapi::routes(),
    ];
    rooms.into_iter().flatten().collect()
}
