//! Whether anybody could have served a job at all: the proof that a job left over is nobody's fault. Pure.
//!
//! The proof is generous to the job: a technician could have served it if he, standing at the customer's door from the
//! moment of the call and with nothing else to do, would have been done and home by his last hour. Where even that
//! holds for nobody, no plan in the world serves it.

use super::day::{Day, DayJob, DayTechnician, What};

/// Who could have served a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Could {
    /// Ids of technicians.
    These(Vec<String>),
    /// Why nobody could.
    Nobody(String),
}

/// Looks at every technician of the day.
pub fn who(day: &Day, index: usize) -> Could {
    let job = &day.jobs[index];
    let skilled: Vec<usize> = (0..day.technicians.len()).filter(|t| holds(&day.technicians[*t], job)).collect();
    if skilled.is_empty() {
        return Could::Nobody(format!("no technician holds {}", job.skills.join(" + ")));
    }
    let fit: Vec<String> =
        skilled.iter().filter(|t| has_time(day, **t, index)).map(|t| day.technicians[*t].id.clone()).collect();
    if fit.is_empty() {
        let count = skilled.len();
        return Could::Nobody(format!("called in too late in the day for each of the {count} who hold the skills"));
    }
    Could::These(fit)
}

fn holds(technician: &DayTechnician, job: &DayJob) -> bool {
    job.skills.iter().all(|skill| technician.skills.contains(skill)) && technician.max_jobs != Some(0)
}

fn has_time(day: &Day, technician: usize, index: usize) -> bool {
    let job = &day.jobs[index];
    let opens = job.windows.first().map_or(0, |window| window.0);
    let from = called_at(day, index).max(opens);
    let way_home = day.travel.between(job.place, day.technicians[technician].home);
    let last_hour = day.technicians[technician].shift.1 + day.technicians[technician].overtime_s;
    at_work(day, technician).into_iter().any(|(begins, ends)| {
        let done = from.max(begins) + job.service_s;
        done <= ends && (ends < last_hour || done + way_home <= last_hour)
    })
}

/// When a job was called in; what is known when the day begins, before everything.
fn called_at(day: &Day, index: usize) -> i64 {
    let call = day.happenings.iter().find(|happening| happening.what == What::Called(index));
    call.map_or(0, |call| call.at_s)
}

/// The spans in which a technician is on duty and well.
fn at_work(day: &Day, index: usize) -> Vec<(i64, i64)> {
    let technician = &day.technicians[index];
    let mut spans = Vec::new();
    let mut since = Some(technician.shift.0);
    for happening in &day.happenings {
        match happening.what {
            What::Down(who) if who == index => spans.extend(since.take().map(|from| (from, happening.at_s))),
            What::Up(who) if who == index => since = since.or(Some(happening.at_s.max(technician.shift.0))),
            _ => {}
        }
    }
    spans.extend(since.map(|from| (from, technician.shift.1 + technician.overtime_s)));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::scenario;

    /// One job of ten minutes five minutes from home; T1 works 8:00 to 9:00 with half an hour of overtime.
    fn check(job: &str, events: &str, expected: Could) {
        let day = format!(
            r#"{{"format":"fsd-scenario/1","name":"x","problem":{{"format":"fsd-problem/1",
             "travel":{{"kind":"explicit","durations":[[0,300],[300,0]]}},"jobs":[{job}],
             "technicians":[{{"id":"T1","start":0,"end":0,"shift":[28800,32400],"overtime_max":1800,"skills":["pump"]}}]}},
             "known":[],"events":[{events}],"actual_service":{{}}}}"#
        );
        assert_eq!(who(&Day::of(&scenario::parse(&day).unwrap()).unwrap(), 0), expected);
    }

    const PUMP: &str = r#"{"id":"J1","loc":1,"service":600,"windows":[],"skills":["pump"]}"#;

    fn called(at: i64) -> String {
        format!(r#"{{"type":"job_new","t":{at},"job":"J1"}}"#)
    }

    #[test]
    fn who_could_be_home_in_time_from_the_customers_door_could_have_served_it() {
        check(PUMP, &called(33300), Could::These(vec!["T1".to_owned()]));
        let late = "called in too late in the day for each of the 1 who hold the skills";
        check(PUMP, &called(33301), Could::Nobody(late.to_owned()));
    }

    #[test]
    fn a_skill_that_nobody_holds_is_named() {
        let job = r#"{"id":"J1","loc":1,"service":600,"windows":[],"skills":["pump","gas"]}"#;
        check(job, &called(30000), Could::Nobody("no technician holds gas + pump".to_owned()));
    }

    #[test]
    fn who_fell_ill_could_have_served_it_before_or_after() {
        let ill = |from: i64| format!(r#"{},{{"type":"tech_down","t":{from},"tech":"T1"}}"#, called(30000));
        check(PUMP, &ill(30600), Could::These(vec!["T1".to_owned()]));
        let late = Could::Nobody("called in too late in the day for each of the 1 who hold the skills".to_owned());
        check(PUMP, &ill(30599), late);
        let back = format!(r#"{},{{"type":"tech_up","t":33000,"tech":"T1"}}"#, ill(30599));
        check(PUMP, &back, Could::These(vec!["T1".to_owned()]));
    }
}
