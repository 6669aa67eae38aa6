//! The server from outside: one binary, one module per part, and a kit that builds the world.

mod kit;
mod live;
mod people;
mod replay;
