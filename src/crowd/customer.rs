//! A customer with the tracking page open.

use super::Crowd;
use crate::clients::{Pass, Update};
use crate::domain::event::EventKind;

/// Watches until the work is done.
pub async fn watch(crowd: Crowd, url: String) {
    let secret = url.trim_start_matches("/t/").to_owned();
    let Ok(view) = crowd.visitor.track(&secret).await else { return };
    let mut live = crowd.watch(&Pass::Link(secret));
    live.watch(&view.stream, view.eta.map(|eta| eta.seq));
    while let Some(update) = live.next().await {
        let over = matches!(&update, Update::Event { event, .. } if event.kind == EventKind::VisitFinished);
        if over || matches!(update, Update::Closed { .. }) {
            return;
        }
    }
}
