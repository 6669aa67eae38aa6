//! A day of calls at the demo company: busiest from nine to ten, some faults again soon after a repair, questions
//! that need nobody to go, wishes for a time.

use chrono::NaiveDate;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::dice::{Purpose, dice, pick, pick_weighted};
use super::words::words;
use crate::company::calls::{CALLS_FORMAT, Call, CalledIssue, CallsFile, Wish};
use crate::company::{Asset, CompanyFile, Contract, Customer, PastRepair, Product, Symptom};
use crate::domain::issue::IssueKind;
use crate::domain::priority::{Impact, Urgency};
use crate::views::desk::Channel;

/// Calls by the time they come in: from and to in minutes of the day, and how many.
const LOAD: [(u32, u32, usize); 9] = [
    (510, 540, 6),
    (540, 600, 15),
    (600, 660, 10),
    (660, 720, 6),
    (720, 780, 3),
    (780, 840, 8),
    (840, 900, 6),
    (900, 960, 4),
    (960, 1050, 2),
];
/// 9:02, when the first customer calls about the air conditioner repaired twelve days ago, and asks about its timer.
const STORY_AT_S: u32 = 9 * 3600 + 120;
/// Each so many calls is about a fault repaired within the month.
const RECURRENCE_EACH: usize = 8;
/// A repair younger than this many days counts as the same fault again.
const RECENT_DAYS: i64 = 26;
/// Severity of a fault that stops the customer's business.
const STOPPED: usize = 0;

struct Desk<'a> {
    company: &'a CompanyFile,
    on: NaiveDate,
    rng: ChaCha8Rng,
    /// Contracts in force with something installed; each calls once.
    waiting: Vec<(&'a Customer, &'a Contract)>,
    /// Recent repairs, to recur.
    recent: Vec<&'a PastRepair>,
}

/// The calls of a day, in order of time; the same for the same arguments.
pub fn calls(company: &CompanyFile, seed: u64, on: NaiveDate) -> CallsFile {
    let mut desk = Desk::open(company, seed, on);
    let mut times = Vec::new();
    for (from, to, count) in LOAD {
        times.extend((0..count).map(|_| desk.rng.random_range(from * 60..to * 60)));
    }
    let mut calls: Vec<Call> = desk.story().into_iter().collect();
    for (nth, at) in times.into_iter().skip(calls.len()).enumerate() {
        let call = if nth % RECURRENCE_EACH == 3 { desk.again(at) } else { None };
        calls.extend(call.or_else(|| desk.call(at)));
    }
    calls.sort_by(|a, b| (a.at_s_of_day, &a.contract).cmp(&(b.at_s_of_day, &b.contract)));
    CallsFile { format: CALLS_FORMAT.into(), on, calls }
}

impl<'a> Desk<'a> {
    fn open(company: &'a CompanyFile, seed: u64, on: NaiveDate) -> Self {
        let owned = company.customers.iter().flat_map(|customer| customer.contracts.iter().map(move |c| (customer, c)));
        let in_force = |c: &Contract| c.starts_on <= on && on <= c.ends_on && !c.assets.is_empty();
        let recent = company.history.iter().filter(|repair| (1..RECENT_DAYS).contains(&(on - repair.on).num_days()));
        Self {
            company,
            on,
            rng: dice(seed, Purpose::Calls),
            waiting: owned.filter(|(_, contract)| in_force(contract)).collect(),
            recent: recent.collect(),
        }
    }

    /// The first customer's call; with two issues, of which one costs nothing.
    fn story(&mut self) -> Option<Call> {
        let (customer, contract) = *self.waiting.first()?;
        let asset = contract.assets.first()?;
        let place = self.recent.iter().position(|repair| repair.serial == asset.serial)?;
        let repair = self.recent.remove(place);
        self.waiting.remove(0);
        let symptom = self.symptom(asset, &repair.symptom)?;
        let fault = CalledIssue { recurrence: true, ..self.fault_of(asset, symptom, STOPPED) };
        let question = self.question(asset)?;
        Some(self.greet(STORY_AT_S, customer, contract, vec![fault, question]))
    }

    /// A call about a fault that was repaired lately.
    fn again(&mut self, at: u32) -> Option<Call> {
        let place = self.rng.random_range(0..self.recent.len().max(1));
        let repair = (place < self.recent.len()).then(|| self.recent.remove(place))?;
        let owns = |(_, contract): &(&Customer, &Contract)| contract.assets.iter().any(|a| a.serial == repair.serial);
        let (customer, contract) = self.waiting.remove(self.waiting.iter().position(owns)?);
        let asset = contract.assets.iter().find(|asset| asset.serial == repair.serial)?;
        let symptom = self.symptom(asset, &repair.symptom)?;
        let fault = CalledIssue { recurrence: true, ..self.fault(asset, symptom) };
        Some(self.greet(at, customer, contract, vec![fault]))
    }

    fn call(&mut self, at: u32) -> Option<Call> {
        let place = self.rng.random_range(0..self.waiting.len().max(1));
        let (customer, contract) = (place < self.waiting.len()).then(|| self.waiting.remove(place))?;
        let count = 1 + pick_weighted(&mut self.rng, &[74, 20, 6]);
        let mut issues = Vec::new();
        for nth in 0..count {
            let asset = &contract.assets[(place + nth) % contract.assets.len()];
            issues.extend(self.issue(asset));
        }
        Some(self.greet(at, customer, contract, issues))
    }

    fn issue(&mut self, asset: &Asset) -> Option<CalledIssue> {
        match pick_weighted(&mut self.rng, &[54, 28, 18]) {
            0 => {
                let visits: Vec<&Symptom> = self.product(asset)?.symptoms.iter().filter(|s| s.needs_visit).collect();
                let symptom = *pick(&mut self.rng, &visits);
                Some(self.fault(asset, symptom))
            }
            1 => self.question(asset),
            _ => Some(self.inquiry(asset)),
        }
    }

    fn product(&self, asset: &Asset) -> Option<&'a Product> {
        self.company.products.iter().find(|product| product.code == asset.product)
    }

    fn symptom(&self, asset: &Asset, code: &str) -> Option<&'a Symptom> {
        self.product(asset)?.symptoms.iter().find(|symptom| symptom.code == code)
    }

    fn fault(&mut self, asset: &Asset, symptom: &Symptom) -> CalledIssue {
        let severity = pick_weighted(&mut self.rng, &[20, 36, 44]);
        self.fault_of(asset, symptom, severity)
    }

    /// Severity 0: everything stands; 1: a part; more: a nuisance.
    fn fault_of(&mut self, asset: &Asset, symptom: &Symptom, severity: usize) -> CalledIssue {
        let words = words();
        let (impact, urgency, effects) = match severity {
            STOPPED => (Impact::Stopped, Urgency::Now, &words.effects.stopped),
            1 => (Impact::Partial, Urgency::Today, &words.effects.partial),
            _ if self.rng.random_bool(0.5) => (Impact::Inconvenient, Urgency::ThisWeek, &words.effects.inconvenient),
            _ => (Impact::Inconvenient, Urgency::Whenever, &words.effects.inconvenient),
        };
        let (since, effect) = (pick(&mut self.rng, &words.since), pick(&mut self.rng, effects));
        let cause = pick(&mut self.rng, &words.remedies).cause.clone();
        let stretch = self.rng.random_range(0.6..1.5);
        CalledIssue {
            kind: IssueKind::Fault,
            site: asset.site.clone(),
            serial: Some(asset.serial.clone()),
            product: Some(asset.product.clone()),
            symptom: Some(symptom.code.clone()),
            description: format!("{since}、{}。{effect}", symptom.name_ja),
            impact,
            urgency,
            needs_visit: symptom.needs_visit,
            wish: self.wish(urgency),
            recurrence: false,
            actual_minutes: Some((f64::from(symptom.service_minutes) * stretch).round() as u32),
            cause: Some(cause),
        }
    }

    /// Whoever is not in a hurry sometimes names two hours of this afternoon or of tomorrow.
    fn wish(&mut self, urgency: Urgency) -> Option<Wish> {
        let calm = matches!(urgency, Urgency::ThisWeek | Urgency::Whenever);
        if !calm || !self.rng.random_bool(0.45) {
            return None;
        }
        let from = *pick(&mut self.rng, &[13, 14, 15, 24 + 9, 24 + 10, 24 + 13]) * 3600;
        Some(Wish { from_s_of_day: from, to_s_of_day: from + 2 * 3600 })
    }

    /// Something settled by phone: how to work the product.
    fn question(&mut self, asset: &Asset) -> Option<CalledIssue> {
        let symptom = self.product(asset)?.symptoms.iter().find(|symptom| !symptom.needs_visit)?;
        let description = format!("{}。{}", symptom.name_ja, pick(&mut self.rng, &words().questions));
        let talk = self.remote(IssueKind::Question, asset, description);
        Some(CalledIssue {
            serial: Some(asset.serial.clone()),
            product: Some(asset.product.clone()),
            symptom: Some(symptom.code.clone()),
            ..talk
        })
    }

    /// Something about the contract.
    fn inquiry(&mut self, asset: &Asset) -> CalledIssue {
        let description = pick(&mut self.rng, &words().inquiries).clone();
        self.remote(IssueKind::Inquiry, asset, description)
    }

    fn remote(&mut self, kind: IssueKind, asset: &Asset, description: String) -> CalledIssue {
        CalledIssue {
            kind,
            site: asset.site.clone(),
            serial: None,
            product: None,
            symptom: None,
            description,
            impact: Impact::None,
            urgency: Urgency::Whenever,
            needs_visit: false,
            wish: None,
            recurrence: false,
            actual_minutes: None,
            cause: None,
        }
    }

    fn greet(&mut self, at: u32, customer: &Customer, contract: &Contract, issues: Vec<CalledIssue>) -> Call {
        let known = at == STORY_AT_S || self.rng.random_bool(0.85);
        let contact = pick(&mut self.rng, &customer.contacts);
        let stranger = pick(&mut self.rng, &words().surnames);
        let channel = [Channel::Call, Channel::Mail, Channel::Chat][pick_weighted(&mut self.rng, &[82, 12, 6])];
        let same_day = |issue: &CalledIssue| issue.wish.is_none_or(|wish| wish.from_s_of_day > at);
        debug_assert!(self.on >= contract.starts_on && self.on <= contract.ends_on);
        let issues = issues.into_iter().map(|issue| {
            let wish = issue.wish.filter(|_| same_day(&issue));
            CalledIssue { wish, ..issue }
        });
        Call {
            at_s_of_day: at,
            talk_s: self.rng.random_range(90..280),
            channel: if at == STORY_AT_S { Channel::Call } else { channel },
            customer: customer.code.clone(),
            contract: contract.number.clone(),
            contact: known.then(|| contact.code.clone()),
            caller_name: if known { contact.name.clone() } else { stranger.name.clone() },
            caller_phone: customer.phones.first().unwrap_or(&contact.phone).clone(),
            note: String::new(),
            issues: issues.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::demo::sample;

    fn day() -> (&'static CompanyFile, &'static CallsFile) {
        (&sample().company, &sample().calls)
    }

    #[test]
    fn a_day_has_sixty_calls_and_most_come_from_nine_to_ten() {
        let (_, day) = day();
        assert_eq!(day.calls.len(), 60);
        let within =
            |from: u32| day.calls.iter().filter(|c| (from * 3600..(from + 1) * 3600).contains(&c.at_s_of_day)).count();
        assert!((10..24).all(|hour| within(hour) < within(9)));
        assert!(day.calls.is_sorted_by_key(|call| call.at_s_of_day));
        assert!(day.calls.iter().all(|call| (1..=3).contains(&call.issues.len())));
    }

    #[test]
    fn calls_speak_of_what_the_company_knows() {
        let (company, day) = day();
        let customers: BTreeMap<&str, &Customer> = company.customers.iter().map(|c| (c.code.as_str(), c)).collect();
        for call in &day.calls {
            let customer = customers[call.customer.as_str()];
            let contract = customer.contracts.iter().find(|c| c.number == call.contract).expect("its own contract");
            assert!(call.contact.iter().all(|code| customer.contacts.iter().any(|c| c.code == *code)));
            for issue in &call.issues {
                assert!(customer.sites.iter().any(|site| site.code == issue.site));
                let Some(serial) = &issue.serial else { continue };
                let asset = contract.assets.iter().find(|a| a.serial == *serial).expect("an asset of the contract");
                assert_eq!(issue.product.as_ref(), Some(&asset.product));
                let product = company.products.iter().find(|p| p.code == asset.product).expect("a product");
                assert!(product.symptoms.iter().any(|s| Some(&s.code) == issue.symptom.as_ref()));
            }
        }
    }

    #[test]
    fn a_day_has_all_that_a_desk_meets() {
        let (_, day) = day();
        let issues = || day.calls.iter().flat_map(|call| &call.issues);
        let count = |wanted: fn(&&CalledIssue) -> bool| issues().filter(wanted).count();
        assert!(count(|issue| issue.impact == Impact::Stopped) >= 5);
        assert!(count(|issue| issue.recurrence) >= 4);
        assert!(count(|issue| issue.kind == IssueKind::Question) >= 8);
        assert!(count(|issue| issue.kind == IssueKind::Inquiry) >= 4);
        assert!(count(|issue| issue.wish.is_some()) >= 4);
        assert!((30..60).contains(&count(|issue| issue.needs_visit)));
        let story = day.calls.iter().find(|call| call.at_s_of_day == STORY_AT_S).expect("the call at 9:02");
        assert_eq!(story.issues.len(), 2);
        assert!(story.issues[0].recurrence && !story.issues[1].needs_visit);
    }
}
