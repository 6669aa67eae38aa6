//! Why no slot can be offered, and the first single change that would open one. Changes are tried from the one that
//! asks least of people; each is made to everybody, and the technician who would then come is named.

use super::fit::{Fit, days, fit};
use super::offer::open;
use super::{Book, NoSlot, Offer, SlotChange, explain};
use crate::domain::promise;
use crate::domain::time::{Seconds, Window};
use crate::planner::names::called;
use crate::planner::problem::{Job, Scene, TechnicianState};
use crate::planner::propose::in_the_way;

/// Overtime that may be asked of somebody on one day.
const HOUR_MORE: Seconds = Seconds::hours(1);

/// What lies outside the book and could help.
pub struct Beyond<'a> {
    /// The best slot of the days behind the book's.
    pub later: Option<&'a Offer>,
    /// Technicians of other territories, for each day of the book.
    pub others: &'a [Vec<TechnicianState>],
}

/// Whose sentence needs the name of the technician, in Japanese and English.
type Says = fn(&str, (String, String)) -> (String, String);
type Changed = fn(&mut Job, &mut TechnicianState);

/// Asked when [`super::offers`] found nothing.
pub fn why(job: &Job, book: &Book, beyond: &Beyond<'_>, scene: &Scene) -> NoSlot {
    let on_shift = |day: &&super::Day| day.technicians.iter().any(|technician| technician.shift.is_some());
    let day = book.days.iter().find(on_shift).or(book.days.first());
    let (code, ja, en) = match day {
        Some(day) => in_the_way(job, &day.technicians, day.date),
        None => in_the_way(job, &[], scene.now.day(scene.zone)),
    };
    let change = later(beyond, scene).or_else(|| by_change(job, book, beyond, scene));
    NoSlot { reason_code: code.to_owned(), ja: ja.to_owned(), en: en.to_owned(), change }
}

fn later(beyond: &Beyond<'_>, scene: &Scene) -> Option<SlotChange> {
    let window = beyond.later?.window;
    let (ja, en) = explain::named(window, scene.zone);
    let (ja, en) = (format!("{ja}まで待てば伺えます"), format!("Possible from {en}"));
    Some(SlotChange { code: "later".to_owned(), window, ja, en })
}

fn by_change(job: &Job, book: &Book, beyond: &Beyond<'_>, scene: &Scene) -> Option<SlotChange> {
    let parts: Changed = |job, _| job.demand.clear();
    let overtime: Changed = |_, technician| {
        technician.shift = technician.shift.map(|shift| Window { to: shift.to + HOUR_MORE, ..shift });
    };
    let jobs: Changed = |_, technician| technician.max_jobs = None;
    let absence: Changed = |_, technician| technician.absences.clear();
    let skill: Changed = |job, _| {
        job.skills.clear();
        job.qualification = None;
    };
    let own = |changed: Changed, code: &str, says: Says| attempt(job, book, scene, changed, code, says);
    own(parts, "parts", |name, (ja, en)| {
        (format!("{name}の車に部品を積めば、{ja}に伺えます"), format!("With the parts on {name}'s van: {en}"))
    })
    .or_else(|| {
        own(overtime, "overtime", |name, (ja, en)| {
            (format!("{name}の残業を1時間認めれば、{ja}に伺えます"), format!("With an hour's overtime of {name}: {en}"))
        })
    })
    .or_else(|| {
        own(jobs, "max_jobs", |name, (ja, en)| {
            (format!("{name}の件数の上限を外せば、{ja}に伺えます"), format!("With one job more for {name}: {en}"))
        })
    })
    .or_else(|| borrow(job, book, beyond, scene))
    .or_else(|| {
        own(absence, "absence", |name, (ja, en)| {
            (format!("{name}の不在がなくなれば、{ja}に伺えます"), format!("If {name} were not away: {en}"))
        })
    })
    .or_else(|| by_skill(job, book, scene, skill))
}

/// The skill is named, not only the man: training or a certificate is what it takes.
fn by_skill(job: &Job, book: &Book, scene: &Scene, changed: Changed) -> Option<SlotChange> {
    let made = attempt(job, book, scene, changed, "skill", |name, (ja, en)| {
        (format!("{name}に必要なスキルがあれば、{ja}に伺えます"), format!("If {name} had what it takes: {en}"))
    })?;
    let needed: Vec<(&str, &str)> = job.skills.iter().map(|need| called(&scene.names.skills, &need.code)).collect();
    let held = job.qualification.as_deref().map(|code| called(&scene.names.qualifications, code));
    let (ja, en): (Vec<&str>, Vec<&str>) = needed.into_iter().chain(held).unzip();
    let ja = format!("{}（{}）", made.ja, ja.join("・"));
    let en = format!("{} ({})", made.en, en.join(", "));
    Some(SlotChange { ja, en, ..made })
}

fn borrow(job: &Job, book: &Book, beyond: &Beyond<'_>, scene: &Scene) -> Option<SlotChange> {
    let mut wider = book.clone();
    for (day, others) in wider.days.iter_mut().zip(beyond.others) {
        let lent = others.iter().map(|one| TechnicianState { territory: job.territory, ..one.clone() });
        day.technicians.extend(lent);
    }
    attempt(
        job,
        &wider,
        scene,
        |_, _| (),
        "borrow",
        |name, (ja, en)| {
            (format!("{name}を他エリアから借りれば、{ja}に伺えます"), format!("With {name} lent from elsewhere: {en}"))
        },
    )
}

/// The first slot with a change made to the job and to everybody.
fn attempt(job: &Job, book: &Book, scene: &Scene, changed: Changed, code: &str, says: Says) -> Option<SlotChange> {
    let (mut job, mut book) = (job.clone(), book.clone());
    for technician in book.days.iter_mut().flat_map(|day| &mut day.technicians) {
        changed(&mut job, technician);
    }
    let (window, name) = first(&job, &book, scene)?;
    let (ja, en) = says(&name, explain::named(window, scene.zone));
    Some(SlotChange { code: code.to_owned(), window, ja, en })
}

fn first(job: &Job, book: &Book, scene: &Scene) -> Option<(Window, String)> {
    for asked in days(book, scene) {
        for window in promise::slots(asked.day.date, scene.zone) {
            let found: Option<Fit> = open(window, scene.now).then(|| fit(job, window, &asked, scene)).flatten();
            if let Some(fit) = found {
                return Some((window, asked.day.technicians[fit.best].name.clone()));
            }
        }
    }
    None
}
