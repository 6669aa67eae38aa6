//! Carries mails from the outbox to the user's mail server. An attempt is written down before it is made: a mail goes
//! out at least once, seldom twice (when the process falls between the server's word and ours), then under the same
//! Message-ID, and never without end.

use actix::{Actor, AsyncContext, Context, WrapFuture};
use serde_json::json;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline, Teller};
use crate::domain::access;
use crate::domain::notice::MailState;
use crate::effects::mail::{Letter, Post, Undelivered};
use crate::limits;
use crate::sentences::notice::{Envelope, letter, view_of};
use crate::store::notices::DueMail;
use crate::store::{Fault, Store};

/// The actor: it only carries the loop, so that the guardian can bring it back.
pub struct Courier {
    store: Store,
    post: Post,
    lifeline: Lifeline,
}

impl Courier {
    pub fn new(store: Store, post: Post, lifeline: Lifeline) -> Self {
        Self { store, post, lifeline }
    }
}

impl Actor for Courier {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let work = run(self.store.clone(), self.post.clone(), self.lifeline.teller().clone());
        context.spawn(work.instrument(self.lifeline.span()).into_actor(self));
    }
}

impl Kept for Courier {
    const NAME: &'static str = "courier";
    /// It looks into the outbox by itself and has no messages.
    const MAILBOX: usize = 1;
}

/// Mails of one round, by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    pub sent: usize,
    /// To be tried again.
    pub failed: usize,
    pub given_up: usize,
}

async fn run(store: Store, post: Post, teller: Teller) {
    let mut all = Round::default();
    loop {
        let tried = match step(&store, &post).await {
            Ok(round) => {
                all.sent += round.sent;
                all.failed += round.failed;
                all.given_up += round.given_up;
                round != Round::default()
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read; trying again");
                false
            }
        };
        teller.tell(json!({ "sent": all.sent, "failed": all.failed, "given_up": all.given_up }));
        if !tried {
            tokio::time::sleep(limits::MAIL_POLL).await;
        }
    }
}

/// Tries what is due, a bounded number of mails, one after another.
pub async fn step(store: &Store, post: &Post) -> Result<Round, Fault> {
    let mut round = Round::default();
    let now = store.clock().now();
    if !store.read(move |reader| reader.mail_is_due(now)).await? {
        return Ok(round);
    }
    for mail in store.task(courier(), |unit| unit.begin_mails(limits::MAIL_BATCH)).await? {
        let sent = post.send(&written(&mail, post.pages())).await;
        store.chaos().point("courier.sent");
        match note(store, &mail, sent).await? {
            MailState::Sent => round.sent += 1,
            MailState::Waiting => round.failed += 1,
            MailState::GivenUp => round.given_up += 1,
        }
    }
    Ok(round)
}

/// `pages` is the address at which customers reach the server.
fn written(mail: &DueMail, pages: Option<&str>) -> Letter {
    let link = pages.map(|pages| format!("{pages}/portal#contract={}&view={}", mail.contract, view_of(mail.kind)));
    let (subject, text) = letter(mail.kind, &mail.words, &Envelope { link, ..mail.envelope.clone() });
    Letter {
        message_id: mail.message_id.clone(),
        name: mail.name.clone(),
        address: mail.address.clone(),
        subject,
        text,
        at: mail.at,
    }
}

async fn note(store: &Store, mail: &DueMail, sent: Result<(), Undelivered>) -> Result<MailState, Fault> {
    let (id, attempt) = (mail.id, mail.attempt);
    let Err(why) = sent else {
        store.task(courier(), move |unit| unit.mail_sent(id)).await?;
        return Ok(MailState::Sent);
    };
    let (for_good, error) = (matches!(why, Undelivered::ForGood(_)), why.to_string());
    tracing::warn!(mail = %id, attempt, error, "a mail was not taken by the mail server");
    let state = store.task(courier(), move |unit| unit.mail_failed(id, &error, for_good)).await?;
    if state == MailState::GivenUp {
        tracing::error!(mail = %id, attempt, "a mail was given up; the notice stands on the customer's page");
    }
    Ok(state)
}

fn courier() -> access::Actor {
    access::Actor::system("courier")
}

#[cfg(test)]
mod peer;
#[cfg(test)]
mod tests;
