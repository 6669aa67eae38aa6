use chrono::NaiveDate;

use super::build;
use crate::company::validate;
use crate::replay::day::Day;
use crate::replay::scenario;
use crate::roads::{TravelSource, TravelTimes};

const PLANAR: &str = r#"{"format":"fsd-scenario/1","name":"mini","later":true,
 "problem":{"format":"fsd-problem/1","travel":{"kind":"planar","coords":[[0,0],[30,40],[60,80],[0,0]],"num":12,"den":1,
   "access":[0,10,20,30],"climb":[0,0,5,0]},
  "jobs":[{"id":"J1","loc":1,"service":1750,"windows":[[36000,39600],[50400,57600]],"skills":["s1","s0"],"priority":4,"penalty":9},
          {"id":"J2","loc":2,"service":600,"windows":[[30000,40000]],"skills":[],"priority":1,"demand":[0,2],"fault":true},
          {"id":"J3","loc":3,"service":600,"windows":[],"skills":["冷媒 回収"],"priority":2}],
  "technicians":[{"id":"T1","start":0,"end":0,"shift":[28830,61199],"overtime_max":3600,"skills":["s0","s1"],
     "capacity":[1,3],"max_jobs":6,"break":{"duration":1800,"window":[41400,48600]}},
    {"id":"T2","start":0,"end":0,"shift":[0,86400],"skills":["s1","冷媒 回収"],"capacity":null,"max_jobs":null,"break":null}]},
 "known":["J1"],
 "events":[{"type":"job_new","t":30000,"job":"J2"},{"type":"job_new","t":30500,"job":"J3"},
   {"type":"tech_down","t":40000,"tech":"T1"},{"type":"job_cancel","t":31000,"job":"J3"}],
 "actual_service":{"J1":2000,"J2":500,"J3":700}}"#;

const EXPLICIT: &str = r#"{"format":"fsd-problem/1","name":"roads",
 "travel":{"kind":"explicit","durations":[[0,600,900],[660,0,300],[840,330,0]]},
 "jobs":[{"id":"a","loc":1,"service":600,"windows":[[0,90]],"skills":[],"priority":3},
         {"id":"b","loc":2,"service":600,"windows":[[0,3600]],"skills":["s4"],"priority":2}],
 "technicians":[{"id":"T1","start":0,"end":0,"shift":[0,11250],"overtime_max":0,"skills":["s4"],"break":null}]}"#;

fn day(text: &str) -> Day {
    Day::of(&scenario::parse(text).unwrap()).unwrap()
}

fn check_company(text: &str) -> super::Town {
    let town = build(&day(text), NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(), "secret words");
    assert_eq!(validate::check(&town.file), Vec::new());
    town
}

#[test]
fn a_day_on_a_plane_becomes_a_valid_company() {
    let town = check_company(PLANAR);
    let symptom = |job: usize| {
        let fault = &town.faults[job];
        let product = town.file.products.iter().find(|product| product.code == fault.product).unwrap();
        let symptom = product.symptoms.iter().find(|symptom| symptom.code == fault.symptom).unwrap();
        (
            product.skill.as_str(),
            symptom.service_minutes,
            symptom.parts_needed.iter().map(|part| part.quantity).sum::<u32>(),
        )
    };
    assert_eq!(symptom(0), ("s0.s1", 30, 0));
    assert_eq!(symptom(1), ("any", 10, 2));
    assert_eq!(symptom(2), ("set-2", 10, 0));
    let skills = |index: usize| {
        let technician = &town.file.technicians[index];
        technician.skills.iter().map(|skill| skill.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(skills(0), ["any", "s0.s1"]);
    assert_eq!(skills(1), ["any", "set-2"]);
    let first = &town.file.technicians[0];
    assert_eq!((first.shifts[0].from.to_string(), first.shifts[0].to.to_string()), ("08:01".into(), "16:59".into()));
    let rest = first.rest.unwrap();
    assert_eq!((rest.from.to_string(), rest.to.to_string(), rest.minutes), ("11:30".into(), "14:00".into(), 30));
}

#[test]
fn a_day_of_known_roads_becomes_a_valid_company_with_its_own_travel_times() {
    let day = day(EXPLICIT);
    check_company(EXPLICIT);
    let roads = day.roads().unwrap();
    for (from, to, seconds) in [(0, 1, 600), (1, 0, 660), (2, 1, 330), (2, 2, 0)] {
        let travel = roads.seconds(day.places[from], day.places[to]);
        assert_eq!((travel.seconds.0, travel.source), (seconds, TravelSource::Table), "{from} to {to}");
    }
    assert!(day.jobs.iter().all(|job| job.known && job.actual_s == job.service_s));
}

#[test]
fn a_large_crew_works_in_several_territories_that_lend_to_each_other() {
    let technician =
        |n: usize| format!(r#"{{"id":"T{n}","start":{n},"end":{n},"shift":[28800,61200],"skills":[],"break":null}}"#);
    let text = format!(
        r#"{{"format":"fsd-problem/1","travel":{{"kind":"planar","coords":[{}],"num":1,"den":1}},
          "jobs":[{{"id":"J","loc":299,"service":600,"windows":[],"skills":[],"priority":1}}],"technicians":[{}]}}"#,
        (0..300).map(|x| format!("[{x},0]")).collect::<Vec<_>>().join(","),
        (0..300).map(technician).collect::<Vec<_>>().join(",")
    );
    let town = check_company(&text);
    assert_eq!(town.file.territories.len(), 3);
    for territory in &town.file.territories {
        let crew = town.file.technicians.iter().filter(|t| t.territory == territory.code);
        assert_eq!(crew.map(|t| t.lends_to.len()).collect::<Vec<_>>(), vec![2; 100]);
    }
    assert_eq!(town.file.customers[0].sites[0].territory, "area-3");
    assert_eq!(town.dispatchers.len(), 3);
}

fn check_refused(change: (&str, &str), expected: &str) {
    let text = PLANAR.replace(change.0, change.1);
    let refused = scenario::parse(&text).and_then(|scenario| Day::of(&scenario).map(|_| ()));
    assert_eq!(refused.unwrap_err().to_string(), expected);
}

#[test]
fn what_is_wrong_with_a_day_is_told_with_its_place() {
    check_refused((r#""loc":2"#, r#""loc":9"#), "problem.jobs[1].loc: there are 4 places and no place 9");
    check_refused((r#""loc":2,"#, ""), "problem.jobs[1]: missing field `loc`");
    check_refused((r#""known":["J1"]"#, r#""known":["J9"]"#), "known[0]: there is no job “J9”");
    check_refused((r#""known":["J1"]"#, r#""known":["J1","J2"]"#), "events[0]: job “J2” is known already");
    let silent = "problem.jobs[0]: job “J1” is neither known nor ever called in";
    check_refused((r#""known":["J1"]"#, r#""known":[]"#), silent);
    check_refused((r#""id":"J2""#, r#""id":"J1""#), "problem.jobs[1].id: “J1” is there twice");
    let long = "problem.technicians[1].shift: [0, 203400] is no span of one day (0 to 86400 s)";
    check_refused(("[0,86400]", "[0,203400]"), long);
    let overlap = "problem.jobs[0].windows[1]: begins before the one in front of it has ended";
    check_refused(("[50400,57600]", "[39600,57600]"), overlap);
    check_refused(
        ("fsd-scenario/1", "fsd-scenario/2"),
        "format: “fsd-scenario/2” is neither fsd-scenario/1 nor fsd-problem/1",
    );
}

#[test]
fn a_file_that_ends_early_is_refused_where_it_ends() {
    let refused = scenario::parse(&PLANAR[..400]).unwrap_err();
    assert!(refused.path.starts_with("line ") && refused.why.contains("EOF"), "{refused}");
}
