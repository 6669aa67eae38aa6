//! Slots in words, Japanese and English.

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;

use super::fit::Fit;
use crate::domain::time::Window;
use crate::planner::problem::Job;

const DAYS_JA: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `11月24日（火）13時〜15時`, `Tuesday 24/11, 13:00 to 15:00`.
pub(super) fn named(window: Window, zone: Tz) -> (String, String) {
    let (from, to) = (window.from.utc().with_timezone(&zone), window.to.utc().with_timezone(&zone));
    let weekday = from.weekday().num_days_from_monday() as usize;
    let (month, day) = (from.month(), from.day());
    let ja = format!("{month}月{day}日（{}）{}時〜{}時", DAYS_JA[weekday], from.hour(), to.hour());
    let (from, to) = (window.from.clock_face(zone), window.to.clock_face(zone));
    (ja, format!("{} {day}/{month}, {from} to {to}", DAYS_EN[weekday]))
}

/// What the operator reads out.
pub fn sentence(window: Window, zone: Tz) -> (String, String) {
    let (ja, en) = named(window, zone);
    (format!("{ja}の間にお伺いします"), format!("We will be with you on {en}"))
}

/// Why a slot has its grade.
pub(super) fn reason(job: &Job, window: Window, fit: &Fit, zone: Tz) -> (String, String) {
    let (drive, slack) = (fit.detour.max_zero().minutes_up(), fit.slack.0 / 60);
    let mut ja = format!("移動＋{drive}分、余裕{slack}分、伺える技術員{}名", fit.technicians);
    let could = if fit.technicians == 1 { "1 technician".into() } else { format!("{} technicians", fit.technicians) };
    let mut en = format!("{drive} min more driving, {slack} min to spare, {could} could come");
    match (job.wish, job.arrive_by) {
        (Some(wish), _) if wish.overlaps(&window) => {
            ja.push_str("。ご希望の時間です");
            en.push_str("; as wished");
        }
        (None, Some(due)) if window.to > due => {
            let at = due.clock_face(zone);
            let day = due.day(zone);
            ja.push_str(&format!("。駆けつけ期限（{}/{} {at}）に間に合わないことがあります", day.month(), day.day()));
            en.push_str(&format!("; may be after the arrival due ({}/{} {at})", day.day(), day.month()));
        }
        _ => {}
    }
    (ja, en)
}
