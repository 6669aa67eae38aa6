//! A database for one test, on SQLite or on PostgreSQL; gone with the test.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::store::Address;
use kaketsuke::store::connection::{self, Database};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A freshly made database.
pub struct Data {
    pub address: Address,
    /// On the PostgreSQL server: its URL and the name of the database.
    server: Option<(String, String)>,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// These change by themselves: who logs in, what the trackers compute anew each half minute, what the herald tells.
const RESTLESS: [&str; 9] =
    ["sessions", "etas", "eta_figures", "positions", "streams", "stream_entries", "refusals", "notices", "mails"];

impl Data {
    pub fn new(kind: Kind, folder: &tempfile::TempDir) -> Self {
        match kind {
            Kind::Sqlite => {
                let path = folder.path().join("kaketsuke.db");
                Self { address: Address::File(path.to_str().expect("UTF-8").to_owned()), server: None }
            }
            Kind::Postgres => Self::on_server(),
        }
    }

    fn on_server() -> Self {
        let server = std::env::var("KAKETSUKE_TEST_POSTGRES").unwrap_or_else(|_| {
            panic!(
                "KAKETSUKE_TEST_POSTGRES names no PostgreSQL server where databases may be made: \
                 run scripts/test.sh, which starts one"
            )
        });
        let name = format!("kaketsuke_it_{:016x}", Seeds::from_entropy().expect("entropy").number());
        let mut admin = connection::open(&Address::Postgres(server.clone())).expect("the test server answers");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("databases may be made");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
        Self { address: Address::Postgres(format!("{base}/{name}")), server: Some((server, name)) }
    }

    pub fn connect(&self) -> Database {
        connection::open(&self.address).expect("the database opens")
    }

    /// Writes rows that no command makes.
    pub fn sql(&self, statements: &str) {
        self.connect().batch_execute(statements).expect("the statements fit");
    }

    /// Changes postings as somebody does who has his hands on the database: their guard is taken away first.
    pub fn tamper(&self, statements: &str) {
        let mut database = self.connect();
        let unguard = match database {
            Database::Sqlite(_) => "DROP TRIGGER postings_update",
            Database::Postgres(_) => "ALTER TABLE postings DISABLE TRIGGER USER",
        };
        database.batch_execute(unguard).expect("the guard falls");
        database.batch_execute(statements).expect("the statements fit");
    }

    /// Rows of every table that only commands change.
    pub fn counts(&self) -> BTreeMap<String, i64> {
        let mut database = self.connect();
        let tables = match database {
            Database::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            Database::Postgres(_) => {
                "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
            }
        };
        let tables: Vec<Name> = diesel::sql_query(tables).load(&mut database).expect("the tables' names");
        let counted = tables.into_iter().filter(|table| !RESTLESS.contains(&table.name.as_str())).map(|table| {
            let rows = match table.name.as_str() {
                "journal" => "journal WHERE kind NOT IN ('eta.told', 'notice.given')",
                // A refusal is noted for audit, and numbered.
                "counters" => "counters WHERE scope <> 'refusals'",
                name => name,
            };
            let sql = format!("SELECT count(*) AS n FROM {rows}");
            let count: Count = diesel::sql_query(sql).get_result(&mut database).expect("a count");
            (table.name, count.n)
        });
        counted.collect()
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server
            && let Ok(mut admin) = connection::open(&Address::Postgres(server.clone()))
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
