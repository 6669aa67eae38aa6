//! What the people of the simulated world remember, also over a power cut of the server, and what went wrong.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::{EventId, VisitId};

/// A change that somebody wants, kept until there is an answer: it is sent again with the same id.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub operation: String,
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
    /// Kinds of which one must be in the journal when the change was acknowledged.
    pub kinds: &'static [EventKind],
}

/// A change that the server said it made.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub wanted: Wanted,
    /// Name of the person.
    pub wanted_by: String,
    pub status: u16,
    pub text: String,
}

/// How far somebody has followed a topic.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    pub epoch: String,
    pub offset: i64,
    /// Every event heard, in the order of hearing.
    pub heard: Vec<(i64, EventId)>,
    /// The newest arrival figure of each visit.
    pub eta_seqs: BTreeMap<VisitId, u64>,
}

/// Who follows what: the watcher's name and the topic.
pub type Follower = (String, Stream);

/// A tracking link that a customer was given.
#[derive(Debug, Clone)]
pub struct GivenLink {
    pub visit: VisitId,
    pub secret: String,
    /// Its id, when it was made on its own: then it can be withdrawn.
    pub id: Option<String>,
    /// Somebody asked for it to be withdrawn.
    pub doubtful: bool,
    /// The server said that it is withdrawn.
    pub revoked: bool,
}

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Requests that reached the server.
    pub requests: u64,
    /// Answers that never came back: the server fell over, or the way back was lost.
    pub lost_answers: u64,
    /// Changes that the server acknowledged.
    pub acknowledged: u64,
    /// Requests sent once more with the same id on purpose, and with another body.
    pub repeated: u64,
    pub refused: BTreeMap<String, u64>,
    pub positions_sent: u64,
    pub sockets: u64,
    pub frames: u64,
    pub events_heard: u64,
    pub etas_heard: u64,
}

#[derive(Default)]
pub struct Book {
    pub tally: Tally,
    pub tokens: BTreeMap<String, String>,
    pub wanted: BTreeMap<String, Wanted>,
    pub acknowledged: Vec<Acknowledged>,
    pub followed: BTreeMap<Follower, Followed>,
    pub links: Vec<GivenLink>,
    /// What must not happen.
    pub wrong: Vec<String>,
}

impl Book {
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }
}
