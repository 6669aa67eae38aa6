//! Where phones last told that technicians are.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::ids::TechnicianId;
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use crate::store::Reader;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::positions;
use crate::store::visits::position;

/// A position of which a phone told: its number, its time, the place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenAt {
    pub seq: i64,
    pub at: Timestamp,
    pub place: Position,
}

/// The newest position of each technician.
pub fn fixes(database: &mut Database, ids: &[TechnicianId]) -> Result<BTreeMap<TechnicianId, SeenAt>, Fault> {
    let rows: Vec<FixRow> =
        positions::table.filter(positions::technician_id.eq_any(ids.to_vec())).select(FIX_COLUMNS).load(database)?;
    rows.into_iter().map(seen_at).collect()
}

type FixRow = (TechnicianId, i64, Timestamp, f64, f64);
type FixColumns = (positions::technician_id, positions::seq, positions::at, positions::lat, positions::lon);
const FIX_COLUMNS: FixColumns =
    (positions::technician_id, positions::seq, positions::at, positions::lat, positions::lon);

fn seen_at((id, seq, at, lat, lon): FixRow) -> Result<(TechnicianId, SeenAt), Fault> {
    Ok((id, SeenAt { seq, at, place: position(lat, lon)? }))
}

impl Reader<'_> {
    /// The sum of the numbers of all positions. Each technician's numbers rise, so it changes with every position.
    pub(in crate::store) fn fixes_told(&mut self) -> Result<i64, Fault> {
        let count = sql::<BigInt>("CAST(COALESCE(SUM(seq), 0) AS BIGINT)");
        Ok(positions::table.select(count).first(self.database)?)
    }

    /// The positions that came in from some moment on, of whomever.
    pub(in crate::store) fn fixes_since(&mut self, from: Timestamp) -> Result<Vec<(TechnicianId, SeenAt)>, Fault> {
        let rows: Vec<FixRow> =
            positions::table.filter(positions::received_at.ge(from)).select(FIX_COLUMNS).load(self.database)?;
        rows.into_iter().map(seen_at).collect()
    }
}
