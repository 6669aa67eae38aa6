//! Figures are judged by how far ahead they were said: an hour ahead nobody knows the minute.

use crate::domain::time::Seconds;

/// Minutes ahead at which one class of figures ends and the next begins.
pub const BOUNDS_MIN: [i64; 4] = [15, 30, 60, 120];

/// Classes: 0 to 15, 15 to 30, 30 to 60, 60 to 120 minutes ahead, and beyond.
pub const CLASSES: usize = BOUNDS_MIN.len() + 1;

/// The class of a figure that said so long before the arrival; what is overdue counts as the nearest.
pub fn horizon(ahead: Seconds) -> usize {
    BOUNDS_MIN.iter().filter(|bound| ahead >= Seconds::minutes(**bound)).count()
}

/// The minutes of a class: from, and to where it ends.
pub fn minutes_of(class: usize) -> (i64, Option<i64>) {
    let from = class.checked_sub(1).and_then(|below| BOUNDS_MIN.get(below)).copied().unwrap_or(0);
    (from, BOUNDS_MIN.get(class).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_begins_where_the_one_before_ends() {
        let classes = [-5, 0, 14, 15, 29, 30, 59, 60, 119, 120, 600].map(|minute| horizon(Seconds::minutes(minute)));
        assert_eq!(classes, [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
        let spans: Vec<_> = (0..CLASSES).map(minutes_of).collect();
        assert_eq!(spans, [(0, Some(15)), (15, Some(30)), (30, Some(60)), (60, Some(120)), (120, None)]);
    }
}
