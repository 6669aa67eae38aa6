//! The person on the phone: takes each call when it comes, and calls off what is not wanted any more.

use std::sync::Arc;

use super::day::{DayJob, What};
use super::stage::Stage;
use super::tally::CallOff;
use crate::clients::{Api, CallError};
use crate::domain::event::EventKind;
use crate::domain::issue::IssueKind;
use crate::domain::priority::{Impact, Urgency};
use crate::domain::time::Window;
use crate::domain::visit::VisitState;
use crate::views::board::{VisitRow, WithdrawRequest};
use crate::views::desk::{
    Channel, ContractCard, IntakeRequest, IssueDetail, IssueRequest, OutcomeRequest, RemoteOutcome,
};

/// A record that others change meanwhile is looked at so often before it is given up.
const TRIES: usize = 6;

pub struct Operator {
    stage: Arc<Stage>,
    api: Api,
    /// Asks the dispatcher to stop who is on his way.
    dispatcher: Api,
}

impl Operator {
    pub fn new(stage: Arc<Stage>, api: Api, dispatcher: Api) -> Self {
        Self { stage, api, dispatcher }
    }

    /// Calls in what is known when the day begins.
    pub async fn known(&self) {
        for (job, _) in self.stage.day.jobs.iter().enumerate().filter(|(_, job)| job.known) {
            self.take(job).await;
        }
    }

    /// Takes the calls of the day at their times. Technicians' ups and downs are for others.
    pub async fn day(&self) {
        for happening in &self.stage.day.happenings {
            self.stage.clock.sleep_until(self.stage.at(happening.at_s)).await;
            match happening.what {
                What::Called(job) => self.take(job).await,
                What::Cancelled(job) => self.call_off(job).await,
                What::Down(_) | What::Up(_) => {}
            }
        }
    }

    async fn take(&self, job: usize) {
        if let Err(error) = self.save(job).await {
            self.stage.tally.fault(format!("the call of job {} was not saved: {error}", self.stage.job(job).id));
        }
    }

    async fn save(&self, job: usize) -> Result<(), CallError> {
        let hits = self.api.search(&self.stage.town.contracts[job]).await?.hits;
        let number = &self.stage.town.contracts[job];
        let hit = hits.into_iter().find(|hit| hit.contract_number == *number);
        let hit = hit.ok_or_else(|| CallError::Unreadable(format!("contract {number} is not found")))?;
        let mut tries = 0;
        let receipt = loop {
            let card = self.api.card(hit.contract_id).await?;
            match self.api.save(&self.request(job, &card)?).await {
                Err(error) if error.code() == Some("record.stale") && tries < TRIES => tries += 1,
                receipt => break receipt?,
            }
        };
        let mut book = self.stage.tally.book();
        book.calls += 1;
        let story = &mut book.jobs[job];
        story.contract = Some(hit.contract_id);
        story.issue = receipt.issues.first().map(|issue| issue.id);
        book.confirm(job, EventKind::IssueReceived, None);
        Ok(())
    }

    fn request(&self, job: usize, card: &ContractCard) -> Result<IntakeRequest, CallError> {
        let missing = |what: &str| CallError::Unreadable(format!("contract {} has no {what}", card.number));
        let site = card.sites.first().ok_or_else(|| missing("site"))?;
        let asset = card.assets.first().ok_or_else(|| missing("asset"))?;
        let contact = card.contacts.first().ok_or_else(|| missing("contact"))?;
        let known = self.stage.job(job);
        let (impact, urgency) = weight(known.urgency);
        let issue = IssueRequest {
            kind: IssueKind::Fault,
            menu_item: None,
            site_id: site.id,
            asset_id: Some(asset.id),
            product_id: Some(asset.product_id),
            symptom: Some(self.stage.town.faults[job].symptom.clone()),
            description: format!("{} ({} s)", known.id.chars().take(100).collect::<String>(), known.service_s),
            impact,
            urgency,
            needs_visit: true,
            wish: self.wish(known),
            slot: None,
        };
        Ok(IntakeRequest {
            channel: Channel::Call,
            contract_id: card.id,
            contract_version: card.version,
            contact_id: Some(contact.id),
            caller_name: contact.name.clone(),
            caller_phone: contact.phone.clone(),
            on_behalf_of: false,
            note: String::new(),
            overdraft: false,
            started_at: None,
            call_id: None,
            issues: vec![issue],
        })
    }

    /// The wished window: the widest of those that are not over, the first of equally wide ones.
    fn wish(&self, job: &DayJob) -> Option<Window> {
        let now = self.stage.now();
        let open = job.windows.iter().filter_map(|window| self.stage.span(*window)).filter(|window| window.to > now);
        open.reduce(|best, next| if next.to.since(next.from) > best.to.since(best.from) { next } else { best })
    }

    async fn call_off(&self, job: usize) {
        match self.withdraw(job).await {
            Ok(end) => self.stage.tally.book().jobs[job].called_off = Some(end),
            Err(error) => {
                self.stage.tally.fault(format!("job {} was not called off: {error}", self.stage.job(job).id));
            }
        }
    }

    async fn withdraw(&self, job: usize) -> Result<CallOff, CallError> {
        let issue = self.stage.tally.book().jobs[job].issue;
        let Some(issue) = issue else { return Err(CallError::Unreadable("it was never called in".to_owned())) };
        let mut tries = 0;
        loop {
            let detail = self.api.issue(issue).await?;
            let live = detail.visits.iter().find(|visit| visit.state.is_live());
            let outcome = match live {
                Some(visit) if visit.state.is_movable() || visit.state == VisitState::EnRoute => {
                    self.stop(job, visit).await
                }
                None if detail.summary.state.is_open() => self.close(job, &detail).await,
                _ => return Ok(CallOff::TooLate),
            };
            match outcome {
                Ok(()) => return Ok(CallOff::InTime),
                // Somebody was quicker: look again.
                Err(error) if error.code().is_some() && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn stop(&self, job: usize, visit: &VisitRow) -> Result<(), CallError> {
        let request =
            WithdrawRequest { version: visit.version, reason: "お客様が取り消しました".to_owned() };
        self.dispatcher.cancel(visit.id, &request).await?;
        self.stage.tally.book().confirm(job, EventKind::VisitCancelled, Some(visit.id));
        Ok(())
    }

    async fn close(&self, job: usize, detail: &IssueDetail) -> Result<(), CallError> {
        let note = "お客様が取り消しました".to_owned();
        let request = OutcomeRequest {
            version: detail.version,
            outcome: RemoteOutcome::Withdrawn,
            note,
            remedy: String::new(),
            minutes: None,
        };
        self.api.close_issue(detail.summary.id, &request).await?;
        self.stage.tally.book().confirm(job, EventKind::IssueClosed, None);
        Ok(())
    }
}

/// The scenario's priority, 4 for the most urgent with an hour to arrive down to 1 with eight, as impact and urgency.
/// They become P1 to P4 with 2, 4, 8 and 24 hours to arrive: the tighter time of the scenario is told as the wish.
fn weight(urgency: u8) -> (Impact, Urgency) {
    match urgency {
        4.. => (Impact::Stopped, Urgency::Now),
        3 => (Impact::Partial, Urgency::Now),
        2 => (Impact::Inconvenient, Urgency::Today),
        _ => (Impact::Inconvenient, Urgency::Whenever),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::priority::Priority;

    #[test]
    fn the_most_urgent_of_the_scenario_is_p1() {
        let priorities = [1, 2, 3, 4].map(|urgency| {
            let (impact, urgency) = weight(urgency);
            Priority::of(impact, urgency)
        });
        assert_eq!(priorities, [Priority::P4, Priority::P3, Priority::P2, Priority::P1]);
    }
}
