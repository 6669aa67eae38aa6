//! The ledger under random commands, on both databases.

use std::collections::BTreeMap;

use kaketsuke::sim::ledger::{Options, Outcome, alone, run};
use kaketsuke::store::Address;

fn check(outcome: &Outcome) {
    println!("{:.0} commands a second, {} postings: {outcome:?}", outcome.rate(), outcome.postings);
    assert_eq!(outcome.wrong, Vec::<String>::new());
    let desk = [
        "call", "close", "capture", "release", "reverse", "sell", "grant", "adjust", "transfer", "void", "policy",
        "field", "decide",
    ];
    // No bill: whether something is overdrawn when an invoice is written depends on the order of the nodes.
    let customers = ["object", "answer", "limit", "approve"];
    for act in desk.into_iter().chain(customers) {
        assert!(outcome.done.contains_key(act), "no {act} in {:?}", outcome.done);
    }
    for rule in [
        "wallet.second_capture",
        "wallet.foreign",
        "wallet.lot_in_past",
        "wallet.count",
        "wallet.same_person",
        "policy.hole",
    ] {
        assert!(outcome.refused.contains_key(rule), "no {rule} in {:?}", outcome.refused);
    }
    let fell: BTreeMap<_, _> = outcome.panics.iter().filter(|(at, _)| at.starts_with("store.")).collect();
    assert!(outcome.falls > 0, "the stores never went in the middle of their work");
    assert!(fell.len() > 1 && outcome.retries > 0 && outcome.doubled > 0 && outcome.clock_jumps > 0, "{fell:?}");
}

#[test]
fn twenty_thousand_commands_leave_every_wallet_sound_on_sqlite() {
    check(&run(&Options { nodes: 2, ..Options::new(1, 20_000) }).expect("the run ends"));
}

#[test]
fn twenty_thousand_commands_leave_every_wallet_sound_on_postgres() {
    let server = std::env::var("KAKETSUKE_TEST_POSTGRES").expect("scripts/test.sh starts a PostgreSQL server");
    let database = Some(Address::Postgres(server));
    check(&alone(&Options { database, ..Options::new(2, 20_000) }).expect("the run ends"));
}
