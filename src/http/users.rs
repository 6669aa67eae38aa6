//! People who may log in.

use super::extract::{Body, OperationId, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::domain::access::Role;
use crate::domain::refusal::Refusal;
use crate::limits;
use crate::store::access::NewPerson;
use crate::store::{Answer, Fault};
use crate::views::session::{Me, NewUser, ServerClock, Users};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/users", "Everybody who may log in", list),
        Route::new(Method::POST, "/api/users", "Add somebody who may log in", add).created(),
    ]
}

async fn list(_: Allowed<perm::Administer>, shared: Shared) -> Result<Json<Users>, Fault> {
    let users = shared.store.read(|reader| reader.users()).await?;
    Ok(Json(Users { users: users.iter().map(|user| Me::of(user, shared.clock())).collect() }))
}

async fn add(
    who: Allowed<perm::Administer>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(wanted): Body<NewUser>,
) -> Result<Stored<Me>, Fault> {
    check(&wanted)?;
    let hash = shared.passwords.hash(wanted.password.clone()).await?;
    let (person, clock) = (person(wanted, hash), shared.clock());
    let added = shared.store.task(who.actor, move |unit| {
        let (person, clock) = (person.clone(), clock.clone());
        unit.once(operation, |unit| {
            let user = unit.add_user(&person)?;
            Ok(Answer::json(201, &Me::of(&user, ServerClock { now: unit.now(), ..clock.clone() })))
        })
    });
    Ok(added.await?.into())
}

/// A new person with the hash of the password.
pub fn person(wanted: NewUser, password_hash: String) -> NewPerson {
    NewPerson {
        login: wanted.login,
        password_hash,
        name: wanted.name,
        role: wanted.role,
        language: wanted.language,
        territory: wanted.territory_id,
        technician: wanted.technician_id,
        customer: wanted.customer_id,
    }
}

/// What holds of a new person without a look at the data.
pub fn check(wanted: &NewUser) -> Result<(), Refusal> {
    let line = |field: &str, text: &str| {
        let length = text.chars().count();
        let fits = text.trim() == text && (1..=limits::LINE_CHARS).contains(&length);
        if fits {
            Ok(())
        } else {
            Err(Refusal::invalid_both(
                field,
                "前後に空白のない1〜200文字にしてください",
                "1 to 200 characters, without spaces around them",
            ))
        }
    };
    line("login", &wanted.login)?;
    line("name", &wanted.name)?;
    if !(limits::PASSWORD_CHARS..=limits::PASSWORD_CHARS_MAX).contains(&wanted.password.chars().count()) {
        return Err(Refusal::invalid_both("password", "8〜256文字にしてください", "8 to 256 characters"));
    }
    if (wanted.role == Role::Technician) != wanted.technician_id.is_some() {
        return Err(Refusal::invalid_both(
            "technician_id",
            "技術員のログインにだけ、必ず技術員を指定します",
            "a technician's log-in, and only that, names a technician",
        ));
    }
    if (wanted.role == Role::Customer) != wanted.customer_id.is_some() {
        return Err(Refusal::invalid_both(
            "customer_id",
            "お客様ご担当者のログインにだけ、必ずお客様を指定します",
            "a customer contact's log-in, and only that, names a customer",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Language;

    fn check_field(change: impl FnOnce(&mut NewUser), field: Option<&str>) {
        let mut wanted = NewUser {
            login: "op1".to_owned(),
            password: "long enough".to_owned(),
            name: "山本".to_owned(),
            role: Role::Operator,
            language: Language::Ja,
            territory_id: None,
            technician_id: None,
            customer_id: None,
        };
        change(&mut wanted);
        assert_eq!(check(&wanted).err().and_then(|refusal| refusal.field).as_deref(), field);
    }

    #[test]
    fn a_log_in_needs_a_name_a_long_password_and_the_record_of_its_role() {
        check_field(|_| (), None);
        check_field(|user| user.login.clear(), Some("login"));
        check_field(|user| "７文字のぱす".clone_into(&mut user.password), Some("password"));
        check_field(|user| user.role = Role::Technician, Some("technician_id"));
        check_field(|user| user.role = Role::Customer, Some("customer_id"));
    }
}
