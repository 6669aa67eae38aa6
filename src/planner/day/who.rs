//! Who may do a job, and what it costs that he does: all that does not depend on the route is settled here, once for
//! every job, so that the search only ever looks at the technicians who may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::rules::qualification;
use super::rules::skill::Skills;
use super::rules::territory::borrowed;
use super::rules::wish::{Prices, Standing};
use super::wire;

/// Largest price of a wish.
const PRICE_MAX: i64 = 1 << 24;

/// What is asked of a technician for one job; many jobs ask the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    skills: Skills,
    qualifications: BTreeSet<String>,
    pinned: Option<String>,
    usual: BTreeSet<u32>,
    excluded: BTreeSet<u32>,
    excluded_cost: Option<i64>,
    territory: Option<String>,
}

#[derive(Debug, Clone)]
struct Person {
    skills: Skills,
    qualifications: BTreeSet<String>,
    territory: Option<String>,
    lent: bool,
}

/// Who may, and what each of them costs if wishes differ.
#[derive(Debug, Clone, Default)]
pub(super) struct May {
    pub able: Box<[u32]>,
    pub wishes: Option<Arc<[i64]>>,
}

/// The technicians of the day, as far as it matters whom they are sent to.
#[derive(Debug, Clone)]
pub(super) struct Who {
    people: Vec<Person>,
    numbers: BTreeMap<String, u32>,
    prices: Prices,
    known: BTreeMap<Need, May>,
}

impl Who {
    pub(super) fn new<'a>(
        technicians: impl Iterator<Item = &'a wire::Technician>,
        objective: &wire::Objective,
        day: Option<NaiveDate>,
    ) -> Self {
        let (mut people, mut numbers) = (Vec::new(), BTreeMap::new());
        for one in technicians {
            let valid = one.qualifications.iter().filter(|q| qualification::valid(q.until, day));
            numbers.insert(one.id.clone(), people.len() as u32);
            people.push(Person {
                skills: Skills::new(one.skills.as_deref().unwrap_or_default(), &one.levels),
                qualifications: valid.map(|q| q.name.clone()).collect(),
                territory: one.territory.clone(),
                lent: one.lent.unwrap_or(true),
            });
        }
        let price = |given: Option<i64>, usual: i64| given.unwrap_or(usual).clamp(0, PRICE_MAX);
        let prices = Prices { usual: price(objective.usual_cost, 600), borrow: price(objective.borrow_cost, 1_800) };
        Self { people, numbers, prices, known: BTreeMap::new() }
    }

    /// The number of a technician who works on the day.
    pub(super) fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    pub(super) fn may(&mut self, job: &wire::Job) -> May {
        let numbers = |ids: &[String]| ids.iter().filter_map(|id| self.number(id)).collect();
        let need = Need {
            skills: Skills::new(job.skills.as_deref().unwrap_or_default(), &job.levels),
            qualifications: job.qualifications.iter().cloned().collect(),
            pinned: job.pinned.clone(),
            usual: numbers(&job.usual),
            excluded: numbers(&job.excluded),
            excluded_cost: job.excluded_cost.map(|cost| cost.clamp(0, PRICE_MAX)),
            territory: job.territory.clone(),
        };
        if let Some(may) = self.known.get(&need) {
            return may.clone();
        }
        let all = 0..self.people.len() as u32;
        let able = all.clone().filter(|t| self.able(*t, &need)).collect();
        let wishes: Vec<i64> = all.map(|t| self.wish(t, &need)).collect();
        let wishes = wishes.iter().any(|cost| *cost > 0).then(|| wishes.into());
        let may = May { able, wishes };
        self.known.insert(need, may.clone());
        may
    }

    fn able(&self, technician: u32, need: &Need) -> bool {
        let one = &self.people[technician as usize];
        one.skills.meet(&need.skills)
            && need.qualifications.is_subset(&one.qualifications)
            && (one.lent || !borrowed(need.territory.as_deref(), one.territory.as_deref()))
            && (need.excluded_cost.is_some() || !need.excluded.contains(&technician))
            && need.pinned.as_ref().is_none_or(|id| self.number(id) == Some(technician))
    }

    fn wish(&self, technician: u32, need: &Need) -> i64 {
        let own = self.people[technician as usize].territory.as_deref();
        let unwanted = if need.excluded.contains(&technician) { need.excluded_cost.unwrap_or(0) } else { 0 };
        self.prices.of(Standing {
            unusual: !need.usual.is_empty() && !need.usual.contains(&technician),
            borrowed: borrowed(need.territory.as_deref(), own),
            unwanted,
        })
    }
}
