//! `watch`: prints a live topic, one JSON frame a line.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use crate::clients::{Api, Http, Live, LiveChecks, Pass, Update};
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

/// Watches until it is interrupted or turned away.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let api = Api::new(Http::new(&options.server, Arc::default()), Arc::new(SystemClock), Seeds::from_entropy()?);
    let (api, _) = api.log_in(&options.login, &options.password).await.context("the log-in failed")?;
    let token = api.http().token().context("the server gave no token")?.to_owned();
    let mut live = Live::open(&options.server, &Pass::Session(token), Arc::new(LiveChecks::default()));
    live.watch_from_now(options.topic);
    while let Some(update) = live.next().await {
        println!("{}", line(&update));
        if let Update::Closed { code } = update {
            anyhow::bail!("the server closed the stream ({code})");
        }
    }
    Ok(())
}

fn line(update: &Update) -> serde_json::Value {
    match update {
        Update::Event { event, .. } => json!({ "event": event }),
        Update::Eta { eta, .. } => json!({ "eta": eta }),
        Update::Position { technician, fix, .. } => json!({ "technician_id": technician, "fix": fix }),
        Update::Reset { topic } => json!({ "reset": topic }),
        Update::Accepted { accepted, .. } => json!({ "accepted": accepted }),
        Update::Refused { code, en, .. } => json!({ "refused": code, "en": en }),
        Update::Closed { code } => json!({ "closed": code }),
    }
}
