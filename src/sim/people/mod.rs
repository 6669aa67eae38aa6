//! The people of the simulated world. Each lives in one life of the server and keeps nothing of his own but what the
//! book holds; what is to be done he sees on his screen, as in life.

mod customer;
mod dispatcher;
mod operator;
mod technician;
mod watcher;

pub use customer::customer;
pub use dispatcher::dispatcher;
pub use operator::operator;
pub use technician::technician;
pub use watcher::{Seat, catch_up, watcher};
