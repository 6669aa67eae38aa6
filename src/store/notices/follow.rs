//! How far a consumer has read the journal. The place is kept in the same transaction as what came of the reading.

use diesel::prelude::*;

use crate::domain::event::Stream;
use crate::domain::ids::{ContractId, WalletId};
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{consumers, lots, streams};
use crate::store::{Reader, Unit, portable};

impl Reader<'_> {
    /// The last entry of a stream that a consumer has read; 0 while it has read none.
    pub fn consumed(&mut self, consumer: &str, stream: Stream) -> Result<i64, Fault> {
        let seq = consumers::table.find((consumer, stream.to_string())).select(consumers::seq).first(self.database);
        Ok(seq.optional()?.unwrap_or_default())
    }

    /// Contracts whose streams go on after what a consumer has read, at most `limit`.
    pub fn contracts_behind(&mut self, consumer: &str, limit: i64) -> Result<Vec<ContractId>, Fault> {
        let read = consumers::name.eq(consumer).and(consumers::stream.eq(streams::stream));
        let names: Vec<String> = streams::table
            .left_join(consumers::table.on(read))
            .filter(streams::stream.like("contract:%"))
            .filter(consumers::seq.nullable().is_null().or(consumers::seq.nullable().lt(streams::head.nullable())))
            .order(streams::stream)
            .limit(limit)
            .select(streams::stream)
            .load(self.database)?;
        let contract = |name: String| match name.parse() {
            Ok(Stream::Contract(id)) => Ok(id),
            _ => Err(StoreError::corrupt(format!("{name:?} is no contract's stream"))),
        };
        Ok(names.into_iter().map(contract).collect::<Result<_, _>>()?)
    }

    /// How many lots a wallet has had.
    pub fn lot_count(&mut self, wallet: WalletId) -> Result<i64, Fault> {
        Ok(lots::table.filter(lots::wallet_id.eq(wallet)).count().get_result(self.database)?)
    }
}

impl Unit<'_> {
    /// Keeps how far a consumer has read a stream.
    pub fn set_consumed(&mut self, consumer: &str, stream: Stream, seq: i64) -> Result<(), Fault> {
        Ok(portable::set_consumer(self.database, consumer, &stream.to_string(), seq)?)
    }
}
