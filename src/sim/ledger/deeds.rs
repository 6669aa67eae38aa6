//! Doing what was chosen, by the same use cases that the API calls.

use super::field::{self, Turn};
use crate::commands::{intake, remote_outcome, wallet};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{ContractId, Id, IssueId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::dispute::{DisputeState, is_charge};
use crate::roads::GreatCircle;
use crate::store::disputes::DisputeFilter;
use crate::store::{Answer, Fault, Unit};
use crate::views::claims::*;
use crate::views::desk::{IntakeRequest, IssueDetail, OutcomeRequest, RemoteOutcome};
use crate::views::ledger::*;
use crate::views::wallet::PostingView;

/// Something that somebody wants done under a contract.
#[derive(Debug, Clone)]
pub struct Deed {
    pub contract: ContractId,
    pub act: Act,
}

/// Units that pass, and the minutes until silence is a yes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub per_issue: Option<i64>,
    pub per_month: Option<i64>,
    pub auto_minutes: Option<i64>,
}

#[derive(Debug, Clone)]
pub enum Act {
    Call(Box<IntakeRequest>),
    Close(IssueId, RemoteOutcome),
    /// The next thing in the life of an issue's visit.
    Field(Turn),
    Capture(CaptureRequest),
    Release(ReleaseRequest),
    Reverse(ReversalRequest),
    Sell(LotRequest),
    Grant(LotRequest),
    Adjust(AdjustRequest),
    /// Another accepts or refuses the newest adjustment that waits; or the same person tries to.
    Decide {
        accept: bool,
        oneself: bool,
    },
    Transfer(TransferRequest),
    Void(VoidRequest),
    Refund(RefundRequest),
    Policy(Box<PolicyRequest>),
    /// The customer objects to the newest line that charges an issue.
    Object(IssueId),
    /// Somebody grants (in part, when a number stands there) or refuses the oldest open objection.
    Answer(bool, Option<i64>),
    /// The customer limits what passes without his word.
    Limit(Limits),
    /// He says yes or no to the newest use that waits for him.
    Approve(bool),
    Bill(OverdraftInvoiceRequest),
    /// The calendar's work, which nobody asks for.
    Expire,
}

impl Act {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::Close(..) => "close",
            Self::Capture(_) => "capture",
            Self::Release(_) => "release",
            Self::Reverse(_) => "reverse",
            Self::Sell(_) => "sell",
            Self::Grant(_) => "grant",
            Self::Adjust(_) => "adjust",
            Self::Decide { .. } => "decide",
            Self::Field(_) => "field",
            Self::Transfer(_) => "transfer",
            Self::Void(_) => "void",
            Self::Refund(_) => "refund",
            Self::Policy(_) => "policy",
            Self::Object(_) => "object",
            Self::Answer(..) => "answer",
            Self::Limit(_) => "limit",
            Self::Approve(_) => "approve",
            Self::Bill(_) => "bill",
            Self::Expire => "expire",
        }
    }
}

impl Deed {
    /// Who does it: the calendar, a second person where one is needed, else always the same.
    pub fn actor(&self) -> Actor {
        let nth = match self.act {
            Act::Expire => return Actor::system("timekeeper"),
            Act::Decide { oneself: false, .. } => 2,
            _ => 1,
        };
        let id = UserId::from_uuid(uuid::Uuid::from_u128(nth));
        Actor::User { id, name: "試算".to_owned(), role: Role::Admin }
    }

    /// Inside the transaction of a node.
    pub fn run(&self, unit: &mut Unit<'_>) -> Result<Answer, Fault> {
        let contract = self.contract;
        let receipt = match &self.act {
            Act::Call(request) => return Ok(Answer::json(201, &intake::save(unit, request)?)),
            Act::Close(issue, outcome) => return Ok(Answer::json(200, &close(unit, *issue, *outcome)?)),
            Act::Field(turn) => return Ok(Answer::json(200, &field::turn(unit, turn)?)),
            Act::Policy(request) => return Ok(Answer::json(201, &wallet::set_policy(unit, contract, request)?)),
            Act::Expire => {
                let today = unit.today();
                unit.expire_due(today)?;
                wallet::approve_overdue(unit)?;
                unit.take_root()?;
                // Twice at once is no operation, and the second finds less to do.
                return Ok(Answer::json(200, &()));
            }
            Act::Object(issue) => return Ok(Answer::json(201, &object(unit, contract, *issue)?)),
            Act::Answer(granted, units) => return Ok(Answer::json(200, &answer(unit, contract, *granted, *units)?)),
            Act::Limit(limits) => return Ok(Answer::json(200, &limit(unit, contract, *limits)?)),
            Act::Approve(yes) => return Ok(Answer::json(200, &approve(unit, contract, *yes)?)),
            Act::Bill(request) => wallet::invoice_overdraft(unit, contract, request)?,
            Act::Capture(request) => wallet::capture(unit, contract, request)?,
            Act::Release(request) => wallet::release(unit, contract, request)?,
            Act::Reverse(request) => wallet::reverse(unit, contract, request)?,
            Act::Sell(request) => wallet::sell(unit, contract, request)?,
            Act::Grant(request) => wallet::grant(unit, contract, request)?,
            Act::Adjust(request) => wallet::adjust(unit, contract, request)?,
            Act::Decide { accept, .. } => decide(unit, contract, *accept)?,
            Act::Transfer(request) => wallet::transfer(unit, contract, request)?,
            Act::Void(request) => wallet::void(unit, contract, request)?,
            Act::Refund(request) => wallet::refund(unit, contract, request)?,
        };
        Ok(Answer::json(201, &receipt))
    }
}

fn nothing<T>() -> Result<T, Fault> {
    Err(Refusal::new(Code::NotFound).into())
}

/// As the desk sees the issue now.
fn close(unit: &mut Unit<'_>, issue: IssueId, outcome: RemoteOutcome) -> Result<IssueDetail, Fault> {
    let version = unit.look().issue_detail(issue)?.version;
    let request = OutcomeRequest { version, outcome, note: String::new(), remedy: String::new(), minutes: None };
    remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)
}

fn decide(unit: &mut Unit<'_>, contract: ContractId, accept: bool) -> Result<LedgerReceipt, Fault> {
    unit.lock_wallet_of(contract)?;
    let waiting = unit.look().adjustments(contract)?.into_iter().find(|proposed| proposed.decided_at.is_none());
    let Some(waiting) = waiting else { return nothing() };
    wallet::decide(unit, contract, waiting.id, &DecisionRequest { accept })
}

fn object(unit: &mut Unit<'_>, contract: ContractId, issue: IssueId) -> Result<Dispute, Fault> {
    unit.lock_wallet_of(contract)?;
    let page = unit.look().ledger_page(contract, None, None)?.postings;
    let charge = |posting: &&PostingView| posting.issue_id == Some(issue) && is_charge(posting.movement, posting.to);
    let Some(line) = page.iter().find(charge) else { return nothing() };
    let request = DisputeRequest { posting_id: line.id, reason: "試算".to_owned() };
    wallet::raise_dispute(unit, contract, &request)
}

fn answer(unit: &mut Unit<'_>, contract: ContractId, granted: bool, units: Option<i64>) -> Result<Dispute, Fault> {
    unit.lock_wallet_of(contract)?;
    let all = unit.look().disputes(DisputeFilter::Contract(contract))?;
    let open = all.into_iter().map(|row| row.dispute).rfind(|dispute| dispute.state == DisputeState::Open);
    let Some(open) = open else { return nothing() };
    let decision = DisputeDecision { granted, units, note: "試算".to_owned(), version: open.version };
    wallet::decide_dispute(unit, open.id, &decision)
}

fn limit(unit: &mut Unit<'_>, contract: ContractId, limits: Limits) -> Result<ApprovalRuleView, Fault> {
    unit.lock_wallet_of(contract)?;
    let version = unit.look().approval_rule(contract)?.map_or(0, |rule| rule.version);
    let Limits { per_issue, per_month, auto_minutes } = limits;
    let rule = ApprovalRuleRequest {
        version,
        units_per_issue: per_issue,
        units_per_month: per_month,
        approver_id: None,
        auto_minutes,
    };
    wallet::set_approval_rule(unit, contract, &rule)
}

fn approve(unit: &mut Unit<'_>, contract: ContractId, approved: bool) -> Result<Approval, Fault> {
    // No lock before the rule's own: a no takes the visit's technician first.
    let asked = unit.look().approvals(contract)?.into_iter().map(|row| row.approval);
    let waits = |approval: &Approval| approval.state == ApprovalState::Pending;
    let Some(asked) = { asked }.find(waits) else { return nothing() };
    let request = ApprovalRequest { approved, note: "試算".to_owned(), version: asked.version };
    wallet::decide_approval(unit, asked.issue_id, &request, &GreatCircle::CITY)
}
