//! One server per database: a second one would plan the same territories and publish from its own memory.

use std::fs::{File, OpenOptions, TryLockError};

use diesel::RunQueryDsl;
use diesel::sql_types::Bool;

use super::connection::{self, Address, Database};
use super::error::StoreError;

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

/// PostgreSQL frees the lock with the connection, so that is kept open.
fn lock_session(address: &Address) -> Result<Held, StoreError> {
    let mut connection = connection::open(address)?;
    let sql = format!("SELECT pg_try_advisory_lock({ADVISORY_KEY}) AS taken");
    let row: Taken = diesel::sql_query(sql).get_result(&mut connection)?;
    if row.taken {
        Ok(Held::Session { _connection: Box::new(connection) })
    } else {
        Err(StoreError::Taken("this PostgreSQL database".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
