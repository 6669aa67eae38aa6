//! One connection type over both databases.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration;
use diesel::{Connection as _, PgConnection, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::error::StoreError;
use crate::effects::progress::Progress;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// SQLite or PostgreSQL behind one set of queries.
#[derive(diesel::MultiConnection)]
pub enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file; made when missing.
    File(String),
    /// A `postgres://` URL.
    Postgres(String),
}

impl Address {
    /// Reads an address as people write it. A URL of another database is no file's name.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.split_once("://") {
            Some((scheme, _)) => Err(BadAddress { scheme: scheme.to_owned() }),
            None => Ok(Self::File(text.strip_prefix("sqlite:").unwrap_or(text).to_owned())),
        }
    }
}

/// The text names a database of a kind that we do not keep data in. What follows the scheme may hold a password and is
/// not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{scheme}:// is no database that kaketsuke knows: name a SQLite file such as /var/lib/kaketsuke/kaketsuke.db, or a \
     postgres:// or postgresql:// URL"
)]
pub struct BadAddress {
    scheme: String,
}

/// `busy_timeout` comes first, so that the switch to the write-ahead log waits for another process.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;";

/// Opens a connection that may write.
pub fn open(address: &Address) -> Result<Database, StoreError> {
    match address {
        Address::File(path) => {
            let mut sqlite = SqliteConnection::establish(path).map_err(StoreError::connect)?;
            sqlite.batch_execute(SQLITE_SETTINGS)?;
            Ok(Database::Sqlite(sqlite))
        }
        Address::Postgres(url) => {
            let mut postgres = PgConnection::establish(url).map_err(StoreError::connect)?;
            postgres.batch_execute("SET client_min_messages = warning; SET lock_timeout = '10s';")?;
            Ok(Database::Postgres(postgres))
        }
    }
}

/// Opens a connection that cannot write.
pub fn open_reader(address: &Address) -> Result<Database, StoreError> {
    let mut connection = open(address)?;
    match &mut connection {
        Database::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA query_only = ON;")?,
        Database::Postgres(postgres) => {
            postgres.batch_execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;")?;
        }
    }
    Ok(connection)
}

/// Brings the tables up to date. Returns the names of the migrations that ran.
pub fn migrate(connection: &mut Database) -> Result<Vec<String>, StoreError> {
    migrate_told(connection, &Progress::default())
}

/// The same for somebody who waits for it.
pub fn migrate_told(connection: &mut Database, progress: &Progress) -> Result<Vec<String>, StoreError> {
    let ran = match connection {
        Database::Sqlite(sqlite) => run_each(sqlite, SQLITE, progress),
        Database::Postgres(postgres) => run_each(postgres, POSTGRES, progress),
    };
    ran.map_err(|error| StoreError::Migration(error.to_string()))
}

fn run_each<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
    progress: &Progress,
) -> migration::Result<Vec<String>> {
    let pending = harness.pending_migrations(source)?;
    progress.begin("migrations", pending.len());
    let mut ran = Vec::with_capacity(pending.len());
    for migration in &pending {
        harness.run_migration(migration.as_ref())?;
        ran.push(migration.name().to_string());
        progress.add(1);
    }
    Ok(ran)
}

/// Writes a consistent copy of a SQLite file while others use it.
pub fn copy_to(address: &Address, to: &std::path::Path) -> Result<(), StoreError> {
    let Some(to) = to.to_str() else { return Err(StoreError::connect("the file's name is not UTF-8")) };
    let mut database = open(address)?;
    diesel::sql_query("VACUUM INTO $1").bind::<diesel::sql_types::Text, _>(to).execute(&mut database)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_file_or_postgresql_and_nothing_else() {
        for url in ["postgres://db/k", "postgresql://u:p@db/k"] {
            assert_eq!(Address::parse(url), Ok(Address::Postgres(url.to_owned())));
        }
        assert_eq!(Address::parse("sqlite:data/k.db"), Ok(Address::File("data/k.db".to_owned())));
        assert_eq!(Address::parse("data/k.db"), Ok(Address::File("data/k.db".to_owned())));
        for wrong in ["foo://x", "mysql://u:secret@db/k", "Postgres://db/k", "sqlite://k.db"] {
            let told = Address::parse(wrong).unwrap_err().to_string();
            assert!(told.contains("postgres://") && !told.contains("secret"), "{wrong}: {told}");
        }
    }
}
