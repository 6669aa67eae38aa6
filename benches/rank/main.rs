//! How long one question to a live board takes, on one core.
//!
//! `cargo bench --bench rank` makes companies of 100, 1,000 and 10,000 technicians, each with six to ten live stops, in one
//! territory and in ten, and asks of each many different jobs at different moments of a morning. Four things are
//! timed, each from the question on: the ranking as figures (every rule's verdict, grades, weights, intervals, places, moved
//! visits, in order), the same with every sentence and name made, the same as the JSON that leaves the server, and for
//! comparison the plain ranking that keeps nothing. It prints p50 and p99 in milliseconds. A number after `--` is the
//! share of questions to ask, in percent.

mod company;

use std::collections::BTreeMap;
use std::time::Instant;

use kaketsuke::planner::board::{LiveBoard, Question};
use kaketsuke::planner::problem::{Job, Scene, TechnicianState};
use kaketsuke::planner::{Names, Weights, rank};
use kaketsuke::roads::GreatCircle;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let share = std::env::args().skip(1).find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(100);
    println!("{:>12} {:>11} {:>22} {:>9} {:>9}", "technicians", "territories", "", "p50 ms", "p99 ms");
    for (technicians, questions) in [(100, 2_000), (1_000, 1_000), (10_000, 400)] {
        for territories in [1, 10] {
            measure(technicians, territories, (questions * share / 100).max(10));
        }
    }
}

/// Milliseconds of each question, in the order asked.
fn timed(questions: &[(Job, Scene<'_>)], mut ask: impl FnMut(&Job, &Scene<'_>) -> usize) -> Vec<f64> {
    let mut took = Vec::with_capacity(questions.len());
    for (job, scene) in questions {
        let asked = Instant::now();
        let answered = std::hint::black_box(ask(job, scene));
        took.push(asked.elapsed().as_secs_f64() * 1_000.0);
        assert!(answered > 0, "everybody is in the answer");
    }
    took
}

fn report(technicians: usize, territories: u128, what: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!("{technicians:>12} {territories:>11} {what:>22} {:>9.3} {:>9.3}", at(50), at(99));
}

fn measure(technicians: usize, territories: u128, count: usize) {
    let mut chance = company::chance(technicians as u64);
    let days = company::days(&mut chance, technicians, territories);
    let travel = GreatCircle::CITY;
    let mut board = LiveBoard::new(days.clone(), &travel);
    let names = Names::none();
    let questions: Vec<(Job, Scene<'_>)> = (0..count)
        .map(|_| {
            let now = company::morning(&mut chance);
            let job = company::job(&mut chance, technicians, territories, now);
            (job, Scene { now, zone: company::ZONE, travel: &travel, names: &names })
        })
        .collect();
    let knows = BTreeMap::new();
    let of = |job: &Job| Weights::of(job.priority);
    let fit: usize = questions
        .iter()
        .map(|(job, scene)| {
            let question = Question { job, scene, weights: of(job), knows: &knows, without: &[] };
            board.rank(&question).told().candidates.iter().filter(|candidate| candidate.fit).count()
        })
        .sum();
    let figures = timed(&questions, |job, scene| {
        board.rank(&Question { job, scene, weights: of(job), knows: &knows, without: &[] }).len()
    });
    report(technicians, territories, "figures", figures);
    let sentences = timed(&questions, |job, scene| {
        let question = Question { job, scene, weights: of(job), knows: &knows, without: &[] };
        board.rank(&question).told().candidates.len()
    });
    report(technicians, territories, "with sentences", sentences);
    let mut bytes = 0;
    let json = timed(&questions, |job, scene| {
        let question = Question { job, scene, weights: of(job), knows: &knows, without: &[] };
        bytes = board.rank(&question).json(usize::MAX, &[]).len();
        bytes
    });
    report(technicians, territories, "as JSON", json);
    let few = &questions[..(count / 10).max(10).min(count)];
    let states: Vec<TechnicianState> = board.states(few[0].1.now).collect();
    let plain = timed(few, |job, scene| rank(job, &states, scene).candidates.len());
    report(technicians, territories, "plain, all cores", plain);
    let changes = timed(&questions, |_, scene| {
        let one = company::pick(&mut chance, technicians);
        let moved = company::again(&mut chance, &days[one]);
        usize::from(board.replace(moved, scene.travel))
    });
    report(technicians, territories, "one changed", changes);
    println!("{:>47} {} fit of {technicians}, {} kB", "on average", fit / count, bytes / 1_000);
}
