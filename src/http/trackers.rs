//! Positions in the words of those who send them: our own batch, OwnTracks over HTTP, and both formats of the Traccar
//! clients. What they tell beside the fix is not kept.
//!
//! Formats: OwnTracks, <https://owntracks.org/booklet/tech/json/>; Traccar Client, <https://www.traccar.org/osmand/>.

use actix_web::http::header;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::describe::Describe;
use super::extract::{Extract, read_json};
use crate::domain::complaint::Form;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::store::Fault;
use crate::views::position::{PositionBatch, PositionReport, PositionsAccepted, Reported};

/// Accuracy where a tracker tells none: the vaguest that still counts for an arrival.
const UNKNOWN_ACCURACY_M: f64 = 50.0;
/// What one unit of horizontal dilution means for a usual receiver.
const METRES_PER_HDOP: f64 = 5.0;

/// Positions, and how their sender wants to be answered.
#[derive(Debug)]
pub struct Reports {
    /// None: a message of a tracker that holds no position.
    pub batch: Option<PositionBatch>,
    answer: Dialect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Own,
    OwnTracks,
}

impl Reports {
    /// OwnTracks wants a list of messages, and sends again whatever was not answered with success.
    pub fn answer(&self, taken: &PositionsAccepted) -> Value {
        match self.answer {
            Dialect::Own => json!(taken),
            Dialect::OwnTracks => json!([]),
        }
    }
}

impl Extract for Reports {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let kind = call.request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Ok(read(call.request.query_string(), &call.body, is_form)?)
    }

    fn describe(to: &mut Describe<'_>) {
        to.body::<PositionBatch>();
    }
}

fn read(query: &str, body: &[u8], is_form: bool) -> Result<Reports, Refusal> {
    let own = |batch| Reports { batch: Some(batch), answer: Dialect::Own };
    if is_form {
        return of_pairs(body).map(own);
    }
    if body.is_empty() && query.contains("lat=") {
        return of_pairs(query.as_bytes()).map(own);
    }
    match serde_json::from_slice::<Shape>(body) {
        Ok(Shape { kind: Some(kind), .. }) => {
            let batch = if kind == "location" { Some(one(owntracks(body)?)) } else { None };
            Ok(Reports { batch, answer: Dialect::OwnTracks })
        }
        Ok(Shape { location: Some(_), .. }) => traccar(body).map(own),
        // Told in our own words where the fault lies.
        _ => read_json(body).map(own),
    }
}

/// By which a format is known.
#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "_type")]
    kind: Option<String>,
    location: Option<Value>,
}

fn one(fix: PositionReport) -> PositionBatch {
    PositionBatch { positions: vec![fix.into()], sent_at: None }
}

/// Their fixes have no numbers. The seconds of the clock rise too, and are what our own page counts in, so that a phone
/// and a tracker of one technician do not get in each other's way.
fn fix(lat: f64, lon: f64, accuracy_m: Option<f64>, at: Option<Timestamp>) -> PositionReport {
    PositionReport {
        seq: at.map_or(0, Timestamp::seconds),
        lat,
        lon,
        accuracy_m: accuracy_m.unwrap_or(UNKNOWN_ACCURACY_M),
        at,
        correlation_id: None,
        visit_id: None,
    }
}

#[derive(Deserialize)]
struct OwnTracks {
    lat: f64,
    lon: f64,
    acc: Option<f64>,
    /// Seconds since 1970.
    tst: i64,
}

fn owntracks(body: &[u8]) -> Result<PositionReport, Refusal> {
    let told: OwnTracks = read_json(body)?;
    Ok(fix(told.lat, told.lon, told.acc, Some(instant(told.tst, "tst")?)))
}

#[derive(Deserialize)]
struct Traccar {
    location: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<TraccarFix>),
    One(TraccarFix),
}

#[derive(Deserialize)]
struct TraccarFix {
    timestamp: Timestamp,
    coords: Coords,
}

#[derive(Deserialize)]
struct Coords {
    latitude: f64,
    longitude: f64,
    accuracy: Option<f64>,
}

fn traccar(body: &[u8]) -> Result<PositionBatch, Refusal> {
    let told: Traccar = read_json(body)?;
    let fixes = match told.location {
        OneOrMore::More(fixes) => fixes,
        OneOrMore::One(fix) => vec![fix],
    };
    let report = |TraccarFix { timestamp, coords }: TraccarFix| {
        Reported::Fix(fix(coords.latitude, coords.longitude, coords.accuracy, Some(timestamp)))
    };
    Ok(PositionBatch { positions: fixes.into_iter().map(report).collect(), sent_at: None })
}

/// `id=…&lat=…&lon=…&timestamp=…&accuracy=…`, as the older Traccar client and OsmAnd write it.
fn of_pairs(text: &[u8]) -> Result<PositionBatch, Refusal> {
    let value = |name: &str| form_urlencoded::parse(text).find(|(found, _)| found == name).map(|(_, value)| value);
    let number = |name: &str| value(name).map(|value| value.parse::<f64>().map_err(|_| not_a_number(name))).transpose();
    let needed = |name: &str| number(name)?.ok_or_else(|| not_a_number(name));
    let accuracy = number("accuracy")?.or(number("hdop")?.map(|hdop| hdop * METRES_PER_HDOP));
    let at = value("timestamp").map(|value| time(&value)).transpose()?;
    Ok(one(fix(needed("lat")?, needed("lon")?, accuracy, at)))
}

fn not_a_number(name: &str) -> Refusal {
    Refusal::invalid_both(name, "36.5 のような数", "a number such as 36.5")
}

/// Seconds, milliseconds or a written instant.
fn time(text: &str) -> Result<Timestamp, Refusal> {
    const MILLIS_FROM: i64 = 100_000_000_000;
    match text.parse::<i64>() {
        Ok(millis) if millis >= MILLIS_FROM => instant(millis / 1_000, "timestamp"),
        Ok(seconds) => instant(seconds, "timestamp"),
        Err(_) => serde_json::from_value(json!(text)).map_err(|_| no_instant("timestamp")),
    }
}

fn instant(seconds: i64, field: &str) -> Result<Timestamp, Refusal> {
    /// The end of the year 9999.
    const LAST: i64 = 253_402_300_799;
    if (0..=LAST).contains(&seconds) { Ok(Timestamp::from_seconds(seconds)) } else { Err(no_instant(field)) }
}

fn no_instant(field: &str) -> Refusal {
    Refusal::new(Code::RequestInvalid).with("why_ja", Form::Instant.ja()).with("why_en", Form::Instant.en()).at(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_478_400;

    /// The fixes that are read: number, latitude, longitude, accuracy, time.
    fn check(query: &str, body: &str, is_form: bool, wanted: &[(i64, f64, f64, f64, Option<i64>)]) {
        let batch = read(query, body.as_bytes(), is_form).unwrap().batch.expect("positions");
        let told = batch.positions.iter().map(|reported| match reported {
            Reported::Fix(fix) => (fix.seq, fix.lat, fix.lon, fix.accuracy_m, fix.at.map(Timestamp::seconds)),
            Reported::Unreadable { why, .. } => panic!("{why}"),
        });
        assert_eq!(told.collect::<Vec<_>>(), wanted, "{query} {body}");
    }

    #[test]
    fn owntracks_is_understood() {
        let body = format!(
            r#"{{"_type":"location","tid":"hy","lat":36.56,"lon":136.65,"acc":12,"tst":{AT},"batt":81,"conn":"m","vel":42}}"#
        );
        check("", &body, false, &[(AT, 36.56, 136.65, 12.0, Some(AT))]);
        let vague = format!(r#"{{"_type":"location","lat":36.56,"lon":136.65,"tst":{AT}}}"#);
        check("", &vague, false, &[(AT, 36.56, 136.65, 50.0, Some(AT))]);
        let reports = read("", body.as_bytes(), false).unwrap();
        assert_eq!(reports.answer(&PositionsAccepted::default()), json!([]));
    }

    #[test]
    fn what_owntracks_says_beside_positions_is_heard_and_let_go() {
        let reports = read("", br#"{"_type":"lwt","tst":1}"#, false).unwrap();
        assert!(reports.batch.is_none());
        assert_eq!(reports.answer(&PositionsAccepted::default()), json!([]));
    }

    #[test]
    fn the_traccar_client_is_understood_in_both_its_formats() {
        let query = format!("id=secret&lat=36.56&lon=136.65&timestamp={AT}&accuracy=8.5&speed=0&bearing=0&batt=81");
        check(&query, "", false, &[(AT, 36.56, 136.65, 8.5, Some(AT))]);
        check("", &query, true, &[(AT, 36.56, 136.65, 8.5, Some(AT))]);
        check(
            &format!("lat=36.56&lon=136.65&timestamp={AT}123&hdop=2"),
            "",
            false,
            &[(AT, 36.56, 136.65, 10.0, Some(AT))],
        );
        check("lat=36.56&lon=136.65", "", false, &[(0, 36.56, 136.65, 50.0, None)]);
        let coords =
            r#""coords":{"latitude":36.56,"longitude":136.65,"accuracy":8.5,"speed":-1,"heading":-1,"altitude":30}"#;
        let one = format!(
            r#"{{"timestamp":"2026-11-24T00:00:00.000Z",{coords},"is_moving":true,"battery":{{"level":0.8}}}}"#
        );
        check("", &format!(r#"{{"location":{one},"device_id":"x"}}"#), false, &[(AT, 36.56, 136.65, 8.5, Some(AT))]);
        check("", &format!(r#"{{"location":[{one},{one}]}}"#), false, &[(AT, 36.56, 136.65, 8.5, Some(AT)); 2]);
    }

    #[test]
    fn what_is_no_position_is_refused_with_its_field() {
        let refused = |query: &str, body: &str| read(query, body.as_bytes(), false).unwrap_err().field;
        assert_eq!(refused("lat=north&lon=1", "").as_deref(), Some("lat"));
        assert_eq!(refused("lat=1", "").as_deref(), Some("lon"));
        assert_eq!(refused("lat=1&lon=1&timestamp=soon", "").as_deref(), Some("timestamp"));
        assert_eq!(refused("", r#"{"_type":"location","lat":1,"lon":1}"#).as_deref(), Some("tst"));
        assert_eq!(refused("", r#"{"colour":"red"}"#).as_deref(), Some("colour"));
    }

    /// A number that is none reads as one here; whoever judges positions refuses it by its own code.
    #[test]
    fn a_latitude_that_is_no_number_is_left_to_the_judge() {
        let batch = read("lat=NaN&lon=136.65", b"", false).unwrap().batch.expect("positions");
        assert!(matches!(batch.positions[0], Reported::Fix(fix) if fix.lat.is_nan()));
    }
}
