//! The root that a statement prints, compared with the wallet's chain: whoever kept one can ask later whether the ledger
//! still says what it said then.

use super::account::Balances;
use super::chain::{self, Link, Posting};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;

/// Hex digits of a root.
const DIGITS: usize = 64;

/// Reads a root as people type it from paper: in groups, in capitals, with the wide letters of a Japanese keyboard.
pub fn read_root(typed: &str) -> Result<Link, Refusal> {
    let digits: Vec<u8> = typed
        .chars()
        .map(narrow)
        .filter(|c| !is_gap(*c))
        .map(|c| c.to_digit(16).map(nibble))
        .collect::<Option<_>>()
        .filter(|digits: &Vec<u8>| digits.len() == DIGITS)
        .ok_or_else(|| wrong(typed))?;
    let mut root = [0; 32];
    for (byte, pair) in root.iter_mut().zip(digits.chunks(2)) {
        *byte = pair.iter().fold(0, |sum, digit| sum << 4 | digit);
    }
    Ok(root)
}

fn nibble(digit: u32) -> u8 {
    u8::try_from(digit).unwrap_or_default()
}

/// Wide forms (U+FF01 to U+FF5E) stand in the order of the narrow ones.
fn narrow(c: char) -> char {
    let code = u32::from(c);
    if (0xFF01..=0xFF5E).contains(&code) { char::from_u32(code - 0xFEE0).unwrap_or(c) } else { c }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | ':' | '.' | ',' | '‐' | '−' | '–' | '—')
}

fn wrong(typed: &str) -> Refusal {
    let count = typed.chars().filter(|c| !is_gap(narrow(*c))).count();
    let ja = format!("照合値は0〜9とa〜fの{DIGITS}文字です。いまは{count}文字か、ほかの文字が入っています");
    let en = format!("a root has {DIGITS} characters, 0 to 9 and a to f; this one has {count}, or others among them");
    Refusal::invalid_both("root", &ja, &en)
}

/// A posting as it lies in the table; what cannot be read was changed.
pub struct Kept<'a> {
    pub posting: Option<&'a Posting>,
    /// The link that was written with it.
    pub link: &'a [u8],
}

/// Follows a chain from its beginning and computes every link anew, until the root is found or the chain breaks.
pub struct Tracer {
    root: Link,
    before: Link,
    /// Place of the last posting that was followed; 0 is the beginning.
    pub seq: i64,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// What stood on the accounts after it.
    pub balances: Balances,
    pub end: Option<End>,
}

/// Where the way along a chain ends before its last posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The root is the link after the last posting followed.
    Found,
    /// This posting is not the one that was sealed.
    Broken(i64),
}

impl Tracer {
    /// `genesis` is the link before the first posting.
    pub fn new(genesis: Link, root: Link) -> Self {
        let end = (genesis == root).then_some(End::Found);
        Self { root, before: genesis, seq: 0, at: None, balances: Balances::default(), end }
    }

    /// Follows one posting more.
    pub fn follow(&mut self, kept: &Kept<'_>) {
        if self.end.is_some() {
            return;
        }
        let place = self.seq + 1;
        let sealed = kept.posting.filter(|posting| posting.seq == place);
        let Some(posting) = sealed.filter(|posting| chain::link(&self.before, posting) == kept.link) else {
            self.end = Some(End::Broken(place));
            return;
        };
        self.before = chain::link(&self.before, posting);
        self.seq = place;
        self.at = Some(posting.at);
        self.balances.post(posting.from, posting.to, posting.units);
        if self.before == self.root {
            self.end = Some(End::Found);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{EventId, Id, PostingId, WalletId};
    use crate::domain::wallet::account::{Account, Movement};
    use crate::domain::wallet::chain::hex;

    const GENESIS: Link = [7; 32];

    fn posting(seq: i64, units: i64) -> Posting {
        Posting {
            id: PostingId::from_uuid(Uuid::from_u128(seq.unsigned_abs().into())),
            wallet: WalletId::from_uuid(Uuid::from_u128(2)),
            seq,
            movement: Movement::Purchase,
            from: Account::Source,
            to: Account::Available,
            units,
            lot: None,
            ticket: None,
            issue: None,
            refers_to: None,
            terms: None,
            told: None,
            event: EventId::from_uuid(Uuid::from_u128(3)),
            at: Timestamp::from_seconds(1_790_000_000 + seq),
            reason: "purchase".into(),
        }
    }

    /// A ledger of so many postings, each with its link.
    fn ledger(units: &[i64]) -> Vec<(Posting, Link)> {
        let mut before = GENESIS;
        (1..)
            .zip(units)
            .map(|(seq, units)| {
                let posting = posting(seq, *units);
                before = chain::link(&before, &posting);
                (posting, before)
            })
            .collect()
    }

    fn trace(ledger: &[(Posting, Link)], root: Link) -> Tracer {
        let mut tracer = Tracer::new(GENESIS, root);
        for (posting, link) in ledger {
            tracer.follow(&Kept { posting: Some(posting), link });
        }
        tracer
    }

    fn reads(typed: &str) {
        assert_eq!(read_root(typed).map(|root| hex(&root)).ok().as_deref(), Some(PLAIN), "{typed}");
    }

    const PLAIN: &str = "00ff10ab00ff10ab00ff10ab00ff10ab00ff10ab00ff10ab00ff10ab00ff10ab";

    #[test]
    fn a_root_is_read_however_it_was_typed() {
        reads(PLAIN);
        reads(&PLAIN.to_uppercase());
        reads(&format!("  {PLAIN}\n"));
        reads(&"00ff-10ab ".repeat(8));
        reads(&"００ＦＦ　１０ａｂ".repeat(8));
    }

    #[test]
    fn what_is_no_root_is_refused_with_its_length() {
        for typed in ["", "00ff", &PLAIN.replace('a', "g"), &format!("{PLAIN}0"), &PLAIN[1..]] {
            let refusal = read_root(typed).expect_err("no root");
            assert_eq!(refusal.field.as_deref(), Some("root"));
        }
        assert!(read_root("00ff").expect_err("too short").en().contains("this one has 4"));
    }

    #[test]
    fn the_beginning_has_a_root_too() {
        let tracer = trace(&ledger(&[10]), GENESIS);
        assert_eq!((tracer.end, tracer.seq, tracer.at), (Some(End::Found), 0, None));
    }

    #[test]
    fn a_changed_posting_breaks_the_chain_there_and_what_lies_before_still_fits() {
        let mut ledger = ledger(&[10, 20, 30]);
        let (second, last) = (ledger[0].1, ledger[2].1);
        ledger[1].0.units = 21;
        assert_eq!(trace(&ledger, last).end, Some(End::Broken(2)));
        assert_eq!(trace(&ledger, second).end, Some(End::Found));
    }

    #[test]
    fn a_posting_that_cannot_be_read_or_stands_in_the_wrong_place_breaks_it_too() {
        let ledger = ledger(&[10, 20]);
        let mut tracer = Tracer::new(GENESIS, [0; 32]);
        tracer.follow(&Kept { posting: None, link: &ledger[0].1 });
        assert_eq!(tracer.end, Some(End::Broken(1)));
        assert_eq!(trace(&ledger[1..], [0; 32]).end, Some(End::Broken(1)));
    }

    proptest! {
        #[test]
        fn every_root_that_was_ever_printed_is_found_at_its_posting(
            units in proptest::collection::vec(1..100_i64, 1..30), at in any::<proptest::sample::Index>(), other in any::<[u8; 32]>(),
        ) {
            let ledger = ledger(&units);
            let at = at.index(units.len());
            let found = trace(&ledger, ledger[at].1);
            prop_assert_eq!((found.end, found.seq), (Some(End::Found), at as i64 + 1));
            prop_assert_eq!(found.balances.available, units[..=at].iter().sum::<i64>());
            let unknown = trace(&ledger, other);
            prop_assert_eq!((unknown.end, unknown.seq), (None, units.len() as i64));
        }

        #[test]
        fn a_root_written_in_any_groups_reads_the_same(root in any::<[u8; 32]>(), every in 1..20_usize, upper in any::<bool>()) {
            let text = hex(&root);
            let text = if upper { text.to_uppercase() } else { text };
            let digits: Vec<char> = text.chars().collect();
            let grouped: Vec<String> = digits.chunks(every).map(|group| group.iter().collect()).collect();
            prop_assert_eq!(read_root(&grouped.join(" ")).ok(), Some(root));
        }
    }
}
