//! Takes calls: finds the contract, says what it will cost, saves; now and then answers a question on the telephone.

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::issue::IssueKind;
use crate::sim::person::Person;
use crate::views::desk::{AssetView, Catalog, ContractCard, IssueDetail, SearchHits};

/// Works until the day closes. Callers are at these contracts.
pub async fn operator(mut person: Person, contracts: Vec<String>) {
    person.catch_up().await;
    let Some(catalog) = catalog(&mut person).await else { return };
    while person.scene.open() {
        person.wait(20, 200).await;
        let Some(card) = card(&mut person, &contracts).await else { continue };
        if person.luck.chance(25) {
            answer_question(&mut person, &card).await;
        } else {
            take_call(&mut person, &catalog, &card).await;
        }
    }
}

async fn catalog(person: &mut Person) -> Option<Catalog> {
    while person.scene.open() {
        let found = person.get("/api/catalog").await;
        if found.is_some() {
            return found;
        }
        person.wait(5, 20).await;
    }
    None
}

async fn card(person: &mut Person, contracts: &[String]) -> Option<ContractCard> {
    let number = person.luck.pick(contracts)?.clone();
    let hits: SearchHits = person.get(&format!("/api/desk/search?q={number}")).await?;
    let hit = hits.hits.first()?;
    person.get(&format!("/api/contracts/{}", hit.contract_id)).await
}

async fn take_call(person: &mut Person, catalog: &Catalog, card: &ContractCard) {
    let count = person.luck.between(1, 3);
    let issues: Vec<Value> = (0..count).filter_map(|_| issue(person, catalog, card)).collect();
    if issues.is_empty() {
        return;
    }
    let version = if person.luck.chance(4) { card.version - 1 } else { card.version };
    let body = json!({
        "channel": "call", "contract_id": card.id, "contract_version": version, "contact_id": null,
        "caller_name": "受付の方", "caller_phone": "021-000-0000", "on_behalf_of": person.luck.chance(10),
        "note": "", "overdraft": person.luck.chance(40), "started_at": null, "issues": issues,
    });
    if person.luck.chance(60) {
        let seen = person.post_plain("/api/interactions/preview", &body).await;
        if seen.is_some_and(|seen| seen.status == 500) {
            person.wait(1, 2).await;
        }
    }
    person.wait(5, 40).await;
    person.post("/api/interactions".to_owned(), body, &[EventKind::InteractionLogged]).await;
}

fn issue(person: &mut Person, catalog: &Catalog, card: &ContractCard) -> Option<Value> {
    let asset = person.luck.pick(&card.assets)?.clone();
    let base = |kind: &str, symptom: Option<&str>, visit: bool, impact: &str, urgency: &str| {
        json!({
            "kind": kind, "site_id": asset.site_id, "asset_id": asset.id, "product_id": asset.product_id,
            "symptom": symptom, "description": "様子がおかしい", "impact": impact, "urgency": urgency,
            "needs_visit": visit, "wish": null,
        })
    };
    match person.luck.between(0, 9) {
        0..=6 => {
            let symptom = symptom(person, catalog, &asset)?;
            let impact = *person.luck.pick(&["stopped", "partial", "inconvenient"])?;
            let urgency = *person.luck.pick(&["now", "today", "this_week", "whenever"])?;
            Some(base("fault", Some(&symptom), true, impact, urgency))
        }
        7 | 8 => Some(base("question", None, false, "none", "whenever")),
        _ => Some(base("inquiry", None, false, "none", "whenever")),
    }
}

fn symptom(person: &mut Person, catalog: &Catalog, asset: &AssetView) -> Option<String> {
    let product = catalog.products.iter().find(|product| product.id == asset.product_id)?;
    let faults: Vec<_> = product.symptoms.iter().filter(|symptom| symptom.needs_visit).collect();
    person.luck.pick(&faults).map(|symptom| symptom.code.clone())
}

/// Closes an issue from the desk; sometimes one that is being driven to, which is refused.
async fn answer_question(person: &mut Person, card: &ContractCard) {
    let Some(issue) = person.luck.pick(&card.open_issues).cloned() else { return };
    let Some(detail) = person.get::<IssueDetail>(&format!("/api/issues/{}", issue.id)).await else { return };
    let outcomes: &[&str] = match detail.summary.kind {
        IssueKind::Fault | IssueKind::Maintenance => &["withdrawn", "solved_by_article"],
        IssueKind::Question | IssueKind::Inquiry => &["answered", "own_defect", "solved_by_article"],
    };
    let Some(outcome) = person.luck.pick(outcomes).copied() else { return };
    let version = if person.luck.chance(8) { detail.version - 1 } else { detail.version };
    person.wait(2, 30).await;
    let body = json!({ "version": version, "outcome": outcome, "note": "電話で解決" });
    let kinds = &[EventKind::IssueResolved, EventKind::IssueClosed];
    person.post(format!("/api/issues/{}/outcome", issue.id), body, kinds).await;
}
