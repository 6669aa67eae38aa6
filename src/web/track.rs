//! The tracking page's first state, written into its HTML so that it can be read without script. What each place says
//! is the same as in `web/src/pages/track/slots.ts`; both are held to the cases in `cases.json` beside it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use chrono::Datelike;
use chrono_tz::Tz;
use serde::Deserialize;

use super::serve::guarded;
use super::{Language, page};
use crate::domain::time::Timestamp;

/// The part of a TrackView that the page shows.
#[derive(Debug, Deserialize)]
struct View {
    state: String,
    state_ja: String,
    state_en: String,
    vendor_name: String,
    technician_name: Option<String>,
    promised: Option<Span>,
    eta: Option<Eta>,
    site_name: String,
    product_name_ja: String,
    product_name_en: String,
    timeline: Vec<Reached>,
    report: Option<Report>,
    consumption_ja: Option<String>,
    consumption_en: Option<String>,
    expires_at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Eta {
    earliest: Timestamp,
    likely: Timestamp,
    latest: Timestamp,
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
    cause: String,
    remedy: String,
}

/// States in which somebody is still to come.
const COMING: [&str; 6] = ["planned", "offered", "dispatched", "accepted", "declined", "en_route"];
const STEPS: [&str; 5] = ["dispatched", "en_route", "arrived", "working", "done"];

/// The answer to `GET /t/{token}`: the page with `view` (a TrackView as the JSON route answers it) filled in. Never
/// cached, because it is one person's and changes by the second. `None` stands for a link that is unknown, revoked or
/// over: the page then says so.
pub fn tracking_answer(view: Option<&serde_json::Value>, language: Language, zone: Tz, now: Timestamp) -> HttpResponse {
    let template = page("track", language).map_or("", |asset| std::str::from_utf8(asset.identity).unwrap_or(""));
    let (response, html) = match view {
        Some(view) => (HttpResponse::Ok(), fill_page(template, view, language, zone, now)),
        None => (HttpResponse::Gone(), gone_page(template)),
    };
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

/// A page that only says that the link is over.
fn gone_page(template: &str) -> String {
    let words = words_of(template);
    let notice = "data-slot=\"notice\">";
    let said = escape(words.get("gone").map_or("", String::as_str));
    fill(template, &BTreeMap::new())
        .replacen(notice, &format!("{notice}{said}"), 1)
        .replace("type=\"module\"", "type=\"text/plain\"")
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
        let promised = view.promised.as_ref().map_or(String::new(), |span| self.window(span.from, span.to));
        let (label, window) = match (coming, eta, last) {
            (true, Some(eta), _) => ("label_eta", self.window(eta.earliest, eta.latest)),
            (true, None, _) if promised.is_empty() => ("", String::new()),
            (true, None, _) => ("label_promised", promised.clone()),
            (false, _, Some(at)) => ("label_at", at.clock_face(self.zone)),
            (false, _, None) => ("", String::new()),
        };
        let late = matches!((eta, &view.promised), (Some(eta), Some(promised)) if eta.latest > promised.to);
        let updated = eta.map(|eta| eta.computed_at).or(last);
        let (ja, report) = (self.language == Language::Ja, view.report.as_ref());
        let own =
            |ja_text: &Option<String>, en_text: &Option<String>| if ja { ja_text.clone() } else { en_text.clone() };
        vec![
            ("state", view.state.clone()),
            ("vendor", view.vendor_name.clone()),
            ("headline", self.headline(view)),
            ("label", self.word(label)),
            ("window", window),
            ("late", if late { self.word("late") } else { String::new() }),
            ("stops", eta.map_or(String::new(), |eta| self.stops(eta, &view.state))),
            ("rail", self.rail(view)),
            ("basis", eta.map_or(String::new(), |eta| self.basis(eta))),
            ("updated", updated.map_or(String::new(), |at| self.with("updated", "time", &at.clock_face(self.zone)))),
            ("technician", view.technician_name.clone().unwrap_or_default()),
            ("promised", if eta.is_some() { promised } else { String::new() }),
            ("site", view.site_name.clone()),
            ("product", if ja { view.product_name_ja.clone() } else { view.product_name_en.clone() }),
            ("cause", report.map_or(String::new(), |report| report.cause.clone())),
            ("remedy", report.map_or(String::new(), |report| report.remedy.clone())),
            ("used", own(&view.consumption_ja, &view.consumption_en).unwrap_or_default()),
            ("expires", self.with("expires", "time", &self.day_clock(view.expires_at))),
        ]
    }

    fn word(&self, key: &str) -> String {
        self.words.get(key).cloned().unwrap_or_default()
    }

    fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.word(key).replacen(&format!("{{{name}}}"), value, 1)
    }

    fn headline(&self, view: &View) -> String {
        let fallback = if self.language == Language::Ja { &view.state_ja } else { &view.state_en };
        self.words.get(&format!("headline_{}", view.state)).unwrap_or(fallback).clone()
    }

    fn window(&self, from: Timestamp, to: Timestamp) -> String {
        let (from, to) = (from.clock_face(self.zone), to.clock_face(self.zone));
        if from == to { from } else { format!("{from}–{to}") }
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

    /// `11月24日(火) 13:00` or `Tue 24 Nov 13:00`.
    fn day_clock(&self, at: Timestamp) -> String {
        let day = at.day(self.zone);
        let weekday = ["月", "火", "水", "木", "金", "土", "日"][day.weekday().num_days_from_monday() as usize];
        let date = match self.language {
            Language::Ja => format!("{}月{}日({weekday})", day.month(), day.day()),
            Language::En => day.format("%a %-d %b").to_string(),
        };
        format!("{date} {}", at.clock_face(self.zone))
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
mod tests {
    use chrono_tz::Asia::Tokyo;
    use serde_json::{Value, json};

    use super::*;
    use crate::web::screens_are_built;

    fn cases() -> Vec<Value> {
        serde_json::from_str(include_str!("../../web/src/pages/track/cases.json")).expect("the cases are JSON")
    }

    fn language(case: &Value) -> Language {
        if case["language"] == "en" { Language::En } else { Language::Ja }
    }

    fn template(language: Language) -> &'static str {
        let asset = page("track", language).expect("the tracking page is built");
        std::str::from_utf8(asset.identity).expect("pages are UTF-8")
    }

    fn now(case: &Value) -> Timestamp {
        Timestamp::deserialize(&case["now"]).expect("an instant")
    }

    #[test]
    fn the_server_says_the_same_as_the_script() {
        if !screens_are_built() {
            return;
        }
        for case in cases() {
            let words = words_of(template(language(&case)));
            let writer = Writer { words: &words, language: language(&case), zone: Tokyo, now: now(&case) };
            let view = View::deserialize(&case["view"]).expect("a view");
            let slots: BTreeMap<_, _> = writer.slots(&view).into_iter().collect();
            assert_eq!(json!(slots), case["slots"], "{}", case["story"]);
            assert_eq!(json!(writer.steps(&view)), case["steps"], "{}", case["story"]);
        }
    }

    #[test]
    fn the_page_can_be_read_without_script_and_nothing_breaks_out_of_it() {
        if !screens_are_built() {
            return;
        }
        let case = &cases()[0];
        let mut view = case["view"].clone();
        view["technician_name"] = json!("</script><script>alert(1)</script>");
        view["vendor_name"] = json!("\"><img src=x onerror=alert(1)>");
        let html = fill_page(template(Language::Ja), &view, Language::Ja, Tokyo, now(case));
        assert!(html.contains(">10:31–10:44<"), "{html}");
        assert!(html.contains("北陸精密工業 &lt;本社&gt;"));
        assert!(html.contains("data-state=\"en_route\""));
        assert!(!html.contains("<script>alert") && !html.contains("<img"));
        assert_eq!(html.matches("<script").count(), template(Language::Ja).matches("<script").count());
        assert!(!html.contains("<!--"));
    }

    #[test]
    fn a_link_that_is_over_says_so_and_asks_no_more() {
        if !screens_are_built() {
            return;
        }
        let html = gone_page(template(Language::En));
        assert!(html.contains("This link has expired."));
        assert!(!html.contains("type=\"module\""));
    }
}
