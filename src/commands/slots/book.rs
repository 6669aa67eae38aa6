//! What the days hold already, read for the planner: of all territories whose technicians could stand in for each other.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::domain::ids::{ContractId, SlotId, TerritoryId};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::planner::problem::{Job, TechnicianState};
use crate::planner::slots::Book;
use crate::store::technicians::{Profile, Team};
use crate::store::{Fault, Reader};
use crate::views::desk::{Channel, IntakeRequest, IssueRequest};

/// Territories that lend to each other share their technicians' time: a slot of one can take from all of them.
pub(super) struct Ground {
    pub territories: BTreeSet<TerritoryId>,
    pub team: Vec<Profile>,
    /// Everybody else of the company.
    pub others: Vec<Profile>,
}

/// The contact that an issue would be, as far as its facts go.
pub(super) fn contact(contract: ContractId, issue: &IssueRequest) -> IntakeRequest {
    IntakeRequest {
        channel: Channel::Call,
        contract_id: contract,
        contract_version: 0,
        contact_id: None,
        caller_name: String::new(),
        caller_phone: String::new(),
        on_behalf_of: false,
        note: String::new(),
        overdraft: false,
        started_at: None,
        call_id: None,
        issues: vec![issue.clone()],
    }
}

pub(super) fn ground(reader: &mut Reader<'_>, territory: TerritoryId) -> Result<Ground, Fault> {
    let profiles = reader.profiles(&Team::Company)?;
    let territories = linked(territory, &profiles);
    let (team, others) = profiles.into_iter().partition(|one| territories.iter().any(|place| one.serves(*place)));
    Ok(Ground { territories, team, others })
}

/// The territory and all that share technicians with it, directly or over others.
fn linked(territory: TerritoryId, profiles: &[Profile]) -> BTreeSet<TerritoryId> {
    let mut found = BTreeSet::from([territory]);
    loop {
        let before = found.len();
        for profile in profiles {
            let serves = || profile.lends_to.iter().copied().chain([profile.territory]);
            if serves().any(|place| found.contains(&place)) {
                found.extend(serves());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The day on which the search begins: that of the wish, when it lies ahead.
pub(super) fn first_day(job: &Job, now: Timestamp, zone: Tz) -> NaiveDate {
    job.wish.map_or(now, |wish| wish.from.max(now)).day(zone)
}

/// The last day of a search from `first`.
pub(super) fn last_day(first: NaiveDate) -> NaiveDate {
    first.checked_add_days(Days::new(limits::SLOT_DAYS - 1)).unwrap_or(first)
}

/// The days from `first` to `last`. What waits belongs to today and is left for the days on which today stands among them.
pub(super) fn read(
    reader: &mut Reader<'_>,
    ground: &Ground,
    (first, last): (NaiveDate, NaiveDate),
    except: Option<SlotId>,
    now: Timestamp,
) -> Result<Book, Fault> {
    let zone = reader.zone();
    let mut days = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        days.push(reader.slot_day(&ground.team, date, now)?);
    }
    let commitments = reader.commitments(&ground.territories, except, now)?;
    let mut waiting = reader.unpromised(&ground.territories, now)?;
    if first != now.day(zone) {
        waiting.retain(|job| first_day(job, now, zone) >= first);
    }
    Ok(Book { days, commitments, waiting })
}

/// Everybody who serves none of these territories, on each day of the book.
pub(super) fn others(
    reader: &mut Reader<'_>,
    ground: &Ground,
    book: &Book,
    now: Timestamp,
) -> Result<Vec<Vec<TechnicianState>>, Fault> {
    let days = book.days.iter().map(|day| Ok(reader.slot_day(&ground.others, day.date, now)?.technicians));
    days.collect()
}
