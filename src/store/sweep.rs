//! Rows that have had their time.

use diesel::prelude::*;

use super::Unit;
use super::error::Fault;
use super::schema::{operations, sessions};
use crate::domain::time::Seconds;

impl Unit<'_> {
    /// Forgets answers older than `keep` and log-ins that are over.
    pub fn forget_old(&mut self, keep: Seconds) -> Result<(), Fault> {
        let now = self.now();
        diesel::delete(operations::table.filter(operations::at.lt(now - keep))).execute(self.database)?;
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(self.database)?;
        Ok(())
    }
}
