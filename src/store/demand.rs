//! What was asked for, month by month, and what of it most.

mod frequent;

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use diesel::dsl::{count, count_star};
use diesel::prelude::*;

use super::Reader;
use super::error::Fault;
use super::schema::{issues, service_reports, visits, work_orders};
use crate::domain::issue::Outcome;
use crate::domain::priority::Priority;
use crate::domain::time::Timestamp;
use crate::views::demand::DemandLine;

/// Issues of one kind.
type Counted = (Priority, Option<Outcome>, i64);

impl Reader<'_> {
    /// One line for each month from that of `from` to that of `to`.
    pub fn demand(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<DemandLine>, Fault> {
        let mut lines = Vec::new();
        let mut month = first_day(from);
        while month <= to {
            lines.push(self.demand_of(month)?);
            month = month + Months::new(1);
        }
        Ok(lines)
    }

    fn demand_of(&mut self, month: NaiveDate) -> Result<DemandLine, Fault> {
        let midnight = |day| Timestamp::on_day(day, NaiveTime::MIN, self.zone);
        let (begin, end) = (midnight(month), midnight(month + Months::new(1)));
        let accepted = issues::created_at.ge(begin).and(issues::created_at.lt(end));
        let counted: Vec<Counted> = issues::table
            .filter(accepted)
            .group_by((issues::priority, issues::outcome))
            .select((issues::priority, issues::outcome, count_star()))
            .load(self.database)?;
        let visited: Vec<(Option<Outcome>, i64)> = service_reports::table
            .inner_join(visits::table.inner_join(work_orders::table.inner_join(issues::table)))
            .filter(accepted)
            .group_by(issues::outcome)
            .select((issues::outcome, count(issues::id).aggregate_distinct()))
            .load(self.database)?;
        Ok(line(month.format("%Y-%m").to_string(), &counted, &visited.into_iter().collect()))
    }
}

fn first_day(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn line(month: String, counted: &[Counted], visited: &BTreeMap<Option<Outcome>, i64>) -> DemandLine {
    let sum = |wanted: &dyn Fn(&Counted) -> bool| -> i64 {
        counted.iter().filter(|row| wanted(row)).map(|(.., issues)| issues).sum()
    };
    let remote = |outcome: Outcome| {
        sum(&|(_, ended, _)| *ended == Some(outcome)) - visited.get(&Some(outcome)).copied().unwrap_or_default()
    };
    let ended = |outcome: &Outcome| outcome.is_final() && *outcome != Outcome::Withdrawn;
    let over = sum(&|(_, outcome, _)| outcome.as_ref().is_some_and(ended));
    let on_site: i64 =
        visited.iter().filter(|(outcome, _)| outcome.as_ref().is_some_and(ended)).map(|(_, issues)| issues).sum();
    DemandLine {
        month,
        issues: sum(&|_| true),
        low: sum(&|(priority, ..)| *priority == Priority::P4),
        answered: remote(Outcome::Answered),
        by_article: remote(Outcome::SolvedByArticle),
        visited: visited.values().sum(),
        withdrawn: sum(&|(_, outcome, _)| *outcome == Some(Outcome::Withdrawn)),
        deflected_permille: (over > 0).then(|| (over - on_site) * 1_000 / over),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::commands::intake::save;
    use crate::commands::remote_outcome;
    use crate::domain::ids::IssueId;
    use crate::domain::priority::{Impact, Urgency};
    use crate::domain::time::Seconds;
    use crate::roads::travel::GreatCircle;
    use crate::store::testing::{Kit, call, company_with, date, lot, on_both};
    use crate::views::desk::{OutcomeRequest, RemoteOutcome};

    async fn called(kit: &Kit, impact: Impact) -> IssueId {
        let mut request = call(&kit.card("KS-1001").await);
        (request.issues[0].impact, request.issues[0].urgency) = (impact, Urgency::Whenever);
        kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id
    }

    async fn end(kit: &Kit, issue: IssueId, outcome: RemoteOutcome) {
        let end = OutcomeRequest { version: 1, outcome, note: String::new(), remedy: String::new(), minutes: None };
        kit.write(move |unit| remote_outcome::close(unit, issue, &end, &GreatCircle::CITY)).await.expect("closed");
    }

    #[tokio::test]
    async fn a_month_tells_what_the_desk_kept_from_the_road() {
        on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
            let (advice, question) = (called(&kit, Impact::None).await, called(&kit, Impact::Partial).await);
            called(&kit, Impact::Stopped).await;
            let withdrawn = called(&kit, Impact::Stopped).await;
            end(&kit, advice, RemoteOutcome::SolvedByArticle).await;
            end(&kit, question, RemoteOutcome::Answered).await;
            end(&kit, withdrawn, RemoteOutcome::Withdrawn).await;
            // 1 December in Tokyo is still November in London.
            kit.clock.advance(Seconds::hours(24 * 7 + 16));
            called(&kit, Impact::None).await;
            let lines = kit.read(|reader| reader.demand(date("2026-11-30"), date("2026-12-01"))).await.expect("read");
            let month = |name: &str| DemandLine { month: name.to_owned(), ..DemandLine::default() };
            let november = DemandLine {
                issues: 4,
                low: 1,
                answered: 1,
                by_article: 1,
                withdrawn: 1,
                deflected_permille: Some(1_000),
                ..month("2026-11")
            };
            assert_eq!(lines, [november, DemandLine { issues: 1, low: 1, ..month("2026-12") }]);
        })
        .await;
    }

    #[test]
    fn what_was_reported_on_site_is_not_kept_from_the_road() {
        let counted = [
            (Priority::P1, Some(Outcome::Repaired), 3),
            (Priority::P4, Some(Outcome::Answered), 4),
            (Priority::P4, Some(Outcome::NeedsRevisit), 2),
            (Priority::P2, None, 5),
        ];
        let visited = BTreeMap::from([
            (Some(Outcome::Repaired), 3),
            (Some(Outcome::Answered), 1),
            (Some(Outcome::NeedsRevisit), 2),
        ]);
        let expected = DemandLine {
            month: "2026-11".to_owned(),
            issues: 14,
            low: 6,
            answered: 3,
            by_article: 0,
            visited: 6,
            withdrawn: 0,
            deflected_permille: Some(428),
        };
        assert_eq!(line("2026-11".to_owned(), &counted, &visited), expected);
    }
}
