//! Who may log in, without what they log in with, and what was changed about them.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::access::{Language, Role};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const PEOPLE: &[&str] =
    &["id", "login", "name", "role", "language", "territory", "technician", "customer", "active"];

pub(super) const PEOPLE_CHANGES: &[&str] = &["login", "version", "action", "what", "actor", "at"];

pub(super) fn people(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((UserId, String, String, Role, Language), (Option<String>, Option<String>, Option<String>, bool));
    let rows: Vec<Row> = users::table
        .left_join(territories::table.on(territories::id.nullable().eq(users::territory_id)))
        .left_join(technicians::table.on(technicians::id.nullable().eq(users::technician_id)))
        .left_join(customers::table.on(customers::id.nullable().eq(users::customer_id)))
        .filter(users::id.gt(parted::<UserId>(after).0))
        .order(users::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (users::id, users::login, users::name, users::role, users::language),
            (territories::code.nullable(), technicians::code.nullable(), customers::code.nullable(), users::active),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, login, name, role, language), (territory, technician, customer, active))| {
            cells![id, login, name, role, language, territory, technician, customer, active]
        },
    ))
}

pub(super) fn people_changes(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (user, version) = parted::<UserId>(after);
    let version: i64 = version.parse().unwrap_or_default();
    type Row = ((UserId, String, i64), (String, String, String, Timestamp));
    let rows: Vec<Row> = user_changes::table
        .inner_join(users::table.on(users::id.eq(user_changes::user_id)))
        .filter(
            user_changes::user_id.ge(user).and(user_changes::user_id.gt(user).or(user_changes::version.gt(version))),
        )
        .order((user_changes::user_id, user_changes::version))
        .limit(limits::EXPORT_PAGE)
        .select((
            (user_changes::user_id, users::login, user_changes::version),
            (user_changes::action, user_changes::what, user_changes::actor, user_changes::at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0.0, row.0.2),
        |((_, login, version), (action, what, actor, at))| {
            cells![login, version, action, kept(&what).to_string(), kept(&actor), at]
        },
    ))
}
