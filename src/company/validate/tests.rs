use chrono::NaiveDate;

use super::*;
use crate::company::{CompanyFile, LotInvoice, Origin, PastUse, Role, Shift};
use crate::demo::sample;

fn sound() -> CompanyFile {
    sample().company.clone()
}

/// Plants one fault in a sound company and expects to hear of it, and of nothing else.
fn expect(file: &CompanyFile, plant: impl FnOnce(&mut CompanyFile), path: &str, code: &str) {
    let mut file = file.clone();
    plant(&mut file);
    let found: Vec<(String, &str)> = check(&file).into_iter().map(|fault| (fault.path, fault.code)).collect();
    assert_eq!(found, vec![(path.to_owned(), code)]);
}

fn long_ago() -> NaiveDate {
    NaiveDate::from_ymd_opt(1990, 1, 1).unwrap()
}

#[test]
fn faults_of_the_company_and_its_catalogue_are_told_with_their_path() {
    let file = sound();
    expect(&file, |f| f.format = "kaketsuke-company/9".into(), "format", "format.unknown");
    expect(&file, |f| f.zone = "Asia/Nowhere".into(), "zone", "zone.unknown");
    expect(&file, |f| f.name_en = " ".into(), "name_en", "text.empty");
    expect(&file, |f| f.vendor_phone = "call us".into(), "vendor_phone", "phone.form");
    expect(&file, |f| f.territories[0].boundary.truncate(2), "territories[0].boundary", "boundary.form");
    expect(&file, |f| f.products[2].skill = "magic".into(), "products[2].skill", "reference.unknown");
    let level = |f: &mut CompanyFile| f.products[0].symptoms[1].level_min = 6;
    expect(&file, level, "products[0].symptoms[1].level_min", "number.range");
    let part = |f: &mut CompanyFile| f.products[0].symptoms[0].parts[1] = "cog".into();
    expect(&file, part, "products[0].symptoms[0].parts[1]", "reference.unknown");
    let gear = |code: &str, quantity| crate::company::PartCount { code: code.into(), quantity };
    let needed = "products[0].symptoms[0].parts_needed[0]";
    let cog = |f: &mut CompanyFile| f.products[0].symptoms[0].parts_needed = vec![gear("cog", 1)];
    expect(&file, cog, &format!("{needed}.code"), "reference.unknown");
    let none = |f: &mut CompanyFile| f.products[0].symptoms[0].parts_needed = vec![gear(&file.parts[0].code, 0)];
    expect(&file, none, &format!("{needed}.quantity"), "number.range");
    let symptom = |f: &mut CompanyFile| f.products[3].symptoms[5].code = f.products[3].symptoms[3].code.clone();
    expect(&file, symptom, "products[3].symptoms[5].code", "code.duplicate");
    expect(&file, |f| f.causes[0].name_ja = "あ".repeat(200), "causes[0].name_ja", "text.too_long");
    expect(&file, |f| f.holidays[1].on = f.holidays[0].on, "holidays[1].on", "code.duplicate");
}

#[test]
fn faults_of_people_are_told_with_their_path() {
    let file = sound();
    let at = "technicians[4]";
    expect(&file, |f| f.technicians[4].territory = "moon".into(), &format!("{at}.territory"), "reference.unknown");
    expect(&file, |f| f.technicians[4].skills[0].level = 0, &format!("{at}.skills[0].level"), "number.range");
    expect(&file, |f| f.technicians[4].lends_to[0] = "moon".into(), &format!("{at}.lends_to[0]"), "reference.unknown");
    let doubled = |f: &mut CompanyFile| f.technicians[4].shifts[1].weekday = f.technicians[4].shifts[0].weekday;
    expect(&file, doubled, &format!("{at}.shifts[1].weekday"), "code.duplicate");
    let turned = |f: &mut CompanyFile| {
        let Shift { from, to, weekday } = f.technicians[4].shifts[2];
        f.technicians[4].shifts[2] = Shift { from: to, to: from, weekday };
    };
    expect(&file, turned, &format!("{at}.shifts[2].to"), "date.order");
    let endless = |f: &mut CompanyFile| f.technicians[4].rest.as_mut().unwrap().minutes = 600;
    expect(&file, endless, &format!("{at}.break.minutes"), "break.too_long");
    expect(&file, |f| f.absences[0].ends_on = long_ago(), "absences[0].ends_on", "date.order");
    expect(&file, |f| f.absences[1].technician = "nobody".into(), "absences[1].technician", "reference.unknown");
    expect(&file, |f| f.users[0].password = "abc".into(), "users[0].password", "password.short");
    expect(&file, |f| f.users[1].login = f.users[0].login.clone(), "users[1].login", "code.duplicate");
    expect(&file, |f| f.users[0].customer = Some("C0001".into()), "users[0].customer", "user.link");
    expect(&file, |f| f.users[0].role = Role::Technician, "users[0].technician", "user.link");
}

#[test]
fn faults_of_customers_are_told_with_their_path() {
    let file = sound();
    let at = "customers[3]";
    expect(&file, |f| f.customers[3].code = f.customers[0].code.clone(), &format!("{at}.code"), "code.duplicate");
    expect(&file, |f| f.customers[3].phones[0] = "12".into(), &format!("{at}.phones[0]"), "phone.form");
    let mail = |f: &mut CompanyFile| f.customers[3].contacts[0].email = Some("a@@b".into());
    expect(&file, mail, &format!("{at}.contacts[0].email"), "email.form");
    let postcode = |f: &mut CompanyFile| f.customers[3].sites[0].postcode = "9200000".into();
    expect(&file, postcode, &format!("{at}.sites[0].postcode"), "postcode.form");
    let far =
        |f: &mut CompanyFile| f.customers[3].sites[0].position = crate::domain::place::Position::new(0.0, 0.0).unwrap();
    expect(&file, far, &format!("{at}.sites[0].position"), "place.outside_territory");
    let at = "customers[3].contracts[0]";
    expect(&file, |f| f.customers[3].contracts[0].ends_on = long_ago(), &format!("{at}.ends_on"), "date.order");
    let days = |f: &mut CompanyFile| f.customers[3].contracts[0].policy.recurrence_days = 9_999;
    expect(&file, days, &format!("{at}.policy.recurrence_days"), "policy.hole");
    let silent = |f: &mut CompanyFile| f.customers[3].contracts[0].policy.covers_en.clear();
    expect(&file, silent, &format!("{at}.policy.covers_en"), "policy.hole");
    let dear = |f: &mut CompanyFile| f.customers[3].contracts[0].policy.own_defect_cost = 5_000;
    expect(&file, dear, &format!("{at}.policy.own_defect_cost"), "policy.hole");
    let unnamed = |f: &mut CompanyFile| {
        let name = || "清掃".to_owned();
        f.customers[3].contracts[0].menu =
            vec![crate::company::MenuItem { code: "a b".to_owned(), name_ja: name(), name_en: name(), units: 1 }];
    };
    expect(&file, unnamed, &format!("{at}.menu[0].code"), "policy.hole");
    let site = |f: &mut CompanyFile| f.customers[3].contracts[0].assets[0].site = "S0001".into();
    expect(&file, site, &format!("{at}.assets[0].site"), "reference.unknown");
    expect(&file, |f| f.history[0].cause = "ghost".into(), "history[0].cause", "reference.unknown");
    expect(&file, |f| f.history[0].symptom = "ghost".into(), "history[0].symptom", "reference.unknown");
    let early = |f: &mut CompanyFile| {
        f.history[0].on = long_ago();
        let lots = f.customers.iter_mut().flat_map(|c| &mut c.contracts).flat_map(|c| &mut c.lots);
        lots.for_each(|lot| lot.uses.clear());
    };
    expect(&file, early, "history[0].on", "date.order");
}

#[test]
fn faults_of_lots_are_told_with_their_path() {
    let file = sound();
    let at = "customers[5].contracts[0].lots[0]";
    fn lot(f: &mut CompanyFile) -> &mut crate::company::Lot {
        &mut f.customers[5].contracts[0].lots[0]
    }
    expect(&file, |f| lot(f).number = "TK-26-4512".into(), &format!("{at}.number"), "lot.number_form");
    let twin = file.customers[0].contracts[0].lots[0].number.clone();
    expect(&file, |f| lot(f).number = twin, &format!("{at}.number"), "code.duplicate");
    expect(&file, |f| lot(f).used = 10_000, &format!("{at}.used"), "lot.overused");
    expect(&file, |f| lot(f).count = 10_000, &format!("{at}.count"), "number.range");
    expect(&file, |f| lot(f).expires_on = Some(long_ago()), &format!("{at}.expires_on"), "date.order");
    let used = PastUse { on: lot(&mut file.clone()).issued_on, units: 1, repair: None };
    let told = |uses: Vec<PastUse>| move |f: &mut CompanyFile| (lot(f).used, lot(f).uses) = (1, uses);
    expect(&file, told(vec![used.clone(), used.clone()]), &format!("{at}.uses"), "lot.overused");
    let early = PastUse { on: long_ago(), ..used.clone() };
    expect(&file, told(vec![early]), &format!("{at}.uses[0].on"), "date.order");
    let ghost = PastUse { repair: Some("GHOST-1".into()), ..used };
    expect(&file, told(vec![ghost]), &format!("{at}.uses[0].repair"), "reference.unknown");
    let void = |f: &mut CompanyFile| lot(f).voided = lot(f).count - lot(f).used + 1;
    expect(&file, void, &format!("{at}.voided"), "lot.overused");
    let invoiced_on = lot(&mut file.clone()).issued_on;
    let invoice = LotInvoice { number: "INV-1".into(), issuer_number: Some("T12".into()), invoiced_on };
    let issuer = |f: &mut CompanyFile| lot(f).invoice = Some(invoice.clone());
    expect(&file, issuer, &format!("{at}.invoice.issuer_number"), "issuer.form");
    expect(&file, |f| lot(f).origin = Origin::Promotional, &format!("{at}.price_yen"), "lot.promotional_price");
}

#[test]
fn many_faults_are_all_told_up_to_the_limit() {
    let mut file = sound();
    file.customers.iter_mut().for_each(|customer| customer.name.clear());
    assert_eq!(check(&file).len(), file.customers.len());
    file.history.iter_mut().for_each(|repair| repair.cause = "ghost".into());
    file.customers.iter_mut().flat_map(|c| &mut c.sites).for_each(|site| site.name.clear());
    assert_eq!(check(&file).len(), limits::FAULTS_MAX);
}

/// The places and codes of all faults of a file as text; no sentence carries a parser's words.
fn told(file: &serde_json::Value) -> Vec<(String, &'static str)> {
    let faults = read(&file.to_string()).unwrap_err();
    for fault in &faults {
        for word in ["expected", "struct", "invalid type", "out of range", "f64"] {
            assert!(!fault.en.contains(word) && !fault.ja.contains(word), "{fault:?}");
        }
    }
    faults.into_iter().map(|fault| (fault.path, fault.code)).collect()
}

#[test]
fn every_value_that_cannot_be_read_is_told_and_the_rest_is_judged() {
    let mut file = serde_json::to_value(sound()).unwrap();
    file["vendor_phone"] = "call us".into();
    file["products"][1]["symptoms"][0]["needs_visit"] = "yes".into();
    file["technicians"][2]["shifts"][0]["from"] = "8:30".into();
    file["technicians"][2]["name"] = 7.into();
    file["customers"][3]["colour"] = "red".into();
    file["customers"][3]["contracts"][0]["starts_on"] = "2026-02-30".into();
    file["customers"][3]["contracts"][0]["ends_on"] = "2026-13-01".into();
    file["customers"][4]["sites"][0]["position"]["lat"] = 95.into();
    file["customers"][4].as_object_mut().unwrap().remove("kana");
    file["customers"][5]["phones"][0] = "12".into();
    file["users"][0]["role"] = "pigeon".into();
    let mut told = told(&file);
    told.sort();
    let unread = "value.unreadable";
    let wanted = [
        ("customers[3].colour", "field.unknown"),
        ("customers[3].contracts[0].ends_on", unread),
        ("customers[3].contracts[0].starts_on", unread),
        ("customers[4].kana", unread),
        ("customers[4].sites[0].position", unread),
        ("customers[5].phones[0]", "phone.form"),
        ("products[1].symptoms[0].needs_visit", unread),
        ("technicians[2].name", unread),
        ("technicians[2].shifts[0].from", unread),
        ("users[0].role", unread),
        ("vendor_phone", "phone.form"),
    ];
    assert_eq!(told, wanted.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn a_list_that_is_none_and_a_list_that_is_missing_are_told() {
    let mut file = serde_json::to_value(sound()).unwrap();
    file["customers"][0]["sites"] = 7.into();
    file.as_object_mut().unwrap().remove("causes");
    let unread = |place: &str| (place.to_owned(), "value.unreadable");
    assert_eq!(told(&file), [unread("causes"), unread("customers[0].sites")], "nobody who refers to them is blamed");
}

#[test]
fn half_a_file_is_told_by_its_line() {
    let faults = read("{\"format\":").unwrap_err();
    assert_eq!((faults[0].path.as_str(), faults[0].code), ("line 1 column 10", "file.no_json"));
    let doubled = serde_json::to_string(&sound()).unwrap().replacen("\"zone\"", "\"zone\":\"Asia/Tokyo\",\"zone\"", 1);
    let faults = read(&doubled).unwrap_err();
    assert!(faults[0].en.contains("zone is there twice"), "{faults:?}");
}

#[test]
fn a_file_with_an_unknown_field_is_not_read() {
    let text = serde_json::to_string(&sound()).unwrap();
    let wrong = text.replacen("\"name_ja\"", "\"nickname\":\"x\",\"name_ja\"", 1);
    let faults = read(&wrong).unwrap_err();
    assert_eq!((faults.len(), faults[0].code), (1, "field.unknown"));
    assert!(faults[0].en.contains("nickname"), "{}", faults[0].en);
}
