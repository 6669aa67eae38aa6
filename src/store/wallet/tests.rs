//! Random days of a wallet against a simple model.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::commands::intake::save;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::IssueId;
use crate::domain::issue::{IssueState, Outcome, WorkOrderState};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::policy::Ending;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, LotTerms};
use crate::store::testing::{Kit, call, company_with, date, lot};
use crate::store::{Fault, Unit};

#[derive(Debug, Clone)]
enum Act {
    Call { issues: usize, overdraft: bool },
    End { which: usize, outcome: Outcome, departed: bool },
    Buy { count: u32, days: u64, origin: Origin },
    Sleep { days: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    let outcome = prop_oneof![
        Just(Outcome::Repaired),
        Just(Outcome::OwnDefect),
        Just(Outcome::NoFaultFound),
        Just(Outcome::Withdrawn),
    ];
    prop_oneof![
        4 => (1..4_usize, any::<bool>()).prop_map(|(issues, overdraft)| Act::Call { issues, overdraft }),
        4 => (0..8_usize, outcome, any::<bool>())
            // Nobody can withdraw after a departure: there are no visits in these stories.
            .prop_map(|(which, outcome, departed)| {
                let departed = departed && outcome != Outcome::Withdrawn;
                Act::End { which, outcome, departed }
            }),
        2 => (1..5_u32, 0..60_u64, prop_oneof![Just(Origin::Paid), Just(Origin::Promotional)])
            .prop_map(|(count, days, origin)| Act::Buy { count, days, origin }),
        2 => (1..40_u64).prop_map(|days| Act::Sleep { days }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stands {
    Available,
    Held(IssueId),
    Used,
    Expired,
}

struct Ticket {
    expires_on: NaiveDate,
    origin: Origin,
    stands: Stands,
}

/// Tickets as a child would keep them: a heap of slips, and notes of what is owed.
struct Model {
    tickets: Vec<Ticket>,
    /// Overdrawn and still open.
    owed_open: Vec<IssueId>,
    /// Overdrawn and used.
    owed_used: i64,
    today: NaiveDate,
}

impl Model {
    fn take(&mut self, issues: usize, overdraft: bool) -> bool {
        let valid = self.tickets.iter().filter(|t| t.stands == Stands::Available && t.expires_on >= self.today);
        let short = issues.saturating_sub(valid.count()) as i64;
        let left = 2 - self.owed_open.len() as i64 - self.owed_used;
        short == 0 || (overdraft && short <= left)
    }

    fn hold(&mut self, issue: IssueId) {
        let today = self.today;
        let free = self.tickets.iter_mut().filter(|t| t.stands == Stands::Available && t.expires_on >= today);
        match free.min_by_key(|t| (t.expires_on, t.origin)) {
            Some(ticket) => ticket.stands = Stands::Held(issue),
            None => self.owed_open.push(issue),
        }
    }

    /// All costs of the tests' policy are one ticket.
    fn end(&mut self, issue: IssueId, outcome: Outcome, departed: bool) {
        let used = match outcome {
            Outcome::OwnDefect => false,
            Outcome::Withdrawn => departed,
            _ => true,
        };
        if let Some(place) = self.owed_open.iter().position(|owed| *owed == issue) {
            self.owed_open.remove(place);
            self.owed_used += i64::from(used);
        }
        let today = self.today;
        for ticket in self.tickets.iter_mut().filter(|t| t.stands == Stands::Held(issue)) {
            ticket.stands = match (used, ticket.expires_on >= today) {
                (true, _) => Stands::Used,
                (false, true) => Stands::Available,
                (false, false) => Stands::Expired,
            };
        }
    }

    /// Returns the number of overdrawn units that the purchase settled. The oldest debt is paid first; which of the
    /// debts were used is all that counts for the figures.
    fn buy(&mut self, count: u32, days: u64, origin: Origin, used_first: &[bool]) {
        let expires_on = self.today + Days::new(days);
        let mut debts = used_first.iter();
        for _ in 0..count {
            let stands = match debts.next().filter(|_| origin == Origin::Paid) {
                Some(true) => {
                    self.owed_used -= 1;
                    Stands::Used
                }
                Some(false) => Stands::Held(self.owed_open.remove(0)),
                None => Stands::Available,
            };
            self.tickets.push(Ticket { expires_on, origin, stands });
        }
    }

    fn sleep(&mut self, days: u64) {
        self.today = self.today + Days::new(days);
        let today = self.today;
        let dead = self.tickets.iter_mut().filter(|t| t.stands == Stands::Available && t.expires_on < today);
        dead.for_each(|ticket| ticket.stands = Stands::Expired);
    }

    fn figures(&self) -> [i64; 5] {
        let count = |wanted: fn(&Stands) -> bool| self.tickets.iter().filter(|t| wanted(&t.stands)).count() as i64;
        let (open, used) = (self.owed_open.len() as i64, self.owed_used);
        [
            count(|s| *s == Stands::Available),
            count(|s| matches!(s, Stands::Held(_))) + open,
            count(|s| *s == Stands::Used) + used,
            count(|s| *s == Stands::Expired),
            open + used,
        ]
    }
}

/// Closes an issue as a report or the desk does.
fn end(unit: &mut Unit<'_>, issue: IssueId, outcome: Outcome, departed: bool) -> Result<(), Fault> {
    let detail = unit.look().issue_detail(issue)?;
    if let Some(order) = detail.work_order_id {
        unit.set_work_order(order, WorkOrderState::Closed)?;
    }
    unit.set_issue_state(issue, IssueState::Closed, Some(outcome))?;
    let about = About { contract_id: Some(detail.contract_id), issue_id: Some(issue), ..About::default() };
    unit.record(
        &[Stream::Contract(detail.contract_id)],
        EventKind::IssueResolved,
        about,
        json!({ "outcome": outcome }),
    );
    unit.settle(issue, Ending::of(outcome, departed))?;
    Ok(())
}

fn company() -> Value {
    let mut company = company_with(json!([lot(1, 3, Some("2026-12-20"))]));
    company["customers"][0]["contracts"][0]["ends_on"] = "2040-03-31".into();
    company
}

async fn live(kit: &Kit, acts: &[Act]) {
    let card = kit.card("KS-1001").await;
    let first = Ticket { expires_on: date("2026-12-20"), origin: Origin::Paid, stands: Stands::Available };
    let tickets = (0..3).map(|_| Ticket { ..first }).collect();
    let mut model = Model { tickets, owed_open: Vec::new(), owed_used: 0, today: date("2026-11-23") };
    let mut open: Vec<IssueId> = Vec::new();
    // Debts in order of their holds: whether they are used by now.
    let mut debts: Vec<(IssueId, bool)> = Vec::new();
    for (number, act) in acts.iter().enumerate() {
        kit.clock.advance(Seconds(1));
        match act.clone() {
            Act::Call { issues, overdraft } => {
                let mut request = call(&card);
                // Without a named asset no issue can be a recurrence.
                request.issues[0].product_id = Some(card.assets[0].product_id);
                request.issues[0].asset_id = None;
                request.issues = vec![request.issues[0].clone(); issues];
                request.overdraft = overdraft;
                let expected = model.take(issues, overdraft);
                let saved = kit.write(move |unit| save(unit, &request)).await;
                assert_eq!(saved.is_ok(), expected, "{act:?}");
                for issue in saved.map(|receipt| receipt.issues).unwrap_or_default() {
                    let owed = model.owed_open.len();
                    model.hold(issue.id);
                    if model.owed_open.len() > owed {
                        debts.push((issue.id, false));
                    }
                    open.push(issue.id);
                }
            }
            Act::End { which, outcome, departed } => {
                if open.is_empty() {
                    continue;
                }
                let issue = open.remove(which % open.len());
                kit.write(move |unit| end(unit, issue, outcome, departed)).await.unwrap();
                let owed = model.owed_used;
                model.end(issue, outcome, departed);
                if model.owed_used > owed {
                    debts.iter_mut().filter(|(debtor, _)| *debtor == issue).for_each(|(_, used)| *used = true);
                } else {
                    debts.retain(|(debtor, used)| *debtor != issue || *used);
                }
            }
            Act::Buy { count, days, origin } => {
                let order = LotTerms {
                    number: format!("TK-2027-{number:06}"),
                    origin,
                    units: i64::from(count),
                    price_yen: 0,
                    issued_on: model.today,
                    expires_on: Some(model.today + Days::new(days)),
                    grace_days: 0,
                    scope: Scope::Any,
                    law_class: LawClass::B2bExempt,
                };
                let wallet = card.wallet.id;
                let bought = kit.write(move |unit| unit.purchase(wallet, &order)).await.unwrap();
                let used: Vec<bool> = debts.iter().map(|(_, used)| *used).collect();
                model.buy(count, days, origin, &used);
                let settled = if origin == Origin::Paid { (count as usize).min(debts.len()) } else { 0 };
                assert_eq!(bought.settled, settled as i64);
                debts.drain(..settled);
            }
            Act::Sleep { days } => {
                kit.clock.advance(Seconds::hours(24 * days as i64));
                model.sleep(days);
                while kit.write(|unit| unit.expire_due(unit.today())).await.unwrap().more {}
            }
        }
        let wallet = kit.card("KS-1001").await.wallet;
        let figures = [wallet.available, wallet.held, wallet.consumed, wallet.expired, wallet.overdraft];
        assert_eq!(figures, model.figures(), "after {act:?}");
    }
    kit.assert_sound().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_day_of_a_wallet_ends_with_other_figures_than_the_slips_say(acts in prop::collection::vec(act(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { live(&Kit::sqlite(company()).await, &acts).await });
    }
}

#[tokio::test]
async fn a_hold_outlives_its_ticket_and_a_purchase_pays_the_overdraft_first() {
    let acts = [
        Act::Call { issues: 3, overdraft: false },
        Act::Call { issues: 2, overdraft: true },
        Act::Sleep { days: 39 },
        Act::End { which: 0, outcome: Outcome::Repaired, departed: true },
        Act::End { which: 0, outcome: Outcome::OwnDefect, departed: true },
        Act::End { which: 2, outcome: Outcome::Repaired, departed: true },
        Act::Buy { count: 5, days: 50, origin: Origin::Paid },
        Act::End { which: 0, outcome: Outcome::Withdrawn, departed: false },
    ];
    crate::store::testing::on_both(company(), async |kit| live(&kit, &acts).await).await;
}
