//! Sends built files: the form that the browser takes, nothing when it has it already, and headers that keep other
//! sites out of our pages.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY as CSP_HEADER, ETAG, HeaderMap,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::{Asset, Language, asset, page};

/// Everything from this server only; nobody may frame us; no inline script or style can run.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Addresses of pages and the names of their files.
const PAGES: [(&str, &str); 7] = [
    ("/", "home"),
    ("/login", "login"),
    ("/desk", "desk"),
    ("/board", "board"),
    ("/tech", "tech"),
    ("/portal", "portal"),
    ("/admin", "admin"),
];
/// Files that browsers look for beside the pages.
const LOOSE: [&str; 3] = ["/icon.svg", "/manifest.webmanifest", "/sw.js"];

/// Adds the pages and their files to the server's routes.
pub fn configure(routes: &mut web::ServiceConfig) {
    for (address, name) in PAGES {
        let send_page = move |request: HttpRequest| async move { answer(&request, page(name, Language::of(&request))) };
        routes.service(web::resource(address).route(web::get().to(send_page)).route(web::head().to(send_page)));
    }
    for address in LOOSE.into_iter().chain(["/assets/{file:.*}"]) {
        routes.service(web::resource(address).route(web::get().to(file)).route(web::head().to(file)));
    }
}

async fn file(request: HttpRequest) -> HttpResponse {
    answer(&request, asset(request.path()))
}

/// The headers that every page and file carries.
pub(super) fn guarded(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .insert_header((CSP_HEADER, CONTENT_SECURITY_POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header(("permissions-policy", "camera=(), microphone=(), geolocation=(self), screen-wake-lock=(self)"));
    response
}

fn answer(request: &HttpRequest, asset: Option<&'static Asset>) -> HttpResponse {
    let Some(asset) = asset else { return guarded(HttpResponse::NotFound()).body("not found") };
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    // The language of a page hangs on the cookie and the browser's wish, so a shared cache must tell them apart.
    let vary =
        if asset.path.ends_with(".html") { "accept-encoding, accept-language, cookie" } else { "accept-encoding" };
    let known = unchanged(request.headers(), asset.etag);
    let mut response = guarded(if known { HttpResponse::NotModified() } else { HttpResponse::Ok() });
    response.insert_header((ETAG, asset.etag)).insert_header((CACHE_CONTROL, cache)).insert_header((VARY, vary));
    if known {
        return response.finish();
    }
    let (encoding, bytes) = form(request.headers(), asset);
    // Said even when it is "identity": a compressing layer around us must not pack it again.
    response.insert_header((CONTENT_ENCODING, encoding)).content_type(asset.mime).body(bytes)
}

fn unchanged(headers: &HeaderMap, etag: &str) -> bool {
    let value = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .any(|tag| tag.trim() == "*" || value(tag) == value(etag))
}

/// The smallest form that the browser takes.
fn form(headers: &HeaderMap, asset: &Asset) -> (&'static str, &'static [u8]) {
    match (asset.brotli, asset.gzip) {
        (Some(bytes), _) if accepts(headers, "br") => ("br", bytes),
        (_, Some(bytes)) if accepts(headers, "gzip") => ("gzip", bytes),
        _ => ("identity", asset.identity),
    }
}

fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers.get_all(ACCEPT_ENCODING).filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(',')).any(
        |item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
            name.trim().eq_ignore_ascii_case(coding) && !refused
        },
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::http::header::HeaderName;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, test};

    use super::*;

    fn header(response: &actix_web::dev::ServiceResponse, name: impl Into<HeaderName>) -> &str {
        response.headers().get(name.into()).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    #[actix_web::test]
    async fn every_page_is_there_in_both_languages_and_guarded() {
        let app = init_service(App::new().configure(configure)).await;
        for (address, _) in PAGES {
            for code in ["ja", "en"] {
                let request = TestRequest::with_uri(&format!("{address}?lang={code}")).to_request();
                let response = call_service(&app, request).await;
                assert_eq!(response.status(), StatusCode::OK, "{address}");
                assert_eq!(header(&response, CSP_HEADER), CONTENT_SECURITY_POLICY);
                assert_eq!(header(&response, CACHE_CONTROL), "no-cache");
                let body = String::from_utf8(test::read_body(response).await.to_vec()).expect("pages are UTF-8");
                assert!(body.contains(&format!("lang=\"{code}\"")), "{address} {code}");
            }
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_file_gets_no_body() {
        let app = init_service(App::new().configure(configure)).await;
        let first = call_service(&app, TestRequest::with_uri("/login").to_request()).await;
        let etag = header(&first, ETAG).to_owned();
        let again = TestRequest::with_uri("/login").insert_header((IF_NONE_MATCH, etag)).to_request();
        let second = call_service(&app, again).await;
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert!(test::read_body(second).await.is_empty());
    }

    #[actix_web::test]
    async fn files_come_in_the_form_that_the_browser_takes() {
        let app = init_service(App::new().configure(configure)).await;
        for asset in super::super::ASSETS.iter().filter(|asset| asset.immutable) {
            for (accept, expected) in [("gzip, br", "br"), ("gzip;q=1, br;q=0", "gzip"), ("identity", "identity")] {
                let request = TestRequest::with_uri(asset.path).insert_header((ACCEPT_ENCODING, accept)).to_request();
                let response = call_service(&app, request).await;
                let expected = if asset.brotli.is_some() { expected } else { "identity" };
                assert_eq!(header(&response, CONTENT_ENCODING), expected, "{}", asset.path);
                assert!(header(&response, CACHE_CONTROL).contains("immutable"));
            }
        }
        let absent = call_service(&app, TestRequest::with_uri("/assets/../Cargo.toml").to_request()).await;
        assert_eq!(absent.status(), StatusCode::NOT_FOUND);
    }
}
