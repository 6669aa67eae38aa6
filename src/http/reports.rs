//! Reports over the whole company: the books of what was prepaid, the base date of the Payment Services Act, and the
//! work that outstanding units will bring.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::books::base_date::{self, BaseDateReport, Unused};
use crate::books::experience::Experience;
use crate::books::months::{MonthLine, Months};
use crate::domain::ids::TerritoryId;
use crate::domain::refusal::Refusal;
use crate::domain::time::Seconds;
use crate::eta::Outcome;
use crate::eta::accuracy::{AccuracyLine, accuracy};
use crate::forecast::months::{Forecast, Question, RUNS, forecast};
use crate::limits;
use crate::store::{Fault, StoreError};
use crate::views::demand::{DemandLine, Frequent};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/reports/liability", "Contract liability and revenue by month", liability),
        Route::new(Method::GET, "/api/reports/base-date", "Unused balance on a base date", on_base_date),
        Route::new(Method::GET, "/api/reports/demand", "What was asked for and what needed a visit", demand),
        Route::new(Method::GET, "/api/reports/eta", "How good the told arrivals were", eta_accuracy),
        Route::new(Method::GET, "/api/reports/forecast", "Work that outstanding units will bring", ahead),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LiabilityQuery {
    /// Any day of the first month.
    #[schemars(with = "String")]
    from: NaiveDate,
    /// Any day of the last month.
    #[schemars(with = "String")]
    to: NaiveDate,
    /// Part of every price that is expected never to be used, in thousandths; none when it is missing.
    breakage_permille: Option<i64>,
}

impl LiabilityQuery {
    fn check(&self) -> Result<i64, Refusal> {
        let days = (self.to - self.from).num_days();
        if !(0..=limits::REPORT_DAYS).contains(&days) {
            let (ja, en) = (
                "期間は10年以内で、終わりは始め以降です",
                "the period is up to ten years, its end not before its begin",
            );
            return Err(Refusal::invalid_both("to", ja, en));
        }
        let permille = self.breakage_permille.unwrap_or_default();
        if !(0..1_000).contains(&permille) {
            let (ja, en) = ("0から999の千分率で指定してください", "give thousandths from 0 to 999");
            return Err(Refusal::invalid_both("breakage_permille", ja, en));
        }
        Ok(permille)
    }
}

/// The months of the books.
#[derive(Serialize, JsonSchema)]
struct Liability {
    months: Vec<MonthLine>,
    /// What of the lots that are over was never used, on which the expected part can be based.
    experience: Experience,
}

async fn liability(
    _: Allowed<perm::ReadBooks>,
    shared: Shared,
    Query(query): Query<LiabilityQuery>,
) -> Result<Json<Liability>, Fault> {
    let permille = query.check()?;
    let read = shared.store.read(move |reader| {
        let (today, mut months, mut experience) = (reader.today(), Months::default(), Experience::default());
        reader.each_books(permille, |books| {
            months.add(&books.lots, &books.turns);
            experience.add(&books.lots, &books.turns, today);
        })?;
        Ok(Liability { months: months.lines(query.from, query.to), experience })
    });
    Ok(Json(read.await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BaseDateQuery {
    /// A 31 March or 30 September; the last one when it is missing.
    #[schemars(with = "Option<String>")]
    on: Option<NaiveDate>,
}

async fn on_base_date(
    _: Allowed<perm::ReadBooks>,
    shared: Shared,
    Query(query): Query<BaseDateQuery>,
) -> Result<Json<BaseDateReport>, Fault> {
    let today = shared.store.clock().now().day(shared.store.zone());
    let on = query.on.unwrap_or_else(|| base_date::last_base_date(today));
    if base_date::last_base_date(on) != on {
        let (ja, en) = ("基準日は3月31日か9月30日です", "a base date is a 31 March or a 30 September");
        return Err(Refusal::invalid_both("on", ja, en).into());
    }
    let read = shared.store.read(move |reader| {
        let mut unused = Unused::default();
        reader.each_books(0, |books| unused.add(&books.lots, &books.turns, on))?;
        Ok(unused.report(on))
    });
    Ok(Json(read.await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DemandQuery {
    /// Any day of the first month.
    #[schemars(with = "String")]
    from: NaiveDate,
    /// Any day of the last month.
    #[schemars(with = "String")]
    to: NaiveDate,
}

/// What was asked for, month by month, and what was asked most in all of them.
#[derive(Serialize, JsonSchema)]
struct Demand {
    months: Vec<DemandLine>,
    frequent: Frequent,
}

async fn demand(
    _: Allowed<perm::ReadForecast>,
    shared: Shared,
    Query(query): Query<DemandQuery>,
) -> Result<Json<Demand>, Fault> {
    if !(0..=limits::DEMAND_DAYS).contains(&(query.to - query.from).num_days()) {
        let (ja, en) =
            ("期間は3年以内で、終わりは始め以降です", "the period is up to three years, its end not before its begin");
        return Err(Refusal::invalid_both("to", ja, en).into());
    }
    let read = shared.store.read(move |reader| {
        Ok(Demand { months: reader.demand(query.from, query.to)?, frequent: reader.frequent(query.from, query.to)? })
    });
    Ok(Json(read.await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EtaQuery {
    /// The last so many days, 1 to 90; thirty when it is missing.
    days: Option<i64>,
    /// Of one territory only.
    territory: Option<TerritoryId>,
}

/// Figures that people read, beside the arrivals that came of them.
#[derive(Serialize, JsonSchema)]
struct EtaAccuracy {
    days: i64,
    /// By how far ahead they were said; the newest figures, when there are more than one look can take.
    lines: Vec<AccuracyLine>,
}

async fn eta_accuracy(
    _: Allowed<perm::ReadForecast>,
    shared: Shared,
    Query(query): Query<EtaQuery>,
) -> Result<Json<EtaAccuracy>, Fault> {
    let days = query.days.unwrap_or(30);
    if !(1..=limits::FIGURE_DAYS).contains(&days) {
        let (ja, en) = ("1から90日で指定してください", "give 1 to 90 days");
        return Err(Refusal::invalid_both("days", ja, en).into());
    }
    let since = shared.store.clock().now() - Seconds::hours(24 * days);
    let figures = shared.store.read(move |reader| reader.past_figures(query.territory, since)).await?;
    let said: Vec<Outcome> = figures.into_iter().map(|figure| figure.said).collect();
    Ok(Json(EtaAccuracy { days, lines: accuracy(&said) }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForecastQuery {
    /// Whole months after the rest of the running one, 1 to 24; six when it is missing.
    months: Option<usize>,
    /// Minutes of work, with driving, in a technician's day; 420 when it is missing.
    day_minutes: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Ahead {
    /// Minutes that a drive counts where nobody told of setting out and arriving.
    travel_minutes: i64,
    #[serde(flatten)]
    forecast: Forecast,
}

async fn ahead(
    _: Allowed<perm::ReadForecast>,
    shared: Shared,
    Query(query): Query<ForecastQuery>,
) -> Result<Json<Ahead>, Fault> {
    let (months, day_minutes) = (query.months.unwrap_or(6), query.day_minutes.unwrap_or(420));
    if !(1..=24).contains(&months) {
        let (ja, en) = ("1から24か月で指定してください", "give 1 to 24 months");
        return Err(Refusal::invalid_both("months", ja, en).into());
    }
    if !(60..=1_440).contains(&day_minutes) {
        let (ja, en) = ("1日は60から1440分で指定してください", "a day has 60 to 1440 minutes of work");
        return Err(Refusal::invalid_both("day_minutes", ja, en).into());
    }
    let today = shared.store.clock().now().day(shared.store.zone());
    let read = shared.store.read(|reader| Ok((reader.usual_travel()?, reader.forecast_facts()?)));
    let (travel_minutes, facts) = read.await?;
    // The day is the seed: who asks twice on a day reads the same.
    let seed = u64::from(today.to_epoch_days().unsigned_abs());
    let question = Question { today, months, day_minutes, runs: RUNS, seed };
    let forecast = away(move || forecast(&facts, &question)).await?;
    Ok(Json(Ahead { travel_minutes, forecast }))
}

/// Long sums, away from the threads that serve others.
async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    Ok(actix_web::web::block(work).await.map_err(|_| StoreError::Stopped)?)
}
