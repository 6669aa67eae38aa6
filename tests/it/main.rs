//! The server from outside: one binary, one module per part, and a kit that builds the world.

mod absence;
mod bad_input;
mod books;
mod calls;
mod claims;
mod concurrency;
mod journey;
mod kit;
mod live;
mod notices;
mod outcomes;
mod parts;
mod people;
mod portal;
mod refused;
mod replay;
mod restart;
mod roots;
mod slots;
mod staff;
mod switchboard;
mod tables;
mod track;
mod wallet;
