//! Where a technician says that he is: a batch of fixes, and what became of each.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::complaint::Complaint;
use crate::domain::ids::VisitId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionBatch {
    #[schemars(length(min = 1, max = 100))]
    pub positions: Vec<Reported>,
    /// The phone's clock while it sends. It tells how wrong that clock is, and every `at` of the batch is corrected by it.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
}

/// One fix of a phone or a vehicle tracker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionReport {
    /// Rises with each fix of this technician; a repeated one is ignored.
    pub seq: i64,
    pub lat: f64,
    pub lon: f64,
    pub accuracy_m: f64,
    /// When it was taken, by the phone's clock; none from a tracker without a clock: now.
    pub at: Option<Timestamp>,
    /// Comes back in every push that this fix causes.
    pub correlation_id: Option<u64>,
    /// The visit that he is on his way to, as the phone believes; a fix on the way to another's is not taken.
    #[serde(default)]
    pub visit_id: Option<VisitId>,
}

/// A fix as it came: one that cannot be read must not take the others of its batch with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reported {
    Fix(PositionReport),
    Unreadable {
        /// Its number, where that much can be read.
        seq: Option<i64>,
        why: Refusal,
    },
}

impl From<PositionReport> for Reported {
    fn from(report: PositionReport) -> Self {
        Self::Fix(report)
    }
}

impl<'de> Deserialize<'de> for Reported {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let seq = value.get("seq").and_then(Value::as_i64);
        let read = serde_path_to_error::deserialize::<_, PositionReport>(value);
        Ok(read.map_or_else(|error| Self::Unreadable { seq, why: unreadable(&error) }, Self::Fix))
    }
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let complaint = Complaint::of(&error.inner().to_string());
    let path = error.path().to_string();
    let field = complaint.name().unwrap_or(if path == "." { "" } else { path.as_str() }).to_owned();
    let code = if matches!(complaint, Complaint::Unknown { .. }) { Code::UnknownField } else { Code::Malformed };
    Refusal::new(code).with("why_ja", complaint.ja(&field)).with("why_en", complaint.en(&field)).at(field)
}

impl Serialize for Reported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fix(report) => report.serialize(serializer),
            Self::Unreadable { .. } => serializer.serialize_none(),
        }
    }
}

impl JsonSchema for Reported {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        PositionReport::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PositionReport::json_schema(generator)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PositionsAccepted {
    pub accepted: usize,
    /// Every fix that did not count, in the order of the batch; all others did.
    pub ignored: Vec<IgnoredPosition>,
    /// By how many seconds the phone's clock is ahead of ours (behind, when negative). Only when the batch told its time
    /// and the difference matters; its fixes were corrected by it.
    #[serde(default)]
    pub clock_ahead_s: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoredPosition {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// None where it could not be read.
    pub seq: Option<i64>,
    /// Stable code of the reason, and what to do.
    pub code: String,
    pub ja: String,
    pub en: String,
}

impl IgnoredPosition {
    pub fn of(index: usize, seq: Option<i64>, why: &Refusal) -> Self {
        Self { index, seq, code: why.code.as_str().to_owned(), ja: why.ja(), en: why.en() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_broken_fix_leaves_the_others_readable() {
        let batch = r#"{"positions":[
            {"seq":1,"lat":36.5,"lon":136.6,"accuracy_m":10,"at":null,"correlation_id":null},
            {"seq":2,"lat":"north","lon":136.6,"accuracy_m":10},
            {"seq":3,"lat":36.5,"lon":136.6,"accuracy_m":10,"colour":"red"},
            7]}"#;
        let batch: PositionBatch = serde_json::from_str(batch).unwrap();
        let told = batch.positions.iter().map(|one| match one {
            Reported::Fix(fix) => (Some(fix.seq), "fix", None),
            Reported::Unreadable { seq, why } => (*seq, why.code.as_str(), why.field.as_deref()),
        });
        let wanted = [
            (Some(1), "fix", None),
            (Some(2), "request.malformed", Some("lat")),
            (Some(3), "request.unknown_field", Some("colour")),
            (None, "request.malformed", Some("")),
        ];
        assert_eq!(told.collect::<Vec<_>>(), wanted);
    }
}
