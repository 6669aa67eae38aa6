//! Customers with sites, contracts, lots and assets, and past repairs.

use std::collections::BTreeSet;

use super::fault::Faults;
use super::known::Known;
use crate::company::area::contains;
use crate::company::{CompanyFile, Contact, Contract, Customer, Lot, LotInvoice, Origin, Site, UnitKind, limits};
use crate::domain::refusal::Code;
use crate::domain::wallet::judge::holes;
use crate::domain::wallet::number::parse_lot;
use crate::domain::wallet::terms::is_issuer_number;

pub fn check(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    faults.count("customers", file.customers.len(), limits::CUSTOMERS_MAX);
    faults.codes(file.customers.iter().map(|c| c.code.as_str()), |i| format!("customers[{i}].code"));
    for (index, customer) in file.customers.iter().enumerate() {
        let at = format!("customers[{index}]");
        people(faults, &at, customer);
        sites(faults, &at, customer, known);
        let here: BTreeSet<&str> = customer.sites.iter().map(|s| s.code.as_str()).collect();
        faults.count(format!("{at}.contracts"), customer.contracts.len(), limits::CONTRACTS_PER_CUSTOMER_MAX);
        for (index, contract) in customer.contracts.iter().enumerate() {
            check_contract(faults, &format!("{at}.contracts[{index}]"), contract, &here, known);
        }
    }
    unique_over_customers(faults, file);
}

fn people(faults: &mut Faults, at: &str, customer: &Customer) {
    head(faults, at, customer);
    faults.count(format!("{at}.contacts"), customer.contacts.len(), limits::CONTACTS_PER_CUSTOMER_MAX);
    faults.codes(customer.contacts.iter().map(|c| c.code.as_str()), |i| format!("{at}.contacts[{i}].code"));
    for (index, one) in customer.contacts.iter().enumerate() {
        contact(faults, &format!("{at}.contacts[{index}]"), one);
    }
}

/// A customer without what hangs on it.
pub fn head(faults: &mut Faults, at: &str, customer: &Customer) {
    faults.name(format!("{at}.name"), &customer.name);
    faults.name(format!("{at}.kana"), &customer.kana);
    faults.count(format!("{at}.phones"), customer.phones.len(), limits::PHONES_PER_CUSTOMER_MAX);
    for (index, phone) in customer.phones.iter().enumerate() {
        faults.phone(format!("{at}.phones[{index}]"), phone);
    }
}

/// A contact person, whose code the caller checks.
pub fn contact(faults: &mut Faults, at: &str, contact: &Contact) {
    faults.name(format!("{at}.name"), &contact.name);
    faults.name(format!("{at}.kana"), &contact.kana);
    faults.phone(format!("{at}.phone"), &contact.phone);
    if contact.email.as_ref().is_some_and(|mail| !is_mail(mail)) {
        let ja = "メールアドレスの形式が正しくありません。";
        faults.add(format!("{at}.email"), "email.form", ja, "This is no mail address.");
    }
}

/// Something before and after one `@`, no blanks: whether it exists only a mail can tell.
fn is_mail(text: &str) -> bool {
    let halves = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@')
    });
    halves && text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn sites(faults: &mut Faults, at: &str, customer: &Customer, known: &Known) {
    faults.count(format!("{at}.sites"), customer.sites.len(), limits::SITES_PER_CUSTOMER_MAX);
    for (index, one) in customer.sites.iter().enumerate() {
        let at = format!("{at}.sites[{index}]");
        site(faults, &at, one);
        faults.reference(format!("{at}.territory"), &one.territory, &known.territory_codes);
        inside_territory(faults, &at, one, known);
    }
}

/// A site, whose code and territory the caller checks.
pub fn site(faults: &mut Faults, at: &str, site: &Site) {
    faults.name(format!("{at}.name"), &site.name);
    faults.name(format!("{at}.address"), &site.address);
    faults.text(format!("{at}.access_notes"), &site.access_notes);
    let postcode = site.postcode.as_bytes();
    if postcode.len() != 8
        || !postcode.iter().enumerate().all(|(i, b)| if i == 3 { *b == b'-' } else { b.is_ascii_digit() })
    {
        let ja = "郵便番号は123-4567の形式です。";
        faults.add(format!("{at}.postcode"), "postcode.form", ja, "A postcode is written 123-4567.");
    }
}

fn inside_territory(faults: &mut Faults, at: &str, site: &Site, known: &Known) {
    let Some(territory) = known.territories.get(site.territory.as_str()) else { return };
    if territory.boundary.len() >= 3 && !contains(&territory.boundary, site.position) {
        let ja = format!("位置が担当エリア「{}」の外です。", territory.name_ja);
        let en = format!("The position lies outside the territory “{}”.", territory.name_en);
        faults.add(format!("{at}.position"), "place.outside_territory", ja, en);
    }
}

fn check_contract(faults: &mut Faults, at: &str, contract: &Contract, sites: &BTreeSet<&str>, known: &Known) {
    terms(faults, at, contract);
    faults.count(format!("{at}.lots"), contract.lots.len(), limits::LOTS_PER_CONTRACT_MAX);
    for (index, one) in contract.lots.iter().enumerate() {
        let at = format!("{at}.lots[{index}]");
        lot(faults, &at, one, contract.unit);
        let unknown = |serial: &String, on| !known.repairs.contains(&(serial.as_str(), on));
        for (index, used) in one.uses.iter().enumerate() {
            if let Some(serial) = used.repair.as_ref().filter(|serial| unknown(serial, used.on)) {
                let ja = format!("「{serial}」の{}の修理はhistoryにありません。", used.on);
                let en = format!("The history has no repair of “{serial}” on {}.", used.on);
                faults.add(format!("{at}.uses[{index}].repair"), "reference.unknown", ja, en);
            }
        }
    }
    faults.count(format!("{at}.assets"), contract.assets.len(), limits::ASSETS_PER_CONTRACT_MAX);
    for (index, asset) in contract.assets.iter().enumerate() {
        faults.reference(format!("{at}.assets[{index}].product"), &asset.product, &known.product_codes);
        faults.reference(format!("{at}.assets[{index}].site"), &asset.site, sites);
    }
}

/// A contract without what hangs on it.
pub fn terms(faults: &mut Faults, at: &str, contract: &Contract) {
    faults.name(format!("{at}.plan"), &contract.plan);
    faults.order(format!("{at}.ends_on"), contract.starts_on, contract.ends_on, true);
    for hole in holes(&contract.policy, contract.unit, &contract.menu) {
        let field = if hole.field.starts_with("menu") { hole.field } else { format!("policy.{}", hole.field) };
        let (ja, en) = (format!("契約ルールの穴：{}。", hole.ja), format!("A hole in the policy: {}.", hole.en));
        faults.add(format!("{at}.{field}"), Code::PolicyHole.as_str(), ja, en);
    }
}

/// A lot of a wallet that counts `unit`.
pub fn lot(faults: &mut Faults, at: &str, lot: &Lot, unit: UnitKind) {
    if parse_lot(&lot.number, unit).is_none() {
        let ja = format!("ロット番号「{}」はTK-2026-004512の形式です。", lot.number);
        faults.add(format!("{at}.number"), "lot.number_form", ja, "A lot number is written TK-2026-004512.");
    }
    let most = if unit.is_single() { limits::TICKETS_PER_LOT_MAX } else { limits::UNITS_PER_LOT_MAX };
    faults.range(format!("{at}.count"), lot.count, 1, most);
    if lot.used > lot.count {
        let ja = format!("使用数{}が枚数{}を超えています。", lot.used, lot.count);
        let en = format!("{} used tickets are more than the {} of the lot.", lot.used, lot.count);
        faults.add(format!("{at}.used"), "lot.overused", ja, en);
    } else if lot.voided > lot.count - lot.used {
        let ja = format!("使用数と無効数の合計が枚数{}を超えています。", lot.count);
        let en = format!("Used and void tickets are more than the {} of the lot.", lot.count);
        faults.add(format!("{at}.voided"), "lot.overused", ja, en);
    }
    uses(faults, at, lot);
    if let Some(invoice) = &lot.invoice {
        check_invoice(faults, at, lot, invoice);
    }
    if lot.origin != Origin::Paid && lot.price_yen != 0 {
        let en = "A promotional lot has no price.";
        faults.add(format!("{at}.price_yen"), "lot.promotional_price", "無償付与のロットに価格は付けられません。", en);
    }
    if let Some(expires_on) = lot.expires_on {
        faults.order(format!("{at}.expires_on"), lot.issued_on, expires_on, true);
    }
}

/// When units were used: on days of the lot, and not more of them than were used.
fn uses(faults: &mut Faults, at: &str, lot: &Lot) {
    let told: u64 = lot.uses.iter().map(|used| u64::from(used.units)).sum();
    if told > u64::from(lot.used) {
        let ja = format!("日付のある使用{told}が使用数{}を超えています。", lot.used);
        let en = format!("{told} units with a day are more than the {} that were used.", lot.used);
        faults.add(format!("{at}.uses"), "lot.overused", ja, en);
    }
    for (index, used) in lot.uses.iter().enumerate() {
        let at = format!("{at}.uses[{index}].on");
        if used.on < lot.issued_on {
            let ja = format!("{}の使用が発行日{}より前です。", used.on, lot.issued_on);
            let en = format!("The use of {} lies before the issue on {}.", used.on, lot.issued_on);
            faults.add(at, "date.order", ja, en);
        } else if used.units == 0 {
            faults.add(at, "number.range", "使用は1以上です。", "A use has at least one unit.");
        }
    }
}

fn check_invoice(faults: &mut Faults, at: &str, lot: &Lot, invoice: &LotInvoice) {
    faults.name(format!("{at}.invoice.number"), &invoice.number);
    if lot.origin != Origin::Paid {
        let (ja, en) = ("購入したロットだけが請求書に載ります。", "Only a lot that was sold is on an invoice.");
        faults.add(format!("{at}.invoice.number"), "lot.not_sold", ja, en);
    }
    if invoice.issuer_number.as_deref().is_some_and(|number| !is_issuer_number(number)) {
        let (ja, en) = ("登録番号はTと数字13桁です。", "A registration number is T and 13 digits.");
        faults.add(format!("{at}.invoice.issuer_number"), "issuer.form", ja, en);
    }
}

/// Sites, contracts, lots and serials are unique in the whole file, not only within a customer.
fn unique_over_customers(faults: &mut Faults, file: &CompanyFile) {
    let (mut sites, mut contracts, mut lots, mut assets) = (vec![], vec![], vec![], vec![]);
    for (c, customer) in file.customers.iter().enumerate() {
        let at = format!("customers[{c}]");
        sites
            .extend(customer.sites.iter().enumerate().map(|(i, s)| (s.code.as_str(), format!("{at}.sites[{i}].code"))));
        for (k, contract) in customer.contracts.iter().enumerate() {
            let at = format!("{at}.contracts[{k}]");
            let numbered = |list: &str, i: usize, field: &str| format!("{at}.{list}[{i}].{field}");
            lots.extend(
                contract.lots.iter().enumerate().map(|(i, l)| (l.number.as_str(), numbered("lots", i, "number"))),
            );
            assets.extend(
                contract.assets.iter().enumerate().map(|(i, a)| (a.serial.as_str(), numbered("assets", i, "serial"))),
            );
            contracts.push((contract.number.as_str(), format!("{at}.number")));
        }
    }
    for list in [sites, contracts, lots, assets] {
        faults.codes(list.iter().map(|(code, _)| *code), |i| list[i].1.clone());
    }
}

pub fn history(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    faults.count("history", file.history.len(), limits::HISTORY_MAX);
    for (index, repair) in file.history.iter().enumerate() {
        let at = format!("history[{index}]");
        faults.reference(format!("{at}.serial"), &repair.serial, &known.serials);
        faults.reference(format!("{at}.cause"), &repair.cause, &known.causes);
        if let Some(technician) = &repair.technician {
            faults.reference(format!("{at}.technician"), technician, &known.technicians);
        }
        faults.text(format!("{at}.remedy"), &repair.remedy);
        faults.range(format!("{at}.minutes"), repair.minutes, 0, limits::SERVICE_MINUTES_MAX);
        let Some(asset) = known.assets.get(repair.serial.as_str()) else { continue };
        faults.order(format!("{at}.on"), asset.installed_on, repair.on, true);
        let Some(product) = known.products.get(asset.product.as_str()) else { continue };
        let symptoms = product.symptoms.iter().map(|s| s.code.as_str()).collect();
        faults.reference(format!("{at}.symptom"), &repair.symptom, &symptoms);
    }
}
