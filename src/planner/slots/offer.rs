//! The slots that can be promised, best first, and the few of them that are read out.

use super::fit::{Fit, days, fit};
use super::{Book, Offer, explain, grade};
use crate::domain::promise;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::problem::{Job, Scene};

/// A slot that has begun is offered while so much of it is left.
const LEFT_MIN: Seconds = Seconds::hours(1);
/// Slots that are read out: nobody keeps more in his head.
const TOLD_MAX: usize = 5;
/// Of one day, while others have some.
const OF_A_DAY: usize = 2;

/// Every slot of the book's days that can be kept, best first; of equals the earlier.
pub fn offers(job: &Job, book: &Book, scene: &Scene) -> Vec<Offer> {
    let mut found = Vec::new();
    for asked in days(book, scene) {
        for window in promise::slots(asked.day.date, scene.zone) {
            if open(window, scene.now)
                && let Some(fit) = fit(job, window, &asked, scene)
            {
                found.push(offer(job, window, &fit, scene));
            }
        }
    }
    found.sort_by_key(best_first);
    found
}

pub(super) fn open(window: Window, now: Timestamp) -> bool {
    window.to.since(now) >= LEFT_MIN
}

fn best_first(offer: &Offer) -> impl Ord + use<> {
    (std::cmp::Reverse(offer.grade), offer.window.from)
}

fn offer(job: &Job, window: Window, fit: &Fit, scene: &Scene) -> Offer {
    let (ja, en) = explain::reason(job, window, fit, scene.zone);
    let (say_ja, say_en) = explain::sentence(window, scene.zone);
    Offer {
        window,
        grade: grade::grade(job, window, fit, scene.now),
        technicians: fit.technicians,
        detour_s: fit.detour.max_zero().0,
        slack_s: fit.slack.0,
        ja,
        en,
        say_ja,
        say_en,
    }
}

/// The few to be read out of `offers`, which are best first: at most two of a day as long as other days have some.
pub fn spread(offers: &[Offer], scene: &Scene) -> Vec<Offer> {
    let mut chosen: Vec<usize> = Vec::new();
    let day = |index: usize| offers[index].window.from.day(scene.zone);
    for index in 0..offers.len() {
        let same = chosen.iter().filter(|other| day(**other) == day(index)).count();
        if chosen.len() < TOLD_MAX && same < OF_A_DAY {
            chosen.push(index);
        }
    }
    for index in 0..offers.len() {
        if chosen.len() < TOLD_MAX && !chosen.contains(&index) {
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|index| offers[index].clone()).collect()
}
