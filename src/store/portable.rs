//! Statements that Diesel has no common form for.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable};

use super::connection::Database;
use super::kept::Kept;
use crate::domain::ids::{NoticeId, UserId};
use crate::domain::time::Timestamp;

/// Inserts a slice of rows: SQLite takes one at a time and keeps the statement prepared, PostgreSQL takes many in one
/// round trip. A single row has one text there too.
macro_rules! insert_all {
    ($database:expr, $table:expr, $rows:expr) => {
        match $database {
            $crate::store::connection::Database::Sqlite(sqlite) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(sqlite)?;
                }
            }
            $crate::store::connection::Database::Postgres(postgres) if $rows.len() == 1 => {
                diesel::insert_into($table).values(&$rows[0]).execute(postgres)?;
            }
            $crate::store::connection::Database::Postgres(postgres) => {
                for part in $rows.chunks($crate::limits::INSERT_ROWS) {
                    diesel::insert_into($table).values(part).execute(postgres)?;
                }
            }
        }
    };
}
pub(super) use insert_all;

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    head: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    link: Option<Vec<u8>>,
}

/// Locks a stream for the rest of the transaction. Its head, and the link of its last entry if that is seen; none while
/// there is no such stream.
pub(super) fn lock_stream(database: &mut Database, stream: &str) -> QueryResult<Option<(i64, Option<Vec<u8>>)>> {
    // A link asked for by itself is found by its key in any plan; a join is planned while the streams are still short.
    let sql = match database {
        Database::Sqlite(_) => {
            "SELECT head, (SELECT link FROM stream_entries e WHERE e.stream = s.stream AND e.seq = s.head) AS link \
             FROM streams s WHERE stream = ?"
        }
        Database::Postgres(_) => {
            "SELECT head, (SELECT link FROM stream_entries e WHERE e.stream = s.stream AND e.seq = s.head) AS link \
             FROM streams s WHERE stream = ? FOR NO KEY UPDATE OF s"
        }
    };
    let last: Option<Last> = Kept::new(sql).text(stream).get_result(database).optional()?;
    Ok(last.map(|last| (last.head, last.link)))
}

/// Makes a stream in which nothing has happened, unless there is one.
pub(super) fn open_stream(database: &mut Database, stream: &str) -> QueryResult<()> {
    let sql = "INSERT INTO streams (stream, head) VALUES (?, 0) ON CONFLICT DO NOTHING";
    Kept::new(sql).text(stream).execute(database).map(drop)
}

/// The next number of a series, from 1.
pub(super) fn next_number(database: &mut Database, scope: &str) -> QueryResult<i64> {
    let sql = "INSERT INTO counters (scope, last) VALUES (?, 1) \
               ON CONFLICT (scope) DO UPDATE SET last = counters.last + 1 RETURNING last AS value";
    Kept::new(sql).text(scope).get_result::<Value>(database).map(|row| row.value)
}

/// Makes sure that the series goes on after `least`.
pub(super) fn raise_number(database: &mut Database, scope: &str, least: i64) -> QueryResult<()> {
    let sql = "INSERT INTO counters (scope, last) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET \
               last = CASE WHEN counters.last < excluded.last THEN excluded.last ELSE counters.last END";
    Kept::new(sql).text(scope).number(least).execute(database).map(drop)
}

/// Keeps how far a consumer has read a stream.
pub(super) fn set_consumer(database: &mut Database, name: &str, stream: &str, seq: i64) -> QueryResult<()> {
    let sql = "INSERT INTO consumers (name, stream, seq) VALUES (?, ?, ?) \
               ON CONFLICT (name, stream) DO UPDATE SET seq = excluded.seq";
    Kept::new(sql).text(name).text(stream).number(seq).execute(database).map(drop)
}

/// Marks a notice as read; the first reading counts.
pub(super) fn mark_read(database: &mut Database, notice: NoticeId, user: UserId, at: Timestamp) -> QueryResult<()> {
    let sql = "INSERT INTO notice_reads (notice_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    Kept::new(sql).id(notice).id(user).number(at.micros()).execute(database).map(drop)
}
