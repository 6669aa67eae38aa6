//! The demo's telephone system: its callers ring at the desk, where the newcomer sees who calls, before the simulated
//! colleague takes the call.

use crate::company::calls::{Call, Channel};
use crate::domain::call::CallTold;
use crate::domain::ids::CallId;
use crate::domain::time::Seconds;
use crate::telephone::signature::{ID, Keys, SIGNATURE, TIMESTAMP};
use crate::views::call::{CallSignal, SignalTaken};

use super::Crowd;

/// Whom the demo's calls ring; the last one takes them.
const DESK: [&str; 2] = ["operator", "operator2"];
/// Time in which a newcomer sees the screen pop.
const RINGS: Seconds = Seconds(5);

/// A telephone system with the server's secret.
#[derive(Clone)]
pub struct Exchange {
    client: reqwest::Client,
    url: String,
    keys: Keys,
}

impl Exchange {
    /// `base` is `http://host:port`.
    pub fn new(base: &str, keys: Keys) -> Self {
        Self { client: reqwest::Client::new(), url: format!("{base}/api/calls/events"), keys }
    }
}

/// A call that somebody took.
pub struct Line {
    pub id: CallId,
    /// The exchange's own name of it.
    name: String,
}

/// Rings at the desk until a colleague takes it. Nothing of it for mails, nor where the server knows no telephone.
pub async fn ring(crowd: &Crowd, call: &Call) -> Option<Line> {
    if call.channel != Channel::Call {
        return None;
    }
    let name = crowd.seeds.token();
    tell(crowd, &name, CallTold::Ring, call, &DESK).await?;
    crowd.wait(RINGS).await;
    let id = tell(crowd, &name, CallTold::Answered, call, &DESK[1..]).await?;
    Some(Line { id, name })
}

/// The caller hangs up once all is said.
pub fn hang_up_later(crowd: &Crowd, line: Line, call: &Call) {
    let (crowd, call) = (crowd.clone(), call.clone());
    actix_rt::spawn(async move {
        crowd.wait(Seconds(i64::from(call.talk_s))).await;
        tell(&crowd, &line.name, CallTold::Ended, &call, &[]).await;
    });
}

async fn tell(crowd: &Crowd, name: &str, event: CallTold, call: &Call, agents: &[&str]) -> Option<CallId> {
    let exchange = &crowd.exchange;
    let signal = CallSignal {
        event,
        call: name.to_owned(),
        from: call.caller_phone.clone(),
        to: String::new(),
        agents: agents.iter().map(|login| (*login).to_owned()).collect(),
        at: None,
    };
    let (body, now) = (serde_json::to_string(&signal).ok()?, crowd.clock.now());
    let id = format!("{name}-{event}");
    let code = exchange.keys.sign(&id, now, body.as_bytes())?;
    let request = exchange.client.post(&exchange.url).header(ID, &id).header(TIMESTAMP, now.seconds());
    let answer = request.header(SIGNATURE, code).body(body).send().await.ok()?;
    let taken: SignalTaken = answer.error_for_status().ok()?.json().await.ok()?;
    taken.call_id
}
