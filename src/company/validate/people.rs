//! Technicians, absences, users.

use std::collections::BTreeSet;

use super::fault::Faults;
use super::known::Known;
use crate::company::{Absence, CompanyFile, Role, Technician, User, limits};

pub fn technicians(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    faults.count("technicians", file.technicians.len(), limits::TECHNICIANS_MAX);
    faults.codes(file.technicians.iter().map(|t| t.code.as_str()), |i| format!("technicians[{i}].code"));
    for (index, technician) in file.technicians.iter().enumerate() {
        let at = format!("technicians[{index}]");
        faults.name(format!("{at}.name"), &technician.name);
        faults.name(format!("{at}.kana"), &technician.kana);
        faults.phone(format!("{at}.phone"), &technician.phone);
        abilities(faults, &at, technician, known);
        roster(faults, &at, technician);
        stock_and_loans(faults, &at, technician, known);
    }
}

fn abilities(faults: &mut Faults, at: &str, technician: &Technician, known: &Known) {
    faults.codes(technician.skills.iter().map(|s| s.code.as_str()), |i| format!("{at}.skills[{i}].code"));
    for (index, skill) in technician.skills.iter().enumerate() {
        faults.reference(format!("{at}.skills[{index}].code"), &skill.code, &known.skills);
        faults.range(format!("{at}.skills[{index}].level"), u32::from(skill.level), 1, 5);
    }
    let held = &technician.qualifications;
    faults.codes(held.iter().map(|q| q.code.as_str()), |i| format!("{at}.qualifications[{i}].code"));
    for (index, qualification) in held.iter().enumerate() {
        let path = format!("{at}.qualifications[{index}].code");
        faults.reference(path, &qualification.code, &known.qualifications);
    }
}

fn roster(faults: &mut Faults, at: &str, technician: &Technician) {
    let mut weekdays = BTreeSet::new();
    for (index, shift) in technician.shifts.iter().enumerate() {
        faults.order(format!("{at}.shifts[{index}].to"), shift.from, shift.to, false);
        if !weekdays.insert(shift.weekday) {
            let path = format!("{at}.shifts[{index}].weekday");
            faults.add(path, "code.duplicate", "同じ曜日が2回あります。", "This weekday is there twice.");
        }
    }
    if let Some(rest) = technician.rest {
        faults.order(format!("{at}.break.to"), rest.from, rest.to, false);
        let span = u32::from(rest.to.minutes().saturating_sub(rest.from.minutes()));
        if rest.minutes == 0 || rest.minutes > span {
            let ja = "休憩が時間帯に収まりません。";
            faults.add(
                format!("{at}.break.minutes"),
                "break.too_long",
                ja,
                "The break does not fit between from and to.",
            );
        }
    }
    faults.range(format!("{at}.overtime_max_minutes"), technician.overtime_max_minutes, 0, 12 * 60);
}

fn stock_and_loans(faults: &mut Faults, at: &str, technician: &Technician, known: &Known) {
    faults.reference(format!("{at}.territory"), &technician.territory, &known.territory_codes);
    for (index, part) in technician.parts.iter().enumerate() {
        faults.reference(format!("{at}.parts[{index}].code"), &part.code, &known.parts);
    }
    for (index, territory) in technician.lends_to.iter().enumerate() {
        faults.reference(format!("{at}.lends_to[{index}]"), territory, &known.territory_codes);
    }
}

pub fn absences(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    faults.count("absences", file.absences.len(), limits::ABSENCES_MAX);
    for (index, Absence { technician, starts_on, ends_on, hours, reason }) in file.absences.iter().enumerate() {
        let at = format!("absences[{index}]");
        faults.reference(format!("{at}.technician"), technician, &known.technicians);
        faults.order(format!("{at}.ends_on"), *starts_on, *ends_on, true);
        if let Some(hours) = hours {
            faults.order(format!("{at}.hours.to"), hours.from, hours.to, false);
        }
        faults.text(format!("{at}.reason"), reason);
    }
}

pub fn users(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    faults.count("users", file.users.len(), limits::USERS_MAX);
    faults.codes(file.users.iter().map(|u| u.login.as_str()), |i| format!("users[{i}].login"));
    for (index, user) in file.users.iter().enumerate() {
        let at = format!("users[{index}]");
        faults.name(format!("{at}.name"), &user.name);
        if user.password.chars().count() < limits::PASSWORD_CHARS_MIN {
            let ja = format!("パスワードは{}文字以上にしてください。", limits::PASSWORD_CHARS_MIN);
            let en = format!("A password needs at least {} characters.", limits::PASSWORD_CHARS_MIN);
            faults.add(format!("{at}.password"), "password.short", ja, en);
        }
        if let Some(code) = &user.territory {
            faults.reference(format!("{at}.territory"), code, &known.territory_codes);
        }
        link(faults, &at, user, known);
    }
}

/// A technician's log-in names its technician, a customer's its customer, the others neither.
fn link(faults: &mut Faults, at: &str, user: &User, known: &Known) {
    let links = [
        ("technician", &user.technician, user.role == Role::Technician, &known.technicians),
        ("customer", &user.customer, user.role == Role::Customer, &known.customers),
    ];
    for (field, code, wanted, codes) in links {
        let path = format!("{at}.{field}");
        match code {
            Some(code) if wanted => faults.reference(path, code, codes),
            Some(_) => faults.add(path, "user.link", "この役割には指定できません。", "This role must not name one."),
            None if wanted => faults.add(path, "user.link", "この役割には必須です。", "This role needs one."),
            None => {}
        }
    }
}
