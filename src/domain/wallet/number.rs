//! Ticket numbers that survive a bad telephone line: lot number, serial, and a check digit that catches every single
//! wrong digit and every swap of neighbours (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004).

use crate::domain::phone::{fold, is_dash};
use crate::domain::wallet::terms::UnitKind;

/// The order-10 totally anti-symmetric quasigroup of the Damm check.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(text: &str) -> u8 {
    text.bytes().filter(u8::is_ascii_digit).fold(0, |state, digit| DAMM[usize::from(state)][usize::from(digit - b'0')])
}

/// `TK-2026-004512` and serial 7 give `TK-2026-004512-07-3`.
pub fn ticket_number(lot: &str, serial: i32) -> String {
    let body = format!("{lot}-{serial:02}");
    let check = damm(&body);
    format!("{body}-{check}")
}

/// What a number that somebody reads out or types can be. Without its letters it may be of any unit, so that several
/// numbers are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quoted {
    /// As they are stored; the check digit fits.
    Tickets(Vec<String>),
    Lots(Vec<String>),
    /// The check digit does not fit: one digit is wrong, or two neighbours changed places.
    Misheard {
        /// Its letters say that a ticket is meant; without them it may be another number altogether.
        is_sure: bool,
    },
}

/// Digits of a lot's year and its number.
const LOT_DIGITS: usize = 10;
/// Digits of a ticket: those of its lot, two to five of the serial, the check.
const TICKET_DIGITS: std::ops::RangeInclusive<usize> = 13..=16;

/// Reads a ticket's or a lot's number in whatever form: full width, spaces, no hyphens, no letters. A ticket's number
/// that breaks off before its end still names its lot. None when it is no such number.
pub fn quoted(text: &str) -> Option<Quoted> {
    let plain: String = fold(text).to_uppercase().chars().filter(|c| !is_dash(*c)).collect();
    let (letters, digits) = plain.split_at(plain.find(|c: char| c.is_ascii_digit())?);
    let has_year = matches!(digits.get(..2), Some("19" | "20"));
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !has_year {
        return None;
    }
    let units: Vec<UnitKind> =
        UnitKind::ALL.iter().copied().filter(|unit| letters.is_empty() || unit.prefix() == letters).collect();
    let (lot, rest) = digits.split_at_checked(LOT_DIGITS).filter(|_| !units.is_empty())?;
    let lots = || units.iter().map(|unit| format!("{}-{}-{}", unit.prefix(), &lot[..4], &lot[4..]));
    let is_sure = !letters.is_empty();
    match digits.len() {
        LOT_DIGITS => Some(Quoted::Lots(lots().collect())),
        count if TICKET_DIGITS.contains(&count) && damm(digits) == 0 => {
            let (serial, check) = rest.split_at(rest.len() - 1);
            Some(Quoted::Tickets(lots().map(|lot| format!("{lot}-{serial}-{check}")).collect()))
        }
        count if TICKET_DIGITS.contains(&count) => Some(Quoted::Misheard { is_sure }),
        count if count < *TICKET_DIGITS.start() && is_sure => Some(Quoted::Lots(lots().collect())),
        _ => None,
    }
}

/// The series in which the lots of a year are counted, such as `TK-2026`.
pub fn series(unit: UnitKind, year: i32) -> String {
    format!("{}-{year:04}", unit.prefix())
}

/// `TK-2026-004512` for number 4512 of the series `TK-2026`.
pub fn lot_number(series: &str, number: i64) -> String {
    format!("{series}-{number:06}")
}

/// The series and the number of a lot's number; none when it is not of the form `TK-2026-004512` for its unit.
pub fn parse_lot(number: &str, unit: UnitKind) -> Option<(&str, i64)> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let (series, count) = number.rsplit_once('-')?;
    let (prefix, year) = series.split_once('-')?;
    let fits = prefix == unit.prefix() && digits(year, 4) && digits(count, 6);
    fits.then(|| count.parse().ok().map(|count| (series, count))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_example_of_the_damm_check_holds() {
        assert_eq!(damm("572"), 4);
        assert_eq!(damm("5724"), 0);
    }

    #[test]
    fn a_lots_number_is_taken_apart_and_put_together() {
        assert_eq!(lot_number(&series(UnitKind::Ticket, 2026), 4512), "TK-2026-004512");
        assert_eq!(parse_lot("TK-2026-004512", UnitKind::Ticket), Some(("TK-2026", 4512)));
        for wrong in ["TK-2026-4512", "PT-2026-004512", "TK-26-004512", "TK2026004512", "TK-2026-00451x"] {
            assert_eq!(parse_lot(wrong, UnitKind::Ticket), None, "{wrong}");
        }
    }

    fn tickets(numbers: &[&str]) -> Option<Quoted> {
        Some(Quoted::Tickets(numbers.iter().map(|number| (*number).to_owned()).collect()))
    }

    #[test]
    fn a_number_is_understood_however_it_is_typed() {
        let number = ticket_number("TK-2026-004512", 7);
        for typed in [number.clone(), number.to_lowercase(), number.replace('-', ""), number.replace('-', " ")] {
            assert_eq!(quoted(&typed), tickets(&[&number]), "{typed}");
        }
        let full: String = number.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
        for typed in [full.clone(), full.replace('－', "ー"), full.replace('－', "　"), format!(" {number}　")] {
            assert_eq!(quoted(&typed), tickets(&[&number]), "{typed}");
        }
        let [of_points, of_minutes] = ["PT", "MN"].map(|prefix| number.replace("TK", prefix));
        assert_eq!(quoted(&number["TK-".len()..]), tickets(&[&number, &of_points, &of_minutes]));
        for serial in [1, 99, 100, 9_999, 10_000] {
            let number = ticket_number("MN-2026-000001", serial);
            assert_eq!(quoted(&number), tickets(&[&number]));
        }
    }

    #[test]
    fn a_lots_number_and_a_tickets_that_breaks_off_name_the_lot() {
        let lot = Some(Quoted::Lots(vec!["TK-2026-004512".to_owned()]));
        for typed in ["TK-2026-004512", "ｔｋ２０２６００４５１２", "TK-2026-004512-0", "tk 2026 004512 07"]
        {
            assert_eq!(quoted(typed), lot, "{typed}");
        }
    }

    #[test]
    fn what_is_no_ticket_is_left_to_others() {
        for typed in ["", "TK", "KS-1001", "０７６−５５５−０１１１", "AC20-0002", "TK-2026-0045", "うたつ2026004512"]
        {
            assert_eq!(quoted(typed), None, "{typed}");
        }
    }

    #[test]
    fn one_wrong_digit_or_two_swapped_are_caught() {
        let number = ticket_number("TK-2026-004512", 7);
        let chars: Vec<char> = number.chars().collect();
        for at in (0..chars.len()).filter(|at| chars[*at].is_ascii_digit()).skip(2) {
            let mut wrong = chars.clone();
            wrong[at] = if chars[at] == '9' { '0' } else { char::from(chars[at] as u8 + 1) };
            assert_eq!(quoted(&wrong.iter().collect::<String>()), Some(Quoted::Misheard { is_sure: true }));
        }
        assert_eq!(quoted(&number.replace("45", "54")), Some(Quoted::Misheard { is_sure: true }));
        assert_eq!(quoted("2026 004512 08 3"), Some(Quoted::Misheard { is_sure: false }));
    }
}
