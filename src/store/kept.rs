//! Statements that a connection keeps prepared, and writes that share a trip to it.
//!
//! Diesel prepares its updates and plain SQL texts anew at each run, because their texts may differ without bound. What
//! every posting and every journal entry runs has one text: kept, it spares a parse and a plan on either database, and
//! on PostgreSQL a round trip.

use std::borrow::Cow;

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Untyped};
use diesel::sqlite::Sqlite;

use super::connection::Database;
use crate::domain::ids::Id;
use crate::limits;

/// A statement with one of few texts, in which each `?` stands for the next value.
pub(super) struct Kept {
    text: Cow<'static, str>,
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
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// As one of several writes.
    pub fn boxed<'a>(self) -> Box<dyn Write + 'a> {
        Box::new(self)
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

/// A statement that writes.
pub(super) trait Write: QueryFragment<Sqlite> + QueryFragment<Pg> {}

impl<T: QueryFragment<Sqlite> + QueryFragment<Pg>> Write for T {}

/// Writes of which none needs what another one wrote, and no two touch the same row.
pub(super) type Writes<'a> = Vec<Box<dyn Write + 'a>>;

/// Runs them, in their order on SQLite; PostgreSQL takes several in one trip, in no order, and checks references when
/// all are written. Returns how many rows the last one wrote.
pub(super) fn write_all(database: &mut Database, writes: &Writes<'_>) -> QueryResult<usize> {
    let mut rows = 0;
    match database {
        Database::Sqlite(sqlite) => {
            for one in writes.chunks(1) {
                rows = Together(one).execute(sqlite)?;
            }
        }
        Database::Postgres(postgres) => {
            for some in writes.chunks(limits::WRITES_TOGETHER) {
                rows = Together(some).execute(postgres)?;
            }
        }
    }
    Ok(rows)
}

/// One statement made of several: all but the last are its common table expressions.
struct Together<'a>(&'a [Box<dyn Write + 'a>]);

impl Together<'_> {
    fn walk<'b, DB: Backend>(
        &'b self,
        mut pass: AstPass<'_, 'b, DB>,
        walk_one: impl Fn(&'b (dyn Write + 'b), AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let Some((last, others)) = self.0.split_last() else { return Ok(()) };
        for (nth, write) in others.iter().enumerate() {
            pass.push_sql(if nth == 0 { "WITH w" } else { ", w" });
            pass.push_sql(&nth.to_string());
            pass.push_sql(" AS (");
            walk_one(write.as_ref(), pass.reborrow())?;
            pass.push_sql(") ");
        }
        walk_one(last.as_ref(), pass)
    }
}

impl QueryFragment<Sqlite> for Together<'_> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(pass, |write, pass| QueryFragment::<Sqlite>::walk_ast(write, pass))
    }
}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(pass, |write, pass| QueryFragment::<Pg>::walk_ast(write, pass))
    }
}

impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Together<'_> {}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::InstrumentationEvent;
    use diesel::prelude::*;

    use serde_json::json;

    use super::*;
    use crate::store::connection::{Address, Database, migrate, open};
    use crate::store::testing::{company_with, on_both};

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
    #[actix_rt::test]
    async fn writes_that_share_trips_all_arrive() {
        on_both(company_with(json!([])), async |kit| {
            let count = 3 * limits::WRITES_TOGETHER as i64 + 1;
            let write = move |nth: i64| {
                let write = Kept::new("INSERT INTO counters (scope, last) VALUES (?, ?)");
                write.text(&nth.to_string()).number(nth).boxed()
            };
            let all = move || (0..count).map(write).collect();
            assert_eq!(kit.write(move |unit| Ok(write_all(unit.database, &all())?)).await.unwrap(), 1);
            for nth in 0..count {
                assert_eq!(kit.write(move |unit| unit.next_number(&nth.to_string())).await.unwrap(), nth + 1);
            }
        })
        .await;
    }
}
