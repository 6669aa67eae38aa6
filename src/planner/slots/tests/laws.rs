//! Whatever callers are offered, hold, let go and buy: all that was promised can be served together.

use proptest::prelude::*;

use super::*;
use crate::planner::invariants::keeps_time;
use crate::planner::problem::{BreakPlan, Skill, SkillNeed};
use crate::planner::schedule;
use crate::planner::slots::{Laid, hold, lay, offers, with_window};

/// What happens at the desks.
#[derive(Debug, Clone)]
enum Step {
    /// A caller chooses the nth of the slots that he is offered.
    Hold { job: Job, nth: usize },
    /// One asks for a slot that he was offered a while ago: it may be gone.
    Insist { job: Job, day: i64, hour: i64 },
    /// The nth hold runs out or is let go.
    Lapse(usize),
    /// The nth hold is sold: it gets the number of a work order.
    Sell(usize),
}

fn any_job() -> impl Strategy<Value = Job> {
    (0i64..50, 20i64..150, 1u8..4, proptest::option::of((0i64..2, 0i64..4))).prop_map(
        |(place, minutes, level, wish)| Job {
            service: Seconds::minutes(minutes),
            skills: vec![SkillNeed { code: "ac".into(), level_min: level }],
            wish: wish.map(|(day, nth)| slot(day, 9 + 2 * nth)),
            ..job(place)
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_job(), 0usize..6).prop_map(|(job, nth)| Step::Hold { job, nth }),
        4 => (any_job(), 0i64..2, 0i64..4).prop_map(|(job, day, nth)| Step::Insist { job, day, hour: 9 + 2 * nth }),
        2 => (0usize..8).prop_map(Step::Lapse),
        2 => (0usize..8).prop_map(Step::Sell),
    ]
}

prop_compose! {
    fn any_team()(
        levels in proptest::collection::vec(1u8..4, 1..4), stops in proptest::collection::vec(stop_of_today(), 0..3),
        rests in any::<bool>(),
    ) -> Vec<TechnicianState> {
        let team = levels.iter().zip(1..).map(|(level, number)| TechnicianState {
            skills: vec![Skill { code: "ac".into(), level: *level }],
            break_plan: rests.then(|| BreakPlan { window: window((11, 30), (13, 0)), ..lunch().unwrap() }),
            ..technician(number)
        });
        let mut team: Vec<TechnicianState> = team.collect();
        for (index, stop) in stops.into_iter().enumerate() {
            let number = id(100 + index as u128);
            let stop = crate::planner::problem::Stop { visit: number, work_order: id(100 + index as u128), ..stop };
            let of = index % team.len();
            team[of].stops.push(stop);
        }
        team
    }
}

prop_compose! {
    fn stop_of_today()(place in 0i64..40, minutes in 20i64..90, from in 10i64..15) -> crate::planner::problem::Stop {
        promised(stop(0, place, minutes), (from, 0), (from + 3, 0))
    }
}

struct World {
    book: Book,
    next: u128,
    sold: Vec<bool>,
}

impl World {
    fn take(&mut self, job: &Job, window: Window) -> bool {
        let job = Job { work_order: id(self.next), ..job.clone() };
        self.next += 1;
        let Some(hints) = hold(&job, window, &self.book, &scene()) else { return false };
        self.book.commitments.push(Commitment { job: with_window(&job, window), hint: None });
        self.sold.push(false);
        for one in &mut self.book.commitments {
            one.hint = hints.get(&one.job.work_order).copied().or(one.hint);
        }
        true
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Hold { job, nth } => {
                let offered = offers(job, &self.book, &scene());
                if let Some(offer) = offered.get(*nth) {
                    prop_assert!(self.take(job, offer.window), "offered, and not to be had: {offer:?}");
                }
            }
            Step::Insist { job, day, hour } => drop(self.take(job, slot(*day, *hour))),
            Step::Lapse(nth) if self.sold.get(*nth) == Some(&false) => {
                self.book.commitments.remove(*nth);
                self.sold.remove(*nth);
            }
            Step::Sell(nth) if *nth < self.sold.len() => {
                self.book.commitments[*nth].job.work_order = id(10_000 + self.next);
                self.next += 1;
                self.sold[*nth] = true;
            }
            Step::Lapse(_) | Step::Sell(_) => {}
        }
        Ok(())
    }

    fn all_can_be_served(&self) -> Result<(), TestCaseError> {
        for day in &self.book.days {
            let falls = |one: &&Commitment| one.job.promised.is_some_and(|slot| slot.from.day(TOKYO) == day.date);
            let commitments: Vec<&Commitment> = self.book.commitments.iter().filter(falls).collect();
            let laid = lay(day, &commitments, &[], &scene());
            prop_assert!(laid.left.is_empty(), "{:?} of {} cannot be kept", laid.left, commitments.len());
            served(day, &commitments, &laid)?;
        }
        Ok(())
    }
}

/// The timetables themselves say that each promise is kept, by somebody who may do it.
fn served(day: &Day, commitments: &[&Commitment], laid: &Laid) -> Result<(), TestCaseError> {
    let bare = lay(day, &[], &[], &scene()).routes;
    for (before, route) in bare.iter().zip(&laid.routes) {
        let plan = schedule(route, scene().travel, day.now);
        prop_assert_eq!(keeps_time(route, &plan, day.now), Ok(()));
        let was = schedule(before, scene().travel, day.now);
        for (stop, times) in route.stops.iter().zip(&plan.stops) {
            let late_before = was.stops.iter().find(|old| old.visit == stop.visit).map(|old| old.late_against_promise);
            prop_assert!(times.late_against_promise <= late_before.unwrap_or_default(), "{stop:?} is late");
        }
    }
    for one in commitments {
        let by =
            laid.routes.iter().filter(|route| route.stops.iter().any(|stop| stop.work_order == one.job.work_order));
        let level = one.job.skills[0].level_min;
        let levels: Vec<bool> = by.map(|route| route.skills[0].level >= level).collect();
        prop_assert_eq!(levels, vec![true], "served once, by somebody who may");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn all_that_is_held_or_sold_can_be_served_together(
        team in any_team(), steps in proptest::collection::vec(any_step(), 1..14),
    ) {
        let mut world = World { book: book(2, &team), next: 1_000, sold: Vec::new() };
        for step in &steps {
            world.step(step)?;
            world.all_can_be_served()?;
        }
    }

    #[test]
    fn the_order_of_technicians_and_commitments_changes_no_offer(
        team in any_team(), steps in proptest::collection::vec(any_step(), 1..8), asked in any_job(),
    ) {
        let mut world = World { book: book(2, &team), next: 1_000, sold: Vec::new() };
        for step in &steps {
            world.step(step)?;
        }
        let offered = offers(&asked, &world.book, &scene());
        let mut turned = world.book.clone();
        turned.commitments.reverse();
        for day in &mut turned.days {
            day.technicians.reverse();
        }
        prop_assert_eq!(offers(&asked, &turned, &scene()), offered);
    }
}
