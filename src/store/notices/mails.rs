//! The outbox of mails. An attempt is written down before it is made, with the instant of the next one: a mail whose
//! attempt a crash cut off is tried again then, and never more often than its bound.

use diesel::prelude::*;
use serde_json::json;

use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, MailId};
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::sentences::Words;
use crate::sentences::notice::Envelope;
use crate::store::error::Fault;
use crate::store::schema::{company, contracts, customers, mails, notices};
use crate::store::{Reader, Unit};

/// A mail to be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMail {
    pub id: MailId,
    /// Of the attempt that is to be made, from 1.
    pub attempt: i64,
    pub message_id: String,
    pub name: String,
    pub address: String,
    pub kind: NoticeKind,
    pub contract: ContractId,
    /// When the notice was given.
    pub at: Timestamp,
    pub words: Words,
    pub envelope: Envelope,
}

#[derive(Queryable)]
struct Row {
    id: MailId,
    attempts: i64,
    message_id: String,
    to: (String, String),
    notice: (NoticeKind, Timestamp, String, String),
    contract: (ContractId, String),
    customer_name: String,
}

impl Reader<'_> {
    /// Whether any mail is due.
    pub fn mail_is_due(&mut self, now: Timestamp) -> Result<bool, Fault> {
        let due = mails::state.eq(MailState::Waiting).and(mails::next_at.le(now));
        let found: Option<MailId> =
            mails::table.filter(due).select(mails::id).order(mails::next_at).first(self.database).optional()?;
        Ok(found.is_some())
    }
}

impl Unit<'_> {
    /// Begins the next attempts, at most `limit`. A mail that crashes took all its attempts is given up.
    pub fn begin_mails(&mut self, limit: i64) -> Result<Vec<DueMail>, Fault> {
        let now = self.now();
        let rows: Vec<Row> = mails::table
            .inner_join(notices::table.inner_join(contracts::table.inner_join(customers::table)))
            .filter(mails::state.eq(MailState::Waiting).and(mails::next_at.le(now)))
            .order((mails::next_at, mails::id))
            .limit(limit)
            .select((
                mails::id,
                mails::attempts,
                mails::message_id,
                (mails::name, mails::address),
                (notices::kind, notices::at, notices::ja, notices::en),
                (contracts::id, contracts::number),
                customers::name,
            ))
            .load(self.database)?;
        let mut due = Vec::new();
        for row in rows {
            let attempt = row.attempts + 1;
            let Some(pause) = pause_after(attempt) else {
                self.give_up_mail(row.id, "the server fell during the last attempt")?;
                continue;
            };
            diesel::update(mails::table.find(row.id))
                .set((mails::attempts.eq(attempt), mails::next_at.eq(now + pause)))
                .execute(self.database)?;
            due.push((row, attempt));
        }
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let vendor: (String, String, String) =
            company::table.select((company::name_ja, company::name_en, company::vendor_phone)).first(self.database)?;
        Ok(due.into_iter().map(|(row, attempt)| due_mail(row, attempt, &vendor)).collect())
    }

    /// The mail server took it.
    pub fn mail_sent(&mut self, id: MailId) -> Result<(), Fault> {
        diesel::update(mails::table.find(id))
            .set((mails::state.eq(MailState::Sent), mails::sent_at.eq(Some(self.now())), mails::last_error.eq("")))
            .execute(self.database)?;
        Ok(())
    }

    /// An attempt failed. The last one, and one that no repetition could better, ends it; the history says so.
    pub fn mail_failed(&mut self, id: MailId, error: &str, for_good: bool) -> Result<MailState, Fault> {
        let error: String = error.chars().take(limits::LINE_CHARS).collect();
        let attempts: i64 = mails::table.find(id).select(mails::attempts).first(self.database)?;
        let Some(pause) = pause_after(attempts).filter(|_| !for_good && pause_after(attempts + 1).is_some()) else {
            self.give_up_mail(id, &error)?;
            return Ok(MailState::GivenUp);
        };
        let next_at = self.now() + pause;
        diesel::update(mails::table.find(id))
            .set((mails::last_error.eq(error), mails::next_at.eq(next_at)))
            .execute(self.database)?;
        Ok(MailState::Waiting)
    }

    fn give_up_mail(&mut self, id: MailId, error: &str) -> Result<(), Fault> {
        let (contract, address): (ContractId, String) = mails::table
            .inner_join(notices::table)
            .filter(mails::id.eq(id))
            .select((notices::contract_id, mails::address))
            .first(self.database)?;
        diesel::update(mails::table.find(id))
            .set((mails::state.eq(MailState::GivenUp), mails::last_error.eq(error)))
            .execute(self.database)?;
        let about = About { contract_id: Some(contract), ..About::default() };
        let data = json!({ "mail_id": id, "address": address, "error": error });
        self.record(&[Stream::Contract(contract)], EventKind::NoticeUndelivered, about, data);
        Ok(())
    }
}

/// From the begin of an attempt to the next; none after the last.
fn pause_after(attempt: i64) -> Option<Seconds> {
    let index = usize::try_from(attempt - 1).ok()?;
    limits::MAIL_PAUSES_S.get(index).copied().map(Seconds)
}

fn due_mail(row: Row, attempt: i64, vendor: &(String, String, String)) -> DueMail {
    let (kind, at, ja, en) = row.notice;
    let (name, address) = row.to;
    DueMail {
        id: row.id,
        attempt,
        message_id: row.message_id,
        envelope: Envelope {
            vendor: Words::new(&vendor.0, &vendor.1),
            vendor_phone: vendor.2.clone(),
            customer_name: row.customer_name,
            contact_name: name.clone(),
            contract_number: row.contract.1,
            link: None,
        },
        contract: row.contract.0,
        name,
        address,
        kind,
        at,
        words: Words { ja, en },
    }
}
