//! What a statement says, told on each database.

use serde_json::json;

use super::*;
use crate::commands::intake::save;
use crate::commands::remote_outcome::close;
use crate::domain::access::Language;
use crate::domain::wallet::account::CorrectionReason;
use crate::roads::travel::GreatCircle;
use crate::sentences::statement::document;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;
use crate::views::desk::{OutcomeRequest, RemoteOutcome};

fn because() -> Because {
    Because { reason: CorrectionReason::EntryError.as_str().to_owned(), note: String::new() }
}

async fn statement(kit: &Kit) -> Statement {
    let contract = kit.card("KS-1001").await.id;
    let day: NaiveDate = "2026-11-23".parse().expect("a day");
    kit.read(move |reader| reader.statement(contract, day, day)).await.expect("the statement is read")
}

/// The column of the change adds up to what the balance changed by, on paper and in the table.
fn assert_adds_up(statement: &Statement) {
    let sum: i64 = statement.lines.iter().map(|line| line.change).sum();
    assert_eq!(sum, statement.closing.available - statement.opening.available);
    let csv = document(statement, Language::En, chrono_tz::Asia::Tokyo).csv();
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let (first, last) = (&rows[0], &rows[rows.len() - 2]);
    assert_eq!((first[1], first[9].parse()), ("Opening balance", Ok(statement.opening.available)), "{csv}");
    assert_eq!((last[1], last[9].parse()), ("Closing balance", Ok(statement.closing.available)), "{csv}");
    assert_eq!(rows[rows.len() - 1][5], statement.chain_root, "{csv}");
    let told: i64 = rows.iter().filter_map(|row| row[8].parse::<i64>().ok()).sum();
    assert_eq!(told, sum, "{csv}");
}

#[tokio::test]
async fn one_use_counts_once_and_what_leaves_the_wallet_is_less() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let request = call(&card);
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        kit.write(move |unit| unit.capture_by_hand(card.id, issue, 1, &because())).await.expect("it is used");
        let lot = card.wallet.lots[0].id;
        kit.write(move |unit| unit.adjust_down(card.id, lot, 2, &because()).map(drop)).await.expect("it is adjusted");
        let told = statement(&kit).await;
        let moved: Vec<(Movement, i64)> = told.lines.iter().map(|line| (line.movement, line.change)).collect();
        use Movement::{Adjust, Capture, Hold, Purchase};
        assert_eq!(moved, [(Purchase, 5), (Hold, -1), (Capture, 0), (Adjust, -2)]);
        assert_adds_up(&told);
    })
    .await;
}

#[tokio::test]
async fn what_was_settled_at_the_desk_is_told_with_remedy_and_minutes() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let mut request = call(&kit.card("KS-1001").await);
        (request.issues[0].needs_visit, request.issues[0].symptom) = (false, Some("timer".to_owned()));
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        let end = |minutes| OutcomeRequest {
            version: 1,
            outcome: RemoteOutcome::Answered,
            note: "担当者様は午後不在".to_owned(),
            remedy: "タイマーの設定を案内".to_owned(),
            minutes,
        };
        let refused = kit.write(move |unit| close(unit, issue, &end(Some(9_999)), &GreatCircle::CITY)).await;
        assert!(refused.is_err());
        kit.write(move |unit| close(unit, issue, &end(Some(25)), &GreatCircle::CITY)).await.expect("it is closed");
        let told = statement(&kit).await;
        let minutes: Vec<(Movement, Option<i64>)> = told.lines.iter().map(|l| (l.movement, l.minutes)).collect();
        use Movement::{Capture, Hold, Purchase};
        assert_eq!(minutes, [(Purchase, None), (Hold, None), (Capture, Some(25))]);
        assert_eq!(told.lines[2].remedy.as_deref(), Some("タイマーの設定を案内"));
        assert_eq!((told.lines[2].reason_ja.as_str(), told.lines[0].reason_ja.as_str()), ("回答済み", ""));
        let csv = document(&told, Language::Ja, chrono_tz::Asia::Tokyo).csv();
        assert!(csv.contains(",消費確定,回答済み,"), "{csv}");
        assert_adds_up(&told);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_used_before_the_import_is_told_with_its_day_and_its_repair() {
    let mut used = lot(1, 5, None);
    (used["used"], used["voided"]) = (3.into(), 1.into());
    used["uses"] = json!([{"on": "2026-11-02", "units": 1, "repair": "AC20-0002"}, {"on": "2026-06-10", "units": 1}]);
    on_both(company_with(json!([used])), async |kit| {
        let told = statement(&kit).await;
        let uses: Vec<_> = told.lines.iter().filter(|line| line.movement == Movement::Capture).collect();
        let days: Vec<Option<String>> = uses.iter().map(|line| line.past_day.map(|day| day.to_string())).collect();
        assert_eq!(days, [Some("2026-06-10".to_owned()), Some("2026-11-02".to_owned()), None]);
        assert_eq!((uses[1].remedy.as_deref(), uses[1].minutes), (Some("ベルト交換"), Some(55)));
        assert_eq!(uses[1].content.as_deref(), Some("異音 AC20-0002"));
        assert_eq!(told.closing.available, 1);
        assert_adds_up(&told);
        kit.assert_sound().await;
    })
    .await;
}
