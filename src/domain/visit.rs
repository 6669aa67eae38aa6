//! A visit and its states. One table of transitions; every way to move a visit goes through it.

use crate::coded;
use crate::domain::refusal::{Code, Refusal};

coded! {
    VisitState {
        Planned = "planned", "予定", "Planned";
        Offered = "offered", "打診中", "Offered";
        Dispatched = "dispatched", "手配済", "Dispatched";
        Accepted = "accepted", "受諾", "Accepted";
        Declined = "declined", "辞退", "Declined";
        EnRoute = "en_route", "移動中", "On the way";
        Arrived = "arrived", "到着", "Arrived";
        Working = "working", "作業中", "Working";
        Paused = "paused", "中断", "Paused";
        Done = "done", "作業完了", "Done";
        NeedsRevisit = "needs_revisit", "要再訪", "Revisit needed";
        NoAccess = "no_access", "不在・入館不可", "No access";
        Cancelled = "cancelled", "取消", "Cancelled";
    }
}

impl VisitState {
    /// In the technician's route: not finished and not withdrawn.
    pub const fn is_live(self) -> bool {
        use VisitState::{Accepted, Arrived, Dispatched, EnRoute, Offered, Paused, Planned, Working};
        matches!(self, Planned | Offered | Dispatched | Accepted | EnRoute | Arrived | Working | Paused)
    }

    /// Under way or on site: the technician can't be sent elsewhere first.
    pub const fn is_started(self) -> bool {
        matches!(self, Self::EnRoute | Self::Arrived | Self::Working)
    }

    /// The trip was made to its end: work was done, or nobody let him in.
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Done | Self::NeedsRevisit | Self::NoAccess)
    }

    /// The dispatcher may still take it away.
    pub const fn is_movable(self) -> bool {
        matches!(self, Self::Planned | Self::Offered | Self::Dispatched | Self::Accepted)
    }
}

coded! {
    /// What a technician taps, or a dispatcher decides.
    VisitAction {
        Accept = "accept", "受諾する", "Accept";
        Decline = "decline", "辞退する", "Decline";
        SetOut = "set_out", "出発する", "Set out";
        Arrive = "arrive", "到着", "Arrived";
        Start = "start", "作業を始める", "Start work";
        Pause = "pause", "中断する", "Pause";
        Resume = "resume", "再開する", "Resume";
        Delay = "delay", "遅れそう", "Running late";
        NoAccess = "no_access", "不在・入館不可", "No access";
        Undo = "undo", "取り消す", "Undo";
        Finish = "finish", "作業を終える", "Finish";
        Unassign = "unassign", "手配を外す", "Unassign";
        Cancel = "cancel", "訪問を取り消す", "Cancel";
    }
}

/// The state after `action`, or the refusal. `before` is the state before the last tap: what `undo` goes back to.
pub fn advance(state: VisitState, before: Option<VisitState>, action: VisitAction) -> Result<VisitState, Refusal> {
    use VisitAction as A;
    use VisitState as S;
    let next = match (state, action) {
        (S::Dispatched | S::Offered, A::Accept) => S::Accepted,
        (S::Dispatched | S::Offered | S::Accepted, A::Decline) => S::Declined,
        (S::Dispatched | S::Accepted | S::Paused, A::SetOut) => S::EnRoute,
        (S::EnRoute, A::Arrive) => S::Arrived,
        (S::Arrived, A::Start) => S::Working,
        (S::Working, A::Pause) => S::Paused,
        (S::Paused, A::Resume) => S::Working,
        (S::Accepted | S::EnRoute | S::Arrived | S::Working, A::Delay) => state,
        (S::Arrived, A::NoAccess) => S::NoAccess,
        (S::Working, A::Finish) => S::Done,
        (S::Planned | S::Offered | S::Dispatched | S::Accepted, A::Unassign) => S::Cancelled,
        (S::Planned | S::Offered | S::Dispatched | S::Accepted | S::EnRoute, A::Cancel) => S::Cancelled,
        (S::Accepted | S::EnRoute | S::Arrived | S::Working, A::Undo) => undo(state, before)?,
        _ => return Err(refused(state)),
    };
    Ok(next)
}

/// One tap back, and only a tap of the technician's own.
fn undo(state: VisitState, before: Option<VisitState>) -> Result<VisitState, Refusal> {
    before.filter(|earlier| *earlier != state && earlier.is_live()).ok_or_else(|| refused(state))
}

fn refused(state: VisitState) -> Refusal {
    Refusal::new(Code::Transition)
        .with("state", state.as_str())
        .with("state_ja", state.ja())
        .with("state_en", state.en())
}

/// What the technician may tap in this state, the usual one first.
pub fn allowed(state: VisitState, before: Option<VisitState>) -> Vec<VisitAction> {
    use VisitAction as A;
    let taps = [
        A::Accept,
        A::SetOut,
        A::Arrive,
        A::Start,
        A::Finish,
        A::Resume,
        A::Pause,
        A::Delay,
        A::NoAccess,
        A::Decline,
        A::Undo,
    ];
    taps.into_iter().filter(|action| advance(state, before, *action).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(actions: &[VisitAction]) -> Result<VisitState, Refusal> {
        let mut before = None;
        actions.iter().try_fold(VisitState::Dispatched, |state, action| {
            let next = advance(state, before, *action)?;
            before = Some(state);
            Ok(next)
        })
    }

    #[test]
    fn the_usual_path_ends_done() {
        use VisitAction::{Accept, Arrive, Finish, SetOut, Start};
        assert_eq!(walk(&[Accept, SetOut, Arrive, Start, Finish]), Ok(VisitState::Done));
    }

    #[test]
    fn work_cannot_finish_before_it_started() {
        use VisitAction::{Accept, Finish};
        assert_eq!(walk(&[Accept, Finish]).unwrap_err().code, Code::Transition);
    }

    #[test]
    fn a_wrong_tap_is_undone_one_step() {
        use VisitAction::{Accept, SetOut, Undo};
        assert_eq!(walk(&[Accept, SetOut, Undo]), Ok(VisitState::Accepted));
    }

    #[test]
    fn a_finished_visit_stays_finished() {
        for action in VisitAction::ALL {
            assert!(advance(VisitState::Done, Some(VisitState::Working), *action).is_err(), "{action}");
        }
    }

    #[test]
    fn a_technician_on_site_cannot_lose_his_visit() {
        assert!(advance(VisitState::Working, None, VisitAction::Unassign).is_err());
    }
}
