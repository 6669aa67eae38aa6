//! The days behind postings that tell of the time before an import, against the seals that those postings carry.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Findings;
use super::wallets::Line;
use crate::domain::ids::*;
use crate::domain::wallet::past::seal;
use crate::store::codec::day;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::past_moves;

pub(super) fn check(
    database: &mut Database,
    wallets: &[WalletId],
    lines: &BTreeMap<WalletId, Vec<Line>>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    type Row = (PostingId, WalletId, String, Option<ReportId>);
    let rows: Vec<Row> = past_moves::table
        .filter(past_moves::wallet_id.eq_any(wallets))
        .order((past_moves::wallet_id, past_moves::posting_id))
        .select((past_moves::posting_id, past_moves::wallet_id, past_moves::day, past_moves::repair_id))
        .load(database)?;
    let mut told: BTreeMap<(WalletId, PostingId), Vec<u8>> = BTreeMap::new();
    for (posting, wallet, on, repair) in rows {
        match day(&on) {
            Ok(on) => drop(told.insert((wallet, posting), seal(on, repair).to_vec())),
            Err(error) => findings.add("wallet.past", posting, error.to_string()),
        }
    }
    for (wallet, line) in lines.iter().flat_map(|(wallet, lines)| lines.iter().map(move |line| (wallet, line))) {
        let is_past = matches!(line.movement.as_str(), "capture" | "expire") && line.issue.is_none();
        let sealed = line.terms.clone().filter(|_| is_past);
        if told.remove(&(*wallet, line.id)) != sealed {
            findings.add("wallet.past", line.id, "the day before the import is not the one that the posting seals");
        }
    }
    for (_, posting) in told.into_keys() {
        findings.add("wallet.past", posting, "a day before the import without its posting");
    }
    Ok(())
}
