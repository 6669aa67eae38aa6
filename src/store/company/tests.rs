//! What an import brings in.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{ImportError, import};
use crate::company::CompanyFile;
use crate::demo::base_date;
use crate::domain::wallet::account::TicketState;
use crate::forecast::months::{Question, forecast};
use crate::store::testing::{Kit, company_with, lot, on_both};

#[tokio::test]
async fn lots_come_in_with_a_ledger_that_explains_them() {
    let mut gift = lot(2, 2, Some("2027-03-31"));
    gift["origin"] = "promotional".into();
    gift["price_yen"] = 0.into();
    let mut used = lot(1, 5, Some("2027-03-31"));
    used["used"] = 2.into();
    let mut dead = lot(3, 4, Some("2026-11-22"));
    dead["used"] = 1.into();
    on_both(company_with(json!([used, gift, dead])), async |kit| {
        let card = kit.card("KS-1001").await;
        let wallet = &card.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.consumed, wallet.expired), (5, 0, 3, 3));
        assert_eq!(wallet.next_expiry.as_ref().unwrap().count, 5);
        let contract = card.id;
        let detail = kit.read(move |reader| reader.wallet_detail(contract)).await.unwrap();
        let of_lot = detail.tickets.iter().filter(|ticket| ticket.number.starts_with("TK-2026-000001-"));
        let states: Vec<_> = of_lot.map(|ticket| ticket.state).collect();
        use TicketState::{Available, Consumed};
        assert_eq!(states, [Consumed, Consumed, Available, Available, Available]);
        assert_eq!(detail.chain_head.len(), 64);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_faulty_file_and_a_second_company_are_refused() {
    let kit = Kit::sqlite(company_with(json!([lot(1, 5, None)]))).await;
    let good: CompanyFile = serde_json::from_value(company_with(json!([]))).unwrap();
    assert!(matches!(import(&kit.store, good.clone()).await, Err(ImportError::Taken)));
    let faulty = CompanyFile { zone: "Asia/Nowhere".to_owned(), ..good };
    let Err(ImportError::Faulty(faults)) = import(&kit.store, faulty).await else { panic!("must be refused") };
    assert_eq!(faults[0].code, "zone.unknown");
}

/// The forecast of the demo is that of a company of several years: some hundred issues a month for twelve technicians,
/// most of what is sold used, and some of it lost.
async fn expect_a_living_company(kit: &Kit) {
    let facts = kit.read(|reader| reader.forecast_facts()).await.unwrap();
    let question = Question { today: base_date(), months: 3, day_minutes: 420, runs: 100, seed: 1 };
    let told = forecast(&facts, &question);
    for month in &told.months[1..] {
        let in_field: f64 = month.technician_days.iter().map(|crew| crew.days.p50).sum();
        assert!((80.0..400.0).contains(&month.issues.p50), "{month:?}");
        assert!(month.issues.p90 > month.issues.p50 && month.expiring.p50 > 0.0, "{month:?}");
        assert!((10.0..150.0).contains(&in_field), "{in_field} technician-days");
    }
    let used: usize = facts.iter().map(|contract| contract.uses.len()).sum();
    println!(
        "{used} uses; next months {:?}",
        told.months.iter().map(|m| (m.issues, m.hours, m.expiring)).collect::<Vec<_>>()
    );
    let soon = told.expiring.iter().find(|line| line.days == 90 && line.territory.is_none()).unwrap();
    assert!(soon.units > 50.0 && soon.unused.p50 > 0.0 && soon.unused.p50 < soon.units, "{soon:?}");
}

#[tokio::test]
async fn two_hundred_contracts_are_in_before_anybody_waits() {
    let text = include_str!("../../../fixtures/demo/company.json");
    on_both(serde_json::from_str(text).unwrap(), async |kit| {
        let catalog = kit.read(|reader| reader.catalog()).await.unwrap();
        assert!(!catalog.products.is_empty() && !catalog.causes.is_empty());
        kit.assert_sound().await;
        expect_a_living_company(&kit).await;
    })
    .await;
    let kit = Kit::empty_sqlite().await;
    let mut file: CompanyFile = serde_json::from_str(text).unwrap();
    file.users.truncate(1);
    let before = Instant::now();
    let imported = import(&kit.store, file).await.unwrap();
    assert_eq!(imported.contracts, 200);
    assert!(before.elapsed() < Duration::from_secs(10), "an import took {:?}", before.elapsed());
    println!("imported {imported:?} in {:?}", before.elapsed());
}
