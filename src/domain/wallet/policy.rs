//! What an issue costs, and what becomes of its hold: the contract's policy as pure rules. The sentence that the
//! operator reads out and the postings come from the same functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::issue::{IssueKind, Outcome};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::terms::UnitKind;

coded! {
    /// When a hold becomes consumption.
    CapturePoint {
        Acceptance = "acceptance", "受付時", "At acceptance";
        Investigation = "investigation_start", "調査開始時", "At start of investigation";
        Arrival = "arrival", "到着時", "At arrival";
        Completion = "completion", "完了時", "At completion";
    }
}

/// The policy of one contract. Costs are units per issue. Fields that older files do not have stand for the usual
/// contract of the trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub question_cost: u32,
    pub fault_cost: u32,
    pub inquiry_cost: u32,
    /// The same symptom on the same asset within so many days is our work to make good: it costs nothing.
    pub recurrence_days: u32,
    pub capture_point: CapturePoint,
    /// Units that may be used before they are bought; 0 = none.
    pub overdraft_limit: u32,
    pub no_fault_found_cost: u32,
    pub cancel_after_departure_cost: u32,
    /// What one unit covers, as it is shown before use.
    #[serde(default)]
    pub covers_ja: String,
    #[serde(default)]
    pub covers_en: String,
    #[serde(default)]
    pub own_defect_cost: u32,
    #[serde(default)]
    pub solved_by_article_cost: u32,
    #[serde(default)]
    pub cancel_before_departure_cost: u32,
    /// A trip to a closed door uses the issue's units; the next visit for it costs no more.
    #[serde(default)]
    pub no_access_captures: bool,
    /// Units held before their last day may still be used after it.
    #[serde(default = "yes")]
    pub honours_holds: bool,
    /// Days after its last day on which a unit may still be used (猶予). Fixed for each lot when it is sold.
    #[serde(default)]
    pub grace_days: u32,
    /// Price of a unit used before it was bought, when it is invoiced; none is settled by the next purchase only.
    #[serde(default)]
    pub overdraft_price_yen: Option<u32>,
    /// An issue of more units is marked as waiting for the customer's approval; it is never held up by that.
    #[serde(default)]
    pub approval_units: Option<u32>,
    /// Units left at which the customer is told that they run low.
    #[serde(default)]
    pub low_balance: u32,
    /// Days before a last day at which the customer is told of it, the longest first.
    #[serde(default)]
    pub expiry_notice_days: Vec<u32>,
    /// Least units in one purchase.
    #[serde(default = "one")]
    pub purchase_min: u32,
    /// Units are sold in multiples of this.
    #[serde(default = "one")]
    pub purchase_step: u32,
    /// Most units that the customer may buy within 365 days; none is without a limit.
    #[serde(default)]
    pub purchase_year_max: Option<u32>,
    /// Units may be moved to another wallet of the same customer group.
    #[serde(default)]
    pub transfer_allowed: bool,
    /// Minutes worked are rounded up to multiples of this.
    #[serde(default = "one")]
    pub minute_step: u32,
    /// What is about a product of which the contract lists no asset is refused; otherwise it is taken and told. A contract
    /// that lists no asset covers every product.
    #[serde(default)]
    pub refuses_uncovered: bool,
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

/// A work item at a price agreed in advance (ポイント表).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuItem {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    /// Units of the wallet.
    pub units: u32,
}

/// How an issue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub outcome: Outcome,
    /// Somebody had set out for it.
    pub departed: bool,
    /// Somebody stood before a closed door on the way.
    pub closed_door: bool,
    /// Minutes worked at all its visits together, and those that the desk said when it ended the issue; none where
    /// nobody said any.
    pub minutes: Option<i64>,
    /// It repeats a repair within the days for which the contract guarantees one.
    pub guaranteed: bool,
}

impl Ending {
    /// An issue that is over without a technician's report.
    pub const fn of(outcome: Outcome, departed: bool) -> Self {
        Self { outcome, departed, closed_door: false, minutes: None, guaranteed: false }
    }

    /// The code under which the ledger posts it.
    pub const fn reason(&self) -> &'static str {
        match self.outcome {
            Outcome::Recurrence if !self.guaranteed => CostReason::Unguaranteed.as_str(),
            outcome => outcome.as_str(),
        }
    }

    /// The outcome that the ledger posted under a code.
    pub fn outcome_of(reason: &str) -> Option<Outcome> {
        match reason.parse() {
            Ok(CostReason::Unguaranteed) => Some(Outcome::Recurrence),
            _ => reason.parse().ok(),
        }
    }
}

coded! {
    /// Why an issue costs what it costs.
    CostReason {
        Standard = "standard", "契約どおり", "As the contract says";
        Menu = "menu", "作業メニュー", "Price list";
        Recurrence = "recurrence", "再発のため", "Recurrence";
        Unguaranteed = "unguaranteed", "保証期間内の修理がない再発", "A recurrence of no repair within the guarantee";
        Free = "free", "対象外", "Free of charge";
        Billed = "billed", "チケット払いではない契約", "The contract is not paid with tickets";
    }
}

/// The cost of one issue at acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub units: i64,
    pub reason: CostReason,
}

impl Policy {
    /// A contract of the simplest kind: one unit an issue, counted when the work is done.
    pub const SIMPLE: Self = Self {
        question_cost: 1,
        fault_cost: 1,
        inquiry_cost: 0,
        recurrence_days: 30,
        capture_point: CapturePoint::Completion,
        overdraft_limit: 0,
        no_fault_found_cost: 1,
        cancel_after_departure_cost: 1,
        covers_ja: String::new(),
        covers_en: String::new(),
        own_defect_cost: 0,
        solved_by_article_cost: 0,
        cancel_before_departure_cost: 0,
        no_access_captures: false,
        honours_holds: true,
        grace_days: 0,
        overdraft_price_yen: None,
        approval_units: None,
        low_balance: 0,
        expiry_notice_days: Vec::new(),
        purchase_min: 1,
        purchase_step: 1,
        purchase_year_max: None,
        transfer_allowed: false,
        minute_step: 1,
        refuses_uncovered: false,
    };

    /// Units to hold when the issue is accepted: those of the chosen work item, else those of its kind. A recurrence
    /// inside the guarantee window holds none.
    pub fn cost(&self, kind: IssueKind, item: Option<&MenuItem>, is_recurrence: bool) -> Cost {
        if is_recurrence {
            return Cost { units: 0, reason: CostReason::Recurrence };
        }
        let units = item.map_or_else(|| self.kind_cost(kind), |item| item.units);
        let reason = match (units, item) {
            (0, _) => CostReason::Free,
            (_, Some(_)) => CostReason::Menu,
            (_, None) => CostReason::Standard,
        };
        Cost { units: i64::from(units), reason }
    }

    const fn kind_cost(&self, kind: IssueKind) -> u32 {
        match kind {
            // Work on a machine; what it costs beside a repair is a line of the price list.
            IssueKind::Fault | IssueKind::Maintenance => self.fault_cost,
            IssueKind::Question => self.question_cost,
            IssueKind::Inquiry => self.inquiry_cost,
        }
    }

    /// Of the `agreed` units that were read out at acceptance, how many an issue costs that ends so; never more than
    /// those. Where the contract counts a use makes no difference: what was captured beyond this goes back, and what is
    /// still held beyond it is released.
    pub fn due(&self, ending: Ending, agreed: i64, unit: UnitKind) -> i64 {
        let worked = || self.worked(ending.minutes, unit).unwrap_or(agreed);
        let due = match ending.outcome {
            Outcome::OwnDefect => return i64::from(self.own_defect_cost).clamp(0, agreed),
            Outcome::Recurrence if ending.guaranteed && self.recurrence_days > 0 => return 0,
            Outcome::Repaired | Outcome::Answered | Outcome::Recurrence => worked(),
            Outcome::SolvedByArticle => i64::from(self.solved_by_article_cost),
            Outcome::NoFaultFound => i64::from(self.no_fault_found_cost),
            Outcome::Withdrawn if ending.departed => i64::from(self.cancel_after_departure_cost),
            Outcome::Withdrawn => i64::from(self.cancel_before_departure_cost),
            Outcome::NoAccess if self.no_access_captures => agreed,
            Outcome::NoAccess | Outcome::NeedsRevisit => 0,
        };
        // A trip that used the issue's units stays used, whatever the customer decides afterwards.
        let trip = if ending.closed_door && self.no_access_captures { agreed } else { 0 };
        due.max(trip).clamp(0, agreed)
    }

    /// Minutes worked, rounded up to the contract's step. None: the wallet does not count minutes, or nobody did.
    fn worked(&self, minutes: Option<i64>, unit: UnitKind) -> Option<i64> {
        let step = i64::from(self.minute_step.max(1));
        let minutes = minutes.filter(|_| unit == UnitKind::Minute)?;
        Some((minutes.max(0) + step - 1) / step * step)
    }

    /// Whether the hold stays as it is because the issue goes on.
    pub const fn keeps_hold(outcome: Outcome) -> bool {
        !outcome.is_final()
    }

    /// Whether a wallet that comes from `before` to `after` units of a year, bought or taken over, keeps to the limit.
    pub fn check_taken_over(&self, before: i64, after: i64) -> Result<(), Refusal> {
        let most = self.purchase_year_max.map(i64::from).filter(|most| after > before && after > *most);
        let Some(most) = most else { return Ok(()) };
        let refusal = Refusal::new(Code::TransferCap).with("most", most).with("bought", before);
        Err(refusal.with("units", after - before).at("units"))
    }

    /// Whether so many units may be bought at once by a customer who bought `bought` within the last 365 days.
    pub fn check_purchase(&self, units: i64, bought: i64) -> Result<(), Refusal> {
        let (least, step) = (i64::from(self.purchase_min), i64::from(self.purchase_step.max(1)));
        let most = self.purchase_year_max.map(i64::from);
        if units >= least && units % step == 0 && most.is_none_or(|most| units + bought <= most) {
            return Ok(());
        }
        let refusal = Refusal::new(Code::PurchaseBounds).with("least", least).with("step", step).with("units", units);
        Err(refusal.with("most", most.map_or_else(|| "-".to_owned(), |most| most.to_string())).with("bought", bought))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy { overdraft_limit: 2, ..Policy::SIMPLE }
    }

    fn due(policy: &Policy, outcome: Outcome, agreed: i64, departed: bool) -> i64 {
        policy.due(Ending::of(outcome, departed), agreed, UnitKind::Ticket)
    }

    #[test]
    fn one_ticket_per_issue_and_none_for_a_chase_call_or_a_recurrence() {
        assert_eq!(policy().cost(IssueKind::Fault, None, false).units, 1);
        assert_eq!(policy().cost(IssueKind::Inquiry, None, false), Cost { units: 0, reason: CostReason::Free });
        assert_eq!(policy().cost(IssueKind::Fault, None, true), Cost { units: 0, reason: CostReason::Recurrence });
    }

    #[test]
    fn the_price_list_goes_before_the_kind() {
        let text = |text: &str| text.to_owned();
        let item = MenuItem { code: text("filter"), name_ja: text("清掃"), name_en: text("Cleaning"), units: 30 };
        let cost = policy().cost(IssueKind::Question, Some(&item), false);
        assert_eq!(cost, Cost { units: 30, reason: CostReason::Menu });
        assert_eq!(policy().cost(IssueKind::Question, Some(&item), true).units, 0);
    }

    #[test]
    fn our_own_defect_costs_the_customer_nothing() {
        assert_eq!(due(&policy(), Outcome::OwnDefect, 1, true), 0);
        assert_eq!(due(&policy(), Outcome::SolvedByArticle, 1, false), 0);
        assert_eq!(due(&policy(), Outcome::Repaired, 1, true), 1);
    }

    #[test]
    fn cancelling_is_free_until_somebody_has_set_out() {
        assert_eq!(due(&policy(), Outcome::Withdrawn, 1, false), 0);
        assert_eq!(due(&policy(), Outcome::Withdrawn, 1, true), 1);
        let strict = Policy { cancel_before_departure_cost: 1, ..policy() };
        assert_eq!(due(&strict, Outcome::Withdrawn, 1, false), 1);
    }

    #[test]
    fn a_closed_door_costs_what_the_contract_says() {
        assert_eq!(due(&policy(), Outcome::NoAccess, 2, true), 0);
        let strict = Policy { no_access_captures: true, ..policy() };
        assert_eq!(due(&strict, Outcome::NoAccess, 2, true), 2);
    }

    #[test]
    fn a_trip_to_a_closed_door_stays_paid_when_the_customer_withdraws_and_not_when_the_fault_was_ours() {
        let strict = Policy { no_access_captures: true, cancel_after_departure_cost: 0, ..policy() };
        let ending = |outcome| Ending { closed_door: true, ..Ending::of(outcome, true) };
        assert_eq!(strict.due(ending(Outcome::Withdrawn), 2, UnitKind::Ticket), 2);
        assert_eq!(strict.due(ending(Outcome::OwnDefect), 2, UnitKind::Ticket), 0);
        assert_eq!(policy().due(ending(Outcome::Withdrawn), 2, UnitKind::Ticket), 1, "here a closed door is free");
    }

    #[test]
    fn what_proves_to_be_a_recurrence_is_ours_to_make_good_where_the_contract_guarantees_it() {
        let ending = |guaranteed| Ending { guaranteed, ..Ending::of(Outcome::Recurrence, true) };
        let due = |policy: &Policy, guaranteed| policy.due(ending(guaranteed), 2, UnitKind::Ticket);
        assert_eq!((due(&policy(), true), due(&policy(), false)), (0, 2));
        assert_eq!(due(&Policy { recurrence_days: 0, ..policy() }, true), 2);
        assert_eq!((ending(true).reason(), ending(false).reason()), ("recurrence", "unguaranteed"));
        assert_eq!(Ending::outcome_of("unguaranteed"), Some(Outcome::Recurrence));
    }

    #[test]
    fn never_more_is_captured_than_was_held() {
        let generous = Policy { no_fault_found_cost: 5, ..policy() };
        assert_eq!(due(&generous, Outcome::NoFaultFound, 1, true), 1);
    }

    #[test]
    fn minutes_are_counted_up_to_the_next_step_and_no_further_than_agreed() {
        let hours = Policy { minute_step: 15, ..policy() };
        let after = |minutes| {
            let ending = Ending { minutes: Some(minutes), ..Ending::of(Outcome::Repaired, true) };
            hours.due(ending, 60, UnitKind::Minute)
        };
        assert_eq!([after(0), after(31), after(45), after(95)], [0, 45, 45, 60]);
        let ending = Ending { minutes: Some(5), ..Ending::of(Outcome::Repaired, true) };
        assert_eq!(hours.due(ending, 2, UnitKind::Ticket), 2, "tickets are no minutes");
    }

    #[test]
    fn a_purchase_keeps_to_the_least_the_step_and_the_most_of_a_year() {
        let packs = Policy { purchase_min: 10, purchase_step: 5, purchase_year_max: Some(40), ..policy() };
        assert!(packs.check_purchase(10, 0).is_ok() && packs.check_purchase(25, 15).is_ok());
        for (units, bought) in [(5, 0), (12, 0), (30, 15)] {
            assert_eq!(packs.check_purchase(units, bought).unwrap_err().code, Code::PurchaseBounds);
        }
    }

    #[test]
    fn a_file_of_an_older_form_means_the_usual_contract() {
        let text = r#"{"question_cost":1,"fault_cost":1,"inquiry_cost":0,"recurrence_days":30,"overdraft_limit":0,
            "capture_point":"completion","no_fault_found_cost":1,"cancel_after_departure_cost":1}"#;
        assert_eq!(serde_json::from_str::<Policy>(text).unwrap(), Policy::SIMPLE);
    }
}
