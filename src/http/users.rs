//! People who may log in, as administrators keep them.

use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::UserId;
use crate::domain::refusal::Refusal;
use crate::limits;
use crate::store::access::TokenHash;
use crate::store::people::NewPerson;
use crate::store::{Answer, Fault, Operation, Unit};
use crate::views::live::close;
use crate::views::session::{NewUser, PasswordReset, PersonView, UserChange, UserChanged, Users};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/users", "Everybody who may log in, or once might", list),
        Route::new(Method::POST, "/api/users", "Add somebody who may log in", add).created(),
        Route::new(Method::PUT, "/api/users/{id}", "Change somebody, or bar him from logging in", change),
        Route::new(Method::POST, "/api/users/{id}/password", "Give somebody a new password", set_password),
        Route::new(Method::GET, "/api/users/{id}/changes", "What was changed about somebody, newest first", changes),
    ]
}

async fn list(_: Allowed<perm::Administer>, shared: Shared) -> Result<Json<Users>, Fault> {
    Ok(Json(Users { users: shared.store.read(|reader| reader.people()).await? }))
}

async fn add(
    who: Allowed<perm::Administer>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(wanted): Body<NewUser>,
) -> Result<Stored<PersonView>, Fault> {
    check(&wanted)?;
    let hash = shared.passwords.hash(wanted.password.clone()).await?;
    let person = person(wanted, hash);
    keep(&shared, who.actor, operation, 201, move |unit| Ok((unit.add_user(&person)?, Vec::new()))).await
}

async fn change(
    who: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ById<UserId>>,
    OperationId(operation): OperationId,
    Body(wanted): Body<UserChange>,
) -> Result<Stored<PersonView>, Fault> {
    line("login", &wanted.login)?;
    line("name", &wanted.name)?;
    belongs(wanted.role, wanted.technician_id.is_some(), wanted.customer_id.is_some())?;
    keep(&shared, who.actor, operation, 200, move |unit| unit.change_user(path.id, &wanted)).await
}

/// The session of whoever gives himself a new password goes on; all others of that person end.
async fn set_password(
    who: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ById<UserId>>,
    OperationId(operation): OperationId,
    Body(reset): Body<PasswordReset>,
) -> Result<Stored<PersonView>, Fault> {
    password(&reset.password)?;
    let hash = shared.passwords.hash(reset.password).await?;
    let token = who.token;
    keep(&shared, who.actor, operation, 200, move |unit| unit.set_password(path.id, &hash, Some(&token))).await
}

async fn changes(
    _: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ById<UserId>>,
) -> Result<Json<Vec<UserChanged>>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.user_changes(path.id)).await?))
}

/// Makes a change once, and closes the sockets of the sessions that ended with it.
async fn keep(
    shared: &Shared,
    actor: Actor,
    operation: Operation,
    status: u16,
    mut work: impl FnMut(&mut Unit<'_>) -> Result<(PersonView, Vec<TokenHash>), Fault> + Send + 'static,
) -> Result<Stored<PersonView>, Fault> {
    let kept = shared.store.task(actor, move |unit| {
        let mut ended = Vec::new();
        let answer = unit.once(operation, |unit| {
            let (person, sessions) = work(unit)?;
            ended = sessions;
            Ok(Answer::json(status, &person))
        })?;
        Ok((answer, ended))
    });
    let (answer, ended) = kept.await?;
    ended.iter().for_each(|token| shared.hub.end_log_in(token, close::AUTH_REQUIRED, "auth.required"));
    Ok(answer.into())
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
    line("login", &wanted.login)?;
    line("name", &wanted.name)?;
    password(&wanted.password)?;
    belongs(wanted.role, wanted.technician_id.is_some(), wanted.customer_id.is_some())
}

fn line(field: &str, text: &str) -> Result<(), Refusal> {
    let fits = text.trim() == text && (1..=limits::LINE_CHARS).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(());
    }
    let (ja, en) = ("前後に空白のない1〜200文字にしてください", "1 to 200 characters, without spaces around them");
    Err(Refusal::invalid_both(field, ja, en))
}

fn password(password: &str) -> Result<(), Refusal> {
    if (limits::PASSWORD_CHARS..=limits::PASSWORD_CHARS_MAX).contains(&password.chars().count()) {
        return Ok(());
    }
    Err(Refusal::invalid_both("password", "8〜256文字にしてください", "8 to 256 characters"))
}

/// Which record a role needs, and no other role may have.
fn belongs(role: Role, technician: bool, customer: bool) -> Result<(), Refusal> {
    if (role == Role::Technician) != technician {
        return Err(Refusal::invalid_both(
            "technician_id",
            "技術員のログインにだけ、必ず技術員を指定します",
            "a technician's log-in, and only that, names a technician",
        ));
    }
    if (role == Role::Customer) != customer {
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
