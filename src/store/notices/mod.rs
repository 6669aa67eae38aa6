//! Notices: written once each, read by everybody for himself, carried by mail.

mod due;
mod facts;
mod follow;
mod list;
mod mails;

use diesel::prelude::*;
use serde_json::json;

pub use due::DyingUnits;
pub use list::NoticeFilter;
pub use mails::DueMail;

use super::error::Fault;
use super::schema::{contacts, contracts, mails as mail_table, notices};
use super::{Reader, Unit};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, CustomerId, IssueId, MailId, NoticeId};
use crate::domain::notice::MailState;
use crate::limits;
use crate::sentences::notice::Told;

/// A notice to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    pub contract: ContractId,
    /// Makes it one of a kind.
    pub key: String,
    pub issue: Option<IssueId>,
    pub told: Told,
}

impl Reader<'_> {
    /// Which of these keys have been told already.
    pub fn told_keys(&mut self, keys: &[String]) -> Result<std::collections::BTreeSet<String>, Fault> {
        let mut told = std::collections::BTreeSet::new();
        for part in keys.chunks(limits::STATEMENT_IDS) {
            let found: Vec<String> =
                notices::table.filter(notices::key.eq_any(part)).select(notices::key).load(self.database)?;
            told.extend(found);
        }
        Ok(told)
    }
}

impl Unit<'_> {
    /// Writes a notice and tells of it, unless its key has been told. `domain` is that of the sender's address when mail
    /// goes out; each contact with an address then gets one.
    pub fn give_notice(&mut self, notice: &NewNotice, domain: Option<&str>) -> Result<Option<NoticeId>, Fault> {
        if !self.look().told_keys(std::slice::from_ref(&notice.key))?.is_empty() {
            return Ok(None);
        }
        let (id, kind, words): (NoticeId, _, _) = (self.id(), notice.told.kind(), notice.told.words());
        diesel::insert_into(notices::table)
            .values((
                notices::id.eq(id),
                notices::contract_id.eq(notice.contract),
                notices::kind.eq(kind),
                notices::key.eq(&notice.key),
                notices::issue_id.eq(notice.issue),
                notices::ja.eq(&words.ja),
                notices::en.eq(&words.en),
                notices::at.eq(self.now()),
            ))
            .execute(self.database)?;
        let about = About { contract_id: Some(notice.contract), issue_id: notice.issue, ..About::default() };
        let data = json!({ "notice_id": id, "kind": kind, "ja": words.ja, "en": words.en });
        self.record(&[Stream::Contract(notice.contract)], EventKind::NoticeGiven, about, data);
        if let Some(domain) = domain {
            let only = match &notice.told {
                Told::Approval { approver, .. } => approver.as_deref(),
                _ => None,
            };
            self.queue_mails(id, notice.contract, only, domain)?;
        }
        Ok(Some(id))
    }

    /// To each contact with an address; to one person alone when his name is given and he has one.
    fn queue_mails(
        &mut self,
        notice: NoticeId,
        contract: ContractId,
        only: Option<&str>,
        domain: &str,
    ) -> Result<(), Fault> {
        let customer: CustomerId =
            contracts::table.find(contract).select(contracts::customer_id).first(self.database)?;
        let mut rows: Vec<(String, String)> = contacts::table
            .filter(contacts::customer_id.eq(customer).and(contacts::email.ne("")))
            .order(contacts::code)
            .select((contacts::name, contacts::email))
            .limit(limits::MAILS_PER_NOTICE)
            .load(self.database)?;
        if rows.iter().any(|(name, _)| Some(name.as_str()) == only) {
            rows.retain(|(name, _)| Some(name.as_str()) == only);
        }
        let mut written = std::collections::BTreeSet::new();
        for (name, address) in rows {
            // Two contacts may share the mailbox of their office.
            if !written.insert(address.clone()) {
                continue;
            }
            let id: MailId = self.id();
            diesel::insert_into(mail_table::table)
                .values((
                    mail_table::id.eq(id),
                    mail_table::notice_id.eq(notice),
                    mail_table::name.eq(name),
                    mail_table::address.eq(address),
                    mail_table::message_id.eq(format!("<{id}@{domain}>")),
                    mail_table::state.eq(MailState::Waiting),
                    mail_table::attempts.eq(0),
                    mail_table::next_at.eq(self.now()),
                    mail_table::last_error.eq(""),
                ))
                .execute(self.database)?;
        }
        Ok(())
    }
}
