//! An issue (要件): one thing to be solved, and the unit of ticket consumption.

use crate::coded;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::visit::VisitState;

coded! {
    IssueKind {
        Fault = "fault", "故障", "Fault";
        Question = "question", "質問", "Question";
        Inquiry = "inquiry", "問い合わせ(状況・請求など)", "Inquiry (status, billing)";
        Maintenance = "maintenance", "点検・保守", "Maintenance";
    }
}

coded! {
    IssueState {
        Received = "received", "受付", "Received";
        Triaging = "triaging", "切り分け中", "Triage";
        Remote = "remote", "電話対応中", "Remote fix";
        AwaitingDispatch = "awaiting_dispatch", "手配待ち", "Awaiting dispatch";
        InField = "in_field", "訪問対応中", "In field";
        AwaitingParts = "awaiting_parts", "部品待ち", "Awaiting parts";
        AwaitingCustomer = "awaiting_customer", "お客様待ち", "Awaiting customer";
        Resolved = "resolved", "解決", "Resolved";
        Closed = "closed", "完了", "Closed";
        Cancelled = "cancelled", "取消", "Cancelled";
    }
}

impl IssueState {
    /// Whether somebody still has to do something.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed | Self::Cancelled)
    }
}

coded! {
    /// Where the field work of an issue stands.
    WorkOrderState {
        Open = "open", "手配待ち", "Open";
        Assigned = "assigned", "手配済", "Assigned";
        Closed = "closed", "完了", "Closed";
    }
}

coded! {
    /// How an issue ended; with the contract's policy it decides whether its tickets are captured or released.
    Outcome {
        Repaired = "repaired", "修理完了", "Repaired";
        Answered = "answered", "回答済み", "Answered";
        SolvedByArticle = "solved_by_article", "ナレッジで解決", "Solved by an article";
        OwnDefect = "own_defect", "当社起因", "Our own defect";
        Recurrence = "recurrence", "再発", "Recurrence";
        NoFaultFound = "no_fault_found", "異常なし", "No fault found";
        NoAccess = "no_access", "不在・入館不可", "No access";
        Withdrawn = "withdrawn", "取り下げ", "Withdrawn";
        NeedsRevisit = "needs_revisit", "要再訪", "Revisit needed";
    }
}

impl Outcome {
    /// Whether the issue is over; `needs_revisit` and `no_access` leave it open for another visit.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::NeedsRevisit | Self::NoAccess)
    }
}

coded! {
    /// Why a visit continues an earlier one.
    LinkType {
        Recurrence = "recurrence", "再発", "Recurrence";
        Unfinished = "unfinished", "持ち越し", "Unfinished";
        Parts = "parts", "部品後日", "Parts later";
    }
}

/// An open issue may be closed from the desk as long as nobody has set out for it. `visit` is the state of its live
/// visit, if it has one.
pub fn may_close_remotely(state: IssueState, visit: Option<VisitState>) -> Result<(), Refusal> {
    if !state.is_open() {
        return Err(Refusal::new(Code::IssueState).with("state_ja", state.ja()).with("state_en", state.en()));
    }
    match visit.filter(|visit| !visit.is_movable()) {
        None => Ok(()),
        Some(visit) => Err(Refusal::new(Code::IssueState).with("state_ja", visit.ja()).with("state_en", visit.en())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_closes_what_nobody_has_set_out_for() {
        assert!(may_close_remotely(IssueState::Remote, None).is_ok());
        assert!(may_close_remotely(IssueState::InField, Some(VisitState::Dispatched)).is_ok());
        assert!(may_close_remotely(IssueState::InField, Some(VisitState::EnRoute)).is_err());
        assert!(may_close_remotely(IssueState::Closed, None).is_err());
    }
}
