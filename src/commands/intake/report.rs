//! What a customer's contact reports himself: the same plan, preview and postings as a call, under limits of its own.

use super::{plan, write};
use crate::domain::access::User;
use crate::domain::ids::{ContractId, CustomerId};
use crate::domain::issue::IssueKind;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::intake::Facts;
use crate::store::{Fault, Reader, Unit};
use crate::views::desk::{Channel, IntakeReceipt, IntakeRequest, IssueRequest};
use crate::views::portal::FaultReport;
use crate::views::wallet::Consumption;

/// What the report would cost now. Changes nothing.
pub fn preview_report(
    reader: &mut Reader<'_>,
    user: &User,
    contract: ContractId,
    report: &FaultReport,
    now: Timestamp,
) -> Result<Consumption, Fault> {
    let zone = reader.zone();
    let request = request(user, contract, report)?;
    let facts = reader.intake_facts(&request, now)?;
    own(&facts, user.customer)?;
    Ok(plan::plan(&request, &facts, now, zone)?.consumption)
}

/// Saves the report as a contact with one issue.
pub fn report(
    unit: &mut Unit<'_>,
    user: &User,
    contract: ContractId,
    report: &FaultReport,
) -> Result<IntakeReceipt, Fault> {
    let (now, zone) = (unit.now(), unit.zone());
    let request = request(user, contract, report)?;
    unit.lock_wallet_of(contract)?;
    let facts = unit.look().intake_facts(&request, now)?;
    own(&facts, user.customer)?;
    if unit.look().open_reports(contract)? >= limits::PORTAL_OPEN_ISSUES {
        return Err(Refusal::new(Code::ReportsTooMany).with("limit", limits::PORTAL_OPEN_ISSUES).into());
    }
    let plan = plan::plan(&request, &facts, now, zone)?;
    agreed(report.agreed_units, plan.consumption.total)?;
    write::write(unit, &request, &facts, plan)
}

/// A contract of somebody else's is to him as if it did not exist.
fn own(facts: &Facts, customer: Option<CustomerId>) -> Result<(), Refusal> {
    if customer == Some(facts.contract.customer) {
        return Ok(());
    }
    Err(Refusal::new(Code::NotFound).at("contract_id"))
}

/// He must have seen what it costs.
fn agreed(agreed: Option<i64>, needed: i64) -> Result<(), Refusal> {
    match agreed {
        Some(agreed) if agreed == needed => Ok(()),
        Some(agreed) => {
            let refusal = Refusal::new(Code::ReportCostChanged).at("agreed_units");
            Err(refusal.with("agreed", agreed).with("needed", needed))
        }
        None => {
            let (ja, en) = ("使用する枚数を確認してから送ってください", "look at what it will cost before you send it");
            Err(Refusal::invalid_both("agreed_units", ja, en))
        }
    }
}

/// The contact that the report makes. The version of the contract is not asked: what he saw of it is its price.
fn request(user: &User, contract: ContractId, report: &FaultReport) -> Result<IntakeRequest, Refusal> {
    if !matches!(report.kind, IssueKind::Fault | IssueKind::Question) {
        let (ja, en) = ("故障か質問を選んでください", "choose a fault or a question");
        return Err(Refusal::invalid_both("kind", ja, en));
    }
    Ok(IntakeRequest {
        channel: Channel::Portal,
        contract_id: contract,
        contract_version: 0,
        contact_id: user.contact,
        caller_name: user.name.clone(),
        caller_phone: report.phone.clone(),
        on_behalf_of: false,
        note: String::new(),
        overdraft: report.overdraft,
        started_at: None,
        call_id: None,
        issues: vec![IssueRequest {
            kind: report.kind,
            menu_item: report.menu_item.clone(),
            site_id: report.site_id,
            asset_id: report.asset_id,
            product_id: report.product_id,
            symptom: report.symptom.clone(),
            description: report.description.clone(),
            impact: report.impact,
            urgency: report.urgency,
            needs_visit: report.needs_visit,
            wish: report.wish,
            slot: None,
        }],
    })
}
