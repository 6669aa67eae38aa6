//! kaketsuke (駆けつけ): field service dispatch coordination. ARCHITECTURE.md is the map of these rooms.

pub mod actors;
pub mod books;
pub mod cli;
pub mod clients;
pub mod commands;
pub mod company;
pub mod crowd;
pub mod demo;
pub mod documents;
pub mod domain;
pub mod effects;
pub mod eta;
pub mod forecast;
pub mod http;
pub mod limits;
pub mod live;
pub mod map;
pub mod node;
pub mod planner;
pub mod replay;
pub mod roads;
pub mod sentences;
pub mod sim;
pub mod store;
pub mod views;
pub mod web;
