//! A log-in that goes on while its socket stays open.

use super::admit::Admitted;
use super::resume::read;
use crate::domain::refusal::{Code, Refusal};
use crate::node::services::Services;
use crate::store::Fault;
use crate::store::access::{TrackPass, Watcher, token_hash};

/// The same watcher by a fresh token, or by the one he has, whose end may have moved.
pub async fn refreshed(services: &Services, admitted: &Admitted, token: Option<String>) -> Result<Admitted, Fault> {
    let (hash, now) = (token.map(|token| token_hash(&token)), services.store.clock().now());
    let foreign = || Fault::from(Refusal::new(Code::Forbidden));
    match admitted.watcher.clone() {
        Watcher::User(user) => {
            let hash = hash.or(admitted.token).ok_or_else(foreign)?;
            let found = read(services, move |reader| reader.session(&hash, now)).await?;
            let found = found.ok_or_else(|| Refusal::new(Code::AuthRequired))?;
            // Another role or technician would be other rights than those the socket was opened with.
            if (found.user.id, found.user.role, found.user.technician) != (user.id, user.role, user.technician) {
                return Err(foreign());
            }
            Ok(Admitted { watcher: Watcher::User(found.user), token: Some(hash), expires_at: found.expires_at })
        }
        Watcher::Track(old) => {
            let pass: TrackPass = read(services, move |reader| match hash {
                Some(hash) => reader.track_link(&hash, now),
                None => reader.track_link_by_id(old.link, now),
            })
            .await?;
            if pass.visit != old.visit {
                return Err(foreign());
            }
            Ok(Admitted { watcher: Watcher::Track(pass), token: None, expires_at: pass.expires_at })
        }
    }
}
