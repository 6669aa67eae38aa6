//! `watch`: prints a live topic, one JSON frame a line.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use crate::clients::{Api, Http, Live, LiveChecks, Pass, Update};
use crate::domain::event::{BadStream, Stream};
use crate::effects::clock::SystemClock;
use crate::effects::seeds::Seeds;

#[derive(clap::Args)]
pub struct Options {
    /// Topic: territory:CODE, or territory:ter_…, visit:vis_…, technician:tec_… or contract:con_…
    ///
    /// The codes are those of the company file. The ids stand in every answer of the API: territories in
    /// GET /api/catalog, visits and technicians in GET /api/board, contracts in GET /api/desk/search.
    #[arg(value_parser = Topic::parse)]
    topic: Topic,
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

/// A topic as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Topic {
    Stream(Stream),
    /// A territory by the code of the company file.
    Territory(String),
}

impl Topic {
    fn parse(text: &str) -> Result<Self, BadStream> {
        match (text.parse(), text.strip_prefix("territory:")) {
            (Ok(stream), _) => Ok(Self::Stream(stream)),
            (Err(_), Some(code)) if !code.is_empty() => Ok(Self::Territory(code.to_owned())),
            (Err(bad), _) => Err(bad),
        }
    }

    async fn stream(self, api: &Api) -> anyhow::Result<Stream> {
        let code = match self {
            Self::Stream(stream) => return Ok(stream),
            Self::Territory(code) => code,
        };
        let territories = api.catalog().await.context("the territories cannot be asked for")?.territories;
        let found = territories.iter().find(|territory| territory.code == code);
        let codes: Vec<&str> = territories.iter().map(|territory| territory.code.as_str()).collect();
        let found =
            found.with_context(|| format!("there is no territory {code:?}; there are: {}", codes.join(", ")))?;
        Ok(Stream::Territory(found.id))
    }
}

/// Watches until it is interrupted, refused or turned away.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let api = Api::new(Http::new(&options.server, Arc::default()), Arc::new(SystemClock), Seeds::from_entropy()?);
    let (api, _) = api.log_in(&options.login, &options.password).await.context("the log-in failed")?;
    let topic = options.topic.stream(&api).await?;
    let token = api.http().token().context("the server gave no token")?.to_owned();
    let mut live = Live::open(&options.server, &Pass::Session(token), Arc::new(LiveChecks::default()));
    live.watch_from_now(topic);
    while let Some(update) = live.next().await {
        println!("{}", line(&update));
        match update {
            Update::Refused { code, en, .. } => anyhow::bail!("the server refused the topic ({code}): {en}"),
            Update::Closed { code } => anyhow::bail!("the server closed the stream ({code})"),
            _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_territory_may_be_named_by_its_code() {
        let id = format!("territory:ter_{:032x}", 1);
        assert_eq!(Topic::parse(&id).ok(), id.parse().ok().map(Topic::Stream));
        assert_eq!(Topic::parse("territory:central"), Ok(Topic::Territory("central".to_owned())));
        for wrong in ["central", "territory:", "visit:abc", ""] {
            assert_eq!(Topic::parse(wrong), Err(BadStream), "{wrong}");
        }
    }
}
