//! Doing what was chosen, by the same use cases that the API calls.

use crate::commands::{intake, remote_outcome, wallet};
use crate::domain::ids::{ContractId, IssueId};
use crate::roads::GreatCircle;
use crate::store::{Answer, Fault, Unit};
use crate::views::desk::{IntakeRequest, OutcomeRequest};
use crate::views::ledger::*;

/// Something that somebody wants done under a contract.
#[derive(Debug, Clone)]
pub struct Deed {
    pub contract: ContractId,
    pub act: Act,
}

#[derive(Debug, Clone)]
pub enum Act {
    Call(Box<IntakeRequest>),
    Close(IssueId, OutcomeRequest),
    Capture(CaptureRequest),
    Release(ReleaseRequest),
    Reverse(ReversalRequest),
    Sell(LotRequest),
    Grant(LotRequest),
    Adjust(AdjustRequest),
    Transfer(TransferRequest),
    Void(VoidRequest),
    Policy(Box<PolicyRequest>),
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
            Self::Transfer(_) => "transfer",
            Self::Void(_) => "void",
            Self::Policy(_) => "policy",
            Self::Expire => "expire",
        }
    }
}

impl Deed {
    /// Inside the transaction of a node.
    pub fn run(&self, unit: &mut Unit<'_>) -> Result<Answer, Fault> {
        let contract = self.contract;
        let receipt = match &self.act {
            Act::Call(request) => return Ok(Answer::json(201, &intake::save(unit, request)?)),
            Act::Close(issue, request) => {
                return Ok(Answer::json(200, &remote_outcome::close(unit, *issue, request, &GreatCircle::CITY)?));
            }
            Act::Policy(request) => return Ok(Answer::json(201, &wallet::set_policy(unit, contract, request)?)),
            Act::Expire => {
                let today = unit.today();
                unit.expire_due(today)?;
                // Twice at once is no operation, and the second finds less to do.
                return Ok(Answer::json(200, &()));
            }
            Act::Capture(request) => wallet::capture(unit, contract, request)?,
            Act::Release(request) => wallet::release(unit, contract, request)?,
            Act::Reverse(request) => wallet::reverse(unit, contract, request)?,
            Act::Sell(request) => wallet::sell(unit, contract, request)?,
            Act::Grant(request) => wallet::grant(unit, contract, request)?,
            Act::Adjust(request) => wallet::adjust(unit, contract, request)?,
            Act::Transfer(request) => wallet::transfer(unit, contract, request)?,
            Act::Void(request) => wallet::void(unit, contract, request)?,
        };
        Ok(Answer::json(201, &receipt))
    }
}
