//! The composition root: settings in, a running server out. The only room that knows all others.

pub mod services;
