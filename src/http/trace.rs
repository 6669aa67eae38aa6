//! One line in the log per request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use tracing::Instrument;

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Middleware for `actix_web::middleware::from_fn`. Names the route's pattern and not the address, which may hold a
/// tracking link's secret.
pub async fn trace_requests<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    // A span of the machine's own time for the log, no business time.
    let began = Instant::now();
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let method = request.method().clone();
    let span = tracing::info_span!("request", number, %method);
    async move {
        let response = next.call(request).await?;
        let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
        let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
        if response.status().is_server_error() {
            tracing::warn!(%method, route, status, ms, "answered a request with trouble");
        } else {
            tracing::debug!(%method, route, status, ms, "answered a request");
        }
        Ok(response)
    }
    .instrument(span)
    .await
}
