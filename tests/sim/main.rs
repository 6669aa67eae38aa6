//! The simulated world: whole days of the whole server, from seeds.

mod ledger;

use std::sync::LazyLock;

use kaketsuke::sim::{Options, Outcome, run};

/// Long enough for the first technicians to finish and drive on.
const HOURS: u32 = 1;

fn day(seed: u64) -> Outcome {
    run(seed, HOURS, &Options::default()).expect("the world turns")
}

/// One day is looked at by several tests.
static FIRST: LazyLock<Outcome> = LazyLock::new(|| day(1));

#[test]
fn nothing_is_lost_told_twice_or_left_unexplained_in_a_stormy_day() {
    assert_eq!(FIRST.wrong, Vec::<String>::new());
    assert!(FIRST.panic_count() >= 50, "{:?}", FIRST.panics);
    assert!(FIRST.respawns > 0 && FIRST.power_cuts > 0);
    let told = |kind: &str| FIRST.kinds.get(kind).copied().unwrap_or(0);
    for kind in ["interaction.logged", "visit.assigned", "visit.arrived", "report.filed", "wallet.captured", "eta.told"]
    {
        assert!(told(kind) > 0, "no {kind} in {:?}", FIRST.kinds);
    }
}

#[test]
fn the_same_seed_gives_the_same_day_bit_for_bit() {
    assert_eq!(*FIRST, day(1));
}

#[test]
fn another_seed_gives_another_day_in_which_all_is_well_too() {
    let other = day(2);
    assert_eq!(other.wrong, Vec::<String>::new());
    assert_ne!(other.journal, FIRST.journal);
}
