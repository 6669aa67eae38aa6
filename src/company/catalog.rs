//! What the company repairs and with what: skills, qualifications, products and their symptoms, parts, causes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::people::PartCount;

/// A code with its two names: a skill, a qualification or a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
}

/// A product model (機種).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub maker: String,
    /// Code of the skill that work on this product needs; the level stands at the symptom.
    pub skill: String,
    pub symptoms: Vec<Symptom>,
}

/// What a caller can report of a product. Codes are unique within the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    /// Usual time on site, without travel. For a symptom settled by phone: the usual length of the talk.
    pub service_minutes: u32,
    /// Whether somebody has to go there.
    pub needs_visit: bool,
    /// The least skill level, 1 to 5.
    pub level_min: u8,
    /// Code of a qualification that the law or the maker asks for.
    pub qualification: Option<String>,
    /// Codes of the parts that the repair often takes.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Parts without which nobody need go: they must lie in the van of whoever goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts_needed: Vec<PartCount>,
}

/// Why it broke (原因区分).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    /// The fault was the company's own; the customer pays no ticket.
    pub own_defect: bool,
}
