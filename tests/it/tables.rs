//! Tables in and out over HTTP: an office's spreadsheet comes in whole or not at all, and everything can leave.

use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::text;
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    an_administrator_brings_a_table_in_and_nobody_else_does
    a_table_that_was_sent_twice_comes_in_once
    a_wrong_table_is_refused_with_its_list_and_nothing_of_it_stands
    a_lot_that_is_refused_is_kept_for_audit_under_its_contract
    everything_can_leave_and_come_in_again
}

const ASSETS: &str = "/api/import/assets";

/// New assets of the contract KS-1001, as a Japanese office heads its columns.
fn assets(count: usize) -> String {
    let rows = (0..count).map(|n| format!("NEW-{n:05},KS-1001,AC-20,S1,2026-04-01\r\n"));
    format!("シリアル番号,契約番号,機種コード,設置先コード,設置日\r\n{}", rows.collect::<String>())
}

async fn report(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let body = answer.text().await.expect("a body");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

async fn an_administrator_brings_a_table_in_and_nobody_else_does(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let table = assets(700);
    refused(operator.post_text(ASSETS, table.clone()).await, 403, "auth.forbidden").await;
    refused(operator.get("/api/export/customers.csv").await, 403, "auth.forbidden").await;
    let before = office.card(&operator, "KS-1001").await["assets"].as_array().expect("assets").len();
    let looked = report(admin.post_text(&format!("{ASSETS}?dry_run=true"), table.clone()).await).await;
    assert_eq!((&looked["added"], &looked["dry_run"], &looked["faults_total"]), (&json!(700), &json!(true), &json!(0)));
    assert_eq!(office.card(&operator, "KS-1001").await["assets"].as_array().expect("assets").len(), before);
    let entered = report(admin.post_text(ASSETS, table.clone()).await).await;
    assert_eq!((&entered["added"], &entered["dry_run"]), (&json!(700), &json!(false)));
    assert_eq!(office.card(&operator, "KS-1001").await["assets"].as_array().expect("assets").len(), before + 700);
    let again = report(admin.post_text(ASSETS, table).await).await;
    assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(700)));
    let columns = admin.see(ASSETS).await;
    let names: Vec<&str> = columns.as_array().expect("columns").iter().map(|column| text(&column["name"])).collect();
    let template = admin.get("/api/import/assets/template.csv").await.text().await.expect("a body");
    assert_eq!(template.trim_start_matches('\u{feff}').trim(), names.join(","));
    office.assert_sound().await;
}

async fn a_table_that_was_sent_twice_comes_in_once(office: Office) {
    let admin = office.person("admin").await;
    let (table, operation) = (assets(5), admin.operation());
    let first = report(admin.post_text_as(&operation, ASSETS, table.clone()).await).await;
    let second = report(admin.post_text_as(&operation, ASSETS, table.clone()).await).await;
    assert_eq!((&first, &first["added"]), (&second, &json!(5)));
    let other = admin.post_text_as(&operation, ASSETS, table.replace("NEW-", "OTHER-")).await;
    refused(other, 422, "operation.reused").await;
    let bad = admin.post_text_as("no id", ASSETS, table).await;
    refused(bad, 400, "operation.missing").await;
    office.assert_sound().await;
}

async fn a_wrong_table_is_refused_with_its_list_and_nothing_of_it_stands(office: Office) {
    let admin = office.person("admin").await;
    let table = assets(20);
    let wrong = table.replacen("NEW-00003,KS-1001", "NEW-00003,KS-9999", 1).replacen("2026-04-01", "2026-02-30", 1);
    let problem = refused(admin.post_text(ASSETS, wrong).await, 400, "import.faulty").await;
    let faults = problem["detail"]["report"]["faults"].as_array().expect("faults");
    let told: Vec<_> =
        faults.iter().map(|fault| (&fault["row"], text(&fault["column"]), text(&fault["code"]))).collect();
    assert_eq!(told, [(&json!(2), "installed_on", "cell.date"), (&json!(5), "contract", "reference.unknown")]);
    let headless = table.lines().skip(1).collect::<Vec<_>>().join("\n");
    let problem = refused(admin.post_text(ASSETS, headless).await, 400, "import.faulty").await;
    assert_eq!(problem["detail"]["report"]["faults"][0]["code"], "column.unknown");
    let list = admin.post_text(&format!("{ASSETS}/faults.csv"), table.replace("KS-1001", "KS-9999")).await;
    assert_eq!(list.headers()["content-type"], "text/csv; charset=utf-8");
    let list = list.text().await.expect("a body");
    assert_eq!((list.lines().count(), list.matches("reference.unknown").count()), (21, 20), "{list}");
    refused(admin.post_text("/api/import/wishes", table.clone()).await, 404, "not_found").await;
    let all = admin.get("/api/export/assets.csv").await.text().await.expect("a body");
    assert!(!all.contains("NEW-"));
    let broken = table.into_bytes().into_iter().chain([0xff, b'\n']).collect::<Vec<u8>>();
    refused(admin.post_text(ASSETS, broken).await, 400, "import.faulty").await;
    office.assert_sound().await;
}

async fn a_lot_that_is_refused_is_kept_for_audit_under_its_contract(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let (kept, lots) = (format!("/api/contracts/{}/wallet/refusals", text(&card["id"])), "/api/import/lots");
    let table = "number,contract,origin,count,price_yen,issued_on,expires_on\n\
        TK-2026-000901,KS-1001,paid,-5,1000,2026-04-01,2027-03-31\n\
        TK-2026-000902,KS-1001,paid,5,1000,2027-04-01,2027-03-31\n\
        TK-2026-000903,KS-9999,paid,5,1000,2026-04-01,2027-03-31\n\
        TK-2026-000904,KS-1001,paid,5,1000,2026-04-01,2027-03-31\n";
    let looked = report(admin.post_text(&format!("{lots}?dry_run=true"), table.to_owned()).await).await;
    assert_eq!((&looked["faulty_rows"], admin.see(&kept).await), (&json!(3), json!([])));
    let operation = admin.operation();
    for _ in 0..2 {
        refused(admin.post_text_as(&operation, lots, table.to_owned()).await, 400, "import.faulty").await;
    }
    let refusals = admin.see(&kept).await;
    let rows = refusals.as_array().expect("refusals");
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (text(&row["action"]), text(&row["actor"]["name"]))).collect();
    assert!(told.iter().all(|row| *row == ("import_lot", "adminさん")), "{refusals}");
    let at = |row: &str| rows.iter().filter(|kept| text(&kept["ja"]).starts_with(row)).count();
    assert!(at("2行目（count）") == 1 && at("3行目（") >= 1, "{refusals}");
    assert_eq!(at("2行目") + at("3行目"), rows.len(), "the sound row and another's are not kept here: {refusals}");
    // The id is not bound to the faulty file.
    let sound = table.lines().filter(|row| !row.contains("00090") || row.contains("000904")).collect::<Vec<_>>();
    assert_eq!(report(admin.post_text_as(&operation, lots, sound.join("\n")).await).await["added"], 1);
    office.assert_sound().await;
}

async fn everything_can_leave_and_come_in_again(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    report(admin.post_text(ASSETS, assets(2_500)).await).await;
    for kind in ["customers", "contacts", "sites", "contracts", "assets", "lots"] {
        let answer = admin.get(&format!("/api/export/{kind}.csv")).await;
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        let table = answer.text().await.expect("a body");
        let report = report(admin.post_text(&format!("/api/import/{kind}"), table).await).await;
        assert_eq!((&report["added"], &report["changed"]), (&json!(0), &json!(0)), "{kind}: {report}");
    }
    for (kind, least) in
        [("tickets", 1), ("postings", 2), ("issues", 1), ("visits", 0), ("policies", 2), ("holds", 1), ("journal", 5)]
    {
        let lines = admin.get(&format!("/api/export/{kind}.jsonl")).await.text().await.expect("a body");
        assert!(lines.lines().count() >= least, "{kind}");
    }
    let assets = admin.get("/api/export/assets.jsonl").await.text().await.expect("a body");
    let mut serials: Vec<&str> = assets.lines().collect();
    assert!(serials.len() > 2_500);
    serials.dedup();
    assert_eq!(serials.len(), assets.lines().count(), "page by page, each once");
    office.assert_sound().await;
}
