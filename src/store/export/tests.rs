//! What goes out explains itself, told on each database.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::commands::intake::save;
use crate::commands::wallet::refund;
use crate::domain::time::Seconds;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::refund::RefundGround;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;
use crate::views::ledger::RefundRequest;

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

/// A seal as an outsider computes it of text, numbers and ids.
fn seal(kind: &str, parts: &[&[u8]]) -> String {
    let mut hash = Outsider::new(kind);
    parts.iter().for_each(|part| hash.part(part));
    hash.hex()
}

fn word<'a>(row: &'a BTreeMap<String, Value>, column: &str) -> &'a [u8] {
    row[column].as_str().expect("text").as_bytes()
}

fn number(row: &BTreeMap<String, Value>, column: &str) -> [u8; 8] {
    row[column].as_i64().expect("a number").to_be_bytes()
}

#[tokio::test]
async fn whoever_has_the_tables_can_prove_what_a_lot_was_and_what_was_paid_back() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31")), lot(2, 3, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let lot_id = card.wallet.lots.iter().find(|lot| lot.number.ends_with("1")).expect("the lot").id;
        let request = RefundRequest { lot_id, units: 2, ground: RefundGround::ByContract, note: "解約".to_owned() };
        kit.write(move |unit| refund(unit, card.id, &request)).await.expect("paid back");
        let postings = export(&kit, ExportKind::Postings).await;
        let sealed = |movement: &str, lot: &Value| {
            let of = |row: &&BTreeMap<String, Value>| row["movement"] == movement && row["lot"] == *lot;
            postings.iter().find(of).expect("it was posted").clone()
        };
        let refunds = export(&kit, ExportKind::Refunds).await;
        let [refund] = refunds.as_slice() else { panic!("one refund: {refunds:?}") };
        assert_eq!(
            (&refund["contract"], &refund["yen"], &refund["units"]),
            (&json!("KS-1001"), &json!(10_000), &json!(2))
        );
        let (own, lot) = (id(refund, "id").expect("an id"), id(refund, "lot_id").expect("an id"));
        let parts: [&[u8]; 5] = [&own, &lot, &number(refund, "units"), &number(refund, "yen"), word(refund, "ground")];
        assert_eq!(sealed("refund", &refund["lot"])["terms"], seal("refund", &parts));
        let tickets = export(&kit, ExportKind::Tickets).await;
        for lot in export(&kit, ExportKind::Lots).await {
            let bought = sealed("purchase", &lot["number"]);
            let mut hash = Outsider::new("lot");
            hash.part(&id(&bought, "lot_id").expect("an id"));
            hash.part(&id(&bought, "wallet_id").expect("an id"));
            hash.part(word(&lot, "number"));
            hash.part(word(&lot, "origin"));
            hash.part(&number(&lot, "count"));
            hash.part(&number(&lot, "price_yen"));
            hash.part(word(&lot, "issued_on"));
            hash.maybe(lot["expires_on"].as_str().map(|day| day.as_bytes().to_vec()));
            hash.part(word(&lot, "scope"));
            hash.part(word(&lot, "law_class"));
            hash.maybe(id(&lot, "from_lot_id"));
            assert_eq!(lot["usable_until"], lot["expires_on"], "no days of grace");
            for ticket in tickets.iter().filter(|ticket| ticket["lot"] == lot["number"]) {
                hash.part(&id(ticket, "id").expect("an id"));
            }
            assert_eq!(bought["terms"], hash.hex(), "{}", lot["number"]);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_has_the_roots_can_prove_them_down_to_the_chains() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        kit.write(|unit| unit.take_root()).await.expect("a root").expect("the first one");
        kit.clock.advance(Seconds::hours(24));
        let request = call(&kit.card("KS-1001").await);
        kit.write(move |unit| save(unit, &request)).await.expect("the call is taken");
        kit.write(|unit| unit.take_root()).await.expect("a root").expect("the second one");
        let (roots, heads) = (export(&kit, ExportKind::Roots).await, export(&kit, ExportKind::RootHeads).await);
        assert_eq!(roots.len(), 2);
        let mut before = Vec::new();
        for root in &roots {
            let at = chrono::DateTime::parse_from_rfc3339(root["taken_at"].as_str().expect("an instant"));
            let at = at.expect("an instant").timestamp_micros().to_be_bytes();
            let mut hash = Outsider::new("root");
            [&before, number(root, "nth").as_slice(), word(root, "day"), &at].iter().for_each(|part| hash.part(part));
            let mut own: Vec<_> = heads.iter().filter(|head| head["nth"] == root["nth"]).collect();
            own.sort_by_key(|head| head["chain"].as_str());
            for head in own {
                hash.part(word(head, "chain"));
                hash.part(&number(head, "seq"));
                hash.part(&bytes(head["link"].as_str().expect("a link")));
            }
            let made = hash.hex();
            assert_eq!(root["root"], made, "{}", root["day"]);
            before = bytes(&made);
        }
        let wallets = export(&kit, ExportKind::Wallets).await;
        let head = |wallet: &BTreeMap<String, Value>| {
            let chain = format!("wallet:{}", wallet["id"].as_str().expect("an id"));
            heads.iter().rfind(|head| head["chain"] == chain).map(|head| head["link"].clone())
        };
        let used: Vec<_> = wallets.iter().filter(|wallet| wallet["postings"] != 0).collect();
        assert!(!used.is_empty() && used.iter().all(|wallet| head(wallet).as_ref() == Some(&wallet["chain_head"])));
        let streams = export(&kit, ExportKind::Streams).await;
        let journal = export(&kit, ExportKind::Journal).await;
        let known = |row: &BTreeMap<String, Value>| journal.iter().any(|entry| entry["id"] == row["event_id"]);
        assert!(streams.len() >= journal.len() && streams.iter().all(known));
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_goes_out_and_people_go_without_what_they_log_in_with() {
    on_both(company_with(json!([])), async |kit| {
        use ExportKind as K;
        let company = &export(&kit, K::Company).await[0];
        assert_eq!((&company["name_ja"], &company["zone"]), (&json!("犀川機器サービス"), &json!("Asia/Tokyo")));
        for (kind, code) in [(K::Skills, "compressor"), (K::Parts, "belt"), (K::Causes, "wear")] {
            assert_eq!(export(&kit, kind).await[0]["code"], code, "{kind}");
        }
        assert_eq!(export(&kit, K::Causes).await[1]["own_defect"], json!(true));
        let symptoms = export(&kit, K::Symptoms).await;
        assert_eq!((&symptoms[0]["code"], &symptoms[0]["likely_parts"]), (&json!("noise"), &json!(["belt"])));
        let people = export(&kit, K::People).await;
        assert_eq!((&people[0]["login"], &people[0]["role"]), (&json!("sakura"), &json!("operator")));
        for kind in [K::People, K::PeopleChanges, K::Mails, K::NoticeReads] {
            assert!(columns(kind).iter().all(|column| !column.contains("password") && !column.contains("hash")));
        }
    })
    .await;
}
