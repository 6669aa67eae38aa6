//! Advice about a contract's purchases: how many units to buy next, and whether a monthly fee would cost less.

use std::sync::Arc;

use chrono::{Days, Months, NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::desk::own_contract;
use super::extract::{ById, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::books::compare::{Comparison, compare};
use crate::books::recognition::share;
use crate::domain::access::User;
use crate::domain::ids::ContractId;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Balances;
use crate::domain::wallet::policy::Policy;
use crate::domain::wallet::reorder::{Fit, PURCHASE_YEAR_DAYS, PurchaseBound};
use crate::domain::wallet::terms::{UnitKind, not_in_force};
use crate::forecast::facts::{ContractFacts, Use};
use crate::forecast::learn::{Learned, learn};
use crate::forecast::need::{Known, Need, need};
use crate::forecast::spread::Spread;
use crate::limits;
use crate::sentences::advice::{self, Compared, Reorder};
use crate::store::advice::{LastPurchase, Spent};
use crate::store::{Fault, Store, StoreError};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/contracts/{id}/reorder", "How many units to buy next", propose),
        Route::new(Method::GET, "/api/contracts/{id}/comparison", "Units or a monthly fee, over a year", comparison),
    ]
}

/// What was learned of everybody's past. The model looks at whole months before this one, so it is learned once a day
/// and not with every question.
#[derive(Default)]
pub struct Outlook(Mutex<Option<Arc<Lesson>>>);

struct Lesson {
    day: NaiveDate,
    learned: Learned,
    usual: Vec<Use>,
}

impl Outlook {
    async fn of(&self, store: &Store, today: NaiveDate) -> Result<Arc<Lesson>, Fault> {
        let mut known = self.0.lock().await;
        if let Some(lesson) = known.as_ref().filter(|lesson| lesson.day == today) {
            return Ok(Arc::clone(lesson));
        }
        let facts = store.read(|reader| reader.forecast_facts()).await?;
        let lesson = Arc::new(away(move || Lesson::of(facts, today)).await?);
        *known = Some(Arc::clone(&lesson));
        Ok(lesson)
    }
}

impl Lesson {
    fn of(facts: Vec<ContractFacts>, day: NaiveDate) -> Self {
        let learned = learn(&facts, day);
        let mut usual: Vec<Use> = facts.into_iter().flat_map(|contract| contract.uses).collect();
        usual.sort_by_key(|used| std::cmp::Reverse(used.day));
        usual.truncate(limits::USUAL_USES);
        Self { day, learned, usual }
    }
}

/// Long sums, away from the threads that serve others.
async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    Ok(actix_web::web::block(work).await.map_err(|_| StoreError::Stopped)?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReorderQuery {
    /// Months that the units should last, 1 to 36; when it is missing, as long as the last lot that was bought, or a
    /// year.
    months: Option<u32>,
}

/// A proposal, in units of the wallet; with the figures that it stands on.
#[derive(Serialize, JsonSchema)]
struct ReorderProposal {
    contract_id: ContractId,
    unit: UnitKind,
    /// The last day that was reckoned with.
    #[schemars(with = "String")]
    until: NaiveDate,
    available: i64,
    /// Used before they were bought; the next purchase settles them first.
    owed: i64,
    /// What will be used.
    uses: Spread,
    /// Of the available units, what will expire unused.
    lost: Spread,
    /// What will be missing.
    short: Spread,
    /// Units proposed; 0 when none are needed or none may be bought.
    units: i64,
    /// Why it is not just what is needed.
    bound: Option<PurchaseBound>,
    /// Price of the proposed units without tax, at the price of the lot bought last.
    price_yen: Option<i64>,
    /// Number of that lot.
    price_of_lot: Option<String>,
    purchase_min: u32,
    purchase_step: u32,
    purchase_year_max: Option<u32>,
    /// Units bought within the year for which the limit counts.
    bought: i64,
    ja: String,
    en: String,
}

/// What the store knows of one contract.
struct Ground {
    unit: UnitKind,
    balances: Balances,
    policy: Policy,
    last: Option<LastPurchase>,
    bought: i64,
    facts: Option<ContractFacts>,
}

async fn ground(shared: &Shared, user: User, contract: ContractId, today: NaiveDate) -> Result<Ground, Fault> {
    let read = shared.store.read(move |reader| {
        own_contract(reader, &user, contract)?;
        let (wallet, unit, _) = reader.wallet_head(contract)?;
        let (starts_on, ends_on) = reader.contract_term(contract)?;
        if today > ends_on {
            return Err(not_in_force(starts_on, ends_on).into());
        }
        Ok(Ground {
            unit,
            balances: reader.wallet_book(contract)?,
            policy: reader.policy_on(contract, today)?.policy,
            last: reader.last_purchase(wallet)?,
            bought: reader.units_bought_since(wallet, today - Days::new(PURCHASE_YEAR_DAYS))?,
            facts: reader.forecast_facts_of(contract)?,
        })
    });
    read.await
}

async fn propose(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    Query(query): Query<ReorderQuery>,
) -> Result<Json<ReorderProposal>, Fault> {
    if query.months.is_some_and(|months| !(1..=36).contains(&months)) {
        let (ja, en) = ("1から36か月で指定してください", "give 1 to 36 months");
        return Err(Refusal::invalid_both("months", ja, en).into());
    }
    let today = shared.store.clock().now().day(shared.store.zone());
    let ground = ground(&shared, who.user, path.id, today).await?;
    let until = until(today, query.months, ground.last.as_ref());
    let lesson = shared.outlook.of(&shared.store, today).await?;
    let facts = ground.facts.clone();
    let need = away(move || {
        let known = Known { learned: &lesson.learned, usual: &lesson.usual };
        facts.map(|facts| need(&facts, &known, today, until)).unwrap_or_default()
    });
    Ok(Json(proposal(path.id, &ground, until, need.await?)))
}

/// As long as the last lot was sold for.
fn until(today: NaiveDate, months: Option<u32>, last: Option<&LastPurchase>) -> NaiveDate {
    let span = last.and_then(|lot| Some((lot.expires_on? - lot.issued_on).num_days().clamp(30, 1_096)));
    match (months, span) {
        (Some(months), _) => today.checked_add_months(Months::new(months)).unwrap_or(today),
        (None, Some(days)) => today + Days::new(days.unsigned_abs()),
        (None, None) => today + Days::new(365),
    }
}

fn proposal(contract: ContractId, ground: &Ground, until: NaiveDate, need: Need) -> ReorderProposal {
    let Ground { unit, balances, policy, last, bought, .. } = ground;
    let owed = -balances.overdraft;
    let Fit { units, bound } = policy.purchase_for(need.short.p50.ceil() as i64 + owed, *bought);
    let price_yen = last.as_ref().map(|lot| share(lot.price_yen, units, lot.units));
    let words = advice::reorder(&Reorder {
        unit: *unit,
        until,
        uses: (need.uses.p50.round() as i64, need.uses.p90.round() as i64),
        available: balances.available,
        lost: need.lost.p50.round() as i64,
        owed,
        units,
        bound,
        price_yen,
    });
    ReorderProposal {
        contract_id: contract,
        unit: *unit,
        until,
        available: balances.available,
        owed,
        uses: need.uses,
        lost: need.lost,
        short: need.short,
        units,
        bound,
        price_yen,
        price_of_lot: last.as_ref().map(|lot| lot.number.clone()),
        purchase_min: policy.purchase_min,
        purchase_step: policy.purchase_step,
        purchase_year_max: policy.purchase_year_max,
        bought: *bought,
        ja: words.ja,
        en: words.en,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ComparisonQuery {
    /// The monthly fee to compare with, in yen without tax.
    monthly_yen: i64,
}

/// The last 365 days either way.
#[derive(Serialize, JsonSchema)]
struct YearCompared {
    contract_id: ContractId,
    unit: UnitKind,
    #[schemars(with = "String")]
    from: NaiveDate,
    /// The last day.
    #[schemars(with = "String")]
    to: NaiveDate,
    /// The fee that was asked about.
    fee_yen: i64,
    /// The lot whose price counts: the one bought last.
    lot: Option<String>,
    lot_units: i64,
    lot_price_yen: i64,
    #[serde(flatten)]
    figures: Comparison,
    ja: String,
    en: String,
}

async fn comparison(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    Query(query): Query<ComparisonQuery>,
) -> Result<Json<YearCompared>, Fault> {
    let fee = query.monthly_yen;
    if !(0..=limits::MONTHLY_FEE_YEN).contains(&fee) {
        let (ja, en) = ("月額は0円から1億円までです", "the fee lies between 0 and 100 million yen");
        return Err(Refusal::invalid_both("monthly_yen", ja, en).into());
    }
    let (user, contract) = (who.user, path.id);
    let zone = shared.store.zone();
    let to = shared.store.clock().now().day(zone);
    let from = to - Days::new(PURCHASE_YEAR_DAYS - 1);
    let read = shared.store.read(move |reader| {
        own_contract(reader, &user, contract)?;
        let (wallet, unit, _) = reader.wallet_head(contract)?;
        let spent = reader.spent_since(wallet, Timestamp::on_day(from, NaiveTime::MIN, zone))?;
        Ok((unit, spent, reader.last_purchase(wallet)?))
    });
    let (unit, Spent { used, expired }, last) = read.await?;
    let (lot, lot_units, lot_price_yen) =
        last.map_or((None, 1, 0), |last| (Some(last.number), last.units, last.price_yen));
    let figures = compare(used, expired, lot_price_yen, lot_units, fee);
    let words = advice::comparison(&Compared {
        unit,
        from,
        to,
        used,
        expired,
        tickets_yen: figures.tickets_yen,
        fee_yen: fee,
        monthly_yen: figures.monthly_yen,
        break_even: figures.break_even_units,
    });
    let (ja, en) = (words.ja, words.en);
    Ok(Json(YearCompared {
        contract_id: contract,
        unit,
        from,
        to,
        fee_yen: fee,
        lot,
        lot_units,
        lot_price_yen,
        figures,
        ja,
        en,
    }))
}
