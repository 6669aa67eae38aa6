//! The columns of each kind. Those of a contract's policy follow the policy itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::schema_for;
use serde_json::Value;

use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::Policy;
use crate::views::table::{ColumnView, ImportKind};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The stable name in the header.
    pub name: Cow<'static, str>,
    /// Taken for the same.
    pub ja: &'static str,
    /// What stands in it; none is a column that an export writes and an import passes over.
    pub form: Option<Form>,
    /// The header must have it.
    pub needed: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Code,
    Phones,
    Number,
    Degrees,
    Day,
    Flag,
    Numbers,
    Menu,
    Uses,
    Choice(&'static [&'static str]),
}

impl Form {
    fn words(self) -> (String, String) {
        let (ja, en) = match self {
            Self::Text => ("文字", "text"),
            Self::Code => ("英数字と - _ . の40文字以内", "1 to 40 letters, digits, - _ or ."),
            Self::Phones => ("電話番号。複数は ; で区切る", "phone numbers with ; between them"),
            Self::Number => ("0以上の整数", "a whole number"),
            Self::Degrees => ("緯度・経度(世界測地系、度)", "degrees in WGS 84"),
            Self::Day => ("2026-04-01 か 2026/4/1", "2026-04-01 or 2026/4/1"),
            Self::Flag => ("true か false", "true or false"),
            Self::Numbers => ("整数。複数は ; で区切る", "whole numbers with ; between them"),
            Self::Menu => (
                "コード|単位数|日本語名|英語名。複数は ; で区切る",
                "code|units|Japanese name|English name, with ; between them",
            ),
            Self::Uses => (
                "日付|数。修理の場合は 日付|数|シリアル番号。複数は ; で区切る",
                "day|units, or day|units|serial for a repair, with ; between them",
            ),
            Self::Choice(codes) => {
                return (codes.join(" / "), codes.join(" / "));
            }
        };
        (ja.to_owned(), en.to_owned())
    }
}

const fn needed(name: &'static str, ja: &'static str, form: Form) -> Column {
    Column { name: Cow::Borrowed(name), ja, form: Some(form), needed: true }
}

const fn usual(name: &'static str, ja: &'static str, form: Form) -> Column {
    Column { name: Cow::Borrowed(name), ja, form: Some(form), needed: false }
}

const fn shown(name: &'static str, ja: &'static str) -> Column {
    Column { name: Cow::Borrowed(name), ja, form: None, needed: false }
}

impl From<&Column> for ColumnView {
    fn from(column: &Column) -> Self {
        let (form_ja, form_en) = column.form.map(Form::words).unwrap_or_default();
        let (name, ja) = (column.name.to_string(), column.ja.to_owned());
        Self { name, ja, needed: column.needed, form_ja, form_en }
    }
}

const UNITS: &[&str] = &["ticket", "point", "minute"];
const ORIGINS: &[&str] = &["paid", "promotional", "adjustment"];
const SCOPES: &[&str] = crate::domain::wallet::scope::Scope::CODES;
const LAW: &[&str] = &["b2b_exempt", "six_month_exempt", "regulated"];
const CAPTURE: &[&str] = crate::domain::wallet::policy::CapturePoint::CODES;

/// The columns of a kind, in the order in which an export writes them.
pub fn columns(kind: ImportKind) -> Vec<Column> {
    use Form::{Code, Day, Degrees, Phones, Text};
    match kind {
        ImportKind::Customers => vec![
            needed("code", "顧客コード", Code),
            needed("name", "顧客名", Text),
            needed("kana", "フリガナ", Text),
            needed("phones", "電話番号", Phones),
            usual("group", "企業グループ", Text),
        ],
        ImportKind::Contacts => vec![
            needed("customer", "顧客コード", Code),
            needed("code", "担当者コード", Code),
            needed("name", "担当者名", Text),
            needed("kana", "フリガナ", Text),
            needed("phone", "電話番号", Text),
            usual("email", "メールアドレス", Text),
            usual("channel", "連絡方法", Form::Choice(PreferredChannel::CODES)),
            usual("literacy", "操作の慣れ", Form::Choice(Literacy::CODES)),
        ],
        ImportKind::Sites => vec![
            needed("customer", "顧客コード", Code),
            needed("code", "設置先コード", Code),
            needed("name", "設置先名", Text),
            needed("postcode", "郵便番号", Text),
            needed("address", "住所", Text),
            needed("lat", "緯度", Degrees),
            needed("lon", "経度", Degrees),
            needed("territory", "担当エリアコード", Code),
            usual("access_notes", "入館メモ", Text),
        ],
        ImportKind::Contracts => contracts(),
        ImportKind::Assets => vec![
            needed("serial", "シリアル番号", Code),
            needed("contract", "契約番号", Code),
            needed("product", "機種コード", Code),
            needed("site", "設置先コード", Code),
            needed("installed_on", "設置日", Day),
        ],
        ImportKind::Lots => lots(),
    }
}

fn lots() -> Vec<Column> {
    use Form::{Code, Day, Number, Text};
    vec![
        needed("number", "ロット番号", Code),
        needed("contract", "契約番号", Code),
        needed("origin", "区分", Form::Choice(ORIGINS)),
        needed("count", "枚数", Number),
        needed("price_yen", "価格", Number),
        needed("issued_on", "発行日", Day),
        needed("expires_on", "有効期限", Day),
        usual("used", "使用済", Number),
        usual("scope", "用途", Form::Choice(SCOPES)),
        usual("law_class", "資金決済法の区分", Form::Choice(LAW)),
        usual("uses", "使用日", Form::Uses),
        usual("voided", "無効", Number),
        usual("invoice_number", "請求書番号", Text),
        usual("issuer_number", "登録番号", Text),
        usual("invoiced_on", "請求日", Day),
        shown("available", "未使用"),
        shown("held", "仮押さえ中"),
        shown("consumed", "消費"),
        shown("expired", "失効"),
        shown("usable_until", "利用できる最終日"),
        shown("from_lot_id", "移管元ロット"),
    ]
}

fn contracts() -> Vec<Column> {
    use Form::{Code, Day, Text};
    let mut all = vec![
        needed("number", "契約番号", Code),
        needed("customer", "顧客コード", Code),
        needed("plan", "プラン", Text),
        needed("starts_on", "開始日", Day),
        needed("ends_on", "終了日", Day),
        usual("unit", "単位", Form::Choice(UNITS)),
        usual("menu", "ポイント表", Form::Menu),
        usual("billing", "支払い方", Form::Choice(BillingModel::CODES)),
    ];
    all.extend(policy_fields().iter().map(|field| Column {
        needed: field.needed,
        form: Some(policy_form(&field.name, &field.like)),
        ja: policy_ja(&field.name),
        name: field.name.as_str().into(),
    }));
    all
}

/// A field of a contract's policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyField {
    pub name: String,
    /// A value of the same form.
    pub like: Value,
    /// There is no usual value.
    pub needed: bool,
}

/// The fields of a policy, in its order.
pub fn policy_fields() -> &'static [PolicyField] {
    static FIELDS: LazyLock<Vec<PolicyField>> = LazyLock::new(|| {
        let must = schema_for!(Policy).get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let Ok(Value::Object(fields)) = serde_json::to_value(Policy::SIMPLE) else { return Vec::new() };
        let is_needed = |name: &String| must.iter().any(|field| *field == name.as_str());
        fields.into_iter().map(|(name, like)| PolicyField { needed: is_needed(&name), name, like }).collect()
    });
    &FIELDS
}

fn policy_form(name: &str, usual: &Value) -> Form {
    match usual {
        _ if name == "capture_point" => Form::Choice(CAPTURE),
        Value::Bool(_) => Form::Flag,
        Value::Array(_) => Form::Numbers,
        Value::String(_) => Form::Text,
        _ => Form::Number,
    }
}

/// Japanese names of the fields that offices fill by hand; the others go by their own.
fn policy_ja(name: &str) -> &'static str {
    match name {
        "question_cost" => "質問の消費数",
        "fault_cost" => "故障の消費数",
        "inquiry_cost" => "問い合わせの消費数",
        "recurrence_days" => "再発を無償とする日数",
        "capture_point" => "消費が確定する時点",
        "overdraft_limit" => "超過利用の枠",
        "no_fault_found_cost" => "異常なしの消費数",
        "cancel_after_departure_cost" => "出発後の取消の消費数",
        "cancel_before_departure_cost" => "出発前の取消の消費数",
        "own_defect_cost" => "当社起因の消費数",
        "solved_by_article_cost" => "ナレッジ解決の消費数",
        "covers_ja" => "対象範囲",
        "covers_en" => "対象範囲(英語)",
        "overdraft_price_yen" => "超過単価",
        "low_balance" => "残少の通知",
        "expiry_notice_days" => "失効の通知日数",
        "purchase_min" => "最少購入数",
        "purchase_step" => "購入単位",
        "purchase_year_max" => "年間購入上限",
        "transfer_allowed" => "移管の可否",
        "minute_step" => "分の切り上げ単位",
        "refuses_uncovered" => "対象外の機種を断る",
        _ => "",
    }
}

/// The names of the columns that an import reads: the first line of a file to be filled.
pub fn header(kind: ImportKind) -> Vec<String> {
    columns(kind).into_iter().filter(|column| column.form.is_some()).map(|column| column.name.into_owned()).collect()
}
