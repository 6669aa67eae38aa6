//! Who asked for what, about which asset, and whether it came back.

use serde_json::json;

use crate::commands::{intake, remote_outcome};
use crate::domain::event::EventKind;
use crate::domain::ids::AssetId;
use crate::domain::issue::IssueKind;
use crate::domain::person::Person;
use crate::roads::travel::GreatCircle;
use crate::store::history::HistoryFilter;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::views::desk::{IntakeReceipt, OutcomeRequest, RemoteOutcome};
use crate::views::history::{HistoryEntry, PersonKind};

/// A call about an asset, from the known contact or from somebody else.
async fn called(kit: &Kit, asset: usize, known: bool) -> IntakeReceipt {
    let card = kit.card("KS-1001").await;
    let mut request = call(&card);
    request.issues[0].asset_id = Some(card.assets[asset].id);
    if !known {
        request.contact_id = None;
        request.caller_name = "警備室".to_owned();
    }
    kit.write(move |unit| intake::save(unit, &request)).await.unwrap()
}

async fn solve(kit: &Kit, receipt: &IntakeReceipt) {
    let issue = receipt.issues[0].id;
    let request = OutcomeRequest {
        version: 1,
        outcome: RemoteOutcome::Answered,
        note: String::new(),
        remedy: String::new(),
        minutes: None,
    };
    let done = kit.write(move |unit| remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)).await;
    done.unwrap();
}

async fn lines(kit: &Kit, filter: HistoryFilter) -> Vec<HistoryEntry> {
    let contract = kit.card("KS-1001").await.id;
    kit.read(move |reader| reader.history(contract, &filter)).await.unwrap().entries
}

fn numbers(lines: &[HistoryEntry]) -> Vec<&str> {
    let mut numbers: Vec<&str> = lines.iter().filter_map(|line| line.issue_number.as_deref()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn contacts(lines: &[HistoryEntry]) -> usize {
    lines.iter().filter(|line| line.kind == EventKind::InteractionLogged).count()
}

#[tokio::test]
async fn the_history_is_narrowed_to_an_asset_a_site_or_a_person() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        called(&kit, 0, true).await;
        kit.clock.advance(crate::domain::time::Seconds::minutes(5));
        called(&kit, 1, false).await;
        let card = kit.card("KS-1001").await;
        let about = |asset: AssetId| HistoryFilter { asset: Some(asset), ..HistoryFilter::default() };
        let first = lines(&kit, about(card.assets[0].id)).await;
        assert_eq!((numbers(&first), contacts(&first)), (vec!["I-KN-2026-000001"], 1));
        let site = HistoryFilter { site: Some(card.sites[0].id), ..HistoryFilter::default() };
        let everywhere = lines(&kit, site.clone()).await;
        assert_eq!((numbers(&everywhere).len(), contacts(&everywhere)), (2, 2));

        let one = everywhere.iter().find_map(|line| line.issue_id);
        let one = lines(&kit, HistoryFilter { issue: one, ..HistoryFilter::default() }).await;
        assert_eq!((numbers(&one).len(), contacts(&one)), (1, 1));
        let by = |person: Person| HistoryFilter { person: Some(person), ..HistoryFilter::default() };
        let contact = Person::Contact(card.contacts[0].id);
        let asked = lines(&kit, by(contact)).await;
        assert_eq!((numbers(&asked), contacts(&asked)), (vec!["I-KN-2026-000001"], 1));
        let both = lines(&kit, HistoryFilter { person: Some(contact), ..about(card.assets[1].id) }).await;
        assert!(both.is_empty(), "that was somebody else");
        let foreign = HistoryFilter { site: Some(kit.card("KS-2001").await.sites[0].id), ..HistoryFilter::default() };
        assert!(lines(&kit, foreign).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_fault_that_came_back_is_marked_on_both_sides() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let first = called(&kit, 0, true).await;
        solve(&kit, &first).await;
        let again = called(&kit, 0, true).await;
        let all = lines(&kit, HistoryFilter::default()).await;
        let of = |id| all.iter().filter(move |line| line.issue_id == Some(id)).collect::<Vec<_>>();
        for line in of(again.issues[0].id) {
            let repeated = line.recurrence_of.as_ref().map(|issue| issue.number.as_str());
            assert_eq!((line.recurrence, repeated), (true, Some("I-KN-2026-000001")), "{}", line.ja);
        }
        for line in of(first.issues[0].id) {
            let came_back = line.recurred_as.as_ref().map(|issue| issue.number.as_str());
            assert_eq!((line.recurrence, came_back), (false, Some("I-KN-2026-000002")), "{}", line.ja);
        }
        // The repair that the import brought was before this system: there is no issue to lead to.
        let before = called(&kit, 1, true).await;
        let all = lines(&kit, HistoryFilter::default()).await;
        let line = all.iter().find(|line| line.issue_id == Some(before.issues[0].id)).unwrap();
        assert_eq!((line.recurrence, &line.recurrence_of), (true, &None));
    })
    .await;
}

#[tokio::test]
async fn the_choices_name_those_who_had_a_part_in_it() {
    on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let mut request = call(&card);
        request.issues[0].kind = IssueKind::Question;
        kit.write(move |unit| intake::save(unit, &request)).await.unwrap();
        let choices = kit.read(move |reader| reader.history_choices(card.id)).await.unwrap();
        assert_eq!((choices.sites.len(), choices.assets.len()), (1, 2));
        let people: Vec<_> = choices.people.iter().map(|person| (person.kind, person.name.as_str())).collect();
        // He did the repair that the import brought.
        assert_eq!(people, [(PersonKind::Contact, "山田 花子"), (PersonKind::Technician, "林 健太")]);
    })
    .await;
}

/// A company with 14 repairs of the time before, two on each of seven days, the newer ones by a technician.
fn long_kept() -> serde_json::Value {
    let mut company = company_with(json!([lot(1, 9, None)]));
    let repair = |serial: &str, on: String, technician: Option<&str>| {
        json!({"serial": serial, "on": on, "symptom": "noise", "cause": "wear", "remedy": "ベルト交換", "minutes": 40,
               "technician": technician})
    };
    let days = (2019..2026).map(|year| (format!("{year}-03-01"), (year > 2023).then_some("T1")));
    let twice =
        |(on, by): (String, Option<&'static str>)| [repair("AC20-0001", on.clone(), by), repair("AC20-0002", on, by)];
    for asset in 0..2 {
        company["customers"][0]["contracts"][0]["assets"][asset]["installed_on"] = json!("2018-05-10");
    }
    company["history"] = days.flat_map(twice).collect();
    company
}

#[tokio::test]
async fn repairs_from_before_follow_the_journal_page_by_page() {
    on_both(long_kept(), async |kit| {
        called(&kit, 0, true).await;
        let (all, card) = (lines(&kit, HistoryFilter::default()).await, kit.card("KS-1001").await);
        let contract = card.id;
        for limit in [1, 3, all.len() as i64, 200] {
            let (mut before, mut seqs, mut ids) = (None, Vec::new(), Vec::new());
            loop {
                let filter = HistoryFilter { before, limit: Some(limit), ..HistoryFilter::default() };
                let page = kit.read(move |reader| reader.history(contract, &filter)).await.unwrap();
                assert!(page.entries.len() + page.earlier.len() <= limit as usize);
                seqs.extend(page.entries.iter().map(|line| line.seq));
                seqs.extend(page.earlier.iter().map(|repair| repair.seq));
                ids.extend(page.earlier.iter().map(|repair| (repair.on, repair.id)));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!((seqs.len(), ids.len()), (all.len() + 14, 14), "pages of {limit}");
            assert!(seqs.is_sorted_by(|newer, older| newer > older));
            assert!(ids.is_sorted_by(|newer, older| newer > older), "newest first, each once");
        }
    })
    .await;
}

#[tokio::test]
async fn repairs_from_before_are_narrowed_like_the_rest() {
    on_both(long_kept(), async |kit| {
        let receipt = called(&kit, 0, true).await;
        let card = kit.card("KS-1001").await;
        let earlier = async |filter: HistoryFilter| {
            let contract = card.id;
            kit.read(move |reader| reader.history(contract, &filter)).await.unwrap().earlier
        };
        let whole = HistoryFilter::default();
        let asset = HistoryFilter { asset: Some(card.assets[0].id), ..whole.clone() };
        let of_asset = earlier(asset).await;
        assert_eq!((of_asset.len(), of_asset[0].serial.as_str()), (7, "AC20-0001"));
        let site = HistoryFilter { site: Some(card.sites[0].id), ..whole.clone() };
        assert_eq!(earlier(site).await.len(), 14);
        let issue = HistoryFilter { issue: Some(receipt.issues[0].id), ..whole.clone() };
        assert!(earlier(issue).await.is_empty());
        let contact = Person::Contact(card.contacts[0].id);
        assert!(earlier(HistoryFilter { person: Some(contact), ..whole.clone() }).await.is_empty());

        let choices = kit.read(move |reader| reader.history_choices(card.id)).await.unwrap();
        let hayashi = choices.people.iter().find(|person| person.kind == PersonKind::Technician).unwrap();
        let his = earlier(HistoryFilter { person: Some(hayashi.id), ..whole }).await;
        assert_eq!((his.len(), his[0].technician_name.as_deref()), (4, Some("林 健太")));
    })
    .await;
}
