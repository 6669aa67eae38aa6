//! The demo company: a maintenance firm of the invented city, whole and consistent around a base date.

mod customers;
mod ground;
mod history;
mod past;
mod staff;
#[cfg(test)]
mod tests;
mod wallets;

use chrono::{Datelike, NaiveDate};

pub use staff::DEMO_PASSWORD;

use self::ground::Ground;
use super::city::City;
use super::dice::{Purpose, dice};
use super::words::catalogue;
use crate::company::holidays::public_holidays;
use crate::company::{COMPANY_FORMAT, CompanyFile, Holiday};

/// The company of a seed in a city on a day; the same for the same arguments.
pub fn company(city: &City, seed: u64, base: NaiveDate) -> CompanyFile {
    let ground = Ground::of(city);
    let technicians = staff::technicians(&ground, base, &mut dice(seed, Purpose::Staff));
    let mut customers = customers::customers(&ground, seed, base);
    let mut history = history::history(&customers, &technicians, base, &mut dice(seed, Purpose::History));
    past::fill(&mut customers, &mut history, &technicians, base, &mut dice(seed, Purpose::Past));
    let catalogue = catalogue();
    CompanyFile {
        format: COMPANY_FORMAT.into(),
        name_ja: "澪ヶ崎メンテナンス株式会社".into(),
        name_en: "Miogasaki Maintenance".into(),
        zone: "Asia/Tokyo".into(),
        vendor_phone: "021-200-0100".into(),
        territories: ground.territories.clone(),
        skills: catalogue.skills.clone(),
        qualifications: catalogue.qualifications.clone(),
        products: catalogue.products.clone(),
        parts: catalogue.parts.clone(),
        causes: catalogue.causes.clone(),
        absences: staff::absences(base),
        users: staff::users(&technicians, &customers),
        technicians,
        customers,
        holidays: closed_days(base.year()),
        history,
    }
}

/// Public holidays of this year and the next, and the turn of the year when the office is closed.
fn closed_days(year: i32) -> Vec<Holiday> {
    let mut days: Vec<Holiday> = [year, year + 1].into_iter().flat_map(public_holidays).collect();
    let turn = [(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)];
    for (month, day) in turn {
        let dates = [year, year + 1].into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
        days.extend(dates.map(|on| Holiday { on, name: "年末年始休業".into() }));
    }
    days.sort_by_key(|holiday| holiday.on);
    days.dedup_by_key(|holiday| holiday.on);
    days
}
