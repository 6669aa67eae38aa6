//! What an Asterisk tells over its event socket (ARI), as the calls that the desk knows. Names and meanings of the events
//! are those of the Asterisk documentation, "Events REST API" and "Asterisk REST Data Models".
//!
//! The caller's channel names the call. Whom it rings is told by `Dial`, whose peer is the dialled channel; an application
//! that dials by itself leaves out the caller, and then the peer's connected line says who calls. A call is answered when
//! its peer is (`Dial` with `ANSWER`, the peer `Up`) or stands in a bridge with it, and over when the caller's channel is
//! destroyed. What Asterisk tells is nothing that it repeats: what was missed while the socket was away is found by the
//! list of its channels ([`Ari::still_there`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::call::{CallTold, CallerKind, caller};
use crate::limits;
use crate::views::call::CallSignal;

/// An event as far as it is read; all others are passed over.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type")]
pub enum AriEvent {
    StasisStart {
        timestamp: Option<String>,
        channel: Channel,
    },
    ChannelStateChange {
        timestamp: Option<String>,
        channel: Channel,
    },
    Dial {
        timestamp: Option<String>,
        caller: Option<Channel>,
        peer: Channel,
        dialstatus: String,
    },
    BridgeEnter {
        timestamp: Option<String>,
        bridge: Bridge,
        channel: Option<Channel>,
    },
    ChannelDestroyed {
        timestamp: Option<String>,
        channel: Channel,
    },
    /// Somebody else has connected under the name of our application; we hear nothing more.
    ApplicationReplaced {},
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Channel {
    pub id: String,
    /// Such as `PJSIP/201-0000001a`.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub caller: Party,
    #[serde(default)]
    pub connected: Party,
    #[serde(default)]
    pub dialplan: Dialplan,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Party {
    #[serde(default)]
    pub number: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Dialplan {
    #[serde(default)]
    pub exten: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Bridge {
    pub id: String,
    /// Channels in it.
    #[serde(default)]
    pub channels: Vec<String>,
}

/// A call that is not over.
#[derive(Debug, Clone, Default)]
struct Open {
    from: String,
    to: String,
    rung: BTreeSet<String>,
    answered_by: Option<String>,
}

/// A dialled channel.
#[derive(Debug, Clone)]
struct Peer {
    /// The call that it was dialled for.
    call: String,
    /// The extension whose telephone it is.
    agent: String,
}

/// A signal, and the name under which it is taken once.
pub type Named = (String, CallSignal);

/// What is known of the calls of one Asterisk.
#[derive(Debug, Clone, Default)]
pub struct Ari {
    calls: BTreeMap<String, Open>,
    peers: BTreeMap<String, Peer>,
    /// Another socket took our place.
    pub replaced: bool,
}

impl Ari {
    /// Calls that are not over.
    pub fn open(&self) -> usize {
        self.calls.len()
    }

    /// What an event means for the calls; nothing, for most.
    pub fn hear(&mut self, event: AriEvent) -> Vec<Named> {
        let (at, told) = match event {
            AriEvent::StasisStart { timestamp, channel } => (timestamp, self.enters(&channel)),
            AriEvent::Dial { timestamp, caller, peer, dialstatus } => {
                (timestamp, self.dialled(caller.as_ref(), &peer, &dialstatus))
            }
            AriEvent::ChannelStateChange { timestamp, channel } => (timestamp, self.changes(&channel)),
            AriEvent::BridgeEnter { timestamp, bridge, channel } => {
                let mut inside = bridge.channels;
                inside.extend(channel.map(|channel| channel.id));
                (timestamp, self.bridged(&inside))
            }
            AriEvent::ChannelDestroyed { timestamp, channel } => (timestamp, self.destroyed(&channel.id)),
            AriEvent::ApplicationReplaced {} => {
                self.replaced = true;
                (None, Vec::new())
            }
            AriEvent::Other => (None, Vec::new()),
        };
        let at = at.unwrap_or_default();
        told.into_iter().map(|signal| (name(&signal, &at), signal)).collect()
    }

    /// The channels that there are after the socket came back: calls whose channel is gone are over.
    pub fn still_there(&mut self, channels: &BTreeSet<String>) -> Vec<Named> {
        self.peers.retain(|id, _| channels.contains(id));
        let gone: Vec<String> = self.calls.keys().filter(|id| !channels.contains(*id)).cloned().collect();
        let ended = gone.iter().flat_map(|id| self.destroyed(id));
        ended.map(|signal| (name(&signal, "reconnected"), signal)).collect()
    }

    /// A channel comes into our application: a caller, unless it was dialled.
    fn enters(&mut self, channel: &Channel) -> Vec<CallSignal> {
        if self.peers.contains_key(&channel.id) || self.calls.contains_key(&channel.id) {
            return Vec::new();
        }
        self.begin(channel);
        self.signal(&channel.id, CallTold::Ring, None).into_iter().collect()
    }

    fn begin(&mut self, channel: &Channel) {
        if self.calls.len() >= limits::ARI_CALLS {
            // A call that never ended in our ears makes room; the desk ends it by its time.
            self.calls.pop_first();
        }
        let (from, to) = (channel.caller.number.clone(), channel.dialplan.exten.clone());
        self.calls.insert(channel.id.clone(), Open { from, to, ..Open::default() });
    }

    fn dialled(&mut self, caller: Option<&Channel>, peer: &Channel, status: &str) -> Vec<CallSignal> {
        if !self.peers.contains_key(&peer.id) {
            let Some(call) = self.call_of(caller, peer) else { return Vec::new() };
            if let Some(channel) = caller.filter(|channel| !self.calls.contains_key(&channel.id)) {
                self.begin(channel);
            }
            let agent = extension(&peer.name);
            self.peers.insert(peer.id.clone(), Peer { call, agent });
            if self.peers.len() > limits::ARI_CALLS {
                self.peers.pop_first();
            }
        }
        match status {
            "RINGING" | "PROGRESS" => self.rings(&peer.id),
            "ANSWER" => self.answered(&peer.id),
            // It begins (an empty word), or this one does not take it; another may.
            _ => Vec::new(),
        }
    }

    /// For which call a peer was dialled.
    fn call_of(&self, caller: Option<&Channel>, peer: &Channel) -> Option<String> {
        if let Some(channel) = caller {
            // A dialled channel that dials on, as a queue's local one does, stands for the call that it was dialled for.
            let on = self.peers.get(&channel.id).map(|first| first.call.clone());
            return Some(on.unwrap_or_else(|| channel.id.clone()));
        }
        let numbers = [&peer.connected.number, &peer.caller.number];
        let digits: Vec<String> = numbers.iter().map(|number| caller_digits(number)).collect();
        let from = |open: &Open| digits.iter().any(|digits| !digits.is_empty() && *digits == caller_digits(&open.from));
        self.calls.iter().rev().find(|(_, open)| from(open)).map(|(id, _)| id.clone())
    }

    /// A telephone rings or is picked up. That the caller's own channel is up means nothing: a queue plays him music.
    fn changes(&mut self, channel: &Channel) -> Vec<CallSignal> {
        match channel.state.as_str() {
            "Ringing" => self.rings(&channel.id),
            "Up" => self.answered(&channel.id),
            _ => Vec::new(),
        }
    }

    fn rings(&mut self, peer: &str) -> Vec<CallSignal> {
        let Some(Peer { call, agent }) = self.peers.get(peer).cloned() else { return Vec::new() };
        let is_new = self.calls.get_mut(&call).is_some_and(|open| open.rung.insert(agent.clone()));
        if is_new { self.signal(&call, CallTold::Ring, Some(agent)).into_iter().collect() } else { Vec::new() }
    }

    fn answered(&mut self, peer: &str) -> Vec<CallSignal> {
        let Some(Peer { call, agent }) = self.peers.get(peer).cloned() else { return Vec::new() };
        let Some(open) = self.calls.get_mut(&call) else { return Vec::new() };
        if open.answered_by.as_ref() == Some(&agent) {
            return Vec::new();
        }
        open.answered_by = Some(agent.clone());
        self.signal(&call, CallTold::Answered, Some(agent)).into_iter().collect()
    }

    /// Caller and telephone in one bridge speak with each other.
    fn bridged(&mut self, inside: &[String]) -> Vec<CallSignal> {
        let both = inside.iter().find(|id| {
            self.peers.get(*id).is_some_and(|peer| inside.contains(&peer.call) && self.calls.contains_key(&peer.call))
        });
        both.cloned().map(|peer| self.answered(&peer)).unwrap_or_default()
    }

    /// The end of a channel that nobody knows may be that of a call from before our start.
    fn destroyed(&mut self, channel: &str) -> Vec<CallSignal> {
        if self.peers.remove(channel).is_some() {
            return Vec::new();
        }
        let told = match self.calls.get(channel) {
            Some(open) if open.answered_by.is_none() => CallTold::Missed,
            _ => CallTold::Ended,
        };
        let signal = self.signal(channel, told, None).unwrap_or_else(|| plain(channel, told));
        self.calls.remove(channel);
        self.peers.retain(|_, peer| peer.call != channel);
        vec![signal]
    }

    fn signal(&self, call: &str, event: CallTold, agent: Option<String>) -> Option<CallSignal> {
        let open = self.calls.get(call)?;
        let agents = agent.into_iter().collect();
        Some(CallSignal { from: open.from.clone(), to: open.to.clone(), agents, ..plain(call, event) })
    }
}

fn plain(call: &str, event: CallTold) -> CallSignal {
    let (from, to, agents) = Default::default();
    CallSignal { event, call: call.to_owned(), from, to, agents, at: None }
}

fn name(signal: &CallSignal, at: &str) -> String {
    let agent = signal.agents.first().map_or("", String::as_str);
    format!("ari:{}:{}:{agent}:{at}", signal.call, signal.event)
}

fn caller_digits(number: &str) -> String {
    match caller(number) {
        (CallerKind::Withheld | CallerKind::Unknown, _) => String::new(),
        (_, digits) => digits,
    }
}

/// `PJSIP/201-0000001a` is the telephone 201, `Local/201@agents-00000003;1` too.
fn extension(channel: &str) -> String {
    let device = channel.split_once('/').map_or(channel, |(_, device)| device);
    let device = device.split('@').next().unwrap_or_default();
    device.rsplit_once('-').map_or(device, |(name, _)| name).to_owned()
}

#[cfg(test)]
mod tests;
