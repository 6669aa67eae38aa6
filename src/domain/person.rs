//! Somebody whose part in a history is asked for: a technician, a contact at the customer's, or somebody at the desk.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::ids::{ContactId, TechnicianId, UserId};

/// Named by an id, whose prefix tells what kind of person it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    Technician(TechnicianId),
    Contact(ContactId),
    User(UserId),
}

/// The text names no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a technician (tec_…), of a contact (ctt_…) or of somebody who logs in (usr_…)")]
pub struct BadPerson;

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Technician(id) => id.fmt(f),
            Self::Contact(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
        }
    }
}

impl FromStr for Person {
    type Err = BadPerson;

    fn from_str(text: &str) -> Result<Self, BadPerson> {
        let technician = text.parse().map(Self::Technician).ok();
        let contact = || text.parse().map(Self::Contact).ok();
        technician.or_else(contact).or_else(|| text.parse().map(Self::User).ok()).ok_or(BadPerson)
    }
}

impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Person {
    fn schema_name() -> Cow<'static, str> {
        "PersonId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(tec|ctt|usr)_[0-9a-f]{32}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_tells_what_kind_of_person_it_is() {
        let technician = format!("tec_{:032x}", 7);
        assert_eq!(technician.parse(), Ok(Person::Technician(technician.parse().unwrap())));
        let contact = format!("ctt_{:032x}", 7);
        assert_eq!(contact.parse::<Person>().map(|person| person.to_string()), Ok(contact));
        assert_eq!(format!("con_{:032x}", 7).parse::<Person>(), Err(BadPerson));
    }
}
