//! Skills, products and symptoms that say the same as the jobs of a day.
//!
//! A job may need several skills, a symptom asks for one: so each set of skills is a skill of its own, held by those
//! who hold all of the set, and a product. Its symptoms are the working times and parts that occur with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::company::{Cause, Named, PartCount, Product, Symptom, limits};
use crate::domain::time::Seconds;
use crate::replay::day::{Day, DayJob};

/// How a job is reported to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Code of the product.
    pub product: String,
    /// Symptom code of the product.
    pub symptom: String,
}

/// What the field calls the cause of an ordinary repair.
pub const CAUSE_WORN: &str = "worn";
/// A cause that makes the repair free.
pub const CAUSE_OUR_WORK: &str = "our-work";
/// Nothing was found.
pub const CAUSE_NONE: &str = "none";

const MAKER: &str = "Kaketsuke Works";
/// Level that a symptom asks for and that everybody holds: the scenario knows no levels.
pub const LEVEL: u8 = 3;

pub struct Catalogue {
    pub skills: Vec<Named>,
    pub products: Vec<Product>,
    pub parts: Vec<Named>,
    /// For each job.
    pub faults: Vec<Fault>,
    /// The sets of skills with their codes, in the order of `skills`.
    sets: Vec<(Vec<String>, String)>,
}

/// Working minutes and parts: jobs alike in both share a symptom.
type Work = (u32, Vec<u32>);

impl Catalogue {
    pub fn of(day: &Day) -> Self {
        let sets = skill_sets(day);
        let skills = sets.iter().map(|(skills, code)| named(code, &shown(skills))).collect();
        let codes: BTreeMap<&[String], &str> = sets.iter().map(|(set, code)| (set.as_slice(), code.as_str())).collect();
        let mut works: BTreeMap<&str, BTreeSet<Work>> = BTreeMap::new();
        for job in &day.jobs {
            works.entry(codes[job.skills.as_slice()]).or_default().insert(work(job));
        }
        let mut products = Vec::new();
        let mut places: BTreeMap<(&str, &Work), Fault> = BTreeMap::new();
        for (skill, works) in &works {
            let works: Vec<&Work> = works.iter().collect();
            for (index, chunk) in works.chunks(limits::SYMPTOMS_PER_PRODUCT_MAX).enumerate() {
                let product = product(skill, products.len(), index, chunk);
                let fault = |symptom: &Symptom| Fault { product: product.code.clone(), symptom: symptom.code.clone() };
                places.extend(chunk.iter().zip(&product.symptoms).map(|(work, s)| ((*skill, *work), fault(s))));
                products.push(product);
            }
        }
        let faults = day.jobs.iter().map(|job| places[&(codes[job.skills.as_slice()], &work(job))].clone()).collect();
        Self { skills, products, parts: parts(day), faults, sets }
    }

    /// Codes of the sets that somebody with these skills covers.
    pub fn held(&self, skills: &BTreeSet<String>) -> Vec<String> {
        let covered = self.sets.iter().filter(|(set, _)| set.iter().all(|skill| skills.contains(skill)));
        covered.map(|(_, code)| code.clone()).collect()
    }
}

/// Every set of skills that a job needs, with a code: the skills themselves where that makes one.
fn skill_sets(day: &Day) -> Vec<(Vec<String>, String)> {
    let sets: BTreeSet<&Vec<String>> = day.jobs.iter().map(|job| &job.skills).collect();
    let mut codes = BTreeSet::new();
    let mut coded = |(index, set): (usize, &Vec<String>)| {
        let plain = if set.is_empty() { "any".to_owned() } else { set.join(".") };
        let fits = !plain.is_empty()
            && plain.len() <= limits::CODE_CHARS_MAX
            && plain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        let code = if fits && !codes.contains(&plain) { plain } else { format!("set-{index}") };
        codes.insert(code.clone());
        (set.clone(), code)
    };
    sets.into_iter().enumerate().map(&mut coded).collect()
}

fn shown(skills: &[String]) -> String {
    if skills.is_empty() { "-".to_owned() } else { skills.join(" + ") }
}

fn named(code: &str, what: &str) -> Named {
    Named { code: code.to_owned(), name_ja: short(&format!("技能 {what}")), name_en: short(&format!("Skill {what}")) }
}

/// At most as long as a name may be.
pub fn short(name: &str) -> String {
    name.chars().take(limits::NAME_CHARS_MAX).collect()
}

fn work(job: &DayJob) -> Work {
    let minutes = u32::try_from(Seconds(job.service_s).minutes_up()).unwrap_or(u32::MAX);
    (minutes.clamp(1, limits::SERVICE_MINUTES_MAX), job.demand.clone())
}

fn product(skill: &str, number: usize, page: usize, works: &[&Work]) -> Product {
    let tail = if page == 0 { String::new() } else { format!(" ({})", page + 1) };
    Product {
        code: format!("model-{}", number + 1),
        name_ja: short(&format!("設備 {skill}{tail}")),
        name_en: short(&format!("Equipment {skill}{tail}")),
        maker: MAKER.to_owned(),
        skill: skill.to_owned(),
        symptoms: works.iter().enumerate().map(|(index, work)| symptom(index, work)).collect(),
    }
}

fn symptom(index: usize, (minutes, demand): &Work) -> Symptom {
    Symptom {
        code: format!("work-{}", index + 1),
        name_ja: format!("故障（作業{minutes}分）"),
        name_en: format!("Fault ({minutes} min of work)"),
        service_minutes: *minutes,
        needs_visit: true,
        level_min: LEVEL,
        qualification: None,
        parts: Vec::new(),
        parts_needed: demanded(demand),
    }
}

/// What a job takes of each kind, as the company counts parts.
pub fn demanded(demand: &[u32]) -> Vec<PartCount> {
    let count = |(part, quantity): (usize, &u32)| PartCount { code: part_code(part), quantity: *quantity };
    demand.iter().enumerate().map(count).filter(|part| part.quantity > 0).collect()
}

pub fn part_code(index: usize) -> String {
    format!("part-{}", index + 1)
}

fn parts(day: &Day) -> Vec<Named> {
    let kinds = day.jobs.iter().map(|job| job.demand.len());
    let carried = day.technicians.iter().filter_map(|technician| technician.capacity.as_ref().map(Vec::len));
    let count = kinds.chain(carried).max().unwrap_or(0);
    let part = |index: usize| Named {
        code: part_code(index),
        name_ja: format!("部品{}", index + 1),
        name_en: format!("Part {}", index + 1),
    };
    (0..count).map(part).collect()
}

pub fn causes() -> Vec<Cause> {
    let cause = |code: &str, name_ja: &str, name_en: &str, own_defect| Cause {
        code: code.to_owned(),
        name_ja: name_ja.to_owned(),
        name_en: name_en.to_owned(),
        own_defect,
    };
    vec![
        cause(CAUSE_WORN, "摩耗・経年", "Wear", false),
        cause(CAUSE_OUR_WORK, "当社作業に起因", "Our own work", true),
        cause(CAUSE_NONE, "異常なし", "Nothing found", false),
    ]
}
