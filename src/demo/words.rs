//! The word lists of the demo: people, trades, phrases and the catalogue. All invented.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::company::{Cause, ClockTime, Language, MenuItem, Named, Product, Role, SkillLevel};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub skills: Vec<Named>,
    pub qualifications: Vec<Named>,
    pub parts: Vec<Named>,
    pub causes: Vec<Cause>,
    pub menu: Vec<MenuItem>,
    pub products: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub technicians: Vec<TechnicianWords>,
    pub staff: Vec<StaffWords>,
    pub surnames: Vec<Word>,
    pub given: Vec<Word>,
    pub stems: Vec<Word>,
    pub trades: Vec<Trade>,
    pub access_notes: Vec<String>,
    pub remedies: Vec<Remedy>,
    pub since: Vec<String>,
    pub effects: Effects,
    pub questions: Vec<String>,
    pub inquiries: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TechnicianWords {
    pub login: String,
    pub name: String,
    pub kana: String,
    pub territory: String,
    pub skills: Vec<SkillLevel>,
    pub qualifications: Vec<String>,
    pub lends_to: Vec<String>,
    pub from: ClockTime,
    pub to: ClockTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffWords {
    pub login: String,
    pub role: Role,
    pub name: String,
    pub language: Language,
    pub territory: Option<String>,
}

/// A piece of a name; `mail` where addresses are made of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub name: String,
    pub kana: String,
    #[serde(default)]
    pub mail: String,
}

/// A kind of customer: how its name is made and what stands in its sites.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trade {
    pub before: String,
    pub after: String,
    pub kana_before: String,
    pub kana_after: String,
    pub mail: String,
    pub sites: Vec<String>,
    pub products: Vec<String>,
    pub weight: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    pub cause: String,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effects {
    pub stopped: Vec<String>,
    pub partial: Vec<String>,
    pub inconvenient: Vec<String>,
}

pub fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../fixtures/demo/people.json")).expect("a test reads this file")
    });
    &WORDS
}

pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../fixtures/demo/catalogue.json")).expect("a test reads this file")
    });
    &CATALOGUE
}
