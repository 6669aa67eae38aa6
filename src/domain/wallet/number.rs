//! Ticket numbers that survive a bad telephone line: lot number, serial, and a check digit that catches every single
//! wrong digit and every swap of neighbours (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004).

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

/// Whether a number read aloud can be a ticket's.
pub fn is_plausible(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let known = UnitKind::ALL.iter().any(|unit| number.starts_with(&format!("{}-", unit.prefix())));
    known && digits >= 12 && damm(number) == 0
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
        assert!(is_plausible(&ticket_number("MN-2026-000001", 1)));
    }

    #[test]
    fn one_wrong_digit_or_two_swapped_are_caught() {
        let number = ticket_number("TK-2026-004512", 7);
        assert!(is_plausible(&number));
        let chars: Vec<char> = number.chars().collect();
        for at in (0..chars.len()).filter(|at| chars[*at].is_ascii_digit()) {
            let mut wrong = chars.clone();
            wrong[at] = if chars[at] == '9' { '0' } else { char::from(chars[at] as u8 + 1) };
            assert!(!is_plausible(&wrong.iter().collect::<String>()));
        }
        assert!(!is_plausible(&number.replace("45", "54")));
    }
}
