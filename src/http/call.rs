//! One request on its way to a handler.

use std::io;
use std::sync::Arc;

use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use super::audit::Heard;
use crate::domain::access::Actor;
use crate::domain::refusal::{Code, Refusal};
use crate::effects::spool::Spool;
use crate::limits;
use crate::node::services::Services;
use crate::store::{Fault, StoreError};

/// A request that its guard has let in, with its whole body.
pub struct Call {
    pub request: HttpRequest,
    pub body: Bytes,
    /// In its place for a handler that takes an [`Upload`](super::extract::Upload).
    pub upload: Option<Arc<Spool>>,
    /// Who asks; none on public routes.
    pub actor: Option<Actor>,
}

impl Call {
    /// What stays known of it after the handler has taken it.
    pub fn heard(&self) -> Heard {
        Heard { actor: self.actor.clone(), body: self.body.clone(), upload: self.upload.clone() }
    }
}

/// The state that all rooms share.
pub fn services(request: &HttpRequest) -> Result<&web::Data<Services>, Fault> {
    let services = request.app_data::<web::Data<Services>>();
    services.ok_or_else(|| StoreError::Stopped.into())
}

/// Reads the body into a file, up to the limit of such bodies.
pub async fn spool_body(request: &HttpRequest, mut payload: Payload) -> Result<Arc<Spool>, Fault> {
    let folder = services(request)?.spool.clone();
    let mut filling = blocking(move || Spool::begin(&folder)).await?;
    let mut part = BytesMut::new();
    loop {
        let chunk = next_chunk(&mut payload).await?;
        let over = chunk.is_none();
        part.extend_from_slice(&chunk.unwrap_or_default());
        if filling.bytes() + part.len() as u64 > limits::IMPORT_BYTES as u64 {
            return Err(Refusal::new(Code::TooLarge).with("limit", limits::IMPORT_BYTES).into());
        }
        if over || part.len() >= limits::SPOOL_PART {
            let ready = part.split().freeze();
            filling = blocking(move || filling.push(&ready).map(|()| filling)).await?;
        }
        if over {
            return Ok(Arc::new(filling.finish()));
        }
    }
}

/// Work on files is not done on a thread that serves others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Fault> {
    let done = web::block(work).await.map_err(|_| StoreError::Stopped)?;
    done.map_err(|error| StoreError::Corrupt(format!("the body cannot be kept: {error}")).into())
}

async fn next_chunk(payload: &mut Payload) -> Result<Option<Bytes>, Fault> {
    let chunk = payload.next().await.transpose();
    chunk.map_err(|error| {
        let refusal = Refusal::new(Code::Malformed).with("why_ja", "通信が途中で切れました");
        refusal.with("why_en", error.to_string()).into()
    })
}

/// Reads the body up to the limit.
pub async fn read_body(mut payload: Payload) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(chunk) = next_chunk(&mut payload).await? {
        if body.len() + chunk.len() > limits::BODY_BYTES {
            return Err(Refusal::new(Code::TooLarge).with("limit", limits::BODY_BYTES).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
