//! The way to an Asterisk: its event socket, and the list of its channels (Asterisk REST Interface).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, Url};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::limits;

/// The settings name no Asterisk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "ari_url must read ws://user:password@host:8088/ari; over other networks than your own lead it through a tunnel, as \
     the connection has no TLS"
)]
pub struct BadAriUrl;

/// The Asterisk did not answer, or not as one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(String);

/// Where an Asterisk is, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchange {
    /// `host:port/path`.
    place: String,
    user: String,
    password: String,
    app: String,
}

/// The password is shown to nobody.
impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("place", &self.place).field("app", &self.app).finish_non_exhaustive()
    }
}

/// A channel of the list.
#[derive(Deserialize)]
struct Listed {
    id: String,
}

impl Exchange {
    pub fn parse(url: &str, app: &str) -> Result<Self, BadAriUrl> {
        let url = Url::parse(url).map_err(|_| BadAriUrl)?;
        let named = !url.username().is_empty() && !app.is_empty();
        let host = url.host_str().filter(|_| url.scheme() == "ws" && named).ok_or(BadAriUrl)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let place = format!("{host}{port}{}", url.path().trim_end_matches('/'));
        let read = |text: &str| percent_decoded(text).ok_or(BadAriUrl);
        let (user, password) = (read(url.username())?, read(url.password().unwrap_or_default())?);
        Ok(Self { place, user, password, app: app.to_owned() })
    }

    /// The events of all its channels.
    pub async fn listen(&self) -> Result<Events, Unreached> {
        let app: String = form_urlencoded::byte_serialize(self.app.as_bytes()).collect();
        let address = format!("ws://{}/events?app={app}&subscribeAll=true", self.place);
        let mut request = address.into_client_request().map_err(unreached)?;
        let login = STANDARD.encode(format!("{}:{}", self.user, self.password));
        let header = HeaderValue::from_str(&format!("Basic {login}")).map_err(unreached)?;
        request.headers_mut().insert("authorization", header);
        let bounds = WebSocketConfig::default()
            .max_message_size(Some(limits::ARI_EVENT_BYTES))
            .max_frame_size(Some(limits::ARI_EVENT_BYTES));
        let opening = connect_async_with_config(request, Some(bounds), true);
        let opened = tokio::time::timeout(limits::ARI_DEADLINE, opening).await;
        let (socket, _) = opened.map_err(|_| Unreached("no answer in time".to_owned()))?.map_err(unreached)?;
        Ok(Events(socket))
    }

    /// Ids of the channels that there are now.
    pub async fn channels(&self) -> Result<BTreeSet<String>, Unreached> {
        let client = Client::builder().timeout(limits::ARI_DEADLINE).build().map_err(unreached)?;
        let request =
            client.get(format!("http://{}/channels", self.place)).basic_auth(&self.user, Some(&self.password));
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(unreached)?;
        let listed: Vec<Listed> = answer.json().await.map_err(unreached)?;
        Ok(listed.into_iter().map(|channel| channel.id).collect())
    }
}

fn unreached(error: impl std::fmt::Display) -> Unreached {
    Unreached(error.to_string())
}

/// A part of an address in its own letters.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (code, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// An open event socket.
pub struct Events(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Events {
    /// The text of the next event; none when the socket is over. A quiet Asterisk is asked whether it is still there.
    pub async fn next(&mut self) -> Option<String> {
        let mut asked = false;
        loop {
            match tokio::time::timeout(limits::ARI_QUIET, self.0.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return Some(text.to_string()),
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return None,
                Ok(Some(Ok(_))) => asked = false,
                Err(_) if asked => return None,
                Err(_) => {
                    asked = true;
                    self.0.send(Message::Ping(Default::default())).await.ok()?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_an_asterisk_has_a_user_and_no_tls() {
        let read = Exchange::parse("ws://desk:p%40ss@192.0.2.7:8088/ari/", "kaketsuke").unwrap();
        assert_eq!(
            (read.place.as_str(), read.user.as_str(), read.password.as_str()),
            ("192.0.2.7:8088/ari", "desk", "p@ss")
        );
        assert!(!format!("{read:?}").contains("p@ss"));
        for wrong in
            ["", "pbx", "http://desk:x@pbx/ari", "wss://desk:x@pbx/ari", "ws://pbx:8088/ari", "ws://a%zz:b@pbx/ari"]
        {
            assert_eq!(Exchange::parse(wrong, "kaketsuke").err(), Some(BadAriUrl), "{wrong}");
        }
    }
}
