//! `schemas`: the generated documents.

use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// Folder to write into
    #[arg(default_value = "schemas")]
    folder: PathBuf,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    crate::node::schemas::write_schemas(&options.folder)?;
    println!("wrote the schemas into {}", options.folder.display());
    Ok(())
}
