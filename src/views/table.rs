//! Tables that come in as CSV and go out as CSV or JSON lines.

use schemars::JsonSchema;
use serde::Serialize;

use crate::coded;

coded! {
    /// What a table that comes in holds.
    ImportKind {
        Customers = "customers", "顧客", "Customers";
        Contacts = "contacts", "ご担当者", "Contacts";
        Sites = "sites", "設置先", "Sites";
        Contracts = "contracts", "保守契約", "Contracts";
        Assets = "assets", "機器", "Assets";
        Lots = "lots", "購入ロット", "Lots";
    }
}

coded! {
    /// What a table that goes out holds.
    ExportKind {
        Customers = "customers", "顧客", "Customers";
        Contacts = "contacts", "ご担当者", "Contacts";
        Sites = "sites", "設置先", "Sites";
        Contracts = "contracts", "保守契約", "Contracts";
        Assets = "assets", "機器", "Assets";
        Lots = "lots", "購入ロット", "Lots";
        Tickets = "tickets", "チケット", "Tickets";
        Wallets = "wallets", "チケットウォレット", "Ticket wallets";
        Postings = "postings", "入出記録", "Ledger entries";
        Interactions = "interactions", "応対", "Contacts made";
        Calls = "calls", "電話", "Telephone calls";
        CallRefusals = "call_refusals", "断った電話通知", "Refused call messages";
        Extensions = "extensions", "内線", "Extensions";
        ServiceLevels = "service_levels", "サービスレベル", "Service levels";
        ClockPauses = "clock_pauses", "期限の計測停止", "Stopped clocks";
        Issues = "issues", "要件", "Issues";
        Visits = "visits", "訪問", "Visits";
        Reports = "reports", "作業報告書", "Service reports";
        WorkOrders = "work_orders", "作業指示", "Work orders";
        Policies = "policies", "契約条件の版", "Policy versions";
        Holds = "holds", "仮押さえ", "Holds";
        Invoices = "invoices", "請求書番号", "Invoices";
        Acknowledgements = "acknowledgements", "有効期限の了承", "Expiries acknowledged";
        Refunds = "refunds", "払戻し", "Refunds";
        Adjustments = "adjustments", "二人で決める調整", "Adjustments by two";
        Refusals = "refusals", "断った操作", "Refusals";
        Disputes = "disputes", "異議", "Disputes";
        Confirmations = "confirmations", "ご利用の確認", "Uses confirmed";
        ApprovalRules = "approval_rules", "承認のきまり", "Approval rules";
        Approvals = "approvals", "承認", "Approvals";
        Notices = "notices", "お知らせ", "Notices";
        NoticeReads = "notice_reads", "お知らせの既読", "Notices read";
        Mails = "mails", "送信メール", "Mails";
        Journal = "journal", "履歴", "Journal";
        Streams = "streams", "履歴の並び", "Order of the journal";
        Territories = "territories", "担当エリア", "Territories";
        Technicians = "technicians", "技術員", "Technicians";
        Absences = "absences", "不在", "Absences";
        Products = "products", "機種", "Models";
        Symptoms = "symptoms", "症状", "Symptoms";
        PastRepairs = "past_repairs", "取り込み前の修理", "Repairs before the import";
        Company = "company", "自社", "The company";
        Skills = "skills", "スキル", "Skills";
        Qualifications = "qualifications", "資格", "Qualifications";
        Parts = "parts", "部品", "Parts";
        Causes = "causes", "原因", "Causes";
        Holidays = "holidays", "休日", "Holidays";
        People = "people", "利用者", "People";
        PeopleChanges = "people_changes", "利用者の変更", "Changes of people";
        Roots = "roots", "台帳の照合値", "Ledger roots";
        RootHeads = "root_heads", "照合値の内訳", "Heads of ledger roots";
    }
}

coded! {
    /// How a table is written.
    TableFormat {
        Csv = "csv", "CSV", "CSV";
        Json = "jsonl", "JSON", "JSON lines";
    }
}

coded! {
    /// How the letters of a file are written.
    TextEncoding {
        Utf8 = "utf-8", "UTF-8", "UTF-8";
        ShiftJis = "shift_jis", "Shift_JIS", "Shift_JIS";
    }
}

/// A column of a table that comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnView {
    /// The stable name in the header.
    pub name: String,
    /// Taken for the same in a header.
    pub ja: String,
    /// The header must have it; one that is not needed may be left out and then says the usual.
    pub needed: bool,
    /// What stands in it.
    pub form_ja: String,
    pub form_en: String,
}

/// What is wrong in one cell, or with a row or the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowFault {
    /// As a spreadsheet numbers rows: the header is row 1. 0 is the file as a whole.
    pub row: u64,
    /// Line of the file on which the row begins.
    pub line: u64,
    /// Empty when it is about the whole row.
    pub column: String,
    /// Stable.
    pub code: String,
    pub ja: String,
    pub en: String,
}

/// What a table would bring or has brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportReport {
    pub kind: ImportKind,
    /// Nothing was written, whatever the figures say.
    pub dry_run: bool,
    pub encoding: TextEncoding,
    /// Rows below the header, without empty ones.
    pub rows: u64,
    pub added: u64,
    /// Known ones of which something harmless is different now.
    pub changed: u64,
    /// Known ones that are the same.
    pub unchanged: u64,
    /// In the order of the file, at most 50,000; the list of faults has all of them.
    pub faults: Vec<RowFault>,
    /// All of them, those beyond the list too.
    pub faults_total: u64,
    /// Rows with a fault.
    pub faulty_rows: u64,
}
