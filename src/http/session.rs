//! Log-in and log-out.

use actix_web::{HttpRequest, HttpResponse};

use super::extract::{Body, Shared};
use super::guard::{Allowed, Public, perm};
use super::reply::{Json, Reply};
use super::{Method, Route, caller, cookie};
use crate::domain::access::{Actor, User};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::store::Fault;
use crate::store::access::token_hash;
use crate::views::live::close;
use crate::views::session::{LogIn, Me, Renewed, Session};
use crate::views::track::Nothing;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/api/session", "Log in", log_in),
        Route::new(Method::GET, "/api/session", "Who is logged in", me),
        Route::new(Method::PUT, "/api/session", "Stay logged in", renew),
        Route::new(Method::DELETE, "/api/session", "Log out", log_out),
    ]
}

/// An answer that sets or takes away the session's cookie.
struct WithCookie<T>(T, Option<actix_web::cookie::Cookie<'static>>);

impl<T: Reply> Reply for WithCookie<T> {
    fn respond(self, status: actix_web::http::StatusCode) -> HttpResponse {
        let mut response = self.0.respond(status);
        if let Some(cookie) = &self.1 {
            // A cookie of our own making holds only characters that a header may.
            let _ = response.add_cookie(cookie);
        }
        response
    }

    fn describe(to: &mut super::describe::Describe<'_>) {
        T::describe(to);
    }
}

async fn log_in(
    _: Public,
    shared: Shared,
    request: HttpRequest,
    Body(LogIn { login, password }): Body<LogIn>,
) -> Result<WithCookie<Json<Session>>, Fault> {
    let now = shared.store.clock().now();
    let address = caller::address(&request, shared.proxies);
    shared.log_ins.check(&login, &address, now)?;
    let Some(user) = check_password(&shared, login.clone(), password).await? else {
        shared.log_ins.failed(&login, &address, now);
        tracing::info!(%address, "a log-in failed");
        return Err(Refusal::new(Code::AuthFailed).into());
    };
    let token = shared.store.seeds().token();
    open(&shared, &user, &token, now).await?;
    tracing::info!(user = %user.id, role = %user.role, "somebody logged in");
    let shown = (!is_page(&request)).then(|| token.clone());
    let session = Session { token: shown, user: Me::of(&user, shared.clock()) };
    Ok(WithCookie(Json(session), Some(cookie::fresh(token, shared.session_days, shared.secure_cookie))))
}

/// Whether a page in a browser asks. Browsers say so with every request, and scripts cannot take it away.
fn is_page(request: &HttpRequest) -> bool {
    request.headers().contains_key("sec-fetch-site")
}

async fn check_password(shared: &Shared, login: String, password: String) -> Result<Option<User>, Fault> {
    if login.chars().count() > limits::LINE_CHARS || password.chars().count() > limits::PASSWORD_CHARS_MAX {
        return Ok(None);
    }
    let known = shared.store.read(move |reader| reader.credentials(&login)).await?;
    let (user, hash) = known.unzip();
    let fits = shared.passwords.fits(password, hash).await?;
    Ok(user.filter(|_| fits))
}

async fn open(shared: &Shared, user: &User, token: &str, now: Timestamp) -> Result<(), Fault> {
    let (id, hash) = (user.id, token_hash(token));
    let ends = now + Seconds::hours(24 * shared.session_days);
    shared.store.task(Actor::from(user), move |unit| unit.open_session(id, &hash, ends)).await
}

async fn me(who: Allowed<perm::OwnSession>, shared: Shared) -> Result<Json<Me>, Fault> {
    Ok(Json(Me::of(&who.user, shared.clock())))
}

/// The same log-in goes on for as many days as a fresh one; after `SESSION_LONGEST_DAYS` only a password helps.
async fn renew(
    who: Allowed<perm::OwnSession>,
    shared: Shared,
    request: HttpRequest,
) -> Result<WithCookie<Json<Renewed>>, Fault> {
    let (token, days) = (who.token, shared.session_days);
    let expires_at = shared.store.task(who.actor, move |unit| unit.renew_session(&token, days)).await?;
    let cookie = request.cookie(cookie::SESSION);
    let cookie = cookie.map(|kept| cookie::fresh(kept.value().to_owned(), days, shared.secure_cookie));
    Ok(WithCookie(Json(Renewed { expires_at }), cookie))
}

async fn log_out(who: Allowed<perm::OwnSession>, shared: Shared) -> Result<WithCookie<Json<Nothing>>, Fault> {
    let token = who.token;
    shared.store.task(who.actor, move |unit| unit.close_session(&token)).await?;
    shared.hub.end_log_in(&token, close::AUTH_REQUIRED, "auth.required");
    Ok(WithCookie(Json(Nothing {}), Some(cookie::gone())))
}
