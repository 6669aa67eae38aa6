//! The ledger under random commands, on both databases.

use std::collections::BTreeSet;

use kaketsuke::sim::ledger::{Night, Options, Outcome, night};
use kaketsuke::store::Address;

fn check(commands: u64, night: &Night) {
    println!("{:.0} commands a second, {} postings", night.rate(), night.postings());
    assert_eq!(night.wrong.as_ref().map(|world| (world.seed, world.commands, &world.wrong)), None);
    assert_eq!(night.commands() / commands, 1);
    let any = |what: fn(&Outcome) -> u64| night.worlds.iter().map(what).sum::<u64>() > 0;
    let (mut done, mut refused, mut fell) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for world in &night.worlds {
        done.extend(world.done.keys());
        refused.extend(world.refused.keys());
        fell.extend(world.panics.keys().filter(|at| at.starts_with("store.")));
        assert!(world.falls > 0, "the stores never went in the middle of their work");
    }
    let act = |act: &str| assert!(done.contains(&act.to_owned()), "no {act} in {done:?}");
    ["call", "close", "field", "capture", "release", "reverse", "sell", "grant", "adjust", "decide"]
        .into_iter()
        .for_each(act);
    // No bill: whether something is overdrawn when an invoice is written depends on the order of the nodes.
    ["transfer", "void", "policy", "object", "answer", "limit", "approve"].into_iter().for_each(act);
    let rule = |rule: &str| assert!(refused.contains(&rule.to_owned()), "no {rule} in {refused:?}");
    ["second_capture", "foreign", "lot_in_past", "count", "same_person", "purchase_bounds"]
        .into_iter()
        .for_each(|code| rule(&format!("wallet.{code}")));
    rule("policy.hole");
    let judged = |what: &str| night.worlds.iter().filter_map(|world| world.judged.get(what)).sum::<u64>();
    for what in ["free as a recurrence", "beyond its guarantee", "priced", "asked", "out of bounds"] {
        assert!(judged(what) > 0, "the clerk never saw anything {what}");
    }
    assert!(fell.len() > 1, "{fell:?}");
    assert!(any(|world| world.retries) && any(|world| world.doubled) && any(|world| world.clock_jumps));
}

/// On each database, in four worlds. A night has more: `simulate --ledger`.
const COMMANDS: u64 = 20_000;

#[test]
fn twenty_thousand_commands_leave_every_wallet_sound_on_sqlite() {
    check(
        COMMANDS,
        &night(&Options { nodes: 2, ..Options::new(1, COMMANDS) }, COMMANDS, |_| ()).expect("the run ends"),
    );
}

#[test]
fn twenty_thousand_commands_leave_every_wallet_sound_on_postgres() {
    let server = std::env::var("KAKETSUKE_TEST_POSTGRES").expect("scripts/test.sh starts a PostgreSQL server");
    let options = Options { database: Some(Address::Postgres(server)), ..Options::new(1_000, COMMANDS) };
    check(COMMANDS, &night(&options, COMMANDS, |_| ()).expect("the run ends"));
}
