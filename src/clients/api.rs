//! The API as typed calls. Every change takes its operation id here, once per call, so that a retry is the same change.

use std::fmt::Write;

use super::http::{CallError, Http};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::effects::clock::SharedClock;
use crate::effects::seeds::Seeds;
use crate::planner::answer::Ranking;
use crate::planner::propose::DayProposal;
use crate::views::board::{AssignRequest, Assigned, Board, Unassigned, VisitRow, WithdrawRequest};
use crate::views::desk::{
    Catalog, ContractCard, IntakeReceipt, IntakeRequest, IssueDetail, OutcomeRequest, SearchHits,
};
use crate::views::history::HistoryPage;
use crate::views::session::{LogIn, Me, Session};
use crate::views::technician::{
    MyDay, MyVisit, PositionBatch, PositionReport, PositionsAccepted, ProgressRequest, ReportRequest,
};
use crate::views::track::TrackView;
use crate::views::wallet::{Consumption, WalletDetail};

/// Somebody who uses the API.
#[derive(Clone)]
pub struct Api {
    http: Http,
    clock: SharedClock,
    seeds: Seeds,
}

impl Api {
    /// Somebody without a log-in: who holds a tracking link, or is about to log in.
    pub fn new(http: Http, clock: SharedClock, seeds: Seeds) -> Self {
        Self { http, clock, seeds }
    }

    pub async fn log_in(&self, login: &str, password: &str) -> Result<(Self, Me), CallError> {
        let body = LogIn { login: login.to_owned(), password: password.to_owned() };
        let session: Session = self.http.ask("/api/session", &body).await?;
        // Only a page in a browser gets none.
        let token = session.token.unwrap_or_default();
        Ok((Self { http: self.http.with_token(&token), ..self.clone() }, session.user))
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn operation(&self) -> OperationId {
        self.seeds.id(self.clock.now())
    }

    pub async fn me(&self) -> Result<Me, CallError> {
        self.http.get("/api/session").await
    }
}

/// The call desk.
impl Api {
    pub async fn catalog(&self) -> Result<Catalog, CallError> {
        self.http.get("/api/catalog").await
    }

    pub async fn search(&self, words: &str) -> Result<SearchHits, CallError> {
        self.http.get(&format!("/api/desk/search?q={}", encoded(words))).await
    }

    pub async fn card(&self, contract: ContractId) -> Result<ContractCard, CallError> {
        self.http.get(&format!("/api/contracts/{contract}")).await
    }

    pub async fn preview(&self, request: &IntakeRequest) -> Result<Consumption, CallError> {
        self.http.ask("/api/interactions/preview", request).await
    }

    pub async fn save(&self, request: &IntakeRequest) -> Result<IntakeReceipt, CallError> {
        self.http.change("/api/interactions", self.operation(), request).await
    }

    pub async fn issue(&self, issue: IssueId) -> Result<IssueDetail, CallError> {
        self.http.get(&format!("/api/issues/{issue}")).await
    }

    pub async fn close_issue(&self, issue: IssueId, request: &OutcomeRequest) -> Result<IssueDetail, CallError> {
        self.http.change(&format!("/api/issues/{issue}/outcome"), self.operation(), request).await
    }

    /// A page of a contract's history, newest first; `before` is the `next` of the page in front.
    pub async fn history(&self, contract: ContractId, before: Option<i64>) -> Result<HistoryPage, CallError> {
        let mut path = format!("/api/contracts/{contract}/history?limit=200");
        if let Some(before) = before {
            let _ = write!(path, "&before={before}");
        }
        self.http.get(&path).await
    }

    pub async fn wallet(&self, contract: ContractId) -> Result<WalletDetail, CallError> {
        self.http.get(&format!("/api/contracts/{contract}/wallet")).await
    }
}

/// Dispatch.
impl Api {
    pub async fn board(&self, territory: TerritoryId) -> Result<Board, CallError> {
        self.http.get(&format!("/api/board?territory_id={territory}")).await
    }

    /// A technician for everything that waits.
    pub async fn proposal(&self, territory: TerritoryId) -> Result<DayProposal, CallError> {
        self.http.get(&format!("/api/proposal?territory_id={territory}")).await
    }

    pub async fn candidates(&self, work_order: WorkOrderId) -> Result<Ranking, CallError> {
        self.http.get(&format!("/api/work-orders/{work_order}/candidates")).await
    }

    /// Candidates, but for those who are known to be out.
    pub async fn candidates_without(
        &self,
        work_order: WorkOrderId,
        out: &[TechnicianId],
    ) -> Result<Ranking, CallError> {
        let out = out.iter().map(TechnicianId::to_string).collect::<Vec<_>>().join(",");
        self.http.get(&format!("/api/work-orders/{work_order}/candidates?without={out}")).await
    }

    pub async fn assign(&self, work_order: WorkOrderId, request: &AssignRequest) -> Result<Assigned, CallError> {
        self.http.change(&format!("/api/work-orders/{work_order}/assign"), self.operation(), request).await
    }

    pub async fn unassign(&self, visit: VisitId, request: &WithdrawRequest) -> Result<Unassigned, CallError> {
        self.http.change(&format!("/api/visits/{visit}/unassign"), self.operation(), request).await
    }

    pub async fn cancel(&self, visit: VisitId, request: &WithdrawRequest) -> Result<VisitRow, CallError> {
        self.http.change(&format!("/api/visits/{visit}/cancel"), self.operation(), request).await
    }
}

/// The technician's own.
impl Api {
    pub async fn my_day(&self) -> Result<MyDay, CallError> {
        self.http.get("/api/my/day").await
    }

    pub async fn progress(&self, visit: VisitId, request: &ProgressRequest) -> Result<MyVisit, CallError> {
        self.http.change(&format!("/api/visits/{visit}/progress"), self.operation(), request).await
    }

    pub async fn report(&self, visit: VisitId, request: &ReportRequest) -> Result<MyVisit, CallError> {
        self.http.change(&format!("/api/visits/{visit}/report"), self.operation(), request).await
    }

    /// Idempotent by the numbers of the positions.
    pub async fn positions(&self, positions: Vec<PositionReport>) -> Result<PositionsAccepted, CallError> {
        let positions = positions.into_iter().map(Into::into).collect();
        self.http.ask("/api/my/positions", &PositionBatch { positions, sent_at: None }).await
    }
}

/// The customer's.
impl Api {
    /// What the holder of a tracking link sees.
    pub async fn track(&self, token: &str) -> Result<TrackView, CallError> {
        self.http.get(&format!("/api/track/{}", encoded(token))).await
    }
}

/// Percent-encoding of everything that is not plain.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn words_of_a_search_stay_one_parameter() {
        assert_eq!(encoded("R-00001"), "R-00001");
        assert_eq!(encoded("山 &a"), "%E5%B1%B1%20%26a");
    }
}
