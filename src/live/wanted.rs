//! The topics that the address of a stream names.

use crate::domain::complaint::Form;
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::views::live::{After, Wanted};

/// Reads `topic=…&after=EPOCH:OFFSET[:ETA_SEQ]&presence=1`; what follows a topic belongs to it. `last` is the cursor with
/// which a browser comes back by itself to a stream of one topic.
pub(super) fn of_query(query: &str, last: Option<&str>) -> Result<Vec<Wanted>, Refusal> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (name.as_ref(), wanted.last_mut()) {
            ("topic", _) => {
                let topic = value.parse().map_err(|_| bad("topic", Form::Topic))?;
                wanted.push(Wanted::of(topic, None));
            }
            ("after", Some(topic)) => topic.after = Some(cursor(&value)?),
            ("presence", Some(topic)) => topic.presence = value == "1",
            _ => {}
        }
    }
    if wanted.len() > limits::SUBSCRIPTIONS {
        return Err(Refusal::new(Code::LiveTooMany).with("limit", limits::SUBSCRIPTIONS));
    }
    if let ([only], Some(last)) = (wanted.as_mut_slice(), last) {
        only.after = Some(cursor(last)?);
    }
    Ok(wanted)
}

fn cursor(text: &str) -> Result<After, Refusal> {
    let wrong = || Refusal::invalid_both("after", "EPOCH:OFFSET の形", "of the form EPOCH:OFFSET");
    let mut parts = text.split(':');
    let (Some(epoch), Some(offset), eta_seq, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let offset = offset.parse().map_err(|_| wrong())?;
    let eta_seq = eta_seq.map(str::parse).transpose().map_err(|_| wrong())?;
    Ok(After { epoch: epoch.to_owned(), offset, eta_seq })
}

fn bad(field: &str, form: Form) -> Refusal {
    Refusal::invalid_both(field, form.ja(), form.en())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "visit:vis_00000000000000000000000000000001";

    fn check(query: &str, last: Option<&str>, wanted: &[(Option<(&str, i64, Option<u64>)>, bool)]) {
        let found = of_query(query, last).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|one| {
                (one.after.as_ref().map(|after| (after.epoch.as_str(), after.offset, after.eta_seq)), one.presence)
            })
            .collect();
        assert_eq!(found, wanted, "{query}");
    }

    #[test]
    fn each_cursor_belongs_to_the_topic_before_it() {
        check("", None, &[]);
        check(&format!("topic={TOPIC}"), None, &[(None, false)]);
        check(
            &format!("track=secret&topic={TOPIC}&after=e:7&topic={TOPIC}&after=e:8:3&presence=1"),
            None,
            &[(Some(("e", 7, None)), false), (Some(("e", 8, Some(3))), true)],
        );
    }

    #[test]
    fn where_a_browser_was_counts_more_than_where_it_began() {
        check(&format!("topic={TOPIC}&after=e:1"), Some("e:9"), &[(Some(("e", 9, None)), false)]);
    }

    #[test]
    fn nonsense_is_refused() {
        for query in ["topic=all", &format!("topic={TOPIC}&after=7"), &format!("topic={TOPIC}&after=e:seven")] {
            assert!(of_query(query, None).is_err(), "{query}");
        }
        let many = format!("topic={TOPIC}&").repeat(limits::SUBSCRIPTIONS + 1);
        assert_eq!(of_query(&many, None).unwrap_err().code, Code::LiveTooMany);
    }
}
