//! The server from outside: one binary, one module per part, and a kit that builds the world.

mod absence;
mod bad_input;
mod books;
mod claims;
mod concurrency;
mod decision;
mod gateway;
mod journey;
mod kit;
mod live;
mod notices;
mod outcomes;
mod parts;
mod people;
mod portal;
mod refused;
mod replan;
mod replay;
mod restart;
mod roots;
mod slots;
mod staff;
mod tables;
mod track;
mod trackers;
mod wallet;
