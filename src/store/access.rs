//! People, their sessions, tracking links, and who may watch which topic.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::error::{Fault, StoreError};
use super::schema::{contracts, issues, sessions, technicians, territories, track_links, users};
use super::schema::{visits, work_orders};
use super::unit::{self, Answer, Operation};
use super::{Reader, Unit};
use crate::domain::access::{Language, Role, User};
use crate::domain::event::Stream;
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::limits;

/// SHA-256 of a session's or tracking link's secret: all that is kept of it.
pub type TokenHash = [u8; 32];

/// What is kept of a secret of 256 random bits; a plain hash is enough, as nobody can guess it.
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// A log-in that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub user: User,
    pub expires_at: Timestamp,
}

/// A tracking link that is in force: it opens one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackPass {
    pub link: TrackLinkId,
    pub visit: VisitId,
    pub expires_at: Timestamp,
}

/// Somebody who wants to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watcher {
    User(User),
    Track(TrackPass),
}

impl Watcher {
    /// Sees what a customer may see: no prices, no other customer, no exact position.
    pub fn is_customer(&self) -> bool {
        match self {
            Self::User(user) => user.role == Role::Customer,
            Self::Track(_) => true,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: UserId,
    login: String,
    name: String,
    role: Role,
    language: Language,
    territory_id: Option<TerritoryId>,
    technician_id: Option<TechnicianId>,
    customer_id: Option<CustomerId>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            role: row.role,
            language: row.language,
            territory: row.territory_id,
            technician: row.technician_id,
            customer: row.customer_id,
            contact: None,
        }
    }
}

impl Reader<'_> {
    /// The log-in that a token opens, unless it ended or the person may no longer log in.
    pub fn session(&mut self, token: &TokenHash, now: Timestamp) -> Result<Option<LoggedIn>, Fault> {
        let row: Option<(UserRow, Timestamp)> = sessions::table
            .inner_join(users::table.on(users::id.eq(sessions::user_id)))
            .filter(sessions::token_hash.eq(token.as_slice()))
            .filter(sessions::expires_at.gt(now))
            .filter(users::active.eq(true))
            .select((UserRow::as_select(), sessions::expires_at))
            .first(self.database)
            .optional()?;
        Ok(row.map(|(user, expires_at)| LoggedIn { user: user.into(), expires_at }))
    }

    /// A person who may log in, with the hash of the password.
    pub fn credentials(&mut self, login: &str) -> Result<Option<(User, String)>, Fault> {
        let row: Option<(UserRow, String)> = users::table
            .filter(users::login.eq(login))
            .filter(users::active.eq(true))
            .select((UserRow::as_select(), users::password_hash))
            .first(self.database)
            .optional()?;
        Ok(row.map(|(user, hash)| (user.into(), hash)))
    }

    /// Everybody who may log in, by log-in name.
    pub fn users(&mut self) -> Result<Vec<User>, Fault> {
        let rows: Vec<UserRow> = users::table
            .filter(users::active.eq(true))
            .order(users::login)
            .select(UserRow::as_select())
            .load(self.database)?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// The visit that a tracking link opens. Refuses links that are unknown, revoked or past their time.
    pub fn track_link(&mut self, token: &TokenHash, now: Timestamp) -> Result<TrackPass, Fault> {
        let row =
            track_links::table.filter(track_links::token_hash.eq(token.as_slice())).select(LINK).first(self.database);
        pass(row.optional()?, now)
    }

    /// The same by the link's id, to find out whether it is still in force.
    pub fn track_link_by_id(&mut self, link: TrackLinkId, now: Timestamp) -> Result<TrackPass, Fault> {
        let row = track_links::table.find(link).select(LINK).first(self.database);
        pass(row.optional()?, now)
    }

    /// Whether `who` may watch `topic`. Refused is also what does not exist, in the words that fit the watcher's role.
    pub fn topic_right(&mut self, who: &Watcher, topic: Stream) -> Result<(), Fault> {
        let allowed = match who {
            Watcher::Track(pass) => topic == Stream::Visit(pass.visit),
            Watcher::User(user) => match user.role {
                Role::Operator | Role::Dispatcher | Role::Admin if topic == Stream::Agent(user.id) => true,
                Role::Dispatcher if topic == Stream::Desk => false,
                Role::Operator | Role::Dispatcher | Role::Admin => return self.exists(topic),
                Role::Technician => self.technician_may_watch(user, topic)?,
                Role::Customer => self.customer_may_watch(user, topic)?,
            },
        };
        if allowed { Ok(()) } else { Err(Refusal::new(Code::Forbidden).into()) }
    }

    fn exists(&mut self, topic: Stream) -> Result<(), Fault> {
        let found: i64 = match topic {
            Stream::Contract(id) => contracts::table.find(id).count().get_result(self.database)?,
            Stream::Technician(id) => technicians::table.find(id).count().get_result(self.database)?,
            Stream::Territory(id) => territories::table.find(id).count().get_result(self.database)?,
            Stream::Visit(id) => visits::table.find(id).count().get_result(self.database)?,
            Stream::Desk => 1,
            // Only whom it rings hears it.
            Stream::Agent(_) => 0,
        };
        if found > 0 { Ok(()) } else { Err(Refusal::new(Code::NotFound).into()) }
    }

    /// His own day, and the visits that are still his.
    fn technician_may_watch(&mut self, user: &User, topic: Stream) -> Result<bool, Fault> {
        let Some(technician) = user.technician else { return Ok(false) };
        match topic {
            Stream::Technician(id) => Ok(id == technician),
            Stream::Visit(id) => {
                let visit: Option<(TechnicianId, VisitState)> = visits::table
                    .find(id)
                    .select((visits::technician_id, visits::state))
                    .first(self.database)
                    .optional()?;
                let withdrawn = |state| matches!(state, VisitState::Cancelled | VisitState::Declined);
                Ok(visit.is_some_and(|(holder, state)| holder == technician && !withdrawn(state)))
            }
            Stream::Agent(_) | Stream::Contract(_) | Stream::Desk | Stream::Territory(_) => Ok(false),
        }
    }

    /// His own contracts and the visits under them.
    fn customer_may_watch(&mut self, user: &User, topic: Stream) -> Result<bool, Fault> {
        let Some(customer) = user.customer else { return Ok(false) };
        let owner: Option<CustomerId> = match topic {
            Stream::Contract(id) => {
                contracts::table.find(id).select(contracts::customer_id).first(self.database).optional()?
            }
            Stream::Visit(id) => visits::table
                .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
                .inner_join(issues::table.on(issues::id.eq(work_orders::issue_id)))
                .inner_join(contracts::table.on(contracts::id.eq(issues::contract_id)))
                .filter(visits::id.eq(id))
                .select(contracts::customer_id)
                .first(self.database)
                .optional()?,
            Stream::Agent(_) | Stream::Desk | Stream::Technician(_) | Stream::Territory(_) => None,
        };
        Ok(owner == Some(customer))
    }
}

type LinkRow = (TrackLinkId, VisitId, Timestamp, Option<Timestamp>);
const LINK: (track_links::id, track_links::visit_id, track_links::expires_at, track_links::revoked_at) =
    (track_links::id, track_links::visit_id, track_links::expires_at, track_links::revoked_at);

fn pass(row: Option<LinkRow>, now: Timestamp) -> Result<TrackPass, Fault> {
    let (link, visit, expires_at, revoked_at) = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
    if revoked_at.is_some() {
        return Err(Refusal::new(Code::LinkRevoked).into());
    }
    if expires_at <= now {
        return Err(Refusal::new(Code::LinkExpired).into());
    }
    Ok(TrackPass { link, visit, expires_at })
}

impl Unit<'_> {
    /// Runs `work` once per operation id, for changes that no journal tells of.
    pub fn once<F>(&mut self, operation: Operation, work: F) -> Result<Answer, Fault>
    where
        F: FnOnce(&mut Self) -> Result<Answer, Fault>,
    {
        if let Some(earlier) = unit::earlier_answer(self.database, operation)? {
            return Ok(earlier);
        }
        let made = work(self)?;
        if self.keep_answer(operation, &made).execute(self.database)? == 0 {
            return Err(StoreError::Answered.into());
        }
        Ok(made)
    }

    /// Opens a session, and forgets those of the same person that have ended.
    pub fn open_session(&mut self, user: UserId, token: &TokenHash, expires_at: Timestamp) -> Result<(), Fault> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::expires_at.le(self.now())))
            .execute(self.database)?;
        diesel::insert_into(sessions::table)
            .values((
                sessions::token_hash.eq(token.to_vec()),
                sessions::user_id.eq(user),
                sessions::created_at.eq(self.now()),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(self.database)?;
        Ok(())
    }

    /// Lets a session go on for so many days from now, but not beyond the longest since its log-in.
    pub fn renew_session(&mut self, token: &TokenHash, days: i64) -> Result<Timestamp, Fault> {
        let session = sessions::table.find(token.to_vec());
        let began: Option<Timestamp> = session.select(sessions::created_at).first(self.database).optional()?;
        let began = began.ok_or_else(|| Refusal::new(Code::AuthRequired))?;
        let longest = began + Seconds::hours(24 * limits::SESSION_LONGEST_DAYS.max(days));
        let expires_at = (self.now() + Seconds::hours(24 * days)).min(longest);
        diesel::update(sessions::table.find(token.to_vec()))
            .set(sessions::expires_at.eq(expires_at))
            .execute(self.database)?;
        Ok(expires_at)
    }

    pub fn close_session(&mut self, token: &TokenHash) -> Result<(), Fault> {
        diesel::delete(sessions::table.find(token.to_vec())).execute(self.database)?;
        Ok(())
    }
}
