//! The people at a customer's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::ids::ContactId;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContactView {
    pub id: ContactId,
    pub name: String,
    pub kana: String,
    pub phone: String,
    pub email: String,
    /// How he likes to be reached, when known.
    pub channel: Option<PreferredChannel>,
    /// How well he gets along with screens.
    pub literacy: Literacy,
}
