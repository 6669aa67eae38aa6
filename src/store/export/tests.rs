//! What goes out explains itself, told on each database.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::commands::intake::save;
use crate::domain::wallet::account::CorrectionReason;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;

/// Every row of a table, each by the names of its columns.
async fn export(kit: &Kit, kind: ExportKind) -> Vec<BTreeMap<String, Value>> {
    let (mut rows, mut after) = (Vec::new(), Some(String::new()));
    while let Some(from) = after {
        let page = kit.read(move |reader| reader.export_page(kind, &from)).await.expect("a page");
        rows.extend(page.rows.into_iter().map(|row| columns(kind).into_iter().zip(row).collect()));
        after = page.next;
    }
    rows
}

/// The chain as an outsider computes it, who has the table and its description and nothing else of this program.
struct Outsider(Sha256);

impl Outsider {
    fn new(kind: &str) -> Self {
        let mut hash = Self(Sha256::new());
        hash.part(kind.as_bytes());
        hash
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn maybe(&mut self, bytes: Option<Vec<u8>>) {
        self.0.update([u8::from(bytes.is_some())]);
        self.part(&bytes.unwrap_or_default());
    }

    fn hex(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).expect("hex"), 16).expect("hex")).collect()
}

/// The 16 bytes of an id such as `con_0123…`.
fn id(row: &BTreeMap<String, Value>, column: &str) -> Option<Vec<u8>> {
    row[column].as_str().map(|text| bytes(text.split_once('_').expect("an id").1))
}

fn link(before: &str, row: &BTreeMap<String, Value>) -> String {
    let told = row["told"].as_str();
    let mut hash = Outsider::new(if told.is_some() { "told posting" } else { "posting" });
    if let Some(seal) = told {
        hash.part(&bytes(seal));
    }
    hash.part(&bytes(before));
    hash.part(&id(row, "id").expect("an id"));
    hash.part(&id(row, "wallet_id").expect("an id"));
    for column in ["seq", "units"] {
        hash.part(&row[column].as_i64().expect("a number").to_be_bytes());
    }
    let at = chrono::DateTime::parse_from_rfc3339(row["at"].as_str().expect("an instant")).expect("an instant");
    hash.part(&at.timestamp_micros().to_be_bytes());
    hash.part(&id(row, "event_id").expect("an id"));
    for column in ["lot_id", "ticket_id", "issue_id", "refers_to"] {
        hash.maybe(id(row, column));
    }
    hash.maybe(row["terms"].as_str().map(bytes));
    for column in ["movement", "from_account", "to_account", "reason"] {
        hash.part(row[column].as_str().expect("text").as_bytes());
    }
    hash.hex()
}

fn first_link(row: &BTreeMap<String, Value>) -> String {
    let mut hash = Outsider::new("wallet");
    hash.part(&id(row, "wallet_id").expect("an id"));
    hash.part(&id(row, "contract_id").expect("an id"));
    hash.part(row["unit"].as_str().expect("a unit").as_bytes());
    hash.hex()
}

#[tokio::test]
async fn whoever_has_the_postings_can_prove_the_chain() {
    let mut used = lot(1, 5, Some("2027-03-31"));
    used["used"] = 2.into();
    used["uses"] = json!([{"on": "2026-11-02", "units": 1, "repair": "AC20-0002"}]);
    on_both(company_with(json!([used, lot(2, 3, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let request = call(&card);
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        let because = || Because { reason: CorrectionReason::EntryError.as_str().to_owned(), note: String::new() };
        kit.write(move |unit| unit.capture_by_hand(card.id, issue, 1, &because())).await.expect("it is used");
        kit.write(move |unit| unit.reverse_by_hand(card.id, issue, 1, &because())).await.expect("it is given back");
        let rows = export(&kit, ExportKind::Postings).await;
        assert!(rows.len() > 8);
        let mut heads: BTreeMap<String, String> = BTreeMap::new();
        for row in &rows {
            let wallet = row["wallet_id"].as_str().expect("a wallet").to_owned();
            let head = heads.entry(wallet).or_insert_with(|| first_link(row));
            *head = link(head, row);
            assert_eq!(row["link"], head.as_str(), "posting {}", row["seq"]);
        }
        let page = kit.read(move |reader| reader.ledger_page(card.id, None, None)).await.expect("the ledger");
        assert_eq!(heads.values().collect::<Vec<_>>(), [&page.chain_head]);
    })
    .await;
}

#[tokio::test]
async fn used_is_what_was_used_and_not_what_was_lost_otherwise() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31")), lot(2, 4, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let request = call(&card);
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        let because = || Because { reason: CorrectionReason::EntryError.as_str().to_owned(), note: String::new() };
        kit.write(move |unit| unit.capture_by_hand(card.id, issue, 1, &because())).await.expect("it is used");
        let second = card.wallet.lots.iter().find(|lot| lot.number.ends_with("2")).expect("the second lot").id;
        kit.write(move |unit| unit.adjust_down(card.id, second, 3, &because())).await.expect("it is adjusted");
        let rows = export(&kit, ExportKind::Lots).await;
        let told = |row: &BTreeMap<String, Value>| (row["used"].clone(), row["uses"].clone(), row["voided"].clone());
        assert_eq!(told(&rows[0]), (json!(1), json!("2026-11-23|1"), json!(0)));
        assert_eq!(told(&rows[1]), (json!(0), json!(""), json!(3)));
    })
    .await;
}

#[tokio::test]
async fn a_whole_company_goes_out() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        let request = call(&kit.card("KS-1001").await);
        kit.write(move |unit| save(unit, &request)).await.expect("the call is taken");
        use ExportKind as K;
        let filled = [
            (K::WorkOrders, 1),
            (K::Policies, 2),
            (K::Holds, 1),
            (K::Territories, 1),
            (K::Technicians, 1),
            (K::Absences, 1),
            (K::Products, 1),
            (K::Symptoms, 2),
            (K::PastRepairs, 1),
        ];
        for (kind, rows) in filled {
            assert_eq!(export(&kit, kind).await.len(), rows, "{kind}");
        }
        let repair = &export(&kit, K::PastRepairs).await[0];
        assert_eq!(
            (&repair["serial"], &repair["on"], &repair["minutes"]),
            (&json!("AC20-0002"), &json!("2026-11-02"), &json!(55))
        );
        let policy = &export(&kit, K::Policies).await[0]["policy"];
        assert_eq!(policy["fault_cost"], 1);
        let journal = export(&kit, K::Journal).await;
        assert!(journal.iter().any(|row| row["kind"] == "wallet.held" && row["contract"] == "KS-1001"));
    })
    .await;
}
