//! `plan` alone, for measuring.

use clap::Parser;

fn main() -> anyhow::Result<()> {
    kaketsuke::cli::plan::run(&kaketsuke::cli::plan::Args::parse())
}
