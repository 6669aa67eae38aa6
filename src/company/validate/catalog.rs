//! Territories, skills, qualifications, parts, causes, products.

use super::fault::Faults;
use super::known::Known;
use crate::company::{CompanyFile, Named, Product, Symptom, limits};

pub fn check(faults: &mut Faults, file: &CompanyFile, known: &Known) {
    territories(faults, file);
    named(faults, "skills", &file.skills);
    named(faults, "qualifications", &file.qualifications);
    named(faults, "parts", &file.parts);
    causes(faults, file);
    faults.count("products", file.products.len(), limits::PRODUCTS_MAX);
    faults.codes(file.products.iter().map(|p| p.code.as_str()), |i| format!("products[{i}].code"));
    for (index, product) in file.products.iter().enumerate() {
        check_product(faults, &format!("products[{index}]"), product, known);
    }
}

fn territories(faults: &mut Faults, file: &CompanyFile) {
    faults.count("territories", file.territories.len(), limits::TERRITORIES_MAX);
    faults.codes(file.territories.iter().map(|t| t.code.as_str()), |i| format!("territories[{i}].code"));
    for (index, territory) in file.territories.iter().enumerate() {
        let at = format!("territories[{index}]");
        faults.name(format!("{at}.name_ja"), &territory.name_ja);
        faults.name(format!("{at}.name_en"), &territory.name_en);
        faults.count(format!("{at}.boundary"), territory.boundary.len(), limits::BOUNDARY_POINTS_MAX);
        if matches!(territory.boundary.len(), 1 | 2) {
            let en = "A boundary needs three corners or none.";
            faults.add(format!("{at}.boundary"), "boundary.form", "境界は3点以上か、空にしてください。", en);
        }
    }
}

fn named(faults: &mut Faults, list: &str, entries: &[Named]) {
    faults.count(list, entries.len(), limits::CATALOGUE_MAX);
    faults.codes(entries.iter().map(|e| e.code.as_str()), |i| format!("{list}[{i}].code"));
    for (index, entry) in entries.iter().enumerate() {
        faults.name(format!("{list}[{index}].name_ja"), &entry.name_ja);
        faults.name(format!("{list}[{index}].name_en"), &entry.name_en);
    }
}

fn causes(faults: &mut Faults, file: &CompanyFile) {
    faults.count("causes", file.causes.len(), limits::CATALOGUE_MAX);
    faults.codes(file.causes.iter().map(|c| c.code.as_str()), |i| format!("causes[{i}].code"));
    for (index, cause) in file.causes.iter().enumerate() {
        faults.name(format!("causes[{index}].name_ja"), &cause.name_ja);
        faults.name(format!("causes[{index}].name_en"), &cause.name_en);
    }
}

fn check_product(faults: &mut Faults, at: &str, product: &Product, known: &Known) {
    faults.name(format!("{at}.name_ja"), &product.name_ja);
    faults.name(format!("{at}.name_en"), &product.name_en);
    faults.name(format!("{at}.maker"), &product.maker);
    faults.reference(format!("{at}.skill"), &product.skill, &known.skills);
    faults.count(format!("{at}.symptoms"), product.symptoms.len(), limits::SYMPTOMS_PER_PRODUCT_MAX);
    faults.codes(product.symptoms.iter().map(|s| s.code.as_str()), |i| format!("{at}.symptoms[{i}].code"));
    for (index, symptom) in product.symptoms.iter().enumerate() {
        let at = format!("{at}.symptoms[{index}]");
        faults.name(format!("{at}.name_ja"), &symptom.name_ja);
        faults.name(format!("{at}.name_en"), &symptom.name_en);
        faults.range(format!("{at}.service_minutes"), symptom.service_minutes, 1, limits::SERVICE_MINUTES_MAX);
        faults.range(format!("{at}.level_min"), u32::from(symptom.level_min), 1, 5);
        if let Some(code) = &symptom.qualification {
            faults.reference(format!("{at}.qualification"), code, &known.qualifications);
        }
        for (index, part) in symptom.parts.iter().enumerate() {
            faults.reference(format!("{at}.parts[{index}]"), part, &known.parts);
        }
        needed(faults, &format!("{at}.parts_needed"), symptom, known);
    }
}

fn needed(faults: &mut Faults, at: &str, symptom: &Symptom, known: &Known) {
    faults.codes(symptom.parts_needed.iter().map(|part| part.code.as_str()), |i| format!("{at}[{i}].code"));
    for (index, part) in symptom.parts_needed.iter().enumerate() {
        faults.reference(format!("{at}[{index}].code"), &part.code, &known.parts);
        faults.range(format!("{at}[{index}].quantity"), part.quantity, 1, limits::PART_QUANTITY_MAX);
    }
}
