//! What customers asked for and how much of it needed a visit: whether prepaid tickets keep small matters from the road.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::ProductId;

/// The issues accepted in one month of the company's calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DemandLine {
    /// `2026-11`.
    pub month: String,
    pub issues: i64,
    /// Those of priority P4: nothing stands still, and it may wait.
    pub low: i64,
    /// Ended with an answer, without anybody having gone there.
    pub answered: i64,
    /// Ended because an article solved it, free of charge.
    pub by_article: i64,
    /// A technician reported a visit for them.
    pub visited: i64,
    /// Taken back by the customer.
    pub withdrawn: i64,
    /// Of all that ended other than by being withdrawn, the part that needed no visit, in thousandths. None: nothing ended.
    pub deflected_permille: Option<i64>,
}

/// What is asked and reported most in a period: where an article, a briefing or a better part would help.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frequent {
    /// By product and symptom, the most frequent first.
    pub symptoms: Vec<FrequentSymptom>,
    /// By product, the most frequent first.
    pub products: Vec<FrequentProduct>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FrequentSymptom {
    /// None: nobody said which.
    pub product_id: Option<ProductId>,
    pub product_name_ja: String,
    pub product_name_en: String,
    /// Code of the product's list. None: nobody said which.
    pub symptom: Option<String>,
    pub symptom_ja: String,
    pub symptom_en: String,
    #[serde(flatten)]
    pub asked: Asked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FrequentProduct {
    /// None: nobody said which.
    pub product_id: Option<ProductId>,
    pub product_name_ja: String,
    pub product_name_en: String,
    #[serde(flatten)]
    pub asked: Asked,
}

/// How often, without what was asked about the state of things and planned maintenance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    pub questions: i64,
    pub faults: i64,
}
