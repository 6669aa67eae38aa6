//! The call desk: takes the day's calls at their times.

use std::collections::BTreeMap;

use chrono::NaiveTime;

use super::{AGAIN, Crowd, telephone};
use crate::clients::{Api, CallError};
use crate::company::calls::{Call, CalledIssue};
use crate::domain::ids::{CallId, IssueId};
use crate::domain::issue::IssueKind;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::views::desk::{Catalog, ContractCard, IntakeRequest, IssueRequest, OutcomeRequest, RemoteOutcome};

/// Calls that came before the demo began and are taken at once, so that the board is not empty.
const EARLIER_CALLS: usize = 26;

pub async fn work(crowd: Crowd) {
    let Some((api, catalog)) = sit_down(&crowd).await else { return };
    let midnight = midnight(&crowd);
    let now = crowd.clock.now();
    let at = |call: &Call| midnight + Seconds(i64::from(call.at_s_of_day));
    let begun = crowd.calls.calls.partition_point(|call| at(call) <= now);
    let (earlier, later) = crowd.calls.calls.split_at(begun);
    for call in earlier.iter().rev().take(EARLIER_CALLS).rev() {
        take(&crowd, &api, &catalog, call, midnight, None).await;
    }
    // A demo that begins in the morning still has something to show.
    let head_start = EARLIER_CALLS.saturating_sub(earlier.len()).min(later.len());
    for call in &later[..head_start] {
        take(&crowd, &api, &catalog, call, midnight, None).await;
    }
    for call in &later[head_start..] {
        crowd.wait(at(call).since(crowd.clock.now()).max_zero()).await;
        let line = telephone::ring(&crowd, call).await;
        take(&crowd, &api, &catalog, call, midnight, line.as_ref().map(|line| line.id)).await;
        if let Some(line) = line {
            telephone::hang_up_later(&crowd, line, call);
        }
    }
}

async fn sit_down(crowd: &Crowd) -> Option<(Api, Catalog)> {
    for _ in 0..10 {
        if let Ok(api) = crowd.log_in("operator2").await
            && let Ok(catalog) = api.catalog().await
        {
            return Some((api, catalog));
        }
        tokio::time::sleep(AGAIN).await;
    }
    tracing::warn!("the demo's operator could not log in");
    None
}

/// The first instant of the demo's day.
fn midnight(crowd: &Crowd) -> Timestamp {
    let zone = crowd.company.zone.parse().unwrap_or(chrono_tz::Asia::Tokyo);
    Timestamp::on_day(crowd.clock.now().day(zone), NaiveTime::MIN, zone)
}

async fn take(crowd: &Crowd, api: &Api, catalog: &Catalog, call: &Call, midnight: Timestamp, line: Option<CallId>) {
    match save(crowd, api, catalog, call, midnight, line).await {
        Ok(answered) => {
            for issue in answered {
                actix_rt::spawn(answer(crowd.clone(), api.clone(), issue, call.talk_s));
            }
        }
        // A wallet that is empty, a contract that is over: part of the day.
        Err(error) => tracing::info!(%error, contract = call.contract, "the demo's call was refused"),
    }
}

/// Saves the contact. Returns the questions, which are answered on the phone.
async fn save(
    crowd: &Crowd,
    api: &Api,
    catalog: &Catalog,
    call: &Call,
    midnight: Timestamp,
    line: Option<CallId>,
) -> Result<Vec<IssueId>, CallError> {
    let hits = api.search(&call.contract).await?.hits;
    let Some(hit) = hits.first() else { return Ok(Vec::new()) };
    let card = api.card(hit.contract_id).await?;
    let names = Names::of(crowd, catalog, &card);
    let issues: Vec<IssueRequest> =
        call.issues.iter().filter_map(|issue| names.issue(issue, midnight, crowd.clock.now())).collect();
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let questions: Vec<bool> = issues.iter().map(|issue| !issue.needs_visit).collect();
    let request = IntakeRequest {
        channel: call.channel,
        contract_id: card.id,
        contract_version: card.version,
        contact_id: None,
        caller_name: call.caller_name.clone(),
        caller_phone: call.caller_phone.clone(),
        on_behalf_of: false,
        note: call.note.clone(),
        overdraft: card.policy.overdraft_limit > 0,
        started_at: None,
        call_id: line,
        issues,
    };
    let receipt = api.save(&request).await?;
    let answered = receipt.issues.into_iter().zip(questions).filter(|(_, question)| *question);
    Ok(answered.map(|(issue, _)| issue.id).collect())
}

async fn answer(crowd: Crowd, api: Api, issue: IssueId, talk_s: u32) {
    crowd.wait(Seconds(i64::from(talk_s))).await;
    let Ok(detail) = api.issue(issue).await else { return };
    let request = OutcomeRequest {
        version: detail.version,
        outcome: RemoteOutcome::Answered,
        note: String::new(),
        remedy: String::new(),
        minutes: None,
    };
    // Somebody else may have closed it meanwhile.
    let _ = api.close_issue(issue, &request).await;
}

/// From the codes of the calls to the ids of this server.
struct Names<'a> {
    catalog: &'a Catalog,
    card: &'a ContractCard,
    /// Site codes of the company file to names, which the card shows.
    sites: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn of(crowd: &'a Crowd, catalog: &'a Catalog, card: &'a ContractCard) -> Self {
        let sites = crowd.company.customers.iter().flat_map(|customer| &customer.sites);
        Self { catalog, card, sites: sites.map(|site| (site.code.as_str(), site.name.as_str())).collect() }
    }

    fn issue(&self, called: &CalledIssue, midnight: Timestamp, now: Timestamp) -> Option<IssueRequest> {
        let name = self.sites.get(called.site.as_str())?;
        let site = self.card.sites.iter().find(|site| site.name == **name)?;
        let asset = called.serial.as_ref().and_then(|serial| self.card.assets.iter().find(|a| a.serial == *serial));
        let product = called.product.as_ref().and_then(|code| self.catalog.products.iter().find(|p| p.code == *code));
        let at = |second: u32| midnight + Seconds(i64::from(second));
        let wish = called.wish.and_then(|wish| Window::new(at(wish.from_s_of_day), at(wish.to_s_of_day)));
        Some(IssueRequest {
            kind: called.kind,
            menu_item: None,
            site_id: site.id,
            asset_id: asset.map(|asset| asset.id),
            product_id: asset.map(|asset| asset.product_id).or(product.map(|product| product.id)),
            symptom: called.symptom.clone(),
            description: called.description.clone(),
            impact: called.impact,
            urgency: called.urgency,
            needs_visit: called.needs_visit && called.kind == IssueKind::Fault,
            wish: wish.filter(|wish| wish.from > now),
            slot: None,
        })
    }
}
