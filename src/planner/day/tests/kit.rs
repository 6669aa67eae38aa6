//! Small days to test with.

use serde_json::{Value, json};

use crate::planner::day::chance::Chance;
use crate::planner::day::wire::{After, Problem, Qualification, Solution, Told};
use crate::planner::day::{Day, Steps, Tuning, build, plan, solution};

/// A problem from its JSON.
pub fn problem(value: Value) -> Problem {
    serde_json::from_value(value).expect("a problem")
}

/// A random day of up to `jobs_max` jobs: several windows, skills, breaks, overtime, parts, roads that are no metric.
pub fn random(seed: u64, jobs_max: usize) -> Problem {
    let mut chance = Chance::new(seed);
    let jobs = 1 + chance.below(jobs_max);
    let techs = 1 + chance.below(3);
    let places = jobs + techs;
    let planar = chance.hit(0.5);
    let mut draw = |n: usize| chance.below(n.max(1)) as i64;
    let travel = if planar {
        let coords: Vec<_> = (0..places).map(|_| [draw(2000), draw(2000)]).collect();
        let access: Vec<_> = (0..places).map(|_| draw(60)).collect();
        json!({"kind": "planar", "coords": coords, "num": 1, "den": 1, "access": access, "climb": access})
    } else {
        let rows: Vec<Vec<i64>> = (0..places).map(|_| (0..places).map(|_| draw(2500)).collect()).collect();
        json!({"kind": "explicit", "durations": rows})
    };
    let skills = |bits: i64| (0..2).filter(|b| bits >> b & 1 == 1).map(|b| format!("s{b}")).collect::<Vec<_>>();
    let job_list: Vec<Value> = (0..jobs).map(|k| {
        let open = draw(15_000);
        let mut windows = vec![[open, open + draw(6_000)]];
        if draw(3) == 0 {
            let again = windows[0][1] + 1 + draw(4_000);
            windows.push([again, again + draw(4_000)]);
        }
        json!({"id": format!("J{k}"), "loc": k, "service": draw(2_400), "windows": windows, "skills": skills(draw(4) & draw(4)),
            "penalty": 1_000 + draw(30_000), "demand": [draw(2), draw(2)], "release": draw(9_000)})
    }).collect();
    let tech_list: Vec<Value> = (0..techs).map(|k| {
        let start = draw(4_000);
        let open = start + draw(8_000);
        let pause = if draw(3) > 0 { json!({"duration": draw(1_800), "window": [open, open + draw(4_000)]}) } else { json!(null) };
        json!({"id": format!("T{k}"), "start": jobs + k, "end": jobs + draw(techs) as usize, "shift": [start, start + 6_000 + draw(14_000)],
            "overtime_max": draw(2) * draw(5_000), "skills": skills(draw(4) | draw(4)),
            "capacity": if draw(2) == 0 { json!(null) } else { json!([draw(4), 2]) },
            "max_jobs": if draw(3) == 0 { json!(draw(5)) } else { json!(null) }, "break": pause})
    }).collect();
    problem(json!({"format": "fsd-problem/1", "objective": {"overtime_weight": draw(4)}, "travel": travel,
        "jobs": job_list, "technicians": tech_list}))
}

/// A random day whose jobs and technicians have levels, qualifications, territories, wishes, due times, pins.
pub fn rich(seed: u64, jobs_max: usize) -> Problem {
    let mut file = random(seed, jobs_max);
    let mut chance = Chance::new(seed ^ 77);
    let mut draw = |n: usize| chance.below(n) as i64;
    let date = |day: i64| chrono::NaiveDate::from_ymd_opt(2026, 11, 20 + day as u32);
    file.date = date(3);
    file.objective.usual_cost = Some(draw(3) * 500);
    file.objective.borrow_cost = Some(draw(3) * 700);
    file.objective.fairness_weight = Some(draw(3) / 2 * draw(6));
    let techs: Vec<String> = file.technicians.iter().flat_map(|t| &t.0).map(|t| t.id.clone()).collect();
    for tech in file.technicians.iter_mut().flat_map(|t| &mut t.0) {
        tech.levels.insert("s1".to_owned(), draw(4));
        tech.qualifications =
            (0..draw(3)).map(|k| Qualification { name: format!("q{k}"), until: date(draw(6)) }).collect();
        tech.territory = (draw(2) == 0).then(|| format!("t{}", draw(2)));
        tech.lent = (draw(3) == 0).then_some(false);
    }
    for job in file.jobs.iter_mut().flat_map(|j| &mut j.0) {
        let mut who = |rare: usize| (draw(rare) == 0).then(|| techs[draw(techs.len()) as usize].clone());
        (job.pinned, job.usual, job.excluded) = (who(9), who(3).into_iter().collect(), who(5).into_iter().collect());
        let tech = who(3);
        job.excluded_cost = (draw(2) == 0).then(|| draw(900));
        job.territory = (draw(2) == 0).then(|| format!("t{}", draw(2)));
        job.levels = if draw(4) == 0 { [("s1".to_owned(), draw(4))].into() } else { Default::default() };
        job.qualifications = if draw(5) == 0 { vec![format!("q{}", draw(2))] } else { Vec::new() };
        let open = draw(15_000);
        job.due = (draw(3) == 0).then_some(open);
        job.priority = serde_json::json!(draw(5));
        job.late_weight = (draw(4) == 0).then(|| draw(4));
        job.told = tech.map(|tech| Told { tech: Some(tech), window: (draw(2) == 0).then(|| (open / 2, open)) });
        job.frozen = (draw(12) == 0).then(|| draw(20_000));
    }
    file
}

/// A random day with crews and jobs that follow others.
pub fn tied(seed: u64, jobs_max: usize) -> Problem {
    let mut file = random(seed, jobs_max);
    let mut chance = Chance::new(seed ^ 99);
    let mut draw = |n: usize| chance.below(n) as i64;
    for (k, job) in file.jobs.iter_mut().flat_map(|j| &mut j.0).enumerate() {
        if draw(3) == 0 {
            job.crew = Some(2);
            job.service += 1;
            job.skills = None;
        }
        if k > 0 && draw(3) == 0 {
            let gap_min = (draw(2) == 0).then(|| draw(1_500));
            let gap_max = (draw(2) == 0).then(|| gap_min.unwrap_or(0) + draw(4_000));
            job.after = Some(After { job: format!("J{}", draw(k)), gap_min, gap_max });
        }
    }
    file
}

/// The usual figures, with days of eight jobs already shared out.
pub fn tuning() -> Tuning {
    Tuning { share_min: 8, ..Tuning::default() }
}

/// Plans with a number of steps.
pub fn planned(problem: &Problem, seed: u64, steps: u64, workers: usize) -> (Day, Solution) {
    let day = build(problem, workers).expect("a whole problem");
    let plan = plan(&day, tuning(), workers, seed, &Steps(steps));
    let out = solution(&day, &plan);
    (day, out)
}
