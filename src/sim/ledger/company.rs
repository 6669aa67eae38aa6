//! A group of customers whose contracts count in every way there is.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::terms::Terms;
use crate::company::CompanyFile;
use crate::domain::wallet::policy::CapturePoint;
use crate::domain::wallet::terms::UnitKind;

/// Contracts in the company: a few, so that commands meet in the same wallets.
pub const CONTRACTS: usize = 16;

/// Technicians, at work day and night: the clock of a run jumps.
const TECHNICIANS: usize = 16;

fn technician(nth: usize) -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let shifts: Vec<Value> = days.iter().map(|day| json!({"weekday": day, "from": "00:00", "to": "23:59"})).collect();
    json!({"code": format!("T{nth}"), "name": format!("技術員{nth}"), "kana": "ギジュツイン",
        "phone": format!("090-5555-{nth:04}"), "territory": "KN", "home": {"lat": 36.56, "lon": 136.66},
        "skills": [{"code": "air", "level": 3}], "shifts": shifts, "break": null})
}

/// The whole company. No lot is in it: everything is bought in the run.
pub fn company() -> anyhow::Result<CompanyFile> {
    let customers: Vec<Value> = (0..CONTRACTS).map(customer).collect();
    let technicians: Vec<Value> = (0..TECHNICIANS).map(technician).collect();
    let symptom = |code: &&str| {
        json!({"code": code, "name_ja": "症状", "name_en": code, "service_minutes": 60,
        "needs_visit": true, "level_min": 1, "qualification": null})
    };
    let symptoms: Vec<Value> = SYMPTOMS.iter().map(symptom).collect();
    Ok(serde_json::from_value(json!({
        "format": "kaketsuke-company/1", "name_ja": "試算サービス", "name_en": "Trial Service",
        "zone": "Asia/Tokyo", "vendor_phone": "076-555-0100",
        "territories": [{"code": "KN", "name_ja": "金沢", "name_en": "Kanazawa",
            "center": {"lat": 36.56, "lon": 136.65}}],
        "skills": [{"code": "air", "name_ja": "空圧", "name_en": "Air"}], "qualifications": [], "parts": [],
        "products": [{"code": "AC", "name_ja": "コンプレッサー", "name_en": "Compressor", "maker": "白山工機",
            "skill": "air", "symptoms": symptoms}],
        "causes": [{"code": "wear", "name_ja": "摩耗", "name_en": "Wear", "own_defect": false},
                   {"code": "ours", "name_ja": "組立不良", "name_en": "Assembly fault", "own_defect": true}],
        "technicians": technicians, "customers": customers, "users": [],
    }))?)
}

/// Assets of a contract, and the symptoms that they show.
const ASSETS: usize = 2;
pub const SYMPTOMS: [&str; 2] = ["noise", "leak"];

/// Units of a question and of a fault.
fn costs(nth: usize) -> (usize, usize) {
    if unit(nth).is_single() { (1, 2) } else { (15, 40) }
}

fn unit(nth: usize) -> UnitKind {
    [UnitKind::Ticket, UnitKind::Ticket, UnitKind::Point, UnitKind::Minute][nth % 4]
}

/// What is agreed with a customer before the first command.
fn policy(nth: usize) -> Value {
    let (question, fault) = costs(nth);
    let guarantee = [30, 0, 7, 90][nth / 4 % 4];
    json!({"covers_ja": "1要件の解決まで", "covers_en": "One issue until it is solved",
        "question_cost": question, "fault_cost": fault, "inquiry_cost": 0, "recurrence_days": guarantee,
        "capture_point": CapturePoint::ALL[nth % CapturePoint::ALL.len()],
        "overdraft_limit": if nth.is_multiple_of(3) { 0 } else { 60 }, "no_fault_found_cost": 1,
        "solved_by_article_cost": nth % 2, "own_defect_cost": usize::from(nth % 7 == 3),
        "cancel_after_departure_cost": 1, "cancel_before_departure_cost": nth % 2, "no_access_captures": nth % 3 == 1,
        "honours_holds": !nth.is_multiple_of(5), "approval_units": (nth % 5 == 2).then_some(fault - 1),
        "transfer_allowed": true, "minute_step": 15, "overdraft_price_yen": 6_000, "grace_days": nth % 4 * 5,
        "purchase_min": 1 + nth % 3 * question * 2, "purchase_step": 1 + nth % 2 * 4,
        "purchase_year_max": (nth % 4 == 1).then_some(400 * question)})
}

/// The same, as the clerk reads it.
pub fn terms(nth: usize) -> Terms {
    Terms { version: 1, from_day: NaiveDate::MIN, form: policy(nth), menu: menu(nth) }
}

fn menu(nth: usize) -> Value {
    json!([{"code": "clean", "name_ja": "清掃", "name_en": "Cleaning", "units": costs(nth).1 + 5}])
}

fn customer(nth: usize) -> Value {
    let asset = |asset: usize| {
        json!({"serial": format!("AC-{nth:04}-{asset}"), "product": "AC",
        "site": format!("S{nth}"), "installed_on": "2024-05-10"})
    };
    let assets: Vec<Value> = (0..ASSETS).map(asset).collect();
    json!({"code": format!("C{nth}"), "name": format!("お客様{nth}"), "kana": "オキャクサマ",
        "phones": [format!("076-555-{nth:04}")], "contacts": [], "group": format!("G{}", nth / 8),
        "sites": [{"code": format!("S{nth}"), "name": "本社", "postcode": "920-0001", "address": "金沢市東山1-1",
            "position": {"lat": 36.57, "lon": 136.67}, "territory": "KN"}],
        "contracts": [{"number": format!("KS-{nth:04}"), "plan": "試算", "starts_on": "2026-01-01",
            "ends_on": "2099-12-31", "policy": policy(nth), "unit": unit(nth), "lots": [],
            "menu": menu(nth), "assets": assets}]})
}
