//! The tracking page's first state, written into its HTML so that it can be read without script. What each place says
//! is the same as in `web/src/pages/track/slots.ts`; both are held to the cases in `cases.json` beside it.

mod times;

use std::collections::BTreeMap;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, HttpResponseBuilder};
use chrono_tz::Tz;
use serde::Deserialize;

use super::serve::guarded;
use super::{Language, page};
use crate::domain::time::Timestamp;

/// The part of a TrackView that the page shows.
#[derive(Debug, Deserialize)]
struct View {
    visit_id: String,
    state: String,
    state_ja: String,
    state_en: String,
    vendor_name_ja: String,
    vendor_name_en: String,
    vendor_phone: String,
    technician_name: Option<String>,
    promised: Option<Span>,
    eta: Option<Eta>,
    position: Option<Place>,
    destination: Place,
    site_name: String,
    product_name_ja: String,
    product_name_en: String,
    timeline: Vec<Reached>,
    report: Option<Report>,
    consumption_ja: Option<String>,
    consumption_en: Option<String>,
    expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Place {
    lat: f64,
    lon: f64,
}

#[derive(Debug, Deserialize)]
struct Eta {
    seq: i64,
    likely: Timestamp,
    latest: Timestamp,
    window: Span,
    source: String,
    basis_at: Timestamp,
    computed_at: Timestamp,
    stops_before: u32,
}

#[derive(Debug, Deserialize)]
struct Reached {
    state: String,
    at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Report {
    cause_ja: String,
    cause_en: String,
    remedy: String,
}

/// States in which somebody is still to come.
const COMING: [&str; 6] = ["planned", "offered", "dispatched", "accepted", "declined", "en_route"];
const STEPS: [&str; 5] = ["dispatched", "en_route", "arrived", "working", "done"];

/// Radii for which the dial's outer ring may stand, km: the smallest that the technician is within.
const RINGS_KM: [f64; 8] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
const RING_RADIUS: f64 = 48.0;
/// Length of a degree of latitude on the earth's mean radius of 6,371 km.
const DEGREE_KM: f64 = 111.195;

/// The answer to `GET /t/{token}`: the page with `view` (a TrackView as the JSON route answers it) filled in.
pub fn tracking_answer(view: &serde_json::Value, language: Language, zone: Tz, now: Timestamp) -> HttpResponse {
    answer(HttpResponse::Ok(), fill_page(template(language), view, language, zone, now))
}

/// Why a link shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Over, or never given out: a stranger must not learn which.
    Expired,
    Revoked,
}

/// Whom to call instead.
#[derive(Debug, Clone, Copy)]
pub struct Vendor<'a> {
    pub name: &'a str,
    pub phone: &'a str,
}

/// The answer to `GET /t/{token}` when the link shows nothing: why, and whom to call.
pub fn closed_answer(why: Closed, vendor: Option<Vendor<'_>>, language: Language) -> HttpResponse {
    answer(HttpResponse::Gone(), closed_page(template(language), why, vendor))
}

fn template(language: Language) -> &'static str {
    page("track", language).map_or("", |asset| std::str::from_utf8(asset.identity).unwrap_or(""))
}

/// Never cached, because it is one person's and changes by the second.
fn answer(response: HttpResponseBuilder, html: String) -> HttpResponse {
    guarded(response)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

type Words = BTreeMap<String, String>;

/// The page's own table of words, which its script reads too.
fn words_of(template: &str) -> Words {
    let mark = "<script type=\"application/json\" id=\"words\">";
    template
        .split_once(mark)
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .and_then(|(json, _)| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// Fills the places of the page. A view that cannot be read leaves them empty; the script then asks for itself.
fn fill_page(template: &str, json: &serde_json::Value, language: Language, zone: Tz, now: Timestamp) -> String {
    let words = words_of(template);
    let writer = Writer { words: &words, language, zone, now };
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    if let Ok(view) = View::deserialize(json) {
        places.extend(writer.slots(&view).into_iter().map(|(name, text)| (name, escape(&text))));
        places.insert("steps", writer.steps(&view).iter().map(step_html).collect());
        // Inside a script element only `<` could end it or open a comment.
        places.insert("first", json.to_string().replace('<', "\\u003c"));
    }
    fill(template, &places)
}

/// A page that only says why there is nothing to see, and asks no more.
fn closed_page(template: &str, why: Closed, vendor: Option<Vendor<'_>>) -> String {
    let words = words_of(template);
    let said = words.get(if why == Closed::Revoked { "revoked" } else { "gone" }).map_or("", String::as_str);
    let Vendor { name, phone } = vendor.unwrap_or(Vendor { name: "", phone: "" });
    let digits = digits(phone);
    let texts = [("notice", said), ("vendor", name), ("phone", phone), ("phone_digits", &digits)];
    let unseen = ["rail", "van_x", "van_y"].map(|place| (place, "0"));
    let places = texts.into_iter().chain(unseen).map(|(place, text)| (place, escape(text))).collect();
    fill(template, &places).replace("type=\"module\"", "type=\"text/plain\"")
}

/// Puts each text in place of `<!--name-->`; a place without a text becomes empty.
fn fill(template: &str, places: &BTreeMap<&str, String>) -> String {
    let mut html = String::with_capacity(template.len() + 2048);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("<!--") {
        let Some((name, after)) = after.split_once("-->") else { break };
        html.push_str(before);
        html.push_str(places.get(name).map_or("", String::as_str));
        rest = after;
    }
    html.push_str(rest);
    html
}

/// A telephone number as a `tel:` address wants it.
fn digits(phone: &str) -> String {
    phone.chars().filter(|letter| *letter == '+' || letter.is_ascii_digit()).collect()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A step's word, its time if it is behind, and whether it is `done`, `now` or `todo`.
type Step = (String, String, &'static str);

fn step_html((word, time, stage): &Step) -> String {
    let current = if *stage == "now" { " aria-current=\"step\"" } else { "" };
    format!("<li class=\"{stage}\"{current}><span>{}</span><time>{}</time></li>", escape(word), escape(time))
}

struct Writer<'a> {
    words: &'a Words,
    language: Language,
    zone: Tz,
    now: Timestamp,
}

impl Writer<'_> {
    fn slots(&self, view: &View) -> Vec<(&'static str, String)> {
        let coming = COMING.contains(&view.state.as_str());
        let eta = view.eta.as_ref().filter(|_| coming);
        let last = view.timeline.last().map(|reached| reached.at);
        let promised = view.promised.map_or(String::new(), |span| self.window(span));
        let own_label = Some(format!("label_{}", view.state)).filter(|key| self.words.contains_key(key));
        let own_label = own_label.unwrap_or_else(|| "label_at".to_owned());
        let (label, span) = match (coming, eta, last) {
            (true, Some(eta), _) => ("label_eta", Some(eta.window)),
            (true, None, _) if view.promised.is_none() => ("", None),
            (true, None, _) => ("label_promised", view.promised),
            (false, _, Some(at)) => (own_label.as_str(), Some(Span { from: at, to: at })),
            (false, _, None) => ("", None),
        };
        let updated = eta.map(|eta| eta.computed_at).or(last);
        let report = view.report.as_ref();
        let mut slots = vec![
            ("state", view.state.clone()),
            ("visit", view.visit_id.clone()),
            ("seq", view.eta.as_ref().map_or(String::new(), |eta| eta.seq.to_string())),
            ("vendor", self.own(&view.vendor_name_ja, &view.vendor_name_en)),
            ("headline", self.headline(view)),
            ("label", self.word(label)),
            // A time alone is taken for today's.
            ("day", span.filter(|span| !self.is_today(span.from)).map_or(String::new(), |span| self.date(span.from))),
            ("window", span.map_or(String::new(), |span| self.times(span))),
            ("likely", eta.map_or(String::new(), |eta| self.with("likely", "time", &self.moment(eta.likely)))),
            ("late", eta.map_or(String::new(), |eta| self.lateness(eta, view.promised.as_ref(), &promised))),
            ("stops", eta.map_or(String::new(), |eta| self.stops(eta, &view.state))),
            ("basis", eta.map_or(String::new(), |eta| self.basis(eta))),
            ("updated", updated.map_or(String::new(), |at| self.with("updated", "time", &self.moment(at)))),
            ("upcoming", self.upcoming(view, eta)),
            ("rail", self.rail(view)),
            ("technician", view.technician_name.clone().unwrap_or_default()),
            ("promised", if eta.is_some() { promised } else { String::new() }),
            ("site", view.site_name.clone()),
            ("product", self.own(&view.product_name_ja, &view.product_name_en)),
            ("cause", report.map_or(String::new(), |report| self.own(&report.cause_ja, &report.cause_en))),
            ("remedy", report.map_or(String::new(), |report| report.remedy.clone())),
            ("used", self.own(&view.consumption_ja, &view.consumption_en)),
            ("phone", view.vendor_phone.clone()),
            ("phone_digits", digits(&view.vendor_phone)),
            ("expires", self.with("expires", "time", &self.day_clock(view.expires_at))),
        ];
        slots.extend(self.dial(view));
        slots
    }

    /// Of two texts the one in the page's language.
    fn own<T: Clone + Into<Option<String>>>(&self, ja: &T, en: &T) -> String {
        let text = if self.language == Language::Ja { ja } else { en };
        text.clone().into().unwrap_or_default()
    }

    fn word(&self, key: &str) -> String {
        self.words.get(key).cloned().unwrap_or_default()
    }

    fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.word(key).replacen(&format!("{{{name}}}"), value, 1)
    }

    fn headline(&self, view: &View) -> String {
        let known = self.words.get(&format!("headline_{}", view.state)).cloned();
        known.unwrap_or_else(|| self.own(&view.state_ja, &view.state_en))
    }

    /// When the page will say something new.
    fn upcoming(&self, view: &View, eta: Option<&Eta>) -> String {
        let silent = view.state == "en_route" && eta.is_none_or(|eta| eta.source != "gps");
        self.word(&if silent { "upcoming_silent".to_owned() } else { format!("upcoming_{}", view.state) })
    }

    /// An apology when the likely arrival is past the promise; a word of warning when only the latest is.
    fn lateness(&self, eta: &Eta, promised: Option<&Span>, window: &str) -> String {
        match promised {
            Some(promised) if eta.likely > promised.to => self.with("late", "promised", window),
            Some(promised) if eta.latest > promised.to => self.word("maybe_late"),
            _ => String::new(),
        }
    }

    /// Where the technician is, seen from the destination: north is up, and the ring says the scale.
    fn dial(&self, view: &View) -> [(&'static str, String); 4] {
        let Some(position) = view.position.filter(|_| view.state == "en_route") else {
            let middle = || "60".to_owned();
            return [("van_x", middle()), ("van_y", middle()), ("ring", String::new()), ("distance", String::new())];
        };
        let home = view.destination;
        let east = (position.lon - home.lon) * DEGREE_KM * home.lat.to_radians().cos();
        let north = (position.lat - home.lat) * DEGREE_KM;
        let km = east.hypot(north);
        let ring = RINGS_KM.into_iter().find(|radius| km <= *radius).unwrap_or(km.ceil());
        let at = |part: f64| format!("{}", (60.0 + part / ring * RING_RADIUS).round());
        let far = if km < 0.95 { format!("{} m", (km * 10.0).round().max(1.0) * 100.0) } else { format!("{km:.1} km") };
        let scale = if ring < 1.0 { format!("{} m", ring * 1000.0) } else { format!("{ring} km") };
        [
            ("van_x", at(east)),
            ("van_y", at(-north)),
            ("ring", scale),
            ("distance", self.with("distance", "distance", &far)),
        ]
    }

    fn stops(&self, eta: &Eta, state: &str) -> String {
        match eta.stops_before {
            0 if state == "en_route" => String::new(),
            0 => self.word("next"),
            n => self.with("stops", "n", &n.to_string()),
        }
    }

    fn basis(&self, eta: &Eta) -> String {
        let seconds = self.now.since(eta.basis_at).0.max(0);
        let age = match seconds {
            0..2 => self.word("age_now"),
            2..60 => self.with("age_s", "n", &seconds.to_string()),
            60..3600 => self.with("age_m", "n", &(seconds / 60).to_string()),
            _ => self.with("age_h", "n", &(seconds / 3600).to_string()),
        };
        format!("{} {age}", self.word(&format!("source_{}", eta.source)))
    }

    /// How far along, 4 to 96: the share of the time between setting out and the likely arrival.
    fn rail(&self, view: &View) -> String {
        let out = view.timeline.iter().find(|reached| reached.state == "en_route");
        let (Some(out), Some(eta), "en_route") = (out, &view.eta, view.state.as_str()) else { return "4".to_owned() };
        let whole = (eta.likely.millis() - out.at.millis()).max(1) as f64;
        let share = ((self.now.millis() - out.at.millis()) as f64 / whole).clamp(0.02, 0.97);
        format!("{}", (4.0 + share * 92.0).round())
    }

    fn steps(&self, view: &View) -> Vec<Step> {
        let time =
            |state: &str| view.timeline.iter().rev().find(|reached| reached.state == state).map(|reached| reached.at);
        let reached = STEPS.iter().rposition(|state| time(state).is_some() || *state == view.state);
        let stage = |index: usize, state: &str| match reached {
            Some(now) if index < now || (index == now && state == "done") => "done",
            Some(now) if index == now => "now",
            _ => "todo",
        };
        let row = |(index, state): (usize, &&str)| {
            let clock = time(state).map_or(String::new(), |at| at.clock_face(self.zone));
            (self.word(&format!("step_{state}")), clock, stage(index, state))
        };
        STEPS.iter().enumerate().map(row).collect()
    }
}

#[cfg(test)]
mod tests;
