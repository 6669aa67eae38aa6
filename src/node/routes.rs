//! The whole table of routes: of the API, and of the live stream above it.

use crate::http::Route;

/// Every route that the server answers, but the pages.
pub fn routes() -> Vec<Route> {
    [crate::http::routes(), crate::live::routes()].into_iter().flatten().collect()
}
