//! Notices as people read them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::access::{Role, User};
use crate::domain::ids::{ContractId, IssueId, NoticeId};
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::error::Fault;
use crate::store::schema::{contracts, customers, mails, notice_reads, notices, users, wallets};
use crate::store::{Reader, Unit, portable};
use crate::views::notice::{Acknowledged, MailView, NoticePage, NoticeView};

/// Which notices to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoticeFilter {
    /// Only those that the reader has not read.
    pub unread: bool,
    pub contract: Option<ContractId>,
    /// Older than this one.
    pub before: Option<NoticeId>,
}

#[derive(Queryable)]
struct Row {
    id: NoticeId,
    contract: (ContractId, String, String),
    wallet: (i64, UnitKind),
    kind: NoticeKind,
    at: Timestamp,
    words: (String, String),
    issue_id: Option<IssueId>,
    read_at: Option<Timestamp>,
}

impl Reader<'_> {
    /// Newest first: a customer contact's are those of his own organisation's contracts.
    pub fn notices(&mut self, user: &User, filter: &NoticeFilter) -> Result<NoticePage, Fault> {
        let mine = notice_reads::notice_id.eq(notices::id).and(notice_reads::user_id.eq(user.id));
        let mut query = notices::table
            .inner_join(contracts::table.inner_join(customers::table))
            .inner_join(wallets::table.on(wallets::contract_id.eq(notices::contract_id)))
            .left_join(notice_reads::table.on(mine))
            .order(notices::id.desc())
            .limit(limits::NOTICE_PAGE + 1)
            .select((
                notices::id,
                (contracts::id, contracts::number, customers::name),
                (wallets::available, wallets::unit),
                notices::kind,
                notices::at,
                (notices::ja, notices::en),
                notices::issue_id,
                notice_reads::at.nullable(),
            ))
            .into_boxed();
        if user.role == Role::Customer {
            let customer = user.customer.ok_or_else(|| Refusal::new(Code::Forbidden))?;
            query = query.filter(contracts::customer_id.eq(customer));
        }
        if filter.unread {
            query = query.filter(notice_reads::at.nullable().is_null());
        }
        if let Some(contract) = filter.contract {
            query = query.filter(contracts::id.eq(contract));
        }
        if let Some(before) = filter.before {
            query = query.filter(notices::id.lt(before));
        }
        let mut rows: Vec<Row> = query.load(self.database)?;
        let more = rows.len() as i64 > limits::NOTICE_PAGE;
        rows.truncate(usize::try_from(limits::NOTICE_PAGE).unwrap_or_default());
        let next = rows.last().map(|row| row.id).filter(|_| more);
        let ids: Vec<NoticeId> = rows.iter().map(|row| row.id).collect();
        let mut carried = if user.role == Role::Customer { BTreeMap::new() } else { self.mails_of(&ids)? };
        let mut acknowledged = self.acknowledged(&ids)?;
        let view = |row: Row| {
            let mails = carried.remove(&row.id).unwrap_or_default();
            let acknowledged = acknowledged.remove(&row.id).unwrap_or_default();
            view(row, mails, acknowledged)
        };
        let notices = rows.into_iter().map(view).collect();
        Ok(NoticePage { notices, unread: self.unread_notices(user)?, next })
    }

    fn unread_notices(&mut self, user: &User) -> Result<i64, Fault> {
        let mine = notice_reads::notice_id.eq(notices::id).and(notice_reads::user_id.eq(user.id));
        let mut query = notices::table
            .inner_join(contracts::table)
            .left_join(notice_reads::table.on(mine))
            .filter(notice_reads::at.nullable().is_null())
            .select(diesel::dsl::count(notices::id))
            .into_boxed();
        if let Some(customer) = user.customer {
            query = query.filter(contracts::customer_id.eq(customer));
        }
        Ok(query.first(self.database)?)
    }

    fn mails_of(&mut self, ids: &[NoticeId]) -> Result<BTreeMap<NoticeId, Vec<MailView>>, Fault> {
        type MailRow = (NoticeId, String, MailState, i64, Timestamp, String, Option<Timestamp>);
        let rows: Vec<MailRow> = mails::table
            .filter(mails::notice_id.eq_any(ids))
            .order((mails::notice_id, mails::id))
            .select((
                mails::notice_id,
                mails::address,
                mails::state,
                mails::attempts,
                mails::next_at,
                mails::last_error,
                mails::sent_at,
            ))
            .load(self.database)?;
        let mut found: BTreeMap<NoticeId, Vec<MailView>> = BTreeMap::new();
        for (notice, address, state, attempts, next_at, last_error, sent_at) in rows {
            let mail = MailView { address, state, attempts, next_at, last_error, sent_at };
            found.entry(notice).or_default().push(mail);
        }
        Ok(found)
    }

    /// Readings by the customers' own people; those by the vendor's acknowledge nothing.
    fn acknowledged(&mut self, ids: &[NoticeId]) -> Result<BTreeMap<NoticeId, Vec<Acknowledged>>, Fault> {
        let rows: Vec<(NoticeId, String, Timestamp)> = notice_reads::table
            .inner_join(users::table.on(users::id.eq(notice_reads::user_id)))
            .filter(notice_reads::notice_id.eq_any(ids).and(users::role.eq(Role::Customer)))
            .order((notice_reads::at, users::name))
            .select((notice_reads::notice_id, users::name, notice_reads::at))
            .load(self.database)?;
        let mut found: BTreeMap<NoticeId, Vec<Acknowledged>> = BTreeMap::new();
        for (notice, name, at) in rows {
            found.entry(notice).or_default().push(Acknowledged { name, at });
        }
        Ok(found)
    }

    /// The contract that a notice is about, for checks of access.
    pub fn notice_contract(&mut self, id: NoticeId) -> Result<ContractId, Fault> {
        let contract = notices::table.find(id).select(notices::contract_id).first(self.database).optional()?;
        Ok(contract.ok_or_else(|| Refusal::new(Code::NotFound))?)
    }
}

fn view(row: Row, mails: Vec<MailView>, acknowledged: Vec<Acknowledged>) -> NoticeView {
    NoticeView {
        id: row.id,
        contract_id: row.contract.0,
        contract_number: row.contract.1,
        customer_name: row.contract.2,
        balance: row.wallet.0,
        unit: row.wallet.1,
        kind: row.kind,
        at: row.at,
        ja: row.words.0,
        en: row.words.1,
        issue_id: row.issue_id,
        read_at: row.read_at,
        mails,
        acknowledged,
    }
}

impl Unit<'_> {
    /// Somebody has read a notice. Reading it again changes nothing.
    pub fn read_notice(&mut self, id: NoticeId, user: &User) -> Result<(), Fault> {
        let at = self.now();
        Ok(portable::mark_read(self.database, id, user.id, at)?)
    }
}
