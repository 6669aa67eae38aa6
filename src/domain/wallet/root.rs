//! The root over all chains of the ledger: one hash a day that somebody else can keep. Whoever rewrites the past later, with
//! all its links, cannot make it end in the root that is kept elsewhere.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Seal};

/// Where a chain stood when a root was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Its name: `wallet:wal_…`, `policies:con_…`, `refusals`, or a stream such as `contract:con_…`.
    pub chain: String,
    /// Links of the chain.
    pub seq: i64,
    pub link: Vec<u8>,
}

/// Which root it is, and when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// From 1.
    pub nth: i64,
    pub day: NaiveDate,
    pub at: Timestamp,
}

/// The root of a day, given the one before (nothing before the first) and the chains that grew since, by name.
pub fn root(before: &[u8], taken: Taken, heads: &[Head]) -> Link {
    let mut seal = Seal::new("root");
    seal.bytes(before).number(taken.nth).text(&taken.day.to_string()).number(taken.at.micros());
    for head in heads {
        seal.text(&head.chain).number(head.seq).bytes(&head.link);
    }
    seal.close()
}

/// Reads a root as people copy it: 64 hex digits, in groups and in capitals too. None: it is no root.
pub fn parse(text: &str) -> Option<Link> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let mut link = Link::default();
    if digits.len() != 2 * link.len() {
        return None;
    }
    for (byte, pair) in link.iter_mut().zip(digits.chunks(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(link)
}

coded! {
    /// What became of a root that somebody kept.
    Verdict {
        Holds = "holds", "一致します。この照合値までの記録は変わっていません。", "It holds: nothing up to this root was changed.";
        Broken = "broken", "照合値はありますが、そこまでの記録が変わっています。発行者にお問い合わせください。", "The root is there, but what led to it was changed. Ask the issuer.";
        Unknown = "unknown", "この照合値は台帳にありません。打ち間違いでなければ、控えた後に記録が書き換えられています。", "The ledger has no such root. Unless it was mistyped, the ledger was rewritten after you kept it.";
    }
}

coded! {
    /// What a root stands for.
    RootKind {
        Statement = "statement", "ご利用明細書", "Statement";
        Day = "day", "日次の照合値", "Root of a day";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wallet::chain::hex;

    fn heads() -> Vec<Head> {
        ["refusals", "wallet:wal_1"].map(|chain| Head { chain: chain.to_owned(), seq: 3, link: vec![7; 32] }).to_vec()
    }

    fn taken(nth: i64) -> Taken {
        let day = "2026-11-23".parse().expect("a date of the test");
        Taken { nth, day, at: Timestamp::from_seconds(1_795_392_000) }
    }

    #[test]
    fn any_chain_that_stood_elsewhere_gives_another_root() {
        let honest = root(&[1; 32], taken(2), &heads());
        let mut other = heads();
        other[1].chain = "wallet:wal_2".to_owned();
        assert_ne!(root(&[1; 32], taken(2), &other), honest);
        let mut other = heads();
        other[1].seq = 4;
        assert_ne!(root(&[1; 32], taken(2), &other), honest);
        other[1] = Head { link: vec![8; 32], ..heads()[1].clone() };
        assert_ne!(root(&[1; 32], taken(2), &other), honest);
        assert_ne!(root(&[2; 32], taken(2), &heads()), honest);
        let later = Taken { at: Timestamp::from_seconds(1_795_392_001), ..taken(2) };
        assert_ne!(root(&[1; 32], later, &heads()), honest);
        assert_ne!(root(&[1; 32], taken(2), &heads()[..1]), honest);
    }

    #[test]
    fn a_root_is_read_as_people_copy_it() {
        let link = root(&[], taken(1), &heads());
        let text = hex(&link);
        let (one, other) = text.split_at(32);
        for copied in [text.clone(), text.to_uppercase(), format!(" {one} {other}\n"), format!("{one}-{other}")] {
            assert_eq!(parse(&copied), Some(link), "{copied}");
        }
        for wrong in ["", "abc", &text[1..], &format!("{text}0"), &text.replace('0', "g").replace('1', "g")] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
