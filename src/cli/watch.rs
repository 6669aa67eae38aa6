//! `watch`: prints a live topic, one JSON frame a line.

use std::sync::Arc;

use anyhow::Context;

use crate::clients::{Api, Http, Live, LiveChecks, Pass};
use crate::domain::event::Stream;
use crate::effects::clock::SystemClock;
use crate::effects::seeds::Seeds;

#[derive(clap::Args)]
pub struct Options {
    /// Topic: territory:ter_…, visit:vis_…, technician:tec_… or contract:con_…
    topic: Stream,
    /// Address of the server
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Log-in name; the password comes from KAKETSUKE_PASSWORD
    #[arg(long)]
    login: String,
    /// Password
    #[arg(long, env = "KAKETSUKE_PASSWORD", hide_env_values = true)]
    password: String,
}

