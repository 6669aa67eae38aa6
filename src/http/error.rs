//! From a fault to `application/problem+json`. Trouble is logged with its details and shown as `internal`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::domain::refusal::{Code, Kind, Problem, Refusal};
use crate::store::{Fault, StoreError};

/// Seconds after which a client may try again when the server is busy.
const RETRY_AFTER_S: &str = "2";

pub const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Reused => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What the one who asked is told of a fault.
pub fn refusal(fault: Fault) -> Refusal {
    match fault {
        Fault::Refused(refusal) => refusal,
        Fault::Store(StoreError::Busy) => Refusal::new(Code::Busy),
        Fault::Store(error) => {
            tracing::error!(error = %error, details = ?error, "a request failed in the store");
            Refusal::new(Code::Internal)
        }
    }
}

/// The body of a refused request.
pub fn problem(refusal: &Refusal) -> Problem {
    Problem {
        code: refusal.code.as_str().to_owned(),
        status: status(refusal.code.kind()).as_u16(),
        ja: refusal.ja(),
        en: refusal.en(),
        detail: refusal.detail.clone(),
        field: refusal.field.clone(),
    }
}

/// The whole answer to a refused request.
pub fn answer(fault: Fault) -> HttpResponse {
    refused(&refusal(fault))
}

pub fn refused(refusal: &Refusal) -> HttpResponse {
    let kind = refusal.code.kind();
    let mut response = HttpResponse::build(status(kind));
    match kind {
        Kind::Busy => {
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER_S));
        }
        Kind::TooMany => {
            let seconds = refusal.detail.get("seconds").and_then(serde_json::Value::as_i64).unwrap_or(1);
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        _ => {}
    }
    filled(response, &problem(refusal))
}

fn filled(mut response: HttpResponseBuilder, problem: &Problem) -> HttpResponse {
    let body = serde_json::to_string(problem).expect("a problem has string keys and finite numbers");
    response
        .insert_header((header::CONTENT_TYPE, "application/problem+json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// 404 for addresses that nothing serves.
pub async fn not_found() -> HttpResponse {
    refused(&Refusal::new(Code::NotFound))
}

/// 405 for addresses that are served with another method.
pub fn method_not_allowed(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let method = request.method();
    let refusal = Refusal::new(Code::Malformed)
        .with("why_ja", format!("このアドレスで使えるのは{allowed}で、{method}ではありません"))
        .with("why_en", format!("this address takes {allowed}, not {method}"))
        .at("method");
    let problem = Problem { status: StatusCode::METHOD_NOT_ALLOWED.as_u16(), ..problem(&refusal) };
    let mut response = HttpResponse::MethodNotAllowed();
    response.insert_header((header::ALLOW, allowed));
    filled(response, &problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: Fault, status: u16, code: &str) {
        let answer = answer(fault);
        assert_eq!(answer.status().as_u16(), status, "{code}");
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
    }

    #[test]
    fn each_kind_of_no_has_its_status() {
        check(Refusal::new(Code::Stale).into(), 409, "record.stale");
        check(Refusal::new(Code::LinkExpired).into(), 410, "link.expired");
        check(Refusal::new(Code::OperationReused).into(), 422, "operation.reused");
        check(StoreError::Busy.into(), 503, "busy");
    }

    #[test]
    fn trouble_is_not_shown() {
        let told = refusal(StoreError::Corrupt("secret detail".to_owned()).into());
        assert_eq!(told.code, Code::Internal);
        assert!(!serde_json::to_string(&problem(&told)).unwrap().contains("secret"));
    }
}
