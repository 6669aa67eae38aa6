//! How an issue ends at the desk.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::issue::Outcome;

/// Closing an issue from the desk.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRequest {
    pub version: i64,
    pub outcome: RemoteOutcome,
    #[serde(default)]
    pub note: String,
    /// What was done; the note where it is empty. The customer reads it on his statement.
    #[serde(default)]
    pub remedy: String,
    /// Minutes at the desk; as long as the contact took where it is missing.
    #[serde(default)]
    pub minutes: Option<i64>,
}

coded! {
    RemoteOutcome {
        Answered = "answered", "回答済み", "Answered";
        OwnDefect = "own_defect", "当社起因", "Our own defect";
        Recurrence = "recurrence", "再発", "Recurrence";
        Withdrawn = "withdrawn", "取り下げ", "Withdrawn";
        SolvedByArticle = "solved_by_article", "ナレッジで解決", "Solved by an article";
    }
}

impl From<RemoteOutcome> for Outcome {
    fn from(outcome: RemoteOutcome) -> Self {
        match outcome {
            RemoteOutcome::Answered => Self::Answered,
            RemoteOutcome::OwnDefect => Self::OwnDefect,
            RemoteOutcome::Recurrence => Self::Recurrence,
            RemoteOutcome::Withdrawn => Self::Withdrawn,
            RemoteOutcome::SolvedByArticle => Self::SolvedByArticle,
        }
    }
}
