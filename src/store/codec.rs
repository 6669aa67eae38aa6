//! How domain values are written in columns: ids as 16 bytes, instants as microseconds, codes as text.

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, SingleValue, Text};
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::absence::AbsenceKind;
use crate::domain::access::{Language, Role};
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallerKind};
use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, IssueState, Outcome, WorkOrderState};
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::priority::{Impact, Priority, Urgency};
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::account::{Account, HoldState, Movement, Origin, TicketState};
use crate::domain::wallet::acknowledgement::Means;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::dispute::DisputeState;
use crate::domain::wallet::policy::CostReason;
use crate::domain::wallet::refund::RefundGround;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::select::ENDLESS;
use crate::domain::wallet::terms::{LawClass, UnitKind};
use crate::sla::PauseReason;
use crate::views::desk::Channel;

macro_rules! expression {
    ($sql:ty, $($type:ty),+) => {$(
        impl AsExpression<$sql> for $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'a> AsExpression<$sql> for &'a $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl AsExpression<Nullable<$sql>> for $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'a> AsExpression<Nullable<$sql>> for &'a $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<DB: Backend> ToSql<Nullable<$sql>, DB> for $type where Self: ToSql<$sql, DB> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <Self as ToSql<$sql, DB>>::to_sql(self, out)
            }
        }
        impl<DB: Backend, ST: SingleValue> Queryable<ST, DB> for $type where Self: FromSql<ST, DB> {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> { Ok(row) }
        }
    )+};
}

macro_rules! ids {
    ($($type:ty),+) => {
        expression!(Binary, $($type),+);
        $(
            impl<DB: Backend> ToSql<Binary, DB> for $type where [u8]: ToSql<Binary, DB> {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    <[u8] as ToSql<Binary, DB>>::to_sql(self.bytes(), out)
                }
            }
            impl<DB: Backend> FromSql<Binary, DB> for $type where Vec<u8>: FromSql<Binary, DB> {
                fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let bytes = <Vec<u8> as FromSql<Binary, DB>>::from_sql(bytes)?;
                    Ok(Self::from_uuid(Uuid::from_slice(&bytes)?))
                }
            }
        )+
    };
}

ids!(
    CustomerId,
    SiteId,
    ContactId,
    ContractId,
    ProductId,
    AssetId,
    WalletId,
    LotId,
    TicketId,
    HoldId,
    PostingId,
    RefundId,
    AdjustmentId,
    DisputeId,
    CallId,
    CallRefusalId,
    ClockPauseId,
    InteractionId,
    IssueId,
    WorkOrderId,
    VisitId,
    ReportId,
    TechnicianId,
    AbsenceId,
    TerritoryId,
    UserId,
    TrackLinkId,
    EventId,
    NoticeId,
    MailId,
    OperationId,
    RefusalId,
    SlotId
);

expression!(BigInt, Timestamp);

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.raw().to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(micros: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_micros(i64::from_sql(micros)?))
    }
}

macro_rules! codes {
    ($($type:ty),+) => {
        expression!(Text, $($type),+);
        $(
            impl<DB: Backend> ToSql<Text, DB> for $type where str: ToSql<Text, DB> {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
                }
            }
            impl<DB: Backend> FromSql<Text, DB> for $type where String: FromSql<Text, DB> {
                fn from_sql(text: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    Ok(<String as FromSql<Text, DB>>::from_sql(text)?.parse()?)
                }
            }
        )+
    };
}

codes!(
    PauseReason,
    CallState,
    CallerKind,
    CallBackState,
    CallBackOutcome,
    AbsenceKind,
    Role,
    Language,
    EventKind,
    NoticeKind,
    MailState,
    IssueKind,
    IssueState,
    WorkOrderState,
    Outcome,
    Impact,
    Urgency,
    Priority,
    VisitState,
    Account,
    HoldState,
    Movement,
    Origin,
    TicketState,
    CostReason,
    UnitKind,
    BillingModel,
    PreferredChannel,
    Literacy,
    Scope,
    LawClass,
    Channel,
    DisputeState,
    RefundGround,
    Means,
    ApprovalState
);

/// A date column.
pub fn day(text: &str) -> Result<NaiveDate, StoreError> {
    text.parse().map_err(|_| StoreError::corrupt(format!("{text:?} is not a date")))
}

/// The last day of a lot or ticket as people see it: none is without end.
pub fn last_day(text: &str) -> Result<Option<NaiveDate>, StoreError> {
    day(text).map(|day| (day != ENDLESS).then_some(day))
}

/// A last day as a column.
pub fn last_day_text(day: Option<NaiveDate>) -> String {
    day.unwrap_or(ENDLESS).to_string()
}

/// A JSON column.
pub fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

/// The text of a JSON column.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("the project's own types have string keys and finite numbers")
}
