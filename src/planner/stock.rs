//! What of a van's stock is still free. Vans are filled up overnight, so only today's work counts.

use std::collections::BTreeMap;

use super::problem::PartCount;

/// What is carried, less what today's finished visits used and what those still on the route will take. A part that is
/// gone stays in the list with none left; what was used and never carried came from elsewhere.
pub fn free(carried: &[PartCount], taken: impl IntoIterator<Item = PartCount>) -> Vec<PartCount> {
    let mut left: BTreeMap<&str, u32> = BTreeMap::new();
    for part in carried {
        *left.entry(&part.code).or_default() += part.quantity;
    }
    for part in taken {
        if let Some(quantity) = left.get_mut(part.code.as_str()) {
            *quantity = quantity.saturating_sub(part.quantity);
        }
    }
    left.into_iter().map(|(code, quantity)| PartCount { code: code.to_owned(), quantity }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[(&str, u32)]) -> Vec<PartCount> {
        list.iter().map(|(code, quantity)| PartCount { code: (*code).to_owned(), quantity: *quantity }).collect()
    }

    fn check(carried: &[(&str, u32)], taken: &[(&str, u32)], left: &[(&str, u32)]) {
        assert_eq!(free(&parts(carried), parts(taken)), parts(left));
    }

    #[test]
    fn what_was_used_and_what_is_meant_for_others_is_not_free() {
        check(&[("belt", 3), ("fan", 1)], &[], &[("belt", 3), ("fan", 1)]);
        check(&[("belt", 3), ("fan", 1)], &[("belt", 1), ("belt", 1)], &[("belt", 1), ("fan", 1)]);
        check(&[("fan", 1), ("fan", 2)], &[("fan", 2)], &[("fan", 1)]);
        check(&[("belt", 1)], &[("belt", 4), ("pump", 1)], &[("belt", 0)]);
    }
}
