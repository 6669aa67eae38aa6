//! How much a check has looked at: without it "nothing found" could mean that there was nothing.

use diesel::prelude::*;

use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

macro_rules! counted {
    ($database:expr, $($what:literal: $table:ident),+ $(,)?) => {
        vec![$(($what, $table::table.count().get_result::<i64>($database)?)),+]
    };
}

impl Reader<'_> {
    /// Rows of each kind that [`Reader::verify`] reads.
    pub fn verified(&mut self) -> Result<Vec<(&'static str, i64)>, Fault> {
        Ok(counted!(self.database,
            "wallets": wallets,
            "lots": lots,
            "tickets": tickets,
            "postings": postings,
            "policies": policies,
            "holds": holds,
            "adjustments": adjustments,
            "refusals": refusals,
            "disputes": disputes,
            "approvals": approvals,
            "roots": ledger_roots,
            "streams": streams,
            "journal entries": journal,
            "contacts": interactions,
            "issues": issues,
            "visits": visits,
            "reports": service_reports,
        ))
    }
}
