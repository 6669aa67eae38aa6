//! The people who may log in, as administrators keep them. What was changed is kept beside them with who changed it:
//! the journal tells of the trade, and of nobody's log-in.

use diesel::prelude::*;

use super::access::TokenHash;
use super::codec::{json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{customers, sessions, technicians, territories, user_changes, users};
use super::{Reader, Unit};
use crate::domain::access::{Actor, Language, Role};
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::views::session::{FieldChange, PersonView, UserAction, UserChange, UserChanged};

/// A person to be added, with the password already hashed.
#[derive(Debug, Clone)]
pub struct NewPerson {
    pub login: String,
    pub password_hash: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory: Option<TerritoryId>,
    pub technician: Option<TechnicianId>,
    pub customer: Option<CustomerId>,
}

#[derive(Queryable)]
struct Row {
    who: (UserId, String, String, Role, Language),
    records: (Option<TerritoryId>, Option<TechnicianId>, Option<CustomerId>),
    names: (Option<String>, Option<String>),
    state: (bool, i64),
}

impl Row {
    fn view(self) -> PersonView {
        let (id, login, name, role, language) = self.who;
        let (territory_id, technician_id, customer_id) = self.records;
        let (technician_name, customer_name) = self.names;
        let (active, version) = self.state;
        PersonView {
            id,
            login,
            name,
            role,
            language,
            territory_id,
            technician_id,
            technician_name,
            customer_id,
            customer_name,
            active,
            version,
        }
    }
}

impl Reader<'_> {
    /// Everybody by log-in name, those who may no longer log in too.
    pub fn people(&mut self) -> Result<Vec<PersonView>, Fault> {
        self.people_rows(None)
    }

    pub fn person(&mut self, id: UserId) -> Result<PersonView, Fault> {
        self.people_rows(Some(id))?.pop().ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    fn people_rows(&mut self, one: Option<UserId>) -> Result<Vec<PersonView>, Fault> {
        let mut query = users::table
            .left_join(technicians::table.on(users::technician_id.eq(technicians::id.nullable())))
            .left_join(customers::table.on(users::customer_id.eq(customers::id.nullable())))
            .order((users::login, users::id))
            .select((
                (users::id, users::login, users::name, users::role, users::language),
                (users::territory_id, users::technician_id, users::customer_id),
                (technicians::name.nullable(), customers::name.nullable()),
                (users::active, users::version),
            ))
            .into_boxed();
        if let Some(id) = one {
            query = query.filter(users::id.eq(id));
        }
        let rows: Vec<Row> = query.load(self.database)?;
        Ok(rows.into_iter().map(Row::view).collect())
    }

    /// What was changed about somebody's log-in, the newest first, at most [`limits::AUDIT_PAGE`].
    pub fn user_changes(&mut self, id: UserId) -> Result<Vec<UserChanged>, Fault> {
        self.person(id)?;
        let rows: Vec<(String, String, String, Timestamp)> = user_changes::table
            .filter(user_changes::user_id.eq(id))
            .order(user_changes::version.desc())
            .limit(limits::AUDIT_PAGE)
            .select((user_changes::action, user_changes::what, user_changes::actor, user_changes::at))
            .load(self.database)?;
        let view = |(action, what, actor, at): (String, String, String, Timestamp)| {
            let action = action.parse().map_err(StoreError::corrupt)?;
            Ok(UserChanged { action, what: json(&what)?, actor: json(&actor)?, at })
        };
        rows.into_iter().map(view).collect()
    }
}

impl Unit<'_> {
    /// Adds somebody who may log in. Refuses a log-in name that is taken and records that do not exist.
    pub fn add_user(&mut self, person: &NewPerson) -> Result<PersonView, Fault> {
        self.check_login(&person.login, None)?;
        self.check_records(person.territory, person.technician, person.customer)?;
        let id: UserId = self.id();
        diesel::insert_into(users::table)
            .values((
                users::id.eq(id),
                users::login.eq(&person.login),
                users::password_hash.eq(&person.password_hash),
                users::name.eq(&person.name),
                users::role.eq(person.role),
                users::language.eq(person.language),
                users::territory_id.eq(person.territory),
                users::technician_id.eq(person.technician),
                users::customer_id.eq(person.customer),
                users::active.eq(true),
            ))
            .execute(self.database)?;
        let added = self.look().person(id)?;
        self.note_person(&added, UserAction::Added, &[])?;
        Ok(added)
    }

    /// Changes somebody, and gives the sessions that end with it: whoever has other rights logs in anew.
    pub fn change_user(&mut self, id: UserId, wanted: &UserChange) -> Result<(PersonView, Vec<TokenHash>), Fault> {
        self.lock_people(id)?;
        let before = self.look().person(id)?;
        if before.version != wanted.version {
            return Err(Refusal::stale(before.version, before).at("version").into());
        }
        self.keep_an_administrator(&before, wanted)?;
        self.check_login(&wanted.login, Some(id))?;
        self.check_records(wanted.territory_id, wanted.technician_id, wanted.customer_id)?;
        diesel::update(users::table.find(id))
            .set((
                users::login.eq(&wanted.login),
                users::name.eq(&wanted.name),
                users::role.eq(wanted.role),
                users::language.eq(wanted.language),
                users::territory_id.eq(wanted.territory_id),
                users::technician_id.eq(wanted.technician_id),
                users::customer_id.eq(wanted.customer_id),
                users::active.eq(wanted.active),
                users::version.eq(before.version + 1),
            ))
            .execute(self.database)?;
        let after = self.look().person(id)?;
        self.note_person(&after, UserAction::Changed, &differences(&before, &after))?;
        let ended = if rights(&before) == rights(&after) { Vec::new() } else { self.end_sessions(id, None)? };
        Ok((after, ended))
    }

    /// Sets a password, and gives the sessions that end with it: all but the one that `keep` names.
    pub fn set_password(
        &mut self,
        id: UserId,
        hash: &str,
        keep: Option<&TokenHash>,
    ) -> Result<(PersonView, Vec<TokenHash>), Fault> {
        self.lock_people(id)?;
        diesel::update(users::table.find(id))
            .set((users::password_hash.eq(hash), users::version.eq(users::version + 1)))
            .execute(self.database)?;
        let after = self.look().person(id)?;
        self.note_person(&after, UserAction::Password, &[])?;
        Ok((after, self.end_sessions(id, keep)?))
    }

    /// Holds this person and every administrator against whoever else would change them: two who bar each other at once
    /// must not leave nobody.
    fn lock_people(&mut self, id: UserId) -> Result<(), Fault> {
        let mut held: Vec<UserId> =
            users::table.filter(users::role.eq(Role::Admin)).select(users::id).load(self.database)?;
        held.push(id);
        held.sort_unstable();
        held.dedup();
        for person in held {
            diesel::update(users::table.find(person)).set(users::version.eq(users::version)).execute(self.database)?;
        }
        Ok(())
    }

    fn keep_an_administrator(&mut self, before: &PersonView, wanted: &UserChange) -> Result<(), Fault> {
        let stays = wanted.active && wanted.role == Role::Admin;
        if before.role != Role::Admin || !before.active || stays {
            return Ok(());
        }
        if matches!(self.actor(), Actor::User { id, .. } if *id == before.id) {
            return Err(Refusal::new(Code::OwnAccess).into());
        }
        let others: i64 = users::table
            .filter(users::role.eq(Role::Admin).and(users::active.eq(true)).and(users::id.ne(before.id)))
            .count()
            .get_result(self.database)?;
        if others > 0 { Ok(()) } else { Err(Refusal::new(Code::LastAdmin).into()) }
    }

    fn check_login(&mut self, login: &str, own: Option<UserId>) -> Result<(), Fault> {
        let holder: Option<UserId> =
            users::table.filter(users::login.eq(login)).select(users::id).first(self.database).optional()?;
        let free = holder.is_none_or(|holder| Some(holder) == own);
        refuse_unless(free, "login", ("このログイン名は使われています", "the log-in name is taken"))
    }

    fn check_records(
        &mut self,
        territory: Option<TerritoryId>,
        technician: Option<TechnicianId>,
        customer: Option<CustomerId>,
    ) -> Result<(), Fault> {
        if let Some(id) = territory {
            let found: i64 = territories::table.find(id).count().get_result(self.database)?;
            refuse_unless(found > 0, "territory_id", ("その担当エリアはありません", "there is no such territory"))?;
        }
        if let Some(id) = technician {
            let found: i64 = technicians::table.find(id).count().get_result(self.database)?;
            refuse_unless(found > 0, "technician_id", ("その技術員はいません", "there is no such technician"))?;
        }
        if let Some(id) = customer {
            let found: i64 = customers::table.find(id).count().get_result(self.database)?;
            refuse_unless(found > 0, "customer_id", ("そのお客様はいません", "there is no such customer"))?;
        }
        Ok(())
    }

    fn note_person(&mut self, person: &PersonView, action: UserAction, what: &[FieldChange]) -> Result<(), Fault> {
        diesel::insert_into(user_changes::table)
            .values((
                user_changes::user_id.eq(person.id),
                user_changes::version.eq(person.version),
                user_changes::action.eq(action.as_str()),
                user_changes::what.eq(to_json(&what)),
                user_changes::actor.eq(to_json(self.actor())),
                user_changes::at.eq(self.now()),
            ))
            .execute(self.database)?;
        Ok(())
    }

    fn end_sessions(&mut self, user: UserId, keep: Option<&TokenHash>) -> Result<Vec<TokenHash>, Fault> {
        let open: Vec<Vec<u8>> =
            sessions::table.filter(sessions::user_id.eq(user)).select(sessions::token_hash).load(self.database)?;
        let mut ended = Vec::new();
        for token in open.into_iter().filter_map(|token| TokenHash::try_from(token).ok()) {
            if Some(&token) != keep {
                self.close_session(&token)?;
                ended.push(token);
            }
        }
        Ok(ended)
    }
}

/// What a session was opened with; the rest may change while somebody is at work.
fn rights(person: &PersonView) -> (Role, bool, Option<TechnicianId>, Option<CustomerId>) {
    (person.role, person.active, person.technician_id, person.customer_id)
}

fn differences(before: &PersonView, after: &PersonView) -> Vec<FieldChange> {
    let told = |person: &PersonView| {
        let technician = person.technician_name.clone();
        [
            ("login", Some(person.login.clone())),
            ("name", Some(person.name.clone())),
            ("role", Some(person.role.to_string())),
            ("language", Some(person.language.to_string())),
            ("territory_id", person.territory_id.map(|id| id.to_string())),
            ("technician_id", technician.or_else(|| person.technician_id.map(|id| id.to_string()))),
            ("customer_id", person.customer_name.clone().or_else(|| person.customer_id.map(|id| id.to_string()))),
            ("active", Some(person.active.to_string())),
        ]
    };
    let pairs = told(before).into_iter().zip(told(after));
    let changed = pairs.filter(|((_, before), (_, after))| before != after);
    changed.map(|((field, before), (_, after))| FieldChange { field: field.to_owned(), before, after }).collect()
}

fn refuse_unless(holds: bool, field: &str, (ja, en): (&str, &str)) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Refusal::invalid_both(field, ja, en).into()) }
}
