//! Telephone calls at rest.

mod callers;
mod figures;
mod guard;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{call_contacts, calls, extensions, users};
use super::{Reader, Unit};
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallerKind};
use crate::domain::ids::{CallId, InteractionId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::views::call::{CallBackRow, CallView, Pop};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = calls)]
pub(in crate::store) struct Row {
    id: CallId,
    source: String,
    external_id: String,
    state: CallState,
    caller_kind: CallerKind,
    caller_number: String,
    caller_shown: String,
    dialled: String,
    agents: String,
    rings: String,
    answered_by: Option<UserId>,
    rang_at: Timestamp,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    call_back: Option<CallBackState>,
    call_back_by: Option<UserId>,
    call_back_at: Option<Timestamp>,
    call_back_outcome: Option<CallBackOutcome>,
    call_back_note: String,
    joined_to: Option<CallId>,
    version: i64,
}

impl Row {
    pub fn view(self) -> Result<CallView, StoreError> {
        Ok(CallView {
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            state: self.state,
            caller: self.caller_kind,
            number: self.caller_number,
            shown: self.caller_shown,
            dialled: self.dialled,
            agents: json(&self.agents)?,
            rings: json(&self.rings)?,
            answered_by: self.answered_by,
            rang_at: self.rang_at,
            answered_at: self.answered_at,
            ended_at: self.ended_at,
            call_back: self.call_back,
            call_back_by: self.call_back_by,
            call_back_at: self.call_back_at,
            call_back_outcome: self.call_back_outcome,
            call_back_note: self.call_back_note,
            joined_to: self.joined_to,
            version: self.version,
        })
    }
}

fn row(call: &CallView) -> Row {
    Row {
        id: call.id,
        source: call.source.clone(),
        external_id: call.external_id.clone(),
        state: call.state,
        caller_kind: call.caller,
        caller_number: call.number.clone(),
        caller_shown: call.shown.clone(),
        dialled: call.dialled.clone(),
        agents: to_json(&call.agents),
        rings: to_json(&call.rings),
        answered_by: call.answered_by,
        rang_at: call.rang_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        call_back: call.call_back,
        call_back_by: call.call_back_by,
        call_back_at: call.call_back_at,
        call_back_outcome: call.call_back_outcome,
        call_back_note: call.call_back_note.clone(),
        joined_to: call.joined_to,
        version: call.version,
    }
}

fn views(rows: Vec<Row>) -> Result<Vec<CallView>, Fault> {
    Ok(rows.into_iter().map(Row::view).collect::<Result<_, StoreError>>()?)
}

impl Reader<'_> {
    /// A call by the name that its telephone system gives it.
    pub fn call_named(&mut self, source: &str, external: &str) -> Result<Option<CallView>, Fault> {
        let row: Option<Row> = calls::table
            .filter(calls::source.eq(source).and(calls::external_id.eq(external)))
            .select(Row::as_select())
            .first(self.database)
            .optional()?;
        Ok(row.map(Row::view).transpose()?)
    }

    /// # Errors
    /// `not_found`
    pub fn call(&mut self, id: CallId) -> Result<CallView, Fault> {
        let row: Option<Row> = calls::table.find(id).select(Row::as_select()).first(self.database).optional()?;
        Ok(row.ok_or_else(|| Refusal::new(Code::NotFound))?.view()?)
    }

    /// Calls that ring for somebody or that he speaks in, the newest first, with everybody to whom their numbers belong.
    pub fn calls_of(&mut self, user: UserId) -> Result<Vec<Pop>, Fault> {
        let rows: Vec<Row> = calls::table
            .filter(calls::state.eq_any([CallState::Ringing, CallState::Answered]))
            .order((calls::rang_at.desc(), calls::id.desc()))
            .select(Row::as_select())
            .load(self.database)?;
        let mine = views(rows)?.into_iter().filter(|call| rings_for(call, user)).collect::<Vec<_>>();
        let mut contacts = self.contacts_of_calls(&mine)?;
        let pop = |call: CallView| {
            let callers = self.callers(&call.number)?;
            Ok(Pop { contacts: contacts.remove(&call.id).unwrap_or_default(), call, callers })
        };
        mine.into_iter().map(pop).collect()
    }

    fn contacts_of_calls(&mut self, of: &[CallView]) -> Result<BTreeMap<CallId, Vec<InteractionId>>, Fault> {
        let ids: Vec<CallId> = of.iter().map(|call| call.id).collect();
        let rows: Vec<(CallId, InteractionId)> = call_contacts::table
            .filter(call_contacts::call_id.eq_any(ids))
            .order(call_contacts::interaction_id)
            .select((call_contacts::call_id, call_contacts::interaction_id))
            .load(self.database)?;
        let mut found: BTreeMap<CallId, Vec<InteractionId>> = BTreeMap::new();
        for (call, contact) in rows {
            found.entry(call).or_default().push(contact);
        }
        Ok(found)
    }

    /// Calls that are to be called back, the oldest first.
    pub fn call_backs(&mut self) -> Result<Vec<CallBackRow>, Fault> {
        let rows: Vec<(Row, Option<String>)> = calls::table
            .left_join(users::table.on(users::id.nullable().eq(calls::call_back_by)))
            .filter(calls::call_back.eq_any([CallBackState::Open, CallBackState::Taken]))
            .order((calls::rang_at, calls::id))
            .limit(limits::CALL_BACKS)
            .select((Row::as_select(), users::name.nullable()))
            .load(self.database)?;
        let ids: Vec<CallId> = rows.iter().map(|(row, _)| row.id).collect();
        let later: Vec<(Option<CallId>, Timestamp)> = calls::table
            .filter(calls::joined_to.eq_any(ids))
            .order(calls::rang_at)
            .select((calls::joined_to, calls::rang_at))
            .load(self.database)?;
        let line = |(row, by_name): (Row, Option<String>)| {
            let call = row.view()?;
            let again = later.iter().filter(|(of, _)| *of == Some(call.id));
            let last_rang_at = again.clone().map(|(_, at)| *at).max().unwrap_or(call.rang_at);
            let missed = 1 + again.count() as i64;
            let callers = self.callers(&call.number)?;
            Ok(CallBackRow { call, missed, last_rang_at, by_name, callers })
        };
        rows.into_iter().map(line).collect()
    }

    /// What is to be called back of a number and is not done: the oldest first.
    pub fn open_call_backs(&mut self, number: &str) -> Result<Vec<CallView>, Fault> {
        let rows: Vec<Row> = calls::table
            .filter(calls::call_back.eq_any([CallBackState::Open, CallBackState::Taken]))
            .filter(calls::caller_number.eq(number))
            .order((calls::rang_at, calls::id))
            .select(Row::as_select())
            .load(self.database)?;
        views(rows)
    }

    /// Calls whose end was lost: in this state, and nothing told of them since.
    pub fn lost_calls(&mut self, state: CallState, before: Timestamp) -> Result<Vec<CallView>, Fault> {
        let query = calls::table.filter(calls::state.eq(state)).limit(limits::CALLS_AT_ONCE).order(calls::rang_at);
        let rows: Vec<Row> = match state {
            CallState::Answered => {
                query.filter(calls::answered_at.lt(before)).select(Row::as_select()).load(self.database)?
            }
            _ => query.filter(calls::rang_at.lt(before)).select(Row::as_select()).load(self.database)?,
        };
        views(rows)
    }

    pub fn extension_of(&mut self, user: UserId) -> Result<Option<String>, Fault> {
        let found = extensions::table.find(user).select(extensions::extension).first(self.database);
        Ok(found.optional()?)
    }

    /// Who sits at an extension.
    pub fn holder_of(&mut self, extension: &str) -> Result<Option<(UserId, String)>, Fault> {
        let held = extensions::table.inner_join(users::table).filter(extensions::extension.eq(extension));
        Ok(held.select((users::id, users::name)).first(self.database).optional()?)
    }

    /// People by the extension at which they sit, or by their log-in name. Names of nobody are left out.
    pub fn agents_named(&mut self, names: &[String]) -> Result<Vec<UserId>, Fault> {
        let seated: Vec<(String, UserId)> = extensions::table
            .inner_join(users::table)
            .filter(extensions::extension.eq_any(names).and(users::active.eq(true)))
            .select((extensions::extension, users::id))
            .load(self.database)?;
        let logins: Vec<(String, UserId)> = users::table
            .filter(users::login.eq_any(names).and(users::active.eq(true)))
            .select((users::login, users::id))
            .load(self.database)?;
        let (seated, logins): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (seated.into_iter().collect(), logins.into_iter().collect());
        let mut known = BTreeSet::new();
        let found = names.iter().filter_map(|name| seated.get(name).or_else(|| logins.get(name)).copied());
        Ok(found.filter(|id| known.insert(*id)).collect())
    }
}

/// Whether a call that is not over concerns somebody: it rings for him, or he speaks.
fn rings_for(call: &CallView, user: UserId) -> bool {
    call.answered_by == Some(user) || call.rings.contains(&user)
}

impl Unit<'_> {
    pub(crate) fn insert_call(&mut self, call: &CallView) -> Result<(), Fault> {
        diesel::insert_into(calls::table).values(row(call)).execute(self.database)?;
        Ok(())
    }

    /// Takes the call's row until the commit. False: there is none.
    pub(crate) fn lock_call(&mut self, source: &str, external: &str) -> Result<bool, Fault> {
        let named = calls::table.filter(calls::source.eq(source).and(calls::external_id.eq(external)));
        Ok(diesel::update(named).set(calls::source.eq(source)).execute(self.database)? == 1)
    }

    /// Takes the rows of what is to be called back of a number until the commit, so that what is read of them stands.
    pub(crate) fn lock_call_backs(&mut self, number: &str) -> Result<(), Fault> {
        let open = calls::table
            .filter(calls::call_back.eq_any([CallBackState::Open, CallBackState::Taken]))
            .filter(calls::caller_number.eq(number));
        diesel::update(open).set(calls::caller_number.eq(number)).execute(self.database)?;
        Ok(())
    }

    /// Writes what may change of a call, one version on.
    ///
    /// # Errors
    /// `record.stale` when somebody changed it meanwhile.
    pub(crate) fn save_call(&mut self, call: &mut CallView) -> Result<(), Fault> {
        let stands = calls::table.filter(calls::id.eq(call.id).and(calls::version.eq(call.version)));
        let Row { state, agents, rings, answered_by, answered_at, ended_at, call_back, call_back_by, .. } = row(call);
        let written = diesel::update(stands)
            .set((
                calls::state.eq(state),
                calls::agents.eq(agents),
                calls::rings.eq(rings),
                calls::answered_by.eq(answered_by),
                calls::answered_at.eq(answered_at),
                calls::ended_at.eq(ended_at),
                calls::call_back.eq(call_back),
                calls::call_back_by.eq(call_back_by),
                calls::call_back_at.eq(call.call_back_at),
                calls::call_back_outcome.eq(call.call_back_outcome),
                calls::call_back_note.eq(&call.call_back_note),
                calls::joined_to.eq(call.joined_to),
                calls::version.eq(call.version + 1),
            ))
            .execute(self.database)?;
        if written == 0 {
            let now = self.look().call(call.id)?;
            return Err(Refusal::stale(now.version, now).into());
        }
        call.version += 1;
        Ok(())
    }

    pub(crate) fn insert_call_contact(&mut self, call: CallId, contact: InteractionId) -> Result<(), Fault> {
        let row = (call_contacts::call_id.eq(call), call_contacts::interaction_id.eq(contact));
        diesel::insert_into(call_contacts::table).values(row).execute(self.database)?;
        Ok(())
    }

    /// Seats somebody at an extension, or nowhere.
    pub(crate) fn set_extension(&mut self, user: UserId, extension: Option<&str>) -> Result<(), Fault> {
        diesel::delete(extensions::table.find(user)).execute(self.database)?;
        if let Some(extension) = extension {
            let row = (extensions::user_id.eq(user), extensions::extension.eq(extension));
            diesel::insert_into(extensions::table).values(row).execute(self.database)?;
        }
        Ok(())
    }
}
