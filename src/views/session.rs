//! Log-in and the logged-in person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Language, Role, User};
use crate::domain::ids::{CustomerId, TechnicianId, TerritoryId, UserId};
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    pub login: String,
    pub password: String,
}

/// A fresh session. Browsers use the cookie that comes with it, programs the token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    pub token: String,
    pub user: Me,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory_id: Option<TerritoryId>,
    pub technician_id: Option<TechnicianId>,
    pub customer_id: Option<CustomerId>,
    pub server_time: Timestamp,
}

impl Me {
    pub fn of(user: &User, server_time: Timestamp) -> Self {
        Self {
            id: user.id,
            login: user.login.clone(),
            name: user.name.clone(),
            role: user.role,
            language: user.language,
            territory_id: user.territory,
            technician_id: user.technician,
            customer_id: user.customer,
            server_time,
        }
    }
}

/// A new person who may log in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    pub login: String,
    pub password: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory_id: Option<TerritoryId>,
    pub technician_id: Option<TechnicianId>,
    pub customer_id: Option<CustomerId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Users {
    pub users: Vec<Me>,
}
