//! A company for a day: the technicians of the scenario, and for each job a customer with a contract, a wallet, a site
//! and an asset, in the form that any company is imported in.

mod catalogue;
mod crew;
mod customers;
#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, NaiveDate};

pub use catalogue::{CAUSE_NONE, CAUSE_OUR_WORK, CAUSE_WORN, Catalogue, Fault, demanded};

use super::day::Day;
use super::limits;
use crate::company::{COMPANY_FORMAT, CompanyFile, Territory};
use crate::domain::place::Position;

/// A company and how its people and papers are found again.
#[derive(Debug, Clone)]
pub struct Town {
    pub file: CompanyFile,
    /// For each job, how it is reported.
    pub faults: Vec<Fault>,
    /// For each job, the number of its contract.
    pub contracts: Vec<String>,
    /// For each job, the name of its customer; no two are the same.
    pub customers: Vec<String>,
    /// For each technician, his log-in.
    pub log_ins: Vec<String>,
    /// Log-ins of the dispatchers, one a territory.
    pub dispatchers: Vec<String>,
}

/// The log-in of the person who takes the calls.
pub const OPERATOR: &str = "replay.operator";

/// Builds the company of `day` as of the local date `on`. Everybody logs in with `password`.
pub fn build(day: &Day, on: NaiveDate, password: &str) -> Town {
    let areas = Areas::of(day);
    let catalogue = Catalogue::of(day);
    let territories = areas.territories();
    let names = (0..day.jobs.len()).map(|index| customers::name(index, day)).collect();
    let customers = customers::customers(day, &areas, &catalogue, on);
    let contracts = customers.iter().flat_map(|c| &c.contracts).map(|contract| contract.number.clone()).collect();
    let technicians = crew::technicians(day, &areas, &catalogue);
    let file = CompanyFile {
        format: COMPANY_FORMAT.to_owned(),
        name_ja: "再現日サービス".to_owned(),
        name_en: "Replayed Day Service".to_owned(),
        zone: super::ZONE.name().to_owned(),
        vendor_phone: "076-200-0000".to_owned(),
        users: crew::users(day, &territories, password),
        territories,
        skills: catalogue.skills.clone(),
        qualifications: Vec::new(),
        products: catalogue.products.clone(),
        parts: catalogue.parts.clone(),
        causes: catalogue::causes(),
        technicians,
        absences: Vec::new(),
        customers,
        holidays: Vec::new(),
        history: Vec::new(),
    };
    Town {
        faults: catalogue.faults,
        contracts,
        customers: names,
        log_ins: (0..day.technicians.len()).map(crew::log_in).collect(),
        dispatchers: (0..file.territories.len()).map(crew::dispatcher).collect(),
        file,
    }
}

/// The territories: one, or for a large crew strips from west to east with as many technicians each.
pub struct Areas {
    /// Where a strip ends in the east, degrees; the last one has no end.
    borders: Vec<f64>,
    centres: Vec<Position>,
}

impl Areas {
    pub fn of(day: &Day) -> Self {
        let count = day.technicians.len().div_ceil(limits::TECHNICIANS_PER_TERRITORY).max(1);
        let mut homes: Vec<f64> = day.technicians.iter().map(|t| day.places[t.home].lon()).collect();
        homes.sort_by(f64::total_cmp);
        let borders = (1..count).map(|strip| homes[strip * homes.len() / count]).collect();
        let mut areas = Self { borders, centres: Vec::new() };
        areas.centres = (0..count).map(|strip| areas.centre(day, strip)).collect();
        areas
    }

    /// The mean of the places inside, or of all places when none is.
    fn centre(&self, day: &Day, strip: usize) -> Position {
        let inside: Vec<&Position> = day.places.iter().filter(|place| self.at(**place) == strip).collect();
        let places = if inside.is_empty() { day.places.iter().collect() } else { inside };
        let mean = |pick: fn(Position) -> f64| places.iter().map(|p| pick(**p)).sum::<f64>() / places.len() as f64;
        Position::new(mean(Position::lat), mean(Position::lon)).expect("a mean of places on the globe is on the globe")
    }

    /// The strip that a place lies in.
    pub fn at(&self, place: Position) -> usize {
        self.borders.iter().filter(|border| place.lon() >= **border).count()
    }

    pub fn code(&self, strip: usize) -> String {
        format!("area-{}", strip + 1)
    }

    /// All territories but one: who may be lent may be lent anywhere, as the scenario knows no borders.
    pub fn others(&self, strip: usize) -> Vec<String> {
        (0..self.centres.len()).filter(|other| *other != strip).map(|other| self.code(other)).collect()
    }

    fn territories(&self) -> Vec<Territory> {
        let territory = |(strip, centre): (usize, &Position)| Territory {
            code: self.code(strip),
            name_ja: format!("第{}エリア", strip + 1),
            name_en: format!("Area {}", strip + 1),
            center: *centre,
            boundary: Vec::new(),
        };
        self.centres.iter().enumerate().map(territory).collect()
    }
}

/// The first day of the year of `on`, and the last day of the next: papers of the company are valid between them.
fn papers(on: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(on.year(), 1, 1).unwrap_or(on);
    let last = NaiveDate::from_ymd_opt(on.year() + 1, 12, 31);
    (first, last.unwrap_or_else(|| on + Days::new(365)))
}
