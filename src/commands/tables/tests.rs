//! Tables in and out, told on each database.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::event::EventKind;
use crate::domain::refusal::Code;
use crate::domain::wallet::billing::BillingModel;
use crate::effects::spool::Spool;
use crate::store::Fault;
use crate::store::testing::{Kit, company_with, lot, on_both};
use crate::views::table::{ExportKind, ImportKind, ImportReport, TableFormat};

mod lots;

fn source(kind: ImportKind, text: &str) -> Source {
    let mut filling = Spool::begin(&std::env::temp_dir()).expect("a temporary file");
    filling.push(text.as_bytes()).expect("it is written");
    Source::of(kind, Arc::new(filling.finish())).expect("it is read")
}

async fn dry(kit: &Kit, kind: ImportKind, text: &str) -> ImportReport {
    let source = source(kind, text);
    kit.read(move |reader| look(reader, &source)).await.expect("it is judged")
}

async fn bring(kit: &Kit, kind: ImportKind, text: &str) -> Result<ImportReport, Fault> {
    let source = source(kind, text);
    kit.write(move |unit| enter(unit, &source)).await
}

async fn brought(kit: &Kit, kind: ImportKind, text: &str) -> (u64, u64, u64) {
    let report = bring(kit, kind, text).await.unwrap_or_else(|fault| panic!("{kind}: {fault:?}"));
    (report.added, report.changed, report.unchanged)
}

async fn export(kit: &Kit, kind: ExportKind, format: TableFormat) -> String {
    let (mut text, mut after) = (beginning(kind, format), Some(String::new()));
    while let Some(from) = after {
        let (rows, next) = kit.read(move |reader| page(reader, kind, format, &from)).await.expect("a page");
        text.push_str(&rows);
        after = next;
    }
    text
}

fn faults(report: &ImportReport) -> Vec<(u64, &str, &str)> {
    report.faults.iter().map(|fault| (fault.row, fault.column.as_str(), fault.code.as_str())).collect()
}

/// What the tables of a company that can come in say.
async fn tables_of(kit: &Kit) -> Vec<(ImportKind, String)> {
    let mut tables = Vec::new();
    for kind in ImportKind::ALL {
        let twin = kind.as_str().parse().expect("what comes in goes out too");
        tables.push((*kind, export(kit, twin, TableFormat::Csv).await));
    }
    tables
}

const CUSTOMERS: &str =
    "code,name,kana,phones,group\nC3,兼六工業,ケンロクコウギョウ,076-555-0300;076-555-0301,百万石\n";
const CONTACTS: &str =
    "customer,code,name,kana,phone,email\nC3,P1,加賀 一郎,カガ イチロウ,+81-90-5555-0303,ichiro@example.jp\n";
const SITES: &str = "customer,code,name,postcode,address,lat,lon,territory,access_notes\n\
    C3,S3,第二工場,920-0003,金沢市兼六町3-3,36.562,136.662,KN,\"守衛所で受付。\n=入館証が必要\"\n";
const CONTRACTS: &str = "number,customer,plan,starts_on,ends_on,question_cost,fault_cost,inquiry_cost,recurrence_days,\
    capture_point,overdraft_limit,no_fault_found_cost,cancel_after_departure_cost,expiry_notice_days,covers_ja,covers_en\n\
    KS-3001,C3,標準,2026-04-01,2027-03-31,1,1,0,30,completion,2,1,1,90;30,1要件,One issue\n";
const ASSETS: &str = "serial,contract,product,site,installed_on\nAC20-0301,KS-3001,AC-20,S3,2025/5/10\nAC20-0302,KS-3001,AC-20,S3,2025-05-10\n";
const LOTS: &str = "number,contract,origin,count,price_yen,issued_on,expires_on,used\n\
    TK-2026-000301,KS-3001,paid,10,\"50,000\",2026-04-01,2027-03-31,3\n\
    TK-2026-000302,KS-3001,promotional,2,0,2026-04-01,2026-09-30,\n";

async fn bring_all(kit: &Kit) {
    use ImportKind::{Assets, Contacts, Contracts, Customers, Lots, Sites};
    for (kind, text, added) in [
        (Customers, CUSTOMERS, 1),
        (Contacts, CONTACTS, 1),
        (Sites, SITES, 1),
        (Contracts, CONTRACTS, 1),
        (Assets, ASSETS, 2),
        (Lots, LOTS, 2),
    ] {
        assert_eq!(brought(kit, kind, text).await, (added, 0, 0), "{kind}");
    }
}

#[tokio::test]
async fn an_office_brings_a_new_customer_in_with_all_that_is_his() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        bring_all(&kit).await;
        let card = kit.card("KS-3001").await;
        assert_eq!((card.assets.len(), card.contacts.len(), card.sites.len()), (2, 1, 1));
        assert_eq!(card.customer.phones.len(), 3, "its own and its contact's");
        let wallet = &card.wallet;
        assert_eq!((wallet.available, wallet.consumed, wallet.expired), (7, 3, 2));
        assert_eq!(card.policy.expiry_notice_days, [90, 30]);
        let contract = card.id;
        let page =
            kit.read(move |reader| reader.events_after(crate::domain::event::Stream::Contract(contract), 0, 100));
        let kinds: Vec<EventKind> = page.await.unwrap().into_iter().map(|(_, event)| event.kind).collect();
        assert_eq!(kinds[..3], [EventKind::ContractEntered, EventKind::AssetsEntered, EventKind::WalletPurchased]);
        kit.assert_sound().await;
        for (kind, text) in
            [(ImportKind::Customers, CUSTOMERS), (ImportKind::Lots, LOTS), (ImportKind::Contracts, CONTRACTS)]
        {
            let again = brought(&kit, kind, text).await;
            assert_eq!((again.0, again.1), (0, 0), "{kind} is the same");
        }
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_harmless_changes_and_what_was_agreed_does_not() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        bring_all(&kit).await;
        let renamed = CUSTOMERS.replace("兼六工業", "兼六ホールディングス").replace(";076-555-0301", "");
        assert_eq!(brought(&kit, ImportKind::Customers, &renamed).await, (0, 1, 0));
        let card = kit.card("KS-3001").await;
        assert_eq!((card.customer.name.as_str(), card.customer.phones.len()), ("兼六ホールディングス", 2));
        let moved = CONTACTS.replace("0303", "0399");
        assert_eq!(brought(&kit, ImportKind::Contacts, &moved).await, (0, 1, 0));
        let found = kit.read(|reader| reader.search("09055550303")).await.unwrap().hits.len();
        let now = kit.read(|reader| reader.search("09055550399")).await.unwrap().hits.len();
        assert_eq!((found, now), (0, 1));
        let elsewhere = ASSETS.replace("AC20-0302,KS-3001,AC-20,S3", "AC20-0302,KS-1001,AC-20,S1");
        let report = dry(&kit, ImportKind::Assets, &elsewhere).await;
        assert_eq!(faults(&report), [(3, "contract", "row.differs")]);
        let cheaper = LOTS.replace("50,000", "40,000").replace("2027-03-31,3", "2027-04-30,3");
        let report = dry(&kit, ImportKind::Lots, &cheaper).await;
        assert_eq!(faults(&report), [(2, "price_yen", "row.differs"), (2, "expires_on", "row.differs")]);
        let generous = CONTRACTS.replace(",completion,2,", ",arrival,5,");
        let report = dry(&kit, ImportKind::Contracts, &generous).await;
        let mut told = faults(&report);
        told.sort_unstable();
        assert_eq!(told, [(2, "capture_point", "row.differs"), (2, "overdraft_limit", "row.differs")]);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn references_and_rules_are_told_by_row_and_column() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let head = "serial,contract,product,site,installed_on\n";
        let text = format!(
            "{head}A-1,KS-9999,AC-20,S1,2026-01-01\nA-2,KS-1001,XX,S9,2026-01-01\nA-3,KS-1001,AC-20,S2,2026-01-01\n\
             A-4,KS-1001,AC-20,S1,2026-01-01\nA-4,KS-1001,AC-20,S1,2026-01-01\n"
        );
        let report = dry(&kit, ImportKind::Assets, &text).await;
        let expected = [
            (2, "contract", "reference.unknown"),
            (3, "product", "reference.unknown"),
            (3, "site", "reference.unknown"),
            (4, "site", "site.foreign"),
            (6, "serial", "code.duplicate"),
        ];
        assert_eq!(faults(&report), expected);
        assert_eq!((report.rows, report.added, report.faulty_rows), (5, 1, 4));
        let head = "number,contract,origin,count,price_yen,issued_on,expires_on,law_class\n";
        let text = format!(
            "{head}PT-2026-000900,KS-1001,paid,10,1,2026-04-01,,\nTK-2026-000901,KS-1001,paid,10,1,2027-04-01,,\n\
             TK-2026-000902,KS-1001,paid,10,1,2026-06-01,2026-12-31,six_month_exempt\n"
        );
        let report = dry(&kit, ImportKind::Lots, &text).await;
        let expected =
            [(2, "number", "lot.unit"), (3, "issued_on", "lot.in_future"), (4, "expires_on", "wallet.six_months")];
        assert_eq!(faults(&report), expected);
        let refused = bring(&kit, ImportKind::Lots, &text).await;
        assert!(matches!(refused, Err(Fault::Refused(refusal)) if refusal.code == Code::ImportFaulty));
        kit.assert_sound().await;
    })
    .await;
}

/// 10,000 assets, of which each 270th has one fault of three kinds: 37 in all.
fn ten_thousand() -> (String, Vec<(u64, &'static str, &'static str)>) {
    let mut text = String::from("serial,contract,product,site,installed_on\n");
    let mut planted = Vec::new();
    for n in 0..10_000_u64 {
        let (mut product, mut site, mut day) = ("AC-20", "S1", "2026-01-15");
        if n % 270 == 269 {
            let fault = match n % 3 {
                0 => (n + 2, "product", "reference.unknown"),
                1 => (n + 2, "site", "site.foreign"),
                _ => (n + 2, "installed_on", "cell.date"),
            };
            match fault.1 {
                "product" => product = "AC-99",
                "site" => site = "S2",
                _ => day = "2026-13-15",
            }
            planted.push(fault);
        }
        text += &format!("N{n:05},KS-1001,{product},{site},{day}\n");
    }
    (text, planted)
}

#[tokio::test]
async fn a_policy_set_on_screen_goes_out_and_comes_in_again() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let body = json!({"contract_version": card.version, "from_day": "2026-11-23", "reason": "改定",
            "policy": {"covers_ja": "=1要件、「\"解決\"」まで\n部品代は別", "covers_en": "-One issue; parts | not",
                "question_cost": 100_000, "fault_cost": 1, "inquiry_cost": 0, "recurrence_days": 3_650,
                "capture_point": "arrival", "own_defect_cost": 5_000, "solved_by_article_cost": 0,
                "no_fault_found_cost": 1, "no_access_captures": true, "cancel_before_departure_cost": 0,
                "cancel_after_departure_cost": 100_000, "honours_holds": false, "grace_days": 366,
                "overdraft_limit": 100_000, "overdraft_price_yen": 100_000_000, "approval_units": 3,
                "low_balance": 2, "expiry_notice_days": [3_650, 30, 0], "purchase_min": 7, "purchase_step": 5,
                "purchase_year_max": 10, "transfer_allowed": true, "minute_step": 1_440, "refuses_uncovered": true},
            "menu": [{"code": "a.b-c_d", "name_ja": "清掃|床;壁", "name_en": "\\Cleaning", "units": 100_000}]});
        let request = serde_json::from_value(body).expect("a request");
        kit.write(move |unit| crate::commands::wallet::set_policy(unit, card.id, &request)).await.expect("it is sound");
        let out = export(&kit, ExportKind::Contracts, TableFormat::Csv).await;
        assert_eq!(faults(&dry(&kit, ImportKind::Contracts, &out).await), []);
        assert_eq!(brought(&kit, ImportKind::Contracts, &out).await, (0, 0, 2));
    })
    .await;
}

#[tokio::test]
async fn of_ten_thousand_rows_the_37_wrong_ones_are_listed_and_nothing_comes_in() {
    on_both(company_with(json!([])), async |kit| {
        let (text, planted) = ten_thousand();
        assert_eq!(planted.len(), 37);
        let before = tables_of(&kit).await;
        let report = dry(&kit, ImportKind::Assets, &text).await;
        assert_eq!(faults(&report), planted);
        assert_eq!((report.rows, report.added, report.faults_total, report.faulty_rows), (10_000, 9_963, 37, 37));
        assert!(report.faults.iter().all(|fault| !fault.ja.is_empty() && !fault.en.is_empty()));
        let refused = bring(&kit, ImportKind::Assets, &text).await;
        let Err(Fault::Refused(refusal)) = refused else { panic!("must be refused") };
        assert_eq!((refusal.code, &refusal.detail["faults"]), (Code::ImportFaulty, &json!(37)));
        assert_eq!(tables_of(&kit).await, before);
        kit.assert_sound().await;
    })
    .await;
}

/// 3,000 rows, each with a fault.
#[tokio::test]
async fn the_list_of_faults_has_every_one_of_them() {
    let kit = Kit::sqlite(company_with(json!([]))).await;
    let rows = (0..3_000).map(|n| format!("F{n:05},KS-9999,AC-20,S1,2026-01-15\n"));
    let text = format!("serial,contract,product,site,installed_on\n{}", rows.collect::<String>());
    let report = dry(&kit, ImportKind::Assets, &text).await;
    assert_eq!((report.faults.len(), report.faults_total, report.faulty_rows), (3_000, 3_000, 3_000));
    let source = source(ImportKind::Assets, &text);
    let list = kit.read(move |reader| every_fault(reader, &source, &std::env::temp_dir())).await.expect("a list");
    let list = std::io::read_to_string(list.read().expect("a file")).expect("text");
    assert_eq!(list.lines().count(), 3_001);
    assert!(list.lines().last().expect("a line").starts_with("3001,3001,contract,reference.unknown,"), "{list}");
    // A spreadsheet ends its lines in another way.
    let windows = dry(&kit, ImportKind::Assets, &text.replace('\n', "\r\n")).await;
    assert_eq!(windows.faults, report.faults);
}

#[tokio::test]
async fn what_went_out_comes_in_again_unchanged_and_into_another_house() {
    let mut gift = lot(2, 2, Some("2027-03-31"));
    (gift["origin"], gift["price_yen"]) = ("promotional".into(), 0.into());
    let mut used = lot(1, 5, Some("2027-03-31"));
    used["used"] = 2.into();
    let mut dead = lot(3, 4, Some("2026-11-22"));
    dead["used"] = 1.into();
    on_both(company_with(json!([used, gift, dead])), async |kit| {
        bring_all(&kit).await;
        let out = tables_of(&kit).await;
        for (kind, text) in &out {
            assert!(text.starts_with('\u{feff}') && text.contains("\r\n"));
            let (added, changed, unchanged) = brought(&kit, *kind, text).await;
            assert_eq!((added, changed, unchanged > 0), (0, 0, true), "{kind}:\n{text}");
        }
        let mut empty = company_with(json!([]));
        (empty["customers"], empty["history"]) = (json!([]), json!([]));
        let house = Kit::sqlite(empty).await;
        for (kind, text) in &out {
            assert_eq!(brought(&house, *kind, text).await.1, 0, "{kind}");
        }
        assert_eq!(
            tables_of(&house).await.iter().map(without_fate).collect::<Vec<_>>(),
            out.iter().map(without_fate).collect::<Vec<_>>()
        );
        house.assert_sound().await;
    })
    .await;
}

/// The columns that say what became of a lot's units differ: who leaves takes balances along, not the cases. Contacts
/// follow the ids of their customers.
fn without_fate((kind, text): &(ImportKind, String)) -> Vec<String> {
    let lines = text.lines().map(|line| match kind {
        ImportKind::Lots => line.split(',').take(11).collect::<Vec<_>>().join(","),
        _ => line.to_owned(),
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn every_table_goes_out_as_lines_of_json_and_no_cell_is_a_formula() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        bring_all(&kit).await;
        let request = crate::store::testing::call(&kit.card("KS-1001").await);
        kit.write(move |unit| crate::commands::intake::save(unit, &request)).await.unwrap();
        for kind in ExportKind::ALL {
            let text = export(&kit, *kind, TableFormat::Json).await;
            let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            let csv = export(&kit, *kind, TableFormat::Csv).await;
            let columns = csv.lines().next().expect("a header").trim_start_matches('\u{feff}').split(',').count();
            assert!(rows.iter().all(|row| row.as_object().is_some_and(|row| row.len() == columns)), "{kind}");
            use ExportKind as K;
            let quiet = [
                K::Visits,
                K::Reports,
                K::Invoices,
                K::Acknowledgements,
                K::Adjustments,
                K::Refusals,
                K::Disputes,
                K::ApprovalRules,
                K::Confirmations,
            ];
            let proof = [K::Refunds, K::Roots, K::RootHeads, K::PeopleChanges, K::NoticeReads, K::Mails];
            let telephone = [K::Calls, K::CallRefusals, K::Extensions];
            let clocks = [K::ServiceLevels, K::ClockPauses];
            let none =
                quiet.contains(kind) || proof.contains(kind) || telephone.contains(kind) || clocks.contains(kind);
            let empty = none || matches!(kind, K::Approvals | K::Notices | K::Qualifications | K::Holidays);
            assert_eq!(rows.is_empty(), empty, "{kind}");
        }
        let issue: Value =
            serde_json::from_str(export(&kit, ExportKind::Issues, TableFormat::Json).await.trim()).unwrap();
        assert_eq!(
            (&issue["contract"], &issue["asset"], &issue["units"]),
            (&json!("KS-1001"), &json!("AC20-0001"), &json!(1))
        );
        let contacts = export(&kit, ExportKind::Contacts, TableFormat::Csv).await;
        assert!(contacts.contains("'+81-90-5555-0303"), "{contacts}");
    })
    .await;
}

#[tokio::test]
async fn how_a_contact_is_reached_and_a_contract_paid_comes_in_and_goes_out() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        bring_all(&kit).await;
        let head = "customer,code,name,kana,phone,email,連絡方法,literacy\n";
        let person = "C3,P1,加賀 一郎,カガ イチロウ,+81-90-5555-0303,ichiro@example.jp";
        let told = format!("{head}{person},mail,needs_help\n");
        assert_eq!(brought(&kit, ImportKind::Contacts, &told).await, (0, 1, 0));
        assert_eq!(brought(&kit, ImportKind::Contacts, &told).await, (0, 0, 1));
        let contact = kit.card("KS-3001").await.contacts.remove(0);
        assert_eq!((contact.channel, contact.literacy), (Some(PreferredChannel::Mail), Literacy::NeedsHelp));
        let wrong = format!("{head}{person},pigeon,wizard\n");
        let report = dry(&kit, ImportKind::Contacts, &wrong).await;
        assert_eq!(faults(&report), [(2, "channel", "cell.choice"), (2, "literacy", "cell.choice")]);
        assert!(export(&kit, ExportKind::Contacts, TableFormat::Csv).await.contains(",mail,needs_help"));

        assert_eq!(kit.card("KS-3001").await.billing, BillingModel::Ticket, "a file without the column says the usual");
        let (names, row) = CONTRACTS.trim().split_once('\n').expect("a header and a row");
        let billed = |number: &str, how: &str| format!("{names},billing\n{},{how}\n", row.replace("KS-3001", number));
        assert_eq!(brought(&kit, ImportKind::Contracts, &billed("KS-3002", "quote")).await, (1, 0, 0));
        assert_eq!(kit.card("KS-3002").await.billing, BillingModel::Quote);
        let report = dry(&kit, ImportKind::Contracts, &billed("KS-3002", "free")).await;
        assert_eq!(faults(&report), [(2, "billing", "row.differs")]);
        let contracts = export(&kit, ExportKind::Contracts, TableFormat::Csv).await;
        assert!(contracts.contains(",quote,"), "{contracts}");
        kit.assert_sound().await;
    })
    .await;
}
