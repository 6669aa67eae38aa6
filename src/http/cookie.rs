//! Secrets of a request: the session's token in a cookie or a header, and what is kept of it.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

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
            let value = value.to_str().ok()?;
            let token = value.strip_prefix("Bearer ").map(str::to_owned).or_else(|| password(value))?;
            return Some(Self::Bearer(token_hash(&token)));
        }
        let cookie = request.cookie(SESSION)?;
        Some(Self::Cookie(token_hash(cookie.value())))
    }

    /// Of a tracker that can set no header: `token=…`, or its device's name.
    pub fn in_address(request: &HttpRequest) -> Option<Self> {
        let pairs = || form_urlencoded::parse(request.query_string().as_bytes());
        let named = |name: &str| pairs().find(|(found, _)| found == name).map(|(_, value)| token_hash(&value));
        named("token").or_else(|| named("id")).map(Self::Bearer)
    }

    pub const fn hash(&self) -> &TokenHash {
        match self {
            Self::Cookie(hash) | Self::Bearer(hash) => hash,
        }
    }
}

/// The password of `Basic` credentials: programs that know only names and passwords give the token as that.
fn password(credentials: &str) -> Option<String> {
    let decoded = BASE64_STANDARD.decode(credentials.strip_prefix("Basic ")?).ok()?;
    Some(String::from_utf8(decoded).ok()?.split_once(':')?.1.to_owned())
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
    fn a_program_that_knows_only_passwords_gives_the_token_as_one() {
        let request = |name: &str, value: &str| {
            actix_web::test::TestRequest::get().insert_header((name, value)).to_http_request()
        };
        let hash = |request: HttpRequest| Token::of(&request).map(|token| *token.hash());
        assert_eq!(hash(request("authorization", "Basic aGF5YXNoaTpzZWNyZXQ=")), Some(token_hash("secret")));
        assert_eq!(hash(request("authorization", "Bearer secret")), Some(token_hash("secret")));
        assert_eq!(hash(request("authorization", "Basic %%%")), None);
    }

    #[test]
    fn the_cookie_lives_as_long_as_the_session() {
        let cookie = fresh("secret".to_owned(), 60, true);
        assert_eq!((cookie.max_age(), cookie.secure()), (Some(Duration::days(60)), Some(true)));
    }
}
