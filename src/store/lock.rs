//! One server per database: a second one would plan the same territories and publish from its own memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::thread;
use std::time::Instant;

use diesel::RunQueryDsl;
use diesel::sql_types::Bool;

use super::connection::{self, Address, Database};
use super::error::StoreError;
use crate::limits;

/// Names the lock among others that share a PostgreSQL server: "kaketsuk" in ASCII.
const ADVISORY_KEY: i64 = 0x6b61_6b65_7473_756b;

/// Holds the database for this process. The operating system or the database server lets go of it when the process
/// ends, however it ends.
pub struct NodeLock {
    _held: Held,
}

enum Held {
    File { _file: File },
    Session { _connection: Box<Database> },
}

impl NodeLock {
    /// Takes the lock, or says that another server has it.
    pub fn take(address: &Address) -> Result<Self, StoreError> {
        let held = match address {
            Address::File(path) => lock_file(path)?,
            Address::Postgres(_) => lock_session(address)?,
        };
        Ok(Self { _held: held })
    }
}

fn lock_file(path: &str) -> Result<Held, StoreError> {
    let name = format!("{path}.lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = opened.map_err(|error| StoreError::Connect(format!("{name}: {error}")))?;
    match file.try_lock() {
        Ok(()) => Ok(Held::File { _file: file }),
        Err(TryLockError::WouldBlock) => Err(StoreError::Taken(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(StoreError::Connect(format!("{name}: {error}"))),
    }
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// PostgreSQL frees the lock with the connection, so that is kept open. It notices a connection's end only some time
/// after the process is gone, and whoever starts a server again must not be refused for that.
fn lock_session(address: &Address) -> Result<Held, StoreError> {
    let mut connection = connection::open(address)?;
    let sql = format!("SELECT pg_try_advisory_lock({ADVISORY_KEY}) AS taken");
    let asked = Instant::now();
    loop {
        let row: Taken = diesel::sql_query(&sql).get_result(&mut connection)?;
        if row.taken {
            return Ok(Held::Session { _connection: Box::new(connection) });
        }
        if asked.elapsed() >= limits::NODE_LOCK_PATIENCE {
            return Err(StoreError::Taken("this PostgreSQL database".to_owned()));
        }
        thread::sleep(limits::NODE_LOCK_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::{company_with, on_both};

    #[test]
    fn a_second_server_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::File(folder.path().join("kaketsuke.db").to_string_lossy().into_owned());
        let first = NodeLock::take(&address).unwrap();
        let refused = NodeLock::take(&address).err().expect("refused");
        assert!(refused.to_string().contains("another kaketsuke server"), "{refused}");
        drop(first);
        assert!(NodeLock::take(&address).is_ok());
    }

    #[tokio::test]
    async fn a_server_that_starts_again_waits_for_the_session_of_the_one_before() {
        on_both(company_with(json!([])), async |kit| {
            let first = NodeLock::take(&kit.address).unwrap();
            let leaving = thread::spawn(move || {
                thread::sleep(limits::NODE_LOCK_PAUSE * 4);
                drop(first);
            });
            if matches!(kit.address, Address::File(_)) {
                leaving.join().unwrap();
            }
            assert!(NodeLock::take(&kit.address).is_ok());
        })
        .await;
    }
}
