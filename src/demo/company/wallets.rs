//! Plans, their rules, and the lots of tickets bought under them.

use chrono::{Datelike, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::company::{CapturePoint, LawClass, Lot, Origin, Policy, Scope};
use crate::demo::dice::days_from;

/// What a customer can buy.
pub struct Plan {
    pub name: &'static str,
    /// Tickets in a yearly lot and the price of one.
    pub tickets: u32,
    pub price_yen: u64,
    pub policy: Policy,
}

pub fn plans() -> [Plan; 3] {
    let rules = |question_cost, recurrence_days, capture_point, overdraft_limit, no_show| Policy {
        question_cost,
        fault_cost: 1,
        inquiry_cost: 0,
        recurrence_days,
        capture_point,
        overdraft_limit,
        no_fault_found_cost: no_show,
        cancel_after_departure_cost: no_show,
        covers_ja: "1要件の受付から解決まで（訪問・部品交換の作業を含む。部品代は別）".to_owned(),
        covers_en: "One issue from the first contact until it is solved, visits and work included, parts not"
            .to_owned(),
        low_balance: 3,
        expiry_notice_days: vec![60, 30, 7],
        ..Policy::SIMPLE
    };
    let plan = |name, tickets, price_yen, policy| Plan { name, tickets, price_yen, policy };
    [
        plan("ライト", 10, 9_800, rules(1, 30, CapturePoint::Acceptance, 0, 1)),
        plan("スタンダード", 24, 8_800, rules(1, 30, CapturePoint::Completion, 1, 1)),
        plan("プレミアム", 50, 7_800, rules(0, 60, CapturePoint::Arrival, 3, 0)),
    ]
}

/// Numbers lots: rising, as a shop's counter would.
pub struct LotNumbers(u32);

impl LotNumbers {
    pub fn new() -> Self {
        Self(4_100)
    }

    fn next(&mut self, issued_on: NaiveDate, rng: &mut ChaCha8Rng) -> String {
        self.0 += rng.random_range(1..5);
        format!("TK-{}-{:06}", issued_on.year(), self.0)
    }
}

/// The lots of the `nth` contract around `base`: a yearly lot partly used; often the rest of last year's, about to
/// expire; sometimes a gift. Every 17th wallet is empty, every 13th has tickets that expire within days.
pub fn lots(nth: usize, plan: &Plan, base: NaiveDate, numbers: &mut LotNumbers, rng: &mut ChaCha8Rng) -> Vec<Lot> {
    let mut lots = Vec::new();
    let hurry = nth % 13 == 2;
    if hurry || rng.random_bool(0.4) {
        let left = if hurry { rng.random_range(2..7) } else { rng.random_range(8..75) };
        let used = plan.tickets.saturating_sub(rng.random_range(1..5));
        lots.push(lot(plan, days_from(base, left - 364), used, numbers, rng));
    }
    let age = rng.random_range(10..330);
    let share = age as f64 / 365.0 * rng.random_range(0.4..1.0);
    let used = if nth % 17 == 3 { plan.tickets } else { (f64::from(plan.tickets) * share) as u32 };
    lots.push(lot(plan, days_from(base, -age), used, numbers, rng));
    if nth % 17 == 3 {
        lots.iter_mut().for_each(|lot| lot.used = lot.count);
    } else if rng.random_bool(0.25) {
        lots.push(gift(base, numbers, rng));
    }
    lots
}

fn lot(plan: &Plan, issued_on: NaiveDate, used: u32, numbers: &mut LotNumbers, rng: &mut ChaCha8Rng) -> Lot {
    Lot {
        number: numbers.next(issued_on, rng),
        origin: Origin::Paid,
        count: plan.tickets,
        price_yen: plan.price_yen * u64::from(plan.tickets),
        issued_on,
        expires_on: Some(days_from(issued_on, 364)),
        used,
        uses: Vec::new(),
        voided: 0,
        scope: Scope::Any,
        law_class: LawClass::B2bExempt,
        invoice: None,
    }
}

fn gift(base: NaiveDate, numbers: &mut LotNumbers, rng: &mut ChaCha8Rng) -> Lot {
    let issued_on = days_from(base, -rng.random_range(5..90));
    Lot {
        number: numbers.next(issued_on, rng),
        origin: Origin::Promotional,
        count: rng.random_range(1..4),
        price_yen: 0,
        issued_on,
        expires_on: Some(days_from(issued_on, 180)),
        used: 0,
        uses: Vec::new(),
        voided: 0,
        scope: Scope::Any,
        law_class: LawClass::B2bExempt,
        invoice: None,
    }
}
