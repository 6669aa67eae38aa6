//! Who opens a socket: a log-in, or a tracking link.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::door::Seat;
use crate::actors::outbox::{Audience, Holder};
use crate::domain::access::Role;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::http::{Allowed, call, caller, error, guard::Guard, perm};
use crate::node::services::Services;
use crate::store::Fault;
use crate::store::access::{TokenHash, Watcher, token_hash};
use crate::views::live::Present;

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

/// What opening a stream came to: somebody, or why not.
pub struct Entry {
    pub services: Arc<Services>,
    pub who: Result<(Admitted, Seat), Refusal>,
}

impl Entry {
    /// Looks up who asks. Trouble, and a server that is too busy or going away, end the handshake itself; what is refused
    /// is told over the stream, because a page cannot see the status of a handshake that failed.
    pub async fn of(request: &HttpRequest) -> Result<Self, Fault> {
        let services = Arc::clone(call::services(request)?);
        let turn = services.door.handshake()?;
        let who = match services.door.seat(caller::address(request, services.proxies).parse().ok()) {
            Ok(seat) => Admitted::of(request, &services).await.map(|admitted| (admitted, seat)),
            Err(crowded) => Err(crowded.into()),
        };
        drop(turn);
        match who {
            Err(Fault::Store(error)) => Err(error.into()),
            who => Ok(Self { services, who: who.map_err(error::refusal) }),
        }
    }
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
        Audience { customer: self.watcher.is_customer(), revocable }
    }

    pub fn holder(&self) -> Holder {
        let present = match &self.watcher {
            Watcher::User(user) if user.role != Role::Customer => {
                Some(Arc::new(Present { user_id: user.id, name: user.name.clone(), role: user.role }))
            }
            _ => None,
        };
        Holder { token: self.token, present }
    }

    /// May see who else watches.
    pub fn is_staff(&self) -> bool {
        matches!(&self.watcher, Watcher::User(user) if !matches!(user.role, Role::Technician | Role::Customer))
    }

    /// The same person, or the same link.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.watcher, &other.watcher) {
            (Watcher::User(one), Watcher::User(other)) => one.id == other.id,
            (Watcher::Track(one), Watcher::Track(other)) => one.link == other.link,
            _ => false,
        }
    }
}
