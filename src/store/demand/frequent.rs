//! What is asked and reported most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::first_day;
use crate::domain::ids::ProductId;
use crate::domain::issue::IssueKind;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::issues;
use crate::store::visits::Names;
use crate::views::demand::{Asked, Frequent, FrequentProduct, FrequentSymptom};

/// Issues of one kind about one symptom of one product.
type Counted = (Option<ProductId>, Option<String>, IssueKind, i64);

impl Reader<'_> {
    /// The questions and faults accepted from the month of `from` to that of `to`.
    pub fn frequent(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Frequent, Fault> {
        let midnight = |day| Timestamp::on_day(day, chrono::NaiveTime::MIN, self.zone);
        let (begin, end) = (midnight(first_day(from)), midnight(first_day(to) + Months::new(1)));
        let counted: Vec<Counted> = issues::table
            .filter(issues::created_at.ge(begin).and(issues::created_at.lt(end)))
            .filter(issues::kind.eq_any([IssueKind::Question, IssueKind::Fault]))
            .group_by((issues::product_id, issues::symptom, issues::kind))
            .select((issues::product_id, issues::symptom, issues::kind, count_star()))
            .load(self.database)?;
        let symptoms = top(counted.iter().map(|(product, symptom, kind, n)| ((*product, symptom.clone()), *kind, *n)));
        let products = top(counted.iter().map(|(product, _, kind, n)| (*product, *kind, *n)));
        let named = symptoms.iter().map(|(about, _)| about.0).chain(products.iter().map(|(about, _)| *about));
        let names = Names::load(self.database, named.flatten())?;
        let symptom = |((product_id, symptom), asked): ((Option<ProductId>, Option<String>), Asked)| {
            let (product_name_ja, product_name_en) = names.product(product_id);
            let (symptom_ja, symptom_en) = names.symptom(product_id, symptom.as_deref());
            FrequentSymptom { product_id, product_name_ja, product_name_en, symptom, symptom_ja, symptom_en, asked }
        };
        let product = |(product_id, asked): (Option<ProductId>, Asked)| {
            let (product_name_ja, product_name_en) = names.product(product_id);
            FrequentProduct { product_id, product_name_ja, product_name_en, asked }
        };
        Ok(Frequent {
            symptoms: symptoms.into_iter().map(symptom).collect(),
            products: products.into_iter().map(product).collect(),
        })
    }
}

/// The most frequent first; of two that are asked as often the smaller stands first, so that the list stays.
fn top<K: Ord>(counted: impl Iterator<Item = (K, IssueKind, i64)>) -> Vec<(K, Asked)> {
    let mut sums: BTreeMap<K, Asked> = BTreeMap::new();
    for (about, kind, issues) in counted {
        let asked = sums.entry(about).or_default();
        match kind {
            IssueKind::Question => asked.questions += issues,
            IssueKind::Fault => asked.faults += issues,
            IssueKind::Inquiry | IssueKind::Maintenance => {}
        }
    }
    let mut all: Vec<(K, Asked)> = sums.into_iter().collect();
    all.sort_by_key(|(_, asked)| Reverse(asked.questions + asked.faults));
    all.truncate(limits::FREQUENT);
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::commands::intake::save;
    use crate::domain::time::Seconds;
    use crate::store::testing::{Kit, call, company_with, date, lot, on_both};

    async fn called(kit: &Kit, kind: IssueKind, asset: bool, symptom: Option<&str>) {
        let card = kit.card("KS-1001").await;
        let mut request = call(&card);
        let issue = &mut request.issues[0];
        (issue.kind, issue.needs_visit) = (kind, kind == IssueKind::Fault);
        (issue.asset_id, issue.product_id) = (asset.then_some(card.assets[0].id), None);
        issue.symptom = symptom.map(str::to_owned);
        request.overdraft = true;
        kit.write(move |unit| save(unit, &request)).await.expect("saved");
    }

    #[tokio::test]
    async fn what_is_asked_most_stands_first_and_only_questions_and_faults_count() {
        use IssueKind::{Fault, Inquiry, Question};
        on_both(company_with(json!([lot(1, 9, None)])), async |kit| {
            for (kind, asset, symptom) in [
                (Fault, true, Some("noise")),
                (Question, true, Some("timer")),
                (Question, true, Some("timer")),
                (Fault, true, Some("timer")),
                (Question, false, None),
                (Inquiry, true, None),
            ] {
                called(&kit, kind, asset, symptom).await;
            }
            // The next month in Tokyo.
            kit.clock.advance(Seconds::hours(24 * 7 + 16));
            called(&kit, Fault, true, Some("noise")).await;
            let november =
                kit.read(|reader| reader.frequent(date("2026-11-01"), date("2026-11-30"))).await.expect("read");
            let symptoms: Vec<_> = november
                .symptoms
                .iter()
                .map(|one| (one.symptom_ja.as_str(), one.asked.questions, one.asked.faults))
                .collect();
            assert_eq!(symptoms, [("タイマー設定", 2, 1), ("", 1, 0), ("異音", 0, 1)]);
            let products: Vec<_> = november
                .products
                .iter()
                .map(|one| (one.product_name_en.as_str(), one.asked.questions, one.asked.faults))
                .collect();
            assert_eq!(products, [("Compressor AC-20", 2, 2), ("", 1, 0)]);
            let both = kit.read(|reader| reader.frequent(date("2026-11-01"), date("2026-12-31"))).await.expect("read");
            assert_eq!(both.symptoms[1].symptom.as_deref(), Some("noise"));
            let before =
                kit.read(|reader| reader.frequent(date("2026-10-01"), date("2026-10-31"))).await.expect("read");
            assert_eq!(before, Frequent::default());
        })
        .await;
    }

    #[test]
    fn the_list_ends_after_the_most_frequent() {
        let counted = (0..50).map(|product| (product, IssueKind::Fault, product / 2));
        let found = top(counted);
        assert_eq!((found.len(), found[0].0, found[1].0, found[2].0), (limits::FREQUENT, 48, 49, 46));
    }
}
