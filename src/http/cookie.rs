//! Secrets of a request: the session's token in a cookie or a header, and what is kept of it.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;

use crate::store::access::{TokenHash, token_hash};

pub const SESSION: &str = "kaketsuke_session";

/// How a token came in. Only a cookie is sent by browsers on their own, so only a cookie needs proof of origin.
pub enum Token {
    Cookie(TokenHash),
    Bearer(TokenHash),
}

impl Token {
    pub fn of(request: &HttpRequest) -> Option<Self> {
        if let Some(value) = request.headers().get(header::AUTHORIZATION) {
            let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
            return Some(Self::Bearer(token_hash(token)));
        }
        let cookie = request.cookie(SESSION)?;
        Some(Self::Cookie(token_hash(cookie.value())))
    }

    pub const fn hash(&self) -> &TokenHash {
        match self {
            Self::Cookie(hash) | Self::Bearer(hash) => hash,
        }
    }
}

/// The cookie of a fresh session, for as many days as the session lasts. `secure` where the pages are served over TLS.
pub fn fresh(token: String, days: i64, secure: bool) -> Cookie<'static> {
    Cookie::build(SESSION, token)
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(days))
        .finish()
}

/// The cookie that takes it away again.
pub fn gone() -> Cookie<'static> {
    Cookie::build(SESSION, "").path("/").http_only(true).same_site(SameSite::Lax).max_age(Duration::ZERO).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_lives_as_long_as_the_session() {
        let cookie = fresh("secret".to_owned(), 60, true);
        assert_eq!((cookie.max_age(), cookie.secure()), (Some(Duration::days(60)), Some(true)));
    }
}
