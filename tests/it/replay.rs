//! A whole working day through the public interface: everything is dispatched, settled, seen and kept.

use std::process::Command;

/// A morning of two technicians: three known jobs, two faults, one called off, one technician ill for a while.
const MORNING: &str = r#"{"format":"fsd-scenario/1","name":"morning","problem":{"format":"fsd-problem/1",
 "travel":{"kind":"explicit","durations":[[0,300,420,360,540,480],[310,0,240,300,420,360],[430,230,0,200,330,300],
   [350,310,210,0,250,280],[560,400,340,240,0,150],[470,370,310,270,160,0]]},
 "jobs":[{"id":"J1","loc":1,"service":900,"windows":[[28800,39600]],"skills":["pump"],"priority":1},
         {"id":"J2","loc":2,"service":600,"windows":[[34200,39600]],"skills":[],"priority":2},
         {"id":"J3","loc":3,"service":900,"windows":[[28800,39600]],"skills":["pump","heat"],"priority":2},
         {"id":"J4","loc":4,"service":600,"windows":[[30600,37800]],"skills":["heat"],"priority":3,"fault":true},
         {"id":"J5","loc":5,"service":1200,"windows":[[31200,34800]],"skills":[],"priority":4,"fault":true}],
 "technicians":[{"id":"T1","start":0,"end":0,"shift":[28800,39600],"overtime_max":1800,"skills":["pump","heat"],"break":null},
   {"id":"T2","start":0,"end":0,"shift":[28800,39600],"overtime_max":1800,"skills":["pump","heat"],"break":null}]},
 "known":["J1","J2","J3"],
 "events":[{"type":"job_new","t":30600,"job":"J4"},{"type":"job_cancel","t":28860,"job":"J2"},
   {"type":"job_new","t":31200,"job":"J5"},{"type":"tech_down","t":32400,"tech":"T1"},{"type":"tech_up","t":34200,"tech":"T1"}],
 "actual_service":{"J1":1300,"J2":600,"J3":800,"J4":700,"J5":1100}}"#;

/// Runs the command; gives whether the day was a good one, and what was printed.
fn played(scenario: &str, flags: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_kaketsuke")).arg("replay").arg(scenario).args(flags).output();
    let ran = ran.expect("the command runs");
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), told)
}

/// Runs the command; gives what it printed when the day was a good one.
fn replay(scenario: &str, flags: &[&str]) -> String {
    let (good, told) = played(scenario, flags);
    assert!(good, "{told}");
    told
}

/// Plays a changed morning.
fn changed(from: &str, to: &str) -> (bool, String) {
    assert!(MORNING.contains(from), "no {from} in the morning");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = folder.path().join("morning.json");
    std::fs::write(&scenario, MORNING.replace(from, to)).expect("written");
    played(scenario.to_str().expect("UTF-8"), &["--speed", "1200"])
}

fn check(told: &str, expected: &[&str]) {
    for line in expected {
        assert!(told.contains(line), "no “{line}” in\n{told}");
    }
}

#[test]
fn a_morning_is_served_and_its_tickets_are_settled() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = folder.path().join("morning.json");
    std::fs::write(&scenario, MORNING).expect("written");
    let told = replay(scenario.to_str().expect("UTF-8"), &["--speed", "600"]);
    check(&told, &["calls 5   issues 5   dispatched 5", "served 4", "called off 1 in time, 0 too late"]);
    check(&told, &["tickets: held 5", "still held 0", "0 kills, 0 lost, 0 missed, 0 repeated, 0 doubled"]);
    check(&told, &["finished 4: ", ", 0 unsettled", "verify: 0 findings", "a good day"]);
}

#[test]
fn a_job_that_nobody_could_serve_is_named_and_does_not_spoil_the_day() {
    let (good, told) =
        changed(r#""windows":[[34200,39600]],"skills":[]"#, r#""windows":[[34200,39600]],"skills":["gas"]"#);
    check(&told, &["called off 1 in time", "left over 0, impossible 0"]);
    assert!(good, "{told}");
    let (good, told) = changed(
        r#""service":600,"windows":[[30600,37800]],"skills":["heat"]"#,
        r#""service":600,"windows":[[30600,37800]],"skills":["gas"]"#,
    );
    check(&told, &["left over 0, impossible 1", "nobody could serve J4: no technician holds gas", "a good day"]);
    assert!(good, "{told}");
}

#[test]
fn a_job_that_somebody_could_have_served_spoils_the_day() {
    let (good, told) = changed(r#""overtime_max":1800,"#, r#""overtime_max":1800,"max_jobs":1,"#);
    check(&told, &["though 2 could have served it (T1, T2); at the last look: ", "not a good day"]);
    assert!(!good, "{told}");
}

#[test]
fn a_server_that_is_killed_during_the_day_loses_and_repeats_nothing() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scenario-day.json");
    let told = replay(scenario, &["--speed", "1500", "--kill", "3"]);
    check(&told, &["calls 30   issues 30", "3 kills, 0 lost, 0 missed, 0 repeated, 0 doubled", "verify: 0 findings"]);
}
