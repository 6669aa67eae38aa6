use chrono_tz::Asia::Tokyo;
use serde_json::{Value, json};

use super::*;
use crate::web::screens_are_built;

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../web/src/pages/track/cases.json")).expect("the cases are JSON")
}

fn language(case: &Value) -> Language {
    if case["language"] == "en" { Language::En } else { Language::Ja }
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
    view["vendor_name_ja"] = json!("\"><img src=x onerror=alert(1)>");
    let html = fill_page(template(Language::Ja), &view, Language::Ja, Tokyo, now(case));
    assert!(html.contains(">10:30–10:45<"), "{html}");
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
    let html = closed_page(template(Language::En), Closed::Expired, None);
    assert!(html.contains("This link has expired."));
    assert!(!html.contains("type=\"module\""));
    let vendor = Vendor { name: "A & B", phone: "076-555-0100" };
    let html = closed_page(template(Language::En), Closed::Revoked, Some(vendor));
    assert!(html.contains("This link was withdrawn.") && html.contains("A &amp; B"));
    assert!(html.contains("tel:0765550100"));
}
