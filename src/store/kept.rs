//! Statements that a connection keeps prepared.
//!
//! Diesel prepares its updates and plain SQL texts anew at each run, because their texts may differ without bound. What
//! every posting and every journal entry runs has one text: kept, it spares a parse and a plan on either database, and
//! on PostgreSQL a round trip.

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::prelude::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Untyped};

use crate::domain::ids::Id;

/// A statement with a fixed text, in which each `?` stands for the next value.
pub(super) struct Kept {
    text: &'static str,
    values: Vec<Value>,
}

/// What a `?` stands for.
enum Value {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
    MaybeBytes(Option<Vec<u8>>),
}

impl Kept {
    pub fn new(text: &'static str) -> Self {
        Self { text, values: Vec::new() }
    }

    pub fn number(mut self, value: i64) -> Self {
        self.values.push(Value::Number(value));
        self
    }

    pub fn text(mut self, value: &str) -> Self {
        self.values.push(Value::Text(value.to_owned()));
        self
    }

    pub fn bytes(mut self, value: &[u8]) -> Self {
        self.values.push(Value::Bytes(value.to_vec()));
        self
    }

    pub fn id(self, id: impl Id) -> Self {
        self.bytes(id.uuid().as_bytes())
    }

    pub fn maybe_id(mut self, id: Option<impl Id>) -> Self {
        self.values.push(Value::MaybeBytes(id.map(|id| id.uuid().as_bytes().to_vec())));
        self
    }
}

impl<DB> QueryFragment<DB> for Kept
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
    Vec<u8>: ToSql<Binary, DB>,
    Option<Vec<u8>>: ToSql<Nullable<Binary>, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut parts = self.text.split('?');
        pass.push_sql(parts.next().unwrap_or_default());
        for (value, part) in self.values.iter().zip(parts) {
            match value {
                Value::Number(value) => pass.push_bind_param::<BigInt, _>(value)?,
                Value::Text(value) => pass.push_bind_param::<Text, _>(value)?,
                Value::Bytes(value) => pass.push_bind_param::<Binary, _>(value)?,
                Value::MaybeBytes(value) => pass.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            pass.push_sql(part);
        }
        Ok(())
    }
}

impl QueryId for Kept {
    type QueryId = ();
    /// The text is the key.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Kept {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Kept {}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::InstrumentationEvent;
    use diesel::prelude::*;

    use super::*;
    use crate::store::connection::{Address, Database, migrate, open};

    /// How many texts a connection has kept after running a statement twice.
    fn kept_texts(run: impl Fn(&mut Database) -> usize) -> usize {
        let mut database = open(&Address::File(":memory:".to_owned())).unwrap();
        migrate(&mut database).unwrap();
        let texts = Arc::new(Mutex::new(0));
        let seen = Arc::clone(&texts);
        database.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                *seen.lock().unwrap() += 1;
            }
        });
        assert_eq!((run(&mut database), run(&mut database)), (1, 0));
        *texts.lock().unwrap()
    }

    #[test]
    fn a_statement_of_one_text_is_prepared_once() {
        let sql = "INSERT INTO counters (scope, last) VALUES ('a', 1) ON CONFLICT DO NOTHING";
        assert_eq!(kept_texts(|database| diesel::sql_query(sql).execute(database).unwrap()), 0, "Diesel alone");
        let kept = || Kept::new("INSERT INTO counters (scope, last) VALUES (?, ?) ON CONFLICT DO NOTHING");
        assert_eq!(kept_texts(|database| kept().text("a").number(1).execute(database).unwrap()), 1);
    }
}
