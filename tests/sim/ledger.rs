//! The ledger under random commands, on both databases.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::sim::ledger::{Options, Outcome, run};
use kaketsuke::store::{Address, connection};

fn check(outcome: &Outcome) {
    println!("{:.0} commands a second, {} postings: {outcome:?}", outcome.rate(), outcome.postings);
    assert_eq!(outcome.wrong, Vec::<String>::new());
    let desk =
        ["call", "close", "capture", "release", "reverse", "sell", "grant", "adjust", "transfer", "void", "policy"];
    // No bill: whether something is overdrawn when an invoice is written depends on the order of the nodes.
    let customers = ["object", "answer", "limit", "approve"];
    for act in desk.into_iter().chain(customers) {
        assert!(outcome.done.contains_key(act), "no {act} in {:?}", outcome.done);
    }
    for rule in ["wallet.second_capture", "wallet.foreign", "wallet.lot_in_past", "wallet.count", "policy.hole"] {
        assert!(outcome.refused.contains_key(rule), "no {rule} in {:?}", outcome.refused);
    }
    let fell: BTreeMap<_, _> = outcome.panics.iter().filter(|(at, _)| at.starts_with("store.")).collect();
    assert!(fell.len() > 1 && outcome.retries > 0 && outcome.doubled > 0 && outcome.clock_jumps > 0, "{fell:?}");
}

#[test]
fn fifteen_thousand_commands_leave_every_wallet_sound_on_sqlite() {
    let options = Options { nodes: 2, ..Options::new(1, 15_000) };
    check(&run(&options).expect("the run ends"));
}

#[test]
fn five_thousand_commands_leave_every_wallet_sound_on_postgres() {
    let server = std::env::var("KAKETSUKE_TEST_POSTGRES").expect("scripts/test.sh starts a PostgreSQL server");
    let name = format!("kaketsuke_ledger_{:016x}", Seeds::from_entropy().expect("entropy").number());
    let mut admin = connection::open(&Address::Postgres(server.clone())).expect("the test server answers");
    admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("databases may be made");
    // What is tried here is the order of things; the flush of each commit would take most of the time.
    admin.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).expect("a setting");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
    let database = Some(Address::Postgres(format!("{base}/{name}")));
    let outcome = run(&Options { database, ..Options::new(2, 5_000) });
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("the database goes");
    check(&outcome.expect("the run ends"));
}
