//! The answer as the JSON that leaves the server: byte for byte what the told [`Ranking`](crate::planner::Ranking) would
//! be, without making it first.
//!
//! Most technicians share their verdicts with many others ("no absence", "back at 17:20"): each is put into words once
//! and copied from then on.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::ops::Range;

use serde::Serialize;

use super::standings::{Judged, Placed, Shift, Standings};
use crate::domain::ids::{Id, VisitId};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::answer::Exchange;
use crate::planner::explain;
use crate::planner::goals::Graded;
use crate::planner::problem::Stop;
use crate::planner::rank::own_break;
use crate::planner::rules::Finding;

/// Bytes of one technician, about; the list grows past it where many are fit.
const BYTES_EACH: usize = 2_048;
const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 86_400_000_000;

impl Standings<'_> {
    /// The answer of the first `most` technicians, with `exchanges` as its last part.
    pub fn json(&self, most: usize, exchanges: &[Exchange]) -> Vec<u8> {
        let mut writer = Writer::new(self);
        writer.out.reserve(self.judged.len().min(most) * BYTES_EACH);
        writer.text("{\"work_order_id\":");
        writer.id(self.question.job.work_order);
        writer.text(",\"computed_at\":");
        writer.instant(self.question.scene.now);
        writer.text(",\"scales\":");
        writer.value(&explain::scales());
        writer.text(",\"candidates\":[");
        for (rank, judged) in (1..).zip(self.in_order().take(most)) {
            writer.text(if rank == 1 { "" } else { "," });
            writer.candidate(judged, rank);
        }
        writer.text("],\"exchanges\":");
        writer.value(exchanges);
        writer.text("}");
        writer.out
    }
}

/// Keys are the company's own figures and only looked up: a few multiplications are hash enough.
#[derive(Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_i64(&mut self, word: i64) {
        self.write_u64(word.cast_unsigned());
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }

    fn write_isize(&mut self, word: isize) {
        self.write_i64(word as i64);
    }
}

/// Where in the answer something was put into words first.
type Said<K> = HashMap<K, Range<usize>, BuildHasherDefault<Fold>>;

struct Writer<'a> {
    standings: &'a Standings<'a>,
    out: Vec<u8>,
    rules: Said<Finding<'a>>,
    goals: Said<Graded>,
    /// The day that instants fell on last, in days since 1970, with its text.
    day: (i64, String),
}

/// Clock faces have no seconds, and no zone of this century is off by less than a minute.
fn whole_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().div_euclid(MINUTE_US) * MINUTE_US)
}

fn minutes_up(span: Seconds) -> Seconds {
    Seconds::minutes(span.minutes_up())
}

/// The same words for less figures.
fn as_said<'a>(finding: &Finding<'a>) -> Finding<'a> {
    match *finding {
        Finding::ShiftFits { home_at } => Finding::ShiftFits { home_at: whole_minute(home_at) },
        Finding::ShiftOvertime { home_at, over } => {
            Finding::ShiftOvertime { home_at: whole_minute(home_at), over: minutes_up(over) }
        }
        Finding::ShiftNoRoom { over } => Finding::ShiftNoRoom { over: minutes_up(over) },
        other => other,
    }
}

fn as_graded(graded: &Graded) -> Graded {
    match *graded {
        Graded::Arrival { grade, arrive, due, late } => {
            Graded::Arrival { grade, arrive: whole_minute(arrive), due, late: minutes_up(late) }
        }
        Graded::Detour { grade, extra } => Graded::Detour { grade, extra: minutes_up(extra) },
        Graded::Disturbance { grade, moved, shift, broken } => {
            Graded::Disturbance { grade, moved, shift: minutes_up(shift), broken }
        }
        other => other,
    }
}

/// Copies what was said before, or says it and notes where.
fn say<K: Hash + Eq>(out: &mut Vec<u8>, said: &mut Said<K>, key: K, words: impl FnOnce(&K) -> Vec<u8>) {
    if let Some(range) = said.get(&key) {
        out.extend_from_within(range.clone());
        return;
    }
    let from = out.len();
    out.extend_from_slice(&words(&key));
    said.insert(key, from..out.len());
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("answers have string keys and finite numbers")
}

impl<'a> Writer<'a> {
    fn new(standings: &'a Standings<'a>) -> Self {
        let day = (i64::MIN, String::new());
        Self { standings, out: Vec::new(), rules: Said::default(), goals: Said::default(), day }
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        serde_json::to_writer(&mut self.out, value).expect("answers have string keys and finite numbers");
    }

    fn number(&mut self, number: impl Into<i64>) {
        self.value(&number.into());
    }

    fn id<T: Id>(&mut self, id: T) {
        let mut hex = [0; 32];
        for (at, byte) in id.uuid().as_bytes().iter().enumerate() {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            hex[at * 2] = DIGITS[usize::from(byte >> 4)];
            hex[at * 2 + 1] = DIGITS[usize::from(byte & 15)];
        }
        self.text("\"");
        self.text(T::PREFIX);
        self.text("_");
        self.out.extend_from_slice(&hex);
        self.text("\"");
    }

    /// As a timestamp is shown: only the clock differs within a day.
    fn instant(&mut self, at: Timestamp) {
        let (day, clock) = (at.micros().div_euclid(DAY_US), at.micros().rem_euclid(DAY_US) / 1_000);
        if day != self.day.0 {
            let text = at.to_string();
            self.day = (day, text.split_inclusive('T').next().unwrap_or_default().to_owned());
        }
        let (seconds, millis) = (clock / 1_000, clock % 1_000);
        let digit = |number: i64| b'0' + (number % 10) as u8;
        let pair = |number: i64| [digit(number / 10), digit(number)];
        let ([h, i], [m, n], [s, t]) = (pair(seconds / 3_600), pair(seconds / 60 % 60), pair(seconds % 60));
        let clock =
            [h, i, b':', m, n, b':', s, t, b'.', digit(millis / 100), digit(millis / 10), digit(millis), b'Z', b'"'];
        self.out.push(b'"');
        self.out.extend_from_slice(self.day.1.as_bytes());
        self.out.extend_from_slice(&clock);
    }

    fn candidate(&mut self, judged: &'a Judged<'a>, rank: u32) {
        let state = &self.standings.board.days()[judged.at].state;
        self.text("{\"technician_id\":");
        self.id(state.id);
        self.text(",\"technician_name\":");
        self.value(&state.name);
        self.text(if judged.fit {
            ",\"fit\":true,\"rank\":"
        } else {
            ",\"fit\":false,\"rank\":null,\"total\":null,\"rules\":["
        });
        if judged.fit {
            self.number(rank);
            self.text(",\"total\":");
            let tenths = self.standings.placed(judged).map_or(0, |placed| placed.tenths);
            self.number((tenths / 10) as u32);
            self.out.extend_from_slice(&[b'.', b'0' + (tenths % 10) as u8]);
            self.text(",\"rules\":[");
        }
        let scene = self.standings.question.scene;
        for (index, finding) in judged.findings().enumerate() {
            self.text(if index == 0 { "" } else { "," });
            say(&mut self.out, &mut self.rules, as_said(finding), |finding| bytes(&explain::rule(finding, scene)));
        }
        match self.standings.placed(judged) {
            Some(placed) => self.placed(placed, &state.stops),
            None => self.text("],\"goals\":[],\"insertion\":null,\"moves\":[],\"breaks\":[]}"),
        }
    }

    fn placed(&mut self, placed: &Placed, stops: &[Stop]) {
        let (scene, weights) = (self.standings.question.scene, self.standings.question.weights);
        self.text("],\"goals\":[");
        for (index, graded) in placed.grades.iter().enumerate() {
            self.text(if index == 0 { "" } else { "," });
            say(&mut self.out, &mut self.goals, as_graded(graded), |graded| {
                bytes(&explain::goal(graded, weights.weight(graded.goal()), scene.zone))
            });
        }
        self.text("],\"insertion\":");
        self.insertion(placed, stops);
        let (from, to) = placed.shifts;
        let shifts = &self.standings.shifts[from..to];
        self.text(",\"moves\":[");
        for (index, shift) in shifts.iter().filter(|shift| shift.noticed()).enumerate() {
            self.text(if index == 0 { "" } else { "," });
            self.moved(shift, &stops[shift.index]);
        }
        let own =
            own_break(&Stop::of(self.standings.question.job, VisitId::from_uuid(uuid::Uuid::nil())), &placed.step);
        let breaks = shifts.iter().filter_map(|shift| shift.as_break(stops)).chain(own);
        self.text("],\"breaks\":");
        self.value(&breaks.collect::<Vec<_>>());
        self.text("}");
    }

    fn insertion(&mut self, placed: &Placed, stops: &[Stop]) {
        self.text("{\"position\":");
        self.number(placed.position as u32);
        self.text(",\"after_visit_id\":");
        match placed.position.checked_sub(1) {
            Some(index) => self.id(stops[index].visit),
            None => self.text("null"),
        }
        let instants = [
            (",\"start\":", placed.step.start),
            (",\"end\":", placed.step.end),
            (",\"arrive_earliest\":", placed.arrive_earliest),
            (",\"arrive_latest\":", placed.arrive_latest),
        ];
        for (name, at) in instants {
            self.text(name);
            self.instant(at);
        }
        self.text(",\"detour_s\":");
        self.number(placed.detour.0);
        self.text("}");
    }

    fn moved(&mut self, shift: &Shift, stop: &Stop) {
        self.text("{\"visit_id\":");
        self.id(stop.visit);
        self.text(",\"customer_name\":");
        self.value(&stop.customer_name);
        self.text(",\"from_start\":");
        self.instant(shift.from);
        self.text(",\"to_start\":");
        self.instant(shift.to);
        self.text(if shift.promise_kept { ",\"promise_kept\":true}" } else { ",\"promise_kept\":false}" });
    }
}
