//! Answer rate and handling time of a span, by the hour and by operator.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Row, views};
use crate::domain::call::{CallState, CallerKind};
use crate::domain::ids::UserId;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{calls, users};
use crate::views::call::{CallFigures, CallReport, CallView, HourOfCalls, OperatorsCalls};

/// Sums from which the figures follow.
#[derive(Default)]
struct Tally {
    answered: i64,
    missed: i64,
    waited: Seconds,
    talked: Seconds,
    over: i64,
}

impl Tally {
    fn add(&mut self, call: &CallView) {
        match (call.state, call.answered_at) {
            (CallState::Missed, _) => self.missed += 1,
            (CallState::Answered | CallState::Ended, Some(at)) => {
                self.answered += 1;
                self.waited.0 += at.since(call.rang_at).max_zero().0;
                if let Some(end) = call.ended_at {
                    self.over += 1;
                    self.talked.0 += end.since(at).max_zero().0;
                }
            }
            // It still rings.
            _ => {}
        }
    }

    fn figures(&self) -> CallFigures {
        let calls = self.answered + self.missed;
        let mean = |sum: Seconds, count: i64| (count > 0).then(|| Seconds((sum.0 + count / 2) / count));
        CallFigures {
            calls,
            answered: self.answered,
            missed: self.missed,
            answered_permille: (calls > 0).then(|| self.answered * 1_000 / calls),
            wait_s: mean(self.waited, self.answered),
            talk_s: mean(self.talked, self.over),
        }
    }
}

impl Reader<'_> {
    /// Calls from outside that rang in a span. Calls between colleagues are none of the desk's.
    pub fn call_report(&mut self, span: Window) -> Result<CallReport, Fault> {
        let rows: Vec<Row> = calls::table
            .filter(calls::rang_at.ge(span.from).and(calls::rang_at.lt(span.to)))
            .filter(calls::caller_kind.ne(CallerKind::Internal))
            .order((calls::rang_at, calls::id))
            .select(Row::as_select())
            .load(self.database)?;
        let mut total = Tally::default();
        let mut hours: BTreeMap<Timestamp, Tally> = BTreeMap::new();
        let mut operators: BTreeMap<UserId, Tally> = BTreeMap::new();
        for call in views(rows)? {
            total.add(&call);
            hours.entry(hour(call.rang_at)).or_default().add(&call);
            let whose = match call.answered_by {
                Some(by) => vec![by],
                None => call.agents.clone(),
            };
            for agent in whose {
                operators.entry(agent).or_default().add(&call);
            }
        }
        let operators = self.operators_calls(&operators)?;
        let hour = |(from, tally): (Timestamp, Tally)| HourOfCalls { from, figures: tally.figures() };
        Ok(CallReport { total: total.figures(), hours: hours.into_iter().map(hour).collect(), operators })
    }

    fn operators_calls(&mut self, of: &BTreeMap<UserId, Tally>) -> Result<Vec<OperatorsCalls>, Fault> {
        let ids: Vec<UserId> = of.keys().copied().collect();
        let rows: Vec<(UserId, String)> = users::table
            .filter(users::id.eq_any(ids))
            .order((users::name, users::id))
            .select((users::id, users::name))
            .load(self.database)?;
        let line = |(user_id, name)| {
            let figures = of.get(&user_id).map(Tally::figures).unwrap_or_default();
            OperatorsCalls { user_id, name, figures }
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

/// The beginning of its hour. Zones of whole hours alone have their offices' hours so, as Japan's does.
fn hour(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(3_600) * 3_600)
}
