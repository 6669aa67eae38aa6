//! Log-in and the logged-in person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::access::{Actor, Language, Permission, Role, User, may};
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
    /// None for a page in a browser: no script shall hold what logs in.
    pub token: Option<String>,
    pub user: Me,
}

/// A log-in that goes on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Renewed {
    pub expires_at: Timestamp,
}

/// The server's clock, so that ages on a screen are those of the server whatever the device's clock says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerClock {
    pub now: Timestamp,
    /// How many of the server's seconds pass in one second: 1, but where a day is shown faster.
    pub speed: f64,
    /// The company's time zone, in which days and times of day are meant, such as `Asia/Tokyo`.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory_id: Option<TerritoryId>,
    pub technician_id: Option<TechnicianId>,
    pub customer_id: Option<CustomerId>,
    /// What this person may do at all; a screen offers nothing else.
    pub permissions: Vec<Permission>,
    pub clock: ServerClock,
}

impl Me {
    pub fn of(user: &User, clock: ServerClock) -> Self {
        Self {
            id: user.id,
            login: user.login.clone(),
            name: user.name.clone(),
            role: user.role,
            language: user.language,
            territory_id: user.territory,
            technician_id: user.technician,
            customer_id: user.customer,
            permissions: Permission::ALL.iter().copied().filter(|right| may(user.role, *right)).collect(),
            clock,
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

/// A person as he shall be from now on; the password stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Of the person that was seen.
    pub version: i64,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory_id: Option<TerritoryId>,
    pub technician_id: Option<TechnicianId>,
    pub customer_id: Option<CustomerId>,
    /// Whether this person may log in.
    pub active: bool,
}

/// A new password, told to the person by other means.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    pub password: String,
}

/// Somebody who may log in, or who once might.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonView {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory_id: Option<TerritoryId>,
    pub technician_id: Option<TechnicianId>,
    pub technician_name: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub customer_name: Option<String>,
    /// Whether this person may log in.
    pub active: bool,
    pub version: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Users {
    /// By log-in name; those who may no longer log in too.
    pub users: Vec<PersonView>,
}

coded! {
    /// What was done about somebody's log-in.
    UserAction {
        Added = "added", "登録", "Added";
        Changed = "changed", "変更", "Changed";
        Password = "password", "パスワードの再設定", "New password";
    }
}

/// One field before and after. A value is a name where the field names a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A change of somebody's log-in, kept for audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserChanged {
    pub action: UserAction,
    pub what: Vec<FieldChange>,
    pub actor: Actor,
    pub at: Timestamp,
}
