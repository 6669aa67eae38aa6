//! Says all that is wrong with a file that cannot be read as it stands. Each value that cannot be read is a fault of its
//! own and is replaced by one that can, so that whatever stands behind it is read and judged as well.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use super::fault::{Fault, Faults};
use crate::company::{
    Absence, Cause, CompanyFile, Customer, Holiday, Named, PastRepair, Product, Technician, Territory, User, limits,
};
use crate::domain::complaint::{Complaint, Form, Wanted};

/// Reads one entry of a section, and replaces in it what cannot be read.
type Mend = fn(&mut Unread, &str, &mut Value) -> bool;

/// The lists of a file and what stands in each, in the order of the file.
const SECTIONS: [(&str, Mend); 12] = [
    ("territories", Unread::mend::<Territory>),
    ("skills", Unread::mend::<Named>),
    ("qualifications", Unread::mend::<Named>),
    ("products", Unread::mend::<Product>),
    ("parts", Unread::mend::<Named>),
    ("causes", Unread::mend::<Cause>),
    ("technicians", Unread::mend::<Technician>),
    ("absences", Unread::mend::<Absence>),
    ("customers", Unread::mend::<Customer>),
    ("holidays", Unread::mend::<Holiday>),
    ("users", Unread::mend::<User>),
    ("history", Unread::mend::<PastRepair>),
];

/// The faults of a text that is no company file. `error` is what was said of it as a whole.
pub fn faults(text: &str, error: &serde_json::Error) -> Vec<Fault> {
    let Ok(mut file) = serde_json::from_str::<Value>(text) else { return vec![no_json(error)] };
    let mut unread = Unread::default();
    let whole = unread.mend_file(&mut file);
    if unread.places.is_empty() {
        return vec![of_the_whole(error)];
    }
    if whole && let Ok(company) = CompanyFile::deserialize(&file) {
        unread.judge_the_rest(company);
    }
    unread.faults.into_list()
}

fn no_json(error: &serde_json::Error) -> Fault {
    Fault {
        path: format!("line {} column {}", error.line(), error.column()),
        code: "file.no_json",
        ja: "ここから先はJSONとして読めません。引用符・かっこ・コンマを確かめてください。".to_owned(),
        en: "It is no JSON from here on. Check the quotes, brackets and commas.".to_owned(),
    }
}

/// A fault that goes away when the file is taken apart, such as a name that stands twice.
fn of_the_whole(error: &serde_json::Error) -> Fault {
    let complaint = Complaint::of(&error.to_string());
    told(format!("line {} column {}", error.line(), error.column()), complaint.name().unwrap_or_default(), &complaint)
}

fn told(path: String, place: &str, complaint: &Complaint) -> Fault {
    let code = if matches!(complaint, Complaint::Unknown { .. }) { "field.unknown" } else { "value.unreadable" };
    Fault {
        path,
        code,
        ja: format!("{}。直してから読み込み直してください。", complaint.ja(place)),
        en: format!("It cannot be read: {}. Correct it and import again.", complaint.en(place)),
    }
}

#[derive(Default)]
struct Unread {
    faults: Faults,
    /// Where values were replaced.
    places: BTreeSet<String>,
    /// A code or an entry may be among what was replaced, so that what refers to it would be blamed.
    hides: bool,
}

impl Unread {
    /// Reads the file section by section. `false` when something in it could not be replaced.
    fn mend_file(&mut self, file: &mut Value) -> bool {
        let mut taken = Vec::new();
        for (name, mend) in SECTIONS {
            if let Some(entries @ Value::Array(_)) = file.get_mut(name) {
                taken.push((name, mend, std::mem::replace(entries, json!([]))));
            }
        }
        let mut whole = self.mend::<CompanyFile>("", file);
        for (name, mend, mut entries) in taken {
            for (index, entry) in entries.as_array_mut().into_iter().flatten().enumerate() {
                whole &= mend(self, &format!("{name}[{index}]"), entry);
            }
            file[name] = entries;
        }
        whole
    }

    /// Reads a value as often as something new is found in it, each time replacing what was found.
    fn mend<T: DeserializeOwned>(&mut self, at: &str, value: &mut Value) -> bool {
        for _ in 0..limits::FAULTS_MAX {
            let Err(error) = serde_path_to_error::deserialize::<_, T>(&*value) else { return true };
            let complaint = Complaint::of(&error.inner().to_string());
            let steps = steps(error.path(), &complaint);
            self.note(place(at, &steps), &complaint);
            if !replace(value, &steps, &complaint) {
                return false;
            }
        }
        false
    }

    /// Nothing is said of what stands in a place that was replaced.
    fn note(&mut self, place: String, complaint: &Complaint) {
        if self.places.iter().any(|replaced| within(&place, replaced)) {
            return;
        }
        let lost = matches!(complaint, Complaint::Wanted(Wanted::Text | Wanted::List | Wanted::Object));
        self.hides |= lost || matches!(complaint, Complaint::Missing { .. });
        let name = complaint.name().unwrap_or_default();
        self.faults.push(told(place.clone(), name, complaint));
        self.places.insert(place);
    }

    /// The rules, for every entry in which nothing was replaced and that refers to none.
    fn judge_the_rest(&mut self, mut company: CompanyFile) {
        let entries: BTreeSet<String> = self.places.iter().map(|place| entry(place).to_owned()).collect();
        for (index, territory) in company.territories.iter_mut().enumerate() {
            if entries.contains(&format!("territories[{index}]")) {
                territory.boundary.clear();
            }
        }
        for fault in super::check(&company) {
            let blamed = self.hides && fault.code == "reference.unknown";
            if !blamed && !entries.contains(entry(&fault.path)) {
                self.faults.push(fault);
            }
        }
    }
}

/// `customers[3]` of `customers[3].sites[0].position`.
fn entry(place: &str) -> &str {
    place.split('.').next().unwrap_or(place)
}

/// Whether a place is another or lies in it.
fn within(place: &str, other: &str) -> bool {
    place.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

enum Step {
    Field(String),
    Index(usize),
}

/// The way to what the complaint is about.
fn steps(path: &Path, complaint: &Complaint) -> Vec<Step> {
    let mut steps: Vec<Step> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Field(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    if let Some(name) = complaint.name() {
        let told = matches!(complaint, Complaint::Unknown { .. } | Complaint::Twice { .. })
            && matches!(steps.last(), Some(Step::Field(last)) if last == name);
        if !told {
            steps.push(Step::Field(name.to_owned()));
        }
    }
    steps
}

fn place(at: &str, steps: &[Step]) -> String {
    steps.iter().fold(at.to_owned(), |mut place, step| {
        // Writing into a string cannot fail.
        let _ = match step {
            Step::Index(index) => write!(place, "[{index}]"),
            Step::Field(name) if place.is_empty() => write!(place, "{name}"),
            Step::Field(name) => write!(place, ".{name}"),
        };
        place
    })
}

/// Puts something readable where the steps lead. `false` when nothing is known that could be read there.
fn replace(value: &mut Value, steps: &[Step], complaint: &Complaint) -> bool {
    let Some((last, way)) = steps.split_last() else { return put(value, complaint) };
    let holder = way.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    });
    let Some(holder) = holder else { return false };
    match (last, holder, complaint) {
        (Step::Field(name), Value::Object(fields), Complaint::Unknown { .. }) => fields.remove(name).is_some(),
        // What is wanted there is told by the next reading.
        (Step::Field(name), Value::Object(fields), Complaint::Missing { .. }) => {
            fields.insert(name.clone(), Value::Null).is_none()
        }
        (Step::Field(name), holder, _) => holder.get_mut(name).is_some_and(|value| put(value, complaint)),
        (Step::Index(index), holder, _) => holder.get_mut(index).is_some_and(|value| put(value, complaint)),
    }
}

fn put(value: &mut Value, complaint: &Complaint) -> bool {
    let Complaint::Wanted(wanted) = complaint else { return false };
    let readable = match wanted {
        Wanted::Form(Form::Day) => json!("2026-11-24"),
        Wanted::Form(Form::ClockTime) => json!("08:30"),
        Wanted::Form(Form::Position) => json!({ "lat": 0, "lon": 0 }),
        Wanted::Form(_) | Wanted::Id(_) => return false,
        Wanted::Whole(_) | Wanted::Number => json!(1),
        Wanted::Text => json!(""),
        Wanted::YesNo => json!(false),
        Wanted::List => json!([]),
        Wanted::Object => json!({}),
        Wanted::Choice(codes) => json!(codes.first().map_or("", String::as_str)),
    };
    let is_new = *value != readable;
    *value = readable;
    is_new
}
