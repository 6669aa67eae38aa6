//! From a telephone system's message to the screen of the one whom it rings, through the real webhook and real websockets:
//! `cargo bench --bench calls`. Fourteen operators listen; calls ring for one to three of them, are answered and end, as
//! 90 calls an hour do, only without the pauses between. Then a second with fifty calls. The database is SQLite in a folder
//! of its own, or the empty PostgreSQL database that KAKETSUKE_BENCH_DATABASE names.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use futures_util::{SinkExt, StreamExt};
use kaketsuke::demo;
use kaketsuke::domain::access::{Actor, Language, Role};
use kaketsuke::domain::ids::UserId;
use kaketsuke::domain::time::Seconds;
use kaketsuke::effects::clock::{Clock, SystemClock};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::map::BaseMap;
use kaketsuke::node::services::World;
use kaketsuke::node::{Application, SettingsLayer};
use kaketsuke::roads::GreatCircle;
use kaketsuke::store::access::token_hash;
use kaketsuke::store::people::NewPerson;
use kaketsuke::store::{Store, company, connection};
use kaketsuke::telephone::signature::Keys;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const OPERATORS: usize = 14;
/// Four hours of the peak.
const CALLS: usize = 360;
const FLOOD: usize = 50;
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";

struct Operator {
    id: UserId,
    token: String,
    login: String,
}

/// A pop at one operator's socket: the call, and when its frame was there.
type Popped = (usize, String, Instant);

struct Desk {
    base: String,
    client: reqwest::Client,
    keys: Keys,
    operators: Vec<Operator>,
    pops: UnboundedReceiver<Popped>,
    numbers: Vec<String>,
}

#[actix_rt::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (application, operators, numbers) = furnish(folder.path()).await?;
    let address = application.address();
    actix_rt::spawn(application.run_until(std::future::pending()));
    let (sender, pops) = unbounded_channel();
    for (index, operator) in operators.iter().enumerate() {
        let mut socket = listen(&format!("ws://{address}/live"), operator).await?;
        let sender = sender.clone();
        actix_rt::spawn(async move {
            while let Some(Ok(frame)) = socket.next().await {
                let Message::Text(text) = frame else { continue };
                let heard = Instant::now();
                let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                if frame["event"]["kind"] == "call.rang" {
                    let call = frame["event"]["data"]["call"]["external_id"].as_str().unwrap_or_default().to_owned();
                    let _ = sender.send((index, call, heard));
                }
            }
        });
    }
    let base = format!("http://{address}");
    let client = reqwest::Client::new();
    let mut desk = Desk { base, client, keys: Keys::parse(SECRET)?, operators, pops, numbers };
    desk.one_after_another().await?;
    desk.flood().await
}

/// The demo company with an operator at each of fourteen telephones.
async fn furnish(folder: &Path) -> anyhow::Result<(Application, Vec<Operator>, Vec<String>)> {
    let layer = SettingsLayer {
        data: Some(folder.to_owned()),
        database: std::env::var("KAKETSUKE_BENCH_DATABASE").ok(),
        listen: Some(([127, 0, 0, 1], 0).into()),
        call_secret: Some(SECRET.to_owned()),
        ..SettingsLayer::default()
    };
    let settings = layer.resolve()?;
    connection::migrate(&mut connection::open(&settings.database)?)?;
    let clock = Arc::new(SystemClock);
    let store = Store::open(&settings.database, clock.clone(), Seeds::from_entropy()?, settings.zone)?;
    let mut file = demo::demo(demo::DEMO_SEED, clock.now().day(settings.zone), demo::demo_center()).company;
    let numbers = file.customers.iter().flat_map(|customer| customer.phones.iter().cloned()).collect();
    file.users.clear();
    company::import(&store, file).await?;
    let mut operators = Vec::new();
    for n in 0..OPERATORS {
        operators.push(operator(&store, format!("op{n}")).await?);
    }
    let ground = World { travel: Arc::new(GreatCircle::CITY), map: Arc::new(BaseMap::empty(demo::demo_center())) };
    Ok((Application::build(&settings, clock, Seeds::from_entropy()?, ground)?, operators, numbers))
}

async fn operator(store: &Store, login: String) -> anyhow::Result<Operator> {
    let token = store.seeds().token();
    let person = NewPerson {
        login: login.clone(),
        password_hash: "none".to_owned(),
        name: login.clone(),
        role: Role::Operator,
        language: Language::Ja,
        territory: None,
        technician: None,
        customer: None,
    };
    let hash = token_hash(&token);
    let added = store.task(Actor::system("bench"), move |unit| {
        let id: UserId = unit.add_user(&person)?.id;
        let until = unit.now() + Seconds::hours(24);
        unit.open_session(id, &hash, until).map(|()| id)
    });
    Ok(Operator { id: added.await?, token, login })
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn listen(address: &str, operator: &Operator) -> anyhow::Result<Socket> {
    let mut request = address.into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {}", operator.token).parse()?);
    let (mut socket, _) = connect_async(request).await?;
    let subscribe = json!({ "type": "subscribe", "topic": format!("agent:{}", operator.id), "after": null });
    socket.send(Message::text(subscribe.to_string())).await?;
    let answer = socket.next().await.context("an answer")??;
    ensure!(answer.to_text()?.contains("subscribed"), "{answer}");
    Ok(socket)
}

impl Desk {
    async fn tell(&self, event: &str, call: &str, from: &str, agents: &[&str]) -> anyhow::Result<()> {
        let body = json!({ "event": event, "call": call, "from": from, "agents": agents }).to_string();
        let (name, now) = (format!("{event}-{call}"), SystemClock.now());
        let code = self.keys.sign(&name, now, body.as_bytes()).context("a signature")?;
        let request = self.client.post(format!("{}/api/calls/events", self.base)).header("webhook-id", &name);
        let request = request.header("webhook-timestamp", now.seconds()).header("webhook-signature", code);
        let answer = request.body(body).send().await?;
        ensure!(answer.status() == 200, "{event} {call}: {}", answer.text().await?);
        Ok(())
    }

    /// Whom a call rings: one to three, in turn.
    fn rung(&self, nth: usize) -> Vec<usize> {
        (0..1 + nth % 3).map(|k| (nth * 5 + k) % OPERATORS).collect()
    }

    async fn one_after_another(&mut self) -> anyhow::Result<()> {
        let (mut frames, mut screens) = (Vec::new(), Vec::new());
        for nth in 0..CALLS {
            let (call, rung) = (format!("c{nth}"), self.rung(nth));
            let from = self.numbers[nth % self.numbers.len()].clone();
            let agents: Vec<String> = rung.iter().map(|index| self.operators[*index].login.clone()).collect();
            let agents: Vec<&str> = agents.iter().map(String::as_str).collect();
            let begun = Instant::now();
            self.tell("ring", &call, &from, &agents).await?;
            for _ in &rung {
                let (who, heard, at) = self.pop().await?;
                ensure!(heard == call && rung.contains(&who), "{heard} rang for {who}, and {call} for {rung:?}");
                frames.push(at - begun);
            }
            // What the screen does then: it asks who calls.
            let token = &self.operators[rung[0]].token;
            let request = self.client.get(format!("{}/api/desk/telephone", self.base)).bearer_auth(token);
            let shown: Value = request.send().await?.json().await?;
            ensure!(shown["calls"][0]["callers"][0]["contracts"].is_array(), "nobody is found: {shown}");
            screens.push(begun.elapsed());
            self.tell("answered", &call, &from, &agents[..1]).await?;
            self.tell("ended", &call, &from, &[]).await?;
        }
        say("message to frame at the socket", frames);
        say("message to all who may be calling, read", screens);
        Ok(())
    }

    async fn flood(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let logins: Vec<String> = self.operators.iter().map(|operator| operator.login.clone()).collect();
        let calls = (0..FLOOD).map(|nth| {
            let (desk, login) = (&*self, logins[nth % OPERATORS].clone());
            async move {
                // Evenly over the second.
                tokio::time::sleep(Duration::from_millis(1_000 / FLOOD as u64) * nth as u32).await;
                let (call, sent) = (format!("f{nth}"), Instant::now());
                desk.tell("ring", &call, &desk.numbers[nth % desk.numbers.len()], &[&login]).await?;
                anyhow::Ok((call, sent))
            }
        });
        let sent: BTreeMap<String, Instant> = try_join_all(calls).await?.into_iter().collect();
        let mut frames = Vec::new();
        for _ in 0..FLOOD {
            let (_, call, at) = self.pop().await?;
            frames.push(at - sent[&call]);
        }
        say("fifty in a second: message to frame", frames);
        println!("  all there after {:.2} s", begun.elapsed().as_secs_f64());
        Ok(())
    }

    async fn pop(&mut self) -> anyhow::Result<Popped> {
        let popped = tokio::time::timeout(Duration::from_secs(10), self.pops.recv()).await;
        popped.context("no pop in ten seconds")?.context("the sockets are closed")
    }
}

fn say(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |permille: usize| times[(times.len() - 1) * permille / 1_000].as_secs_f64() * 1_000.0;
    let (count, median, p99, worst) = (times.len(), at(500), at(990), at(1_000));
    println!("{what}: {count} times, median {median:.1} ms, p99 {p99:.1} ms, worst {worst:.1} ms");
}
