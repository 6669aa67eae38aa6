//! `backup`: a consistent copy of a running server's data.

use std::path::PathBuf;

use anyhow::bail;

use crate::node::settings::Settings;
use crate::store::{Address, connection};

#[derive(clap::Args)]
pub struct Options {
    /// File to write; must not exist yet
    to: PathBuf,
}

pub fn run(settings: &Settings, options: &Options) -> anyhow::Result<()> {
    if matches!(settings.database, Address::Postgres(_)) {
        bail!("a PostgreSQL database is backed up with its own tools: pg_dump or a base backup");
    }
    if options.to.exists() {
        bail!("{} exists already: name a new file", options.to.display());
    }
    connection::copy_to(&settings.database, &options.to)?;
    println!("wrote {}", options.to.display());
    Ok(())
}
