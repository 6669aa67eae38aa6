//! The composition root: settings in, a running server out. The only room that knows all others.

pub mod application;
pub mod ground;
mod routes;
pub mod schemas;
pub mod services;
pub mod settings;
pub mod telemetry;

pub use application::Application;
pub use ground::Ground;
pub use routes::routes;
pub use settings::{Settings, SettingsLayer};
