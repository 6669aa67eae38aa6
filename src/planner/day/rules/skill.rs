//! Every skill that a job needs, at its level or above.

use std::collections::BTreeMap;

/// Skills with their levels.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skills(BTreeMap<String, i64>);

impl Skills {
    /// Skills that are only named have level 1; of a skill that stands in both places the higher level counts.
    #[must_use]
    pub fn new(named: &[String], levels: &BTreeMap<String, i64>) -> Self {
        let mut all: BTreeMap<String, i64> = named.iter().map(|skill| (skill.clone(), 1)).collect();
        for (skill, level) in levels {
            let held = all.entry(skill.clone()).or_insert(*level);
            *held = (*held).max(*level);
        }
        Self(all)
    }

    /// Does who holds these skills meet `need`?
    #[must_use]
    pub fn meet(&self, need: &Self) -> bool {
        need.0.iter().all(|(skill, level)| self.0.get(skill).is_some_and(|held| held >= level))
    }
}
