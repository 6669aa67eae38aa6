//! Telephone calls: what a telephone system tells, what pops up at the desk, whom to call back.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::IssueSummary;
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallTold, CallerKind};
use crate::domain::ids::*;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::terms::UnitKind;

/// What a telephone system tells of a call: the body of `POST /api/calls/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallSignal {
    pub event: CallTold,
    /// The telephone system's own name of the call, the same in all that it tells of it.
    #[schemars(length(min = 1, max = 128))]
    pub call: String,
    /// What it shows of the caller: a number in any writing, an address, `anonymous`, or a word.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub from: String,
    /// The number that was called.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub to: String,
    /// Whom it rings, and with `answered` who took it: extensions or log-in names. Unknown ones are left out.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub agents: Vec<String>,
    /// When it happened; now, when it is not said.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalTaken {
    /// None: it told of a call that is not known.
    pub call_id: Option<CallId>,
    pub state: Option<CallState>,
    /// False: it came too late to change anything.
    pub changed: bool,
}

/// A call as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallView {
    pub id: CallId,
    /// Over which way it was told: `webhook`, or `ari`.
    pub source: String,
    pub external_id: String,
    pub state: CallState,
    pub caller: CallerKind,
    /// Digits in the national form; empty unless the caller is known by a number.
    pub number: String,
    /// As the telephone system showed it, a number as people in Japan read it.
    pub shown: String,
    pub dialled: String,
    /// Whom it rang, up to now.
    pub agents: Vec<UserId>,
    /// Whom it rings now.
    pub rings: Vec<UserId>,
    pub answered_by: Option<UserId>,
    pub rang_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// None: nobody is to be called back.
    pub call_back: Option<CallBackState>,
    pub call_back_by: Option<UserId>,
    /// When it was taken, or done.
    pub call_back_at: Option<Timestamp>,
    pub call_back_outcome: Option<CallBackOutcome>,
    pub call_back_note: String,
    /// The earlier call of the same number whose call-back stands for this one, too.
    pub joined_to: Option<CallId>,
    pub version: i64,
}

/// Somebody to whom a number belongs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Caller {
    pub customer_id: CustomerId,
    pub customer_name: String,
    pub customer_kana: String,
    /// The customer's person with this number, when there is one.
    pub contact_id: Option<ContactId>,
    pub contact_name: Option<String>,
    /// Those in force first.
    pub contracts: Vec<CallerContract>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallerContract {
    pub id: ContractId,
    pub number: String,
    pub plan: String,
    #[schemars(with = "String")]
    pub ends_on: NaiveDate,
    pub in_force: bool,
    /// Units available.
    pub balance: i64,
    pub unit: UnitKind,
    /// The newest first.
    pub open_issues: Vec<IssueSummary>,
}

/// Whoever calls for the first time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaller {
    /// The company, or the person.
    pub name: String,
    pub kana: String,
    /// In any writing.
    pub number: String,
}

/// A call that rings for somebody or that he speaks in, with everybody to whom its number belongs; an empty list is for
/// whoever is new.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pop {
    pub call: CallView,
    pub callers: Vec<Caller>,
    /// Contacts saved from it.
    pub contacts: Vec<InteractionId>,
}

/// Somebody's telephone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Telephone {
    /// A telephone system is connected.
    pub connected: bool,
    /// Where he sits.
    pub extension: Option<String>,
    /// The newest first.
    pub calls: Vec<Pop>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRequest {
    /// None: he leaves his telephone.
    pub extension: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Extension {
    pub extension: Option<String>,
}

/// Somebody who was missed and is to be called back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallBackRow {
    pub call: CallView,
    /// How often the number was missed since.
    pub missed: i64,
    pub last_rang_at: Timestamp,
    /// Who has taken it.
    pub by_name: Option<String>,
    pub callers: Vec<Caller>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBackTake {
    /// The version that was seen: of two who take it at once one is told.
    pub version: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBackEnd {
    pub version: i64,
    pub outcome: CallBackOutcome,
    #[serde(default)]
    pub note: String,
}

/// A message of a telephone system that was refused.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallRefusal {
    /// The name that it gave itself.
    pub signal: String,
    pub code: String,
    /// The address from which it came.
    pub sender: String,
    /// Its beginning.
    pub body: String,
    pub at: Timestamp,
}

/// Calls of one hour, or of one operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallFigures {
    /// That rang and are over or answered.
    pub calls: i64,
    pub answered: i64,
    pub missed: i64,
    /// Answered ones of a thousand; none without calls.
    pub answered_permille: Option<i64>,
    /// Mean seconds until somebody answered.
    pub wait_s: Option<Seconds>,
    /// Mean seconds of a conversation that is over.
    pub talk_s: Option<Seconds>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallReport {
    pub total: CallFigures,
    /// In order, those in which it rang.
    pub hours: Vec<HourOfCalls>,
    /// By name.
    pub operators: Vec<OperatorsCalls>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HourOfCalls {
    pub from: Timestamp,
    #[serde(flatten)]
    pub figures: CallFigures,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorsCalls {
    pub user_id: UserId,
    pub name: String,
    /// `missed` are those that rang there and were taken by nobody.
    #[serde(flatten)]
    pub figures: CallFigures,
}
