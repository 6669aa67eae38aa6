//! Which messages of telephone systems were taken, and which were refused.

use diesel::prelude::*;

use crate::domain::ids::CallRefusalId;
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::store::error::Fault;
use crate::store::schema::{call_refusals, call_signals};
use crate::store::{Reader, Unit};
use crate::views::call::CallRefusal;

impl Unit<'_> {
    /// Notes the name of a message. False: it was taken before.
    pub(crate) fn is_new_signal(&mut self, id: &str) -> Result<bool, Fault> {
        let known: i64 = call_signals::table.find(id).count().get_result(self.database)?;
        if known > 0 {
            return Ok(false);
        }
        // Of two at the same time one breaks the key, runs again and finds the other.
        diesel::insert_into(call_signals::table)
            .values((call_signals::id.eq(id), call_signals::at.eq(self.now())))
            .execute(self.database)?;
        Ok(true)
    }

    /// Forgets names that nobody can use again: their signatures are too old.
    pub(crate) fn forget_signals(&mut self) -> Result<(), Fault> {
        let before = self.now() - Seconds(2 * limits::CALL_TOLERANCE_S);
        diesel::delete(call_signals::table.filter(call_signals::at.lt(before))).execute(self.database)?;
        Ok(())
    }

    /// Keeps a message that was refused. False: there were too many in the last minute.
    pub fn note_call_refusal(&mut self, signal: &str, code: &str, sender: &str, body: &str) -> Result<bool, Fault> {
        let now = self.now();
        let lately = call_refusals::table.filter(call_refusals::at.gt(now - Seconds(60)));
        let count: i64 = lately.count().get_result(self.database)?;
        if count >= limits::CALL_REFUSALS_A_MINUTE {
            return Ok(false);
        }
        diesel::insert_into(call_refusals::table)
            .values((
                call_refusals::id.eq(self.id::<CallRefusalId>()),
                call_refusals::signal.eq(signal),
                call_refusals::code.eq(code),
                call_refusals::sender.eq(sender),
                call_refusals::body.eq(body),
                call_refusals::at.eq(now),
            ))
            .execute(self.database)?;
        Ok(true)
    }
}

impl Reader<'_> {
    /// The newest messages that were refused.
    pub fn call_refusals(&mut self) -> Result<Vec<CallRefusal>, Fault> {
        let rows: Vec<(String, String, String, String, Timestamp)> = call_refusals::table
            .order((call_refusals::at.desc(), call_refusals::id.desc()))
            .limit(limits::AUDIT_PAGE)
            .select((
                call_refusals::signal,
                call_refusals::code,
                call_refusals::sender,
                call_refusals::body,
                call_refusals::at,
            ))
            .load(self.database)?;
        let view = |(signal, code, sender, body, at)| CallRefusal { signal, code, sender, body, at };
        Ok(rows.into_iter().map(view).collect())
    }
}
