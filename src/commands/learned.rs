//! What the last weeks teach the estimate of arrivals: how long work takes whom, how the roads are at each hour, and how
//! far the figures were off.

use chrono::{Datelike, Timelike, Weekday};
use chrono_tz::Tz;

use super::track_route::Knowledge;
use crate::domain::ids::TerritoryId;
use crate::domain::time::{Seconds, Timestamp};
use crate::eta::{Calibration, Durations, HourFactors, Outcome};
use crate::roads::TravelTimes;
use crate::store::figures::PastDrive;
use crate::store::{Fault, Reader};

/// Days of finished work that the durations are learned from.
const WORK_DAYS: i64 = 90;
/// Days of drives and figures: roads and habits change with the season.
const FIGURE_DAYS: i64 = 30;

/// What was learned.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    durations: Durations,
    hours: HourFactors,
    calibration: Calibration,
}

impl Learned {
    pub fn knowledge<'a>(&'a self, travel: &'a dyn TravelTimes) -> Knowledge<'a> {
        Knowledge { durations: &self.durations, hours: &self.hours, calibration: &self.calibration, travel }
    }
}

/// Learns from the past of one territory. Figures are learned from as they were sampled: an offset learned from what an
/// offset has changed would chase itself.
pub fn learn(
    reader: &mut Reader<'_>,
    territory: TerritoryId,
    travel: &dyn TravelTimes,
    now: Timestamp,
) -> Result<Learned, Fault> {
    let (days, zone) = (|days: i64| now - Seconds::hours(24 * days), reader.zone());
    let drives = reader.past_drives(territory, days(FIGURE_DAYS))?;
    let figures = reader.past_figures(Some(territory), days(FIGURE_DAYS))?;
    let sampled: Vec<Outcome> = figures.into_iter().map(|figure| figure.sampled).collect();
    Ok(Learned {
        durations: reader.durations(days(WORK_DAYS))?,
        hours: HourFactors::learn(drives.iter().filter_map(|drive| ratio(drive, zone, travel))),
        calibration: Calibration::learn(&sampled),
    })
}

/// Local hour of leaving, whether it was a weekend, and the time taken over the time of the road.
fn ratio(drive: &PastDrive, zone: Tz, travel: &dyn TravelTimes) -> Option<(u8, bool, f64)> {
    let road = travel.seconds(drive.from, drive.to).seconds;
    let left = drive.left_at.utc().with_timezone(&zone);
    let weekend = matches!(left.weekday(), Weekday::Sat | Weekday::Sun);
    (road.0 > 0).then(|| (left.hour() as u8, weekend, drive.took.0 as f64 / road.0 as f64))
}

#[cfg(test)]
mod tests;
