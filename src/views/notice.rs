//! Notices as people read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ContractId, IssueId, NoticeId};
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::time::Timestamp;
use crate::domain::wallet::terms::UnitKind;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticePage {
    /// Newest first.
    pub notices: Vec<NoticeView>,
    /// How many the reader has not read, on all pages.
    pub unread: i64,
    /// Give it as `before` to get the next page; none on the last.
    pub next: Option<NoticeId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeView {
    pub id: NoticeId,
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    /// What the contract has left now, not when the notice was given.
    pub balance: i64,
    pub unit: UnitKind,
    pub kind: NoticeKind,
    pub at: Timestamp,
    /// What the customer was told, word for word.
    pub ja: String,
    pub en: String,
    pub issue_id: Option<IssueId>,
    /// When the reader himself read it.
    pub read_at: Option<Timestamp>,
    /// The mails that carry it. Customers are not shown to whom of them they went.
    pub mails: Vec<MailView>,
    /// Who of the customer's people has acknowledged it, the first one first.
    pub acknowledged: Vec<Acknowledged>,
}

/// Somebody of the customer's said that he has read a notice, such as that of units that will expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledged {
    pub name: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailView {
    pub address: String,
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried again, while it waits.
    pub next_at: Timestamp,
    /// What the mail server said last; empty when all is well.
    pub last_error: String,
    pub sent_at: Option<Timestamp>,
}
