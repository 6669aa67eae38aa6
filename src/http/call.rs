//! One request on its way to a handler.

use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use crate::domain::access::Actor;
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::node::services::Services;
use crate::store::{Fault, StoreError};

/// A request that its guard has let in, with its whole body.
pub struct Call {
    pub request: HttpRequest,
    pub body: Bytes,
    /// Who asks; none on public routes.
    pub actor: Option<Actor>,
}

/// The state that all rooms share.
pub fn services(request: &HttpRequest) -> Result<&web::Data<Services>, Fault> {
    let services = request.app_data::<web::Data<Services>>();
    services.ok_or_else(|| StoreError::Stopped.into())
}

/// Reads the body up to the limit.
pub async fn read_body(mut payload: Payload) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Refusal::new(Code::Malformed).with("why_ja", "通信が途中で切れました").with("why_en", error.to_string())
        })?;
        if body.len() + chunk.len() > limits::BODY_BYTES {
            return Err(Refusal::new(Code::TooLarge).with("limit", limits::BODY_BYTES).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
