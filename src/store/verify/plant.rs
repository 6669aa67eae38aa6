//! One byte changed by hand, in every column of every table of the ledger, on either database.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Value, json};

use crate::commands::intake::save;
use crate::commands::remote_outcome::close;
use crate::commands::wallet::{
    acknowledge, adjust as propose, confirm, decide, decide_approval, decide_dispute, raise_dispute, set_approval_rule,
    set_invoice,
};
use crate::domain::access::{Actor, Role};
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, Id, IssueId, LotId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::acknowledgement::Means;
use crate::domain::wallet::refund::RefundGround;
use crate::roads::travel::GreatCircle;
use crate::store::connection::{Database, open};
use crate::store::testing::{Kit, call, company_with, lot, morning, on_both};
use crate::store::wallet::{Because, RefundOrder, TransferOrder};
use crate::store::{Fault, Operation, Reader, Unit};
use crate::views::claims::{
    ApprovalRequest, ApprovalRuleRequest, ConfirmationRequest, DisputeDecision, DisputeRequest,
};
use crate::views::desk::{OutcomeRequest, RemoteOutcome};
use crate::views::ledger::{AcknowledgementRequest, AdjustRequest, DecisionRequest, InvoiceRequest};

/// Tables in which the ledger's word stands: a byte is planted in each of their columns.
const TABLES: [&str; 20] = [
    "wallets",
    "lots",
    "tickets",
    "holds",
    "postings",
    "past_moves",
    "policies",
    "adjustments",
    "refusals",
    "disputes",
    "approval_rules",
    "approvals",
    "invoices",
    "lot_acknowledgements",
    "confirmations",
    "refunds",
    "journal",
    "stream_entries",
    "ledger_roots",
    "ledger_root_heads",
];

/// What statement and history show of an issue beside the ledger's own tables.
const SHOWN: [&str; 15] = [
    "number",
    "kind",
    "priority",
    "site_id",
    "asset_id",
    "symptom",
    "description",
    "units",
    "outcome",
    "state",
    "remedy",
    "desk_minutes",
    "desk_minutes_said",
    "cost_reason",
    "linked_issue_id",
];

/// Whatever else there is: not of the ledger. A new table stands here or above.
const OTHERS: [&str; 44] = [
    "__diesel_schema_migrations",
    "absences",
    "assets",
    "call_contacts",
    "call_refusals",
    "call_signals",
    "calls",
    "clock_pauses",
    "company",
    "consumers",
    "contacts",
    "contracts",
    "counters",
    "customers",
    "eta_figures",
    "etas",
    "extensions",
    "interactions",
    "issues",
    "mails",
    "notice_reads",
    "notices",
    "operations",
    "past_repairs",
    "phones",
    "position_doubts",
    "positions",
    "products",
    "service_levels",
    "service_reports",
    "sessions",
    "sites",
    "slots",
    "sqlite_sequence",
    "streams",
    "symptoms",
    "technicians",
    "territories",
    "track_links",
    "user_changes",
    "users",
    "visits",
    "work_orders",
    "named_absences",
];

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

fn company() -> Value {
    let mut first = lot(1, 5, Some("2027-03-31"));
    first["used"] = 2.into();
    first["uses"] = json!([{"on": "2026-10-05", "units": 1}, {"on": "2026-11-02", "units": 1, "repair": "AC20-0002"}]);
    first["count"] = 7.into();
    let mut company = company_with(json!([first, lot(2, 3, None)]));
    let buyer = json!({"login": "yamada", "password": "customer-demo", "role": "customer", "name": "山田 花子",
        "language": "ja", "customer": "C1"});
    company["users"].as_array_mut().expect("users").push(buyer);
    for customer in company["customers"].as_array_mut().expect("customers") {
        customer["group"] = "グループ".into();
    }
    company
}

/// Fills every column of the ledger at least once.
async fn live(kit: &Kit) {
    let (here, there) = (kit.card("KS-1001").await, kit.card("KS-2001").await);
    let request = call(&here);
    let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
    let because = || Because { reason: CorrectionReason::EntryError.as_str().to_owned(), note: String::new() };
    kit.write(move |unit| unit.capture_by_hand(here.id, issue, 1, &because())).await.expect("what is held is used");
    agree(kit, here.id, issue).await;
    let lot = here.wallet.lots[1].id;
    let number = "TK-2026-000777".to_owned();
    let order = TransferOrder { from: here.id, to: there.id, lot, units: 2, number };
    kit.write(move |unit| unit.transfer(&order, &because())).await.expect("units move within the group");
    let order = RefundOrder { lot, units: 1, ground: RefundGround::ByContract };
    kit.write(move |unit| unit.refund(here.id, &order, &because())).await.expect("a unit is paid back");
    let request = call(&kit.card("KS-1001").await);
    let disputed = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
    kit.write(move |unit| dispute(unit, here.id, disputed)).await.expect("the dispute is granted");
    kit.write(move |unit| limit(unit, here.id, lot)).await.expect("the rule is set");
    let request = call(&kit.card("KS-1001").await);
    let asked = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
    kit.write(move |unit| approve(unit, asked)).await.expect("the use is approved");
    let request = call(&kit.card("KS-1001").await);
    kit.write(move |unit| save(unit, &request)).await.expect("the call is taken");
    refuse(kit, here.id).await;
    adjust(kit, here.id, 6, false).await;
    adjust(kit, here.id, 7, true).await;
    kit.write(|unit| unit.take_root()).await.expect("the root is taken").expect("the first of the day");
    kit.clock.advance(Seconds::hours(24));
    refuse(kit, here.id).await;
    kit.write(|unit| unit.take_root()).await.expect("the root is taken").expect("the first of the next day");
    kit.assert_sound().await;
}

/// The customer confirms what was used.
async fn agree(kit: &Kit, contract: ContractId, issue: IssueId) {
    let page = kit.read(move |reader| reader.ledger_page(contract, None, None)).await.expect("the ledger");
    let used = page.postings.iter().find(|posting| posting.issue_id == Some(issue)).expect("the use is posted");
    let (id, role) = (UserId::from_uuid(uuid::Uuid::from_u128(8)), Role::Customer);
    let contact = Actor::User { id, name: "山田 花子".to_owned(), role };
    let request = ConfirmationRequest { posting_id: used.id };
    kit.store.task(contact, move |unit| confirm(unit, contract, &request)).await.expect("it is confirmed");
}

/// What no rule allows is noted for audit.
async fn refuse(kit: &Kit, contract: ContractId) {
    let refusal = Refusal::new(Code::WalletCount).with("units", 0).with("most", 9_999);
    let id = kit.store.seeds().id(kit.store.clock().now());
    let sent = Operation { id, fingerprint: [3; 32] };
    let noted = kit.write(move |unit| unit.note_attempt(sent.into(), contract, "sell", &refusal));
    noted.await.expect("the refusal is noted");
}

/// One proposes, another decides.
async fn adjust(kit: &Kit, contract: ContractId, units: i64, accept: bool) {
    let reason = CorrectionReason::CountDifference;
    let request = AdjustRequest { units, lot_id: None, expires_on: None, reason, note: "棚卸し".to_owned() };
    let proposed = kit.write(move |unit| propose(unit, contract, &request)).await.expect("it is proposed");
    let id = proposed.waiting.expect("it waits for a second person");
    let boss =
        Actor::User { id: UserId::from_uuid(uuid::Uuid::from_u128(9)), name: "所長".to_owned(), role: Role::Admin };
    let decision = DecisionRequest { accept };
    let decided = kit.store.task(boss, move |unit| decide(unit, contract, id, &decision));
    decided.await.expect("it is decided");
}

/// The customer disputes what was just held, and it is given back.
fn dispute(unit: &mut Unit<'_>, contract: ContractId, issue: IssueId) -> Result<(), Fault> {
    let page = unit.look().ledger_page(contract, None, None)?.postings;
    let held = page.iter().find(|posting| posting.issue_id == Some(issue)).expect("the hold is posted");
    let request = DisputeRequest { posting_id: held.id, reason: "二重に数えていませんか".to_owned() };
    let raised = raise_dispute(unit, contract, &request)?;
    let decision =
        DisputeDecision { granted: true, units: None, note: "確かに二重でした".to_owned(), version: 1 };
    decide_dispute(unit, raised.id, &decision).map(drop)
}

/// The customer's own limits, and the invoice of a lot.
fn limit(unit: &mut Unit<'_>, contract: ContractId, lot: LotId) -> Result<(), Fault> {
    let approver_id = unit.look().approvers(contract)?.first().map(|person| person.id);
    let (units_per_issue, units_per_month, auto_minutes) = (Some(0), Some(5), Some(15));
    let rule = ApprovalRuleRequest { version: 0, units_per_issue, units_per_month, approver_id, auto_minutes };
    set_approval_rule(unit, contract, &rule)?;
    let invoiced_on = unit.today();
    let (invoice_number, issuer_number) = ("INV-1".to_owned(), Some("T1234567890123".to_owned()));
    set_invoice(unit, contract, lot, &InvoiceRequest { invoice_number, issuer_number, invoiced_on, version: 0 })?;
    let said = AcknowledgementRequest { by: Some("山田様".to_owned()), means: Some(Means::Phone), on: None };
    acknowledge(unit, contract, lot, &said).map(drop)
}

/// The work is done, and then the customer says yes.
fn approve(unit: &mut Unit<'_>, issue: IssueId) -> Result<(), Fault> {
    let end = OutcomeRequest {
        version: 1,
        outcome: RemoteOutcome::Answered,
        note: String::new(),
        remedy: String::new(),
        minutes: Some(9),
    };
    close(unit, issue, &end, &GreatCircle::CITY)?;
    let yes = ApprovalRequest { approved: true, note: "山田様に伺いました".to_owned(), version: 2 };
    decide_approval(unit, issue, &yes, &GreatCircle::CITY).map(drop)
}

fn columns(database: &mut Database, table: &str) -> Vec<Column> {
    let sql = match database {
        Database::Sqlite(_) => format!("SELECT name, lower(type) AS kind FROM pragma_table_info('{table}')"),
        Database::Postgres(_) => format!(
            "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
             WHERE table_name = '{table}'"
        ),
    };
    diesel::sql_query(sql).load(database).expect("the columns")
}

/// The value with its last byte changed; the last row's, so that the next number is free.
fn changed(sqlite: bool, column: &Column) -> String {
    let name = &column.name;
    match (column.kind.as_str(), sqlite) {
        ("boolean", _) => format!("NOT {name}"),
        ("bigint" | "integer", _) => format!("{name} + 1"),
        ("blob", _) => {
            format!("unhex(substr(hex({name}), 1, 2 * length({name}) - 1) || iif(hex({name}) LIKE '%0', '1', '0'))")
        }
        ("bytea", _) => format!("set_byte({name}, length({name}) - 1, get_byte({name}, length({name}) - 1) # 1)"),
        (_, true) => format!("substr({name}, 1, length({name}) - 1) || iif({name} LIKE '%0', '1', '0')"),
        (_, false) => {
            format!("left({name}, length({name}) - 1) || CASE right({name}, 1) WHEN '0' THEN '1' ELSE '0' END")
        }
    }
}

/// Somebody with his hands on the database is not stopped by its constraints, nor by the triggers that guard the ledger:
/// he drops them first.
pub(super) fn unguarded(database: &mut Database) {
    let sql = match database {
        Database::Sqlite(_) => "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON".to_owned(),
        Database::Postgres(_) => "DO $$ DECLARE r record; BEGIN FOR r IN SELECT conname, conrelid::regclass AS t \
             FROM pg_constraint WHERE contype IN ('c', 'f', 'p', 'u') AND connamespace = 'public'::regnamespace LOOP \
             EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', r.t, r.conname); END LOOP; END $$"
            .to_owned(),
    };
    database.batch_execute(&sql).expect("the constraints fall");
    let names: Vec<Name> = diesel::sql_query(match database {
        Database::Sqlite(_) => "SELECT 'DROP TRIGGER ' || name AS name FROM sqlite_master WHERE type = 'trigger'",
        Database::Postgres(_) => {
            "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) AS name FROM pg_trigger \
             WHERE NOT tgisinternal"
        }
    })
    .load(database)
    .expect("the triggers are found");
    names.iter().for_each(|drop| database.batch_execute(&drop.name).expect("a trigger falls"));
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn tables(database: &mut Database) -> Vec<String> {
    let sql = match database {
        Database::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Database::Postgres(_) => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        }
    };
    let names: Vec<Name> = diesel::sql_query(sql).load(database).expect("the tables");
    names.into_iter().map(|table| table.name).collect()
}

/// The rows in which a byte is planted, one after the other: the last one, and of the journal the last of each kind
/// that a contract's history has.
fn rows(table: &str, row: &str, column: &str) -> Vec<String> {
    let last = |of: &str| {
        format!("{row} = (SELECT {row} FROM {table} WHERE {column} IS NOT NULL AND {of} ORDER BY {row} DESC LIMIT 1)")
    };
    if table != "journal" {
        return vec![last("1 = 1")];
    }
    let kinds = EventKind::ALL.iter().map(|kind| kind.as_str());
    kinds
        .filter(|kind| kind.starts_with("wallet.") || CLAIMS.contains(kind))
        .map(|kind| last(&format!("kind = '{kind}'")))
        .collect()
}

/// Entries that tell of what people said and decided.
const CLAIMS: [&str; 9] = [
    "adjustment.proposed",
    "adjustment.accepted",
    "dispute.raised",
    "dispute.granted",
    "approval.given",
    "approval.rule_set",
    "invoice.set",
    "lot.acknowledged",
    "use.confirmed",
];

#[tokio::test]
async fn one_byte_changed_anywhere_in_the_ledger_is_found() {
    on_both(company(), async |kit| {
        live(&kit).await;
        let mut database = open(&kit.address).expect("the test database opens");
        unguarded(&mut database);
        let sqlite = matches!(database, Database::Sqlite(_));
        let row = if sqlite { "rowid" } else { "ctid" };
        for table in tables(&mut database) {
            let (ours, other) = (TABLES.contains(&table.as_str()), OTHERS.contains(&table.as_str()));
            assert!(ours != other, "{table}: is it of the ledger or not?");
        }
        let mut planted = 0;
        for table in TABLES.into_iter().chain(["issues"]) {
            let shown = |column: &Column| table != "issues" || SHOWN.contains(&column.name.as_str());
            for column in columns(&mut database, table).into_iter().filter(shown) {
                let (name, value) = (&column.name, changed(sqlite, &column));
                for at in rows(table, row, name) {
                    database.batch_execute("BEGIN").expect("a transaction begins");
                    let sql = format!("UPDATE {table} SET {name} = {value} WHERE {at}");
                    let rows = diesel::sql_query(&sql).execute(&mut database).expect("the change is planted");
                    assert!(rows == 1 || table == "journal", "{sql}");
                    let found = Reader::over(&mut database, chrono_tz::Asia::Tokyo, morning()).verify();
                    database.batch_execute("ROLLBACK").expect("the change is taken back");
                    let found = found.expect("verify reads on");
                    assert!(rows == 0 || !found.is_empty(), "nobody saw the change of {table}.{name} at {at}");
                    planted += rows;
                }
            }
        }
        assert!(planted > 250, "only {planted} columns were tried");
        kit.assert_sound().await;
    })
    .await;
}
