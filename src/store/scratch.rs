//! A database for a trial, on a PostgreSQL server where databases may be made. It is gone when the trial is over.

use diesel::connection::SimpleConnection;

use super::connection::{self, Address};
use super::error::StoreError;

pub struct Scratch {
    server: Address,
    name: String,
    pub address: Address,
}

impl Scratch {
    /// Makes an empty database beside the one that `server` names. It survives no power cut: its commits do not wait
    /// for the disk.
    pub fn make(server: &str, name: &str) -> Result<Self, StoreError> {
        let Some((base, _)) = server.rsplit_once('/') else {
            return Err(StoreError::connect("the address names no database"));
        };
        let address = Address::Postgres(format!("{base}/{name}"));
        let scratch = Self { server: Address::Postgres(server.to_owned()), name: name.to_owned(), address };
        let mut admin = connection::open(&scratch.server)?;
        admin.batch_execute(&format!("CREATE DATABASE {name}"))?;
        admin.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off"))?;
        // Commands of many nodes cross each other's locks on purpose here, and the server's usual second before it looks
        // would be most of the trial. Only a superuser may say so.
        let impatient = format!("ALTER DATABASE {name} SET deadlock_timeout = '50ms'");
        if let Err(error) = admin.batch_execute(&impatient) {
            tracing::debug!(%error, "deadlocks are found after the server's own time");
        }
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let gone = connection::open(&self.server).and_then(|mut admin| {
            Ok(admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))?)
        });
        if let Err(error) = gone {
            tracing::warn!(%error, name = self.name, "a database of a trial is left behind");
        }
    }
}
