//! Looks at the tracking pages that were given out, also at old and at withdrawn ones.

use crate::sim::person::Person;
use crate::views::track::TrackView;

/// Looks until the day closes.
pub async fn customer(mut person: Person) {
    while person.scene.open() {
        person.wait(30, 240).await;
        let links = person.scene.book.borrow().links.clone();
        let Some(link) = person.luck.pick(&links).cloned() else { continue };
        let Some(view) = person.get::<TrackView>(&format!("/api/track/{}", link.secret)).await else { continue };
        if view.visit_id != link.visit {
            person.scene.wrong(format!("a link to {} shows {}", link.visit, view.visit_id));
        }
        if link.revoked {
            person.scene.wrong(format!("a withdrawn link to {} still shows it", link.visit));
        }
    }
}
