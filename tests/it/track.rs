//! The customer's tracking link.

use crate::kit::World;

/// Nothing is told of a link that is over or was never given out, but the customer is not left alone.
#[actix_web::test]
async fn a_link_that_shows_nothing_says_whom_to_call() {
    let world = World::new().await;
    let answer = reqwest::get(world.url("/t/nobody?lang=en")).await.expect("an answer");
    assert_eq!(answer.status(), 410);
    let page = answer.text().await.expect("a page");
    if kaketsuke::web::screens_are_built() {
        assert!(page.contains("Kaketsuke Trading") && page.contains("tel:0760000000"), "{page}");
    }
}
