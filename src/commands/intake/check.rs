//! What an intake is refused for. Each refusal names the field.

use chrono::NaiveDate;

use crate::commands::text::{line, text};
use crate::domain::ids::ProductId;
use crate::domain::issue::IssueKind;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::terms::not_in_force;
use crate::limits;
use crate::store::Fault;
use crate::store::intake::{ContractFacts, Facts, SiteFacts};
use crate::views::desk::{ContractCard, IntakeRequest, IssueRequest};

/// The operator must have seen the contract as it is. The refusal carries the new card.
pub fn version(
    request: &IntakeRequest,
    contract: &ContractFacts,
    card: impl FnOnce() -> Result<ContractCard, Fault>,
) -> Result<(), Fault> {
    if request.contract_version == contract.version {
        return Ok(());
    }
    Err(Refusal::stale(contract.version, card()?).at("contract_version").into())
}

/// The contact itself.
pub fn contact(request: &IntakeRequest, facts: &Facts, now: Timestamp, today: NaiveDate) -> Result<(), Refusal> {
    in_force(&facts.contract, today)?;
    if request.contact_id.is_some_and(|id| !facts.contacts.contains(&id)) {
        let (ja, en) = ("ご担当者がこのお客様の方ではありません", "the contact person is not this customer's");
        return Err(Refusal::invalid_both("contact_id", ja, en));
    }
    line("caller_name", &request.caller_name, true)?;
    line("caller_phone", &request.caller_phone, false)?;
    if !request.caller_phone.trim().is_empty() && !request.caller_phone.chars().any(char::is_numeric) {
        let ja = "電話番号は数字で入力してください（例 076-111-2222）。わからないときは空欄にします";
        let en = "a phone number needs digits, such as 076-111-2222; leave it empty when it is not known";
        return Err(Refusal::invalid_both("caller_phone", ja, en));
    }
    text("note", &request.note)?;
    if let Some(started) = request.started_at {
        let oldest = now - Seconds::hours(24 * limits::CONTACT_AGE_DAYS);
        if started < oldest || started > now + Seconds(limits::CLOCK_SKEW_S) {
            let (ja, en) = ("応対の開始時刻を確かめてください", "the contact can't have begun then");
            return Err(Refusal::invalid_both("started_at", ja, en));
        }
    }
    if request.issues.is_empty() || request.issues.len() > limits::ISSUES_PER_CONTACT {
        let (ja, en) = ("要件は1件から10件までです", "a contact has 1 to 10 issues");
        return Err(Refusal::invalid_both("issues", ja, en));
    }
    Ok(())
}

fn in_force(contract: &ContractFacts, today: NaiveDate) -> Result<(), Refusal> {
    if (contract.starts_on..=contract.ends_on).contains(&today) {
        return Ok(());
    }
    Err(not_in_force(contract.starts_on, contract.ends_on))
}

/// One issue. Returns its site and the product that it is about.
pub fn issue<'a>(
    index: usize,
    issue: &IssueRequest,
    facts: &'a Facts,
    now: Timestamp,
) -> Result<(&'a SiteFacts, Option<ProductId>), Refusal> {
    let at = |field: &str| format!("issues[{index}].{field}");
    let site = facts.sites.get(&issue.site_id).filter(|site| site.customer == facts.contract.customer);
    let site = site.ok_or_else(|| Refusal::new(Code::SiteForeign).at(at("site_id")))?;
    let product = product(issue, facts, &at)?;
    if let Some(item) = issue.menu_item.as_deref().filter(|item| facts.contract.item(Some(*item)).is_none()) {
        return Err(Refusal::new(Code::MenuUnknown).with("item", item).at(at("menu_item")));
    }
    text(&at("description"), &issue.description)?;
    if issue.description.trim().is_empty() && issue.symptom.is_none() {
        let (ja, en) = ("症状か内容を入力してください", "a symptom or a description is needed");
        return Err(Refusal::invalid_both(at("description"), ja, en));
    }
    if issue.needs_visit && issue.kind == IssueKind::Inquiry {
        let (ja, en) = ("問い合わせに訪問は付けられません", "an inquiry takes no visit");
        return Err(Refusal::invalid_both(at("needs_visit"), ja, en));
    }
    if issue.needs_visit && product.is_none() {
        let (ja, en) = ("訪問する要件には機器か機種が必要です", "a visit needs an asset or a product");
        return Err(Refusal::invalid_both(at("product_id"), ja, en));
    }
    wish(issue, now, &at)?;
    Ok((site, product))
}

/// The asset decides the product; the symptom must be one of it.
fn product(issue: &IssueRequest, facts: &Facts, at: &dyn Fn(&str) -> String) -> Result<Option<ProductId>, Refusal> {
    let mut product = issue.product_id;
    if let Some(id) = issue.asset_id {
        let asset = facts.assets.get(&id).filter(|asset| asset.contract == facts.contract.id);
        let asset = asset.ok_or_else(|| Refusal::new(Code::AssetForeign).at(at("asset_id")))?;
        if asset.site != issue.site_id {
            let (ja, en) = ("機器は別の設置先にあります", "the asset stands at another site");
            return Err(Refusal::invalid_both(at("asset_id"), ja, en));
        }
        if product.is_some_and(|named| named != asset.product) {
            let (ja, en) = ("機種が機器と合いません", "the product is not the asset's");
            return Err(Refusal::invalid_both(at("product_id"), ja, en));
        }
        product = Some(asset.product);
    }
    let refused = facts.contract.policy.refuses_uncovered;
    if refused && product.is_some_and(|id| facts.uncovered.contains(&id)) {
        return Err(Refusal::new(Code::NotCovered).at(at("product_id")));
    }
    let known = product.map(|id| facts.products.get(&id));
    if known.is_some_and(|known| known.is_none()) {
        let (ja, en) = ("機種が登録されていません", "the product is unknown");
        return Err(Refusal::invalid_both(at("product_id"), ja, en));
    }
    let Some(code) = &issue.symptom else { return Ok(product) };
    if known.flatten().is_some_and(|product| product.symptoms.contains_key(code)) {
        return Ok(product);
    }
    let (ja, en) = ("症状がこの機種のものではありません", "the symptom is not one of the product");
    Err(Refusal::invalid_both(at("symptom"), ja, en))
}

fn wish(issue: &IssueRequest, now: Timestamp, at: &dyn Fn(&str) -> String) -> Result<(), Refusal> {
    let Some(wish) = issue.wish else { return Ok(()) };
    let last = now + Seconds::hours(24 * limits::WISH_DAYS);
    let (ja, en) = if wish.to <= now {
        ("ご希望の時間帯が過ぎています", "the wished time is over")
    } else if wish.to > last || wish.from < now - Seconds::hours(24) {
        ("ご希望は60日先までです", "wishes reach at most 60 days ahead")
    } else if wish.to - Seconds::hours(24 * limits::WISH_SPAN_DAYS) > wish.from {
        ("ご希望の時間帯は31日以内にしてください", "a wish spans at most 31 days; choose a shorter one")
    } else {
        return Ok(());
    };
    Err(Refusal::invalid_both(at("wish"), ja, en))
}
