//! Who may do what. One table: the guard of every route reads it, and a snapshot test shows it whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::ids::{ContactId, CustomerId, TechnicianId, TerritoryId, TrackLinkId, UserId};

coded! {
    Role {
        Operator = "operator", "オペレーター", "Operator";
        Dispatcher = "dispatcher", "手配担当", "Dispatcher";
        Technician = "technician", "技術員", "Technician";
        Customer = "customer", "お客様ご担当者", "Customer contact";
        Admin = "admin", "管理者", "Administrator";
    }
}

coded! {
    /// The right that a route asks for.
    Permission {
        TakeCalls = "take_calls", "受付する", "Take calls";
        ReadDesk = "read_desk", "受付情報を見る", "Read the desk's files";
        ReadCatalog = "read_catalog", "共通表を見る", "Read the catalogue";
        ReadBoard = "read_board", "手配盤を見る", "Read the board";
        Dispatch = "dispatch", "手配する", "Dispatch";
        StopClocks = "stop_clocks", "期限の計測を止める", "Stop an issue's clocks";
        GiveLinks = "give_links", "案内リンクを扱う", "Give out tracking links";
        WorkVisits = "work_visits", "訪問を進める", "Work on own visits";
        ReadPortal = "read_portal", "お客様画面を見る", "Read the portal";
        ReadHistory = "read_history", "契約の履歴を見る", "Read a contract's history";
        Administer = "administer", "管理する", "Administer";
        OwnSession = "own_session", "自分のログイン", "Own log-in";
        Live = "live", "ライブ更新", "Live updates";
        SellTickets = "sell_tickets", "ロットを販売する", "Sell lots";
        GrantTickets = "grant_tickets", "ロットを無償付与する", "Give lots away";
        CaptureHold = "capture_hold", "仮押さえを確定する", "Use what is on hold";
        ReleaseHold = "release_hold", "仮押さえを解放する", "Release what is on hold";
        ReverseUse = "reverse_use", "消費を取り消す(赤伝)", "Reverse a use";
        AdjustBalance = "adjust_balance", "残高を調整する", "Adjust a balance";
        ApproveAdjustment = "approve_adjustment", "残高調整を承認する", "Approve an adjustment";
        TransferTickets = "transfer_tickets", "移管する", "Transfer units";
        VoidLot = "void_lot", "ロットを無効にする", "Make a lot void";
        RefundTickets = "refund_tickets", "払い戻す", "Refund units";
        SetPolicy = "set_policy", "契約ルールを改定する", "Set a contract's policy";
        ReadBooks = "read_books", "前受金の帳簿を見る", "Read the books of what was prepaid";
        ReadForecast = "read_forecast", "作業量の見込みを見る", "Read the forecast of work";
        RaiseDispute = "raise_dispute", "異議を申し出る", "Dispute a line";
        ConfirmUse = "confirm_use", "ご利用を確認する", "Confirm a use";
        AcknowledgeLot = "acknowledge_lot", "有効期限の了承を記録する", "Acknowledge a lot's last day";
        DecideDispute = "decide_dispute", "異議を決裁する", "Decide a dispute";
        SetApprovalRule = "set_approval_rule", "承認の上限を決める", "Set the approval rule";
        GiveApproval = "give_approval", "利用を承認する", "Approve a use";
        ReportFault = "report_fault", "故障を届け出る", "Report a fault";
        AuditLedger = "audit_ledger", "台帳の拒否記録を見る", "Read what the ledger refused";
    }
}

/// Whether a role has a right at all. Rights over single records (own visits, own contracts) are checked with the
/// record at hand.
pub const fn may(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match role {
        Role::Admin => !matches!(permission, P::WorkVisits | P::ReadPortal | P::ReportFault | P::ConfirmUse),
        Role::Operator => matches!(
            permission,
            P::TakeCalls
                | P::ReadDesk
                | P::ReadCatalog
                | P::ReadBoard
                | P::GiveLinks
                | P::StopClocks
                | P::ReadHistory
                | P::OwnSession
                | P::Live
                | P::SellTickets
                | P::CaptureHold
                | P::ReleaseHold
                | P::RaiseDispute
                | P::AcknowledgeLot
                | P::GiveApproval
        ),
        Role::Dispatcher => matches!(
            permission,
            P::ReadDesk
                | P::ReadCatalog
                | P::ReadBoard
                | P::Dispatch
                | P::StopClocks
                | P::GiveLinks
                | P::ReadHistory
                | P::ReadForecast
                | P::OwnSession
                | P::Live
        ),
        Role::Technician => matches!(permission, P::WorkVisits | P::ReadCatalog | P::OwnSession | P::Live),
        Role::Customer => {
            matches!(
                permission,
                P::ReadPortal
                    | P::ReadCatalog
                    | P::ReadHistory
                    | P::OwnSession
                    | P::Live
                    | P::ReportFault
                    | P::RaiseDispute
                    | P::ConfirmUse
                    | P::AcknowledgeLot
                    | P::SetApprovalRule
                    | P::GiveApproval
            )
        }
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub language: Language,
    pub territory: Option<TerritoryId>,
    pub technician: Option<TechnicianId>,
    pub customer: Option<CustomerId>,
    pub contact: Option<ContactId>,
}

coded! {
    Language {
        Ja = "ja", "日本語", "Japanese";
        En = "en", "英語", "English";
    }
}

/// Who caused a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    User { id: UserId, name: String, role: Role },
    Track { id: TrackLinkId },
    System { name: String },
}

impl Actor {
    /// What people call them; a tracking link has no name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::User { name, .. } | Self::System { name } => Some(name),
            Self::Track { .. } => None,
        }
    }

    pub fn system(name: &str) -> Self {
        Self::System { name: name.to_owned() }
    }
}

impl From<&User> for Actor {
    fn from(user: &User) -> Self {
        Self::User { id: user.id, name: user.name.clone(), role: user.role }
    }
}
