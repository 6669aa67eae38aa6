//! What happened: the journal's entries, the only thing that leaves the process.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::coded;
use crate::domain::access::Actor;
use crate::domain::complaint::Form;
use crate::domain::ids::{ContractId, EventId, Id, IssueId, TechnicianId, TerritoryId, UserId, VisitId, WorkOrderId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Seal};

coded! {
    EventKind {
        CallRang = "call.rang", "着信", "Call rings";
        CallAnswered = "call.answered", "応答", "Call answered";
        CallEnded = "call.ended", "終話", "Call ended";
        CallMissed = "call.missed", "不在着信", "Call missed";
        CallLinked = "call.linked", "応対に結び付け", "Call linked to a contact";
        CallBackTaken = "call_back.taken", "折り返しを担当", "Call-back taken";
        CallBackDone = "call_back.done", "折り返し済み", "Call-back done";
        CallerEntered = "caller.entered", "新しいお客様を登録", "New customer entered";
        ExtensionSet = "extension.set", "内線を設定", "Extension set";
        ServiceLevelSet = "service_level.set", "サービスレベルを設定", "Service level set";
        ClockPaused = "clock.paused", "期限の計測を停止", "Clock stopped";
        ClockResumed = "clock.resumed", "期限の計測を再開", "Clock runs again";
        InteractionLogged = "interaction.logged", "応対を記録", "Contact logged";
        IssueReceived = "issue.received", "要件を受付", "Issue received";
        IssueResolved = "issue.resolved", "要件を解決", "Issue resolved";
        IssueClosed = "issue.closed", "要件を完了", "Issue closed";
        WorkOrderOpened = "work_order.opened", "作業指示を起票", "Work order opened";
        WorkOrderReopened = "work_order.reopened", "作業指示を再手配", "Work order back in the queue";
        WorkOrderClosed = "work_order.closed", "作業指示を終了", "Work order closed";
        VisitAssigned = "visit.assigned", "訪問を手配", "Visit assigned";
        VisitRescheduled = "visit.rescheduled", "訪問の予定を変更", "Visit rescheduled";
        VisitUnassigned = "visit.unassigned", "手配を解除", "Visit unassigned";
        VisitCancelled = "visit.cancelled", "訪問を取消", "Visit cancelled";
        VisitAccepted = "visit.accepted", "技術員が受諾", "Accepted by the technician";
        VisitDeclined = "visit.declined", "技術員が辞退", "Declined by the technician";
        VisitSetOut = "visit.set_out", "出発", "Set out";
        VisitArrived = "visit.arrived", "到着", "Arrived";
        VisitStarted = "visit.started", "作業開始", "Work started";
        VisitPaused = "visit.paused", "作業中断", "Work paused";
        VisitResumed = "visit.resumed", "作業再開", "Work resumed";
        VisitDelayed = "visit.delayed", "遅延の申告", "Delay declared";
        VisitNoAccess = "visit.no_access", "不在・入館不可", "No access";
        VisitUndone = "visit.undone", "操作の取り消し", "Tap undone";
        VisitFinished = "visit.finished", "作業完了", "Work finished";
        ReportFiled = "report.filed", "作業報告書", "Service report";
        SlotHeld = "slot.held", "訪問枠を仮押さえ", "Slot held";
        SlotReleased = "slot.released", "訪問枠を解放", "Slot released";
        SlotLapsed = "slot.lapsed", "訪問枠の仮押さえが期限切れ", "Hold on a slot ran out";
        PromiseMade = "promise.made", "到着時間のお約束", "Arrival promised";
        PromiseChanged = "promise.changed", "お約束の変更", "Promise changed";
        ProposalOffered = "proposal.offered", "組み直しを提案", "Re-plan proposed";
        ProposalDecided = "proposal.decided", "組み直しを決裁", "Re-plan decided";
        EtaTold = "eta.told", "到着予定のお知らせ", "ETA told";
        WalletPurchased = "wallet.purchased", "チケット購入", "Tickets purchased";
        WalletGranted = "wallet.granted", "チケット無償付与", "Tickets granted";
        WalletHeld = "wallet.held", "チケット仮押さえ", "Tickets held";
        WalletCaptured = "wallet.captured", "チケット消費確定", "Tickets used";
        WalletReleased = "wallet.released", "チケット解放", "Tickets released";
        WalletExpired = "wallet.expired", "チケット失効", "Tickets expired";
        WalletReversed = "wallet.reversed", "消費の取消", "Consumption reversed";
        WalletOverdrawn = "wallet.overdrawn", "超過利用", "Overdraft";
        AbsenceSet = "absence.set", "不在を登録", "Absence entered";
        AbsenceEnded = "absence.ended", "不在を終了", "Absence ended";
        WalletAdjusted = "wallet.adjusted", "残高の調整", "Balance adjusted";
        WalletTransferred = "wallet.transferred", "移管", "Transferred";
        WalletVoided = "wallet.voided", "ロットの無効化", "Lot made void";
        WalletRefunded = "wallet.refunded", "払戻し", "Refunded";
        AdjustmentProposed = "adjustment.proposed", "残高調整の起票", "Adjustment proposed";
        AdjustmentAccepted = "adjustment.accepted", "残高調整の承認", "Adjustment accepted";
        AdjustmentRefused = "adjustment.refused", "残高調整の却下", "Adjustment refused";
        PolicySet = "policy.set", "契約ルールの改定", "Policy set";
        DisputeRaised = "dispute.raised", "異議の申し出", "Dispute raised";
        DisputeGranted = "dispute.granted", "異議を認容", "Dispute granted";
        DisputeRefused = "dispute.refused", "異議を却下", "Dispute refused";
        DisputeWithdrawn = "dispute.withdrawn", "異議の取り下げ", "Dispute withdrawn";
        UseConfirmed = "use.confirmed", "ご利用の確認", "Use confirmed";
        ApprovalRuleSet = "approval.rule_set", "承認の上限を設定", "Approval rule set";
        ApprovalAsked = "approval.asked", "承認のお願い", "Approval asked";
        ApprovalDue = "approval.due", "消費は承認待ち", "Use waits for approval";
        ApprovalGiven = "approval.given", "承認", "Approved";
        ApprovalRefused = "approval.refused", "不承認", "Not approved";
        ApprovalTimedOut = "approval.timed_out", "期限により承認", "Approved by time";
        ApprovalLapsed = "approval.lapsed", "承認は不要に", "Approval needed no more";
        NoticeGiven = "notice.given", "お客様へのお知らせ", "Notice given";
        NoticeUndelivered = "notice.undelivered", "お知らせのメールが届かず", "Notice not delivered by mail";
        ContractEntered = "contract.entered", "契約を登録", "Contract entered";
        AssetsEntered = "assets.entered", "機器を登録", "Assets entered";
        /// Never written: stands for an entry in a stream whose reader must not see it, so that its numbers stay gapless.
        Withheld = "withheld", "社内の記録", "Internal record";
        TableImported = "table.imported", "一覧の取込", "Table imported";
        LotAcknowledged = "lot.acknowledged", "有効期限の了承", "Expiry acknowledged";
        InvoiceSet = "invoice.set", "請求書を記録", "Invoice noted";
        LinkCreated = "link.created", "到着案内リンクを発行", "Tracking link issued";
        LinkRevoked = "link.revoked", "到着案内リンクを取消", "Tracking link revoked";
    }
}

impl EventKind {
    /// What the vendor has not decided yet: no customer reads it.
    pub const INTERNAL: &'static [Self] = &[Self::AdjustmentProposed, Self::AdjustmentRefused];

    pub fn is_internal(self) -> bool {
        Self::INTERNAL.contains(&self)
    }
}

/// What an event is about; the history of a contract is found by these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    pub contract_id: Option<ContractId>,
    pub issue_id: Option<IssueId>,
    pub work_order_id: Option<WorkOrderId>,
    pub visit_id: Option<VisitId>,
    pub technician_id: Option<TechnicianId>,
}

/// A journal entry as it leaves the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    pub id: EventId,
    pub kind: EventKind,
    pub version: u16,
    pub at: Timestamp,
    pub actor: Actor,
    #[serde(flatten)]
    pub about: About,
    pub data: Value,
}

/// A journal entry as it is written down, word for word: what its seal is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub id: EventId,
    pub kind: String,
    pub version: i32,
    pub at: Timestamp,
    /// As JSON.
    pub actor: String,
    pub about: About,
    /// As JSON.
    pub data: String,
}

impl Written {
    /// Whoever changes one byte of the entry breaks the links of the postings and of the streams that rest on it.
    pub fn seal(&self) -> Link {
        let mut seal = Seal::new("event");
        seal.id(self.id).text(&self.kind).number(self.version.into()).number(self.at.micros()).text(&self.actor);
        let About { contract_id, issue_id, work_order_id, visit_id, technician_id } = self.about;
        let ids = [
            contract_id.map(Id::uuid),
            issue_id.map(Id::uuid),
            work_order_id.map(Id::uuid),
            visit_id.map(Id::uuid),
            technician_id.map(Id::uuid),
        ];
        for id in ids {
            seal.maybe(id.as_ref().map(|id| &id.as_bytes()[..]));
        }
        seal.text(&self.data);
        seal.close()
    }
}

/// The link after an entry of a stream, given the link before it; nothing stands before the first one.
pub fn entry_link(before: &[u8], stream: &str, seq: i64, event: &Link) -> Link {
    let mut seal = Seal::new("entry");
    seal.bytes(before).text(stream).number(seq).bytes(event);
    seal.close()
}

/// A stream of events with a gapless sequence of its own; also the name of a live topic (`visit:vis_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// What rings at one person's telephone.
    Agent(UserId),
    Contract(ContractId),
    /// The duties that everybody at the desk shares: whom to call back.
    Desk,
    Technician(TechnicianId),
    Territory(TerritoryId),
    Visit(VisitId),
}

impl std::fmt::Display for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Contract(id) => write!(f, "contract:{id}"),
            Self::Desk => f.write_str(DESK),
            Self::Technician(id) => write!(f, "technician:{id}"),
            Self::Territory(id) => write!(f, "territory:{id}"),
            Self::Visit(id) => write!(f, "visit:{id}"),
        }
    }
}

/// There is one desk, so its stream has a word where others have an id.
const DESK: &str = "desk:duties";

/// The text names no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Form::Topic)]
pub struct BadStream;

impl std::str::FromStr for Stream {
    type Err = BadStream;

    fn from_str(text: &str) -> Result<Self, BadStream> {
        if text == DESK {
            return Ok(Self::Desk);
        }
        let (kind, id) = text.split_once(':').ok_or(BadStream)?;
        match kind {
            "agent" => id.parse().map(Self::Agent).map_err(|_| BadStream),
            "contract" => id.parse().map(Self::Contract).map_err(|_| BadStream),
            "technician" => id.parse().map(Self::Technician).map_err(|_| BadStream),
            "territory" => id.parse().map(Self::Territory).map_err(|_| BadStream),
            "visit" => id.parse().map(Self::Visit).map_err(|_| BadStream),
            _ => Err(BadStream),
        }
    }
}

impl Serialize for Stream {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stream {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Stream {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Topic".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(desk:duties|(agent:usr|contract:con|technician:tec|territory:ter|visit:vis)_[0-9a-f]{32})$" })
    }
}
