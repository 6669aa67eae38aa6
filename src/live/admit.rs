//! Who opens a socket: a log-in, or a tracking link.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::actors::outbox::Audience;
use crate::domain::access::Role;
use crate::domain::time::Timestamp;
use crate::http::{Allowed, guard::Guard, perm};
use crate::node::services::Services;
use crate::store::Fault;
use crate::store::access::{TokenHash, Watcher, token_hash};

#[derive(Deserialize)]
struct Ticketless {
    track: Option<String>,
}

/// Somebody at a socket.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub watcher: Watcher,
    /// The log-in; none with a tracking link.
    pub token: Option<TokenHash>,
    pub expires_at: Timestamp,
}

impl Admitted {
    pub async fn of(request: &HttpRequest, services: &Services) -> Result<Self, Fault> {
        let query = web::Query::<Ticketless>::from_query(request.query_string()).ok();
        match query.and_then(|query| query.into_inner().track) {
            Some(token) => Self::by_link(&token, services).await,
            None => {
                let who = Allowed::<perm::Live>::admit(request).await?;
                Ok(Self { watcher: Watcher::User(who.user), token: Some(who.token), expires_at: who.expires_at })
            }
        }
    }

    async fn by_link(token: &str, services: &Services) -> Result<Self, Fault> {
        let (hash, now) = (token_hash(token), services.store.clock().now());
        let pass = services.store.read(move |reader| reader.track_link(&hash, now)).await?;
        Ok(Self { watcher: Watcher::Track(pass), token: None, expires_at: pass.expires_at })
    }

    pub fn audience(&self) -> Audience {
        let revocable = match &self.watcher {
            Watcher::Track(_) => true,
            Watcher::User(user) => matches!(user.role, Role::Technician | Role::Customer),
        };
        Audience { customer: self.watcher.is_customer(), revocable, token: self.token }
    }
}
