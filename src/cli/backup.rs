//! `backup`: a consistent copy of a running server's data.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use tokio::task::spawn_blocking;

use super::progress::shown;
use crate::effects::progress::Progress;
use crate::node::settings::Settings;
use crate::store::{Address, connection};

/// Between two looks at how much is written.
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(clap::Args)]
pub struct Options {
    /// File to write; must not exist yet
    to: PathBuf,
}

pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    let Address::File(from) = &settings.database else {
        bail!("a PostgreSQL database is backed up with its own tools: pg_dump or a base backup");
    };
    must_exist(&settings.database)?;
    if options.to.exists() {
        bail!("{} exists already: name a new file", options.to.display());
    }
    let progress = Progress::default();
    progress.begin("copied, kB", kilobytes(Path::new(from)));
    let (address, to) = (settings.database.clone(), options.to.clone());
    let copying = spawn_blocking(move || connection::copy_to(&address, &to));
    tokio::select! {
        copied = shown(&progress, copying) => copied??,
        () = measure(&progress, &options.to) => {}
    }
    println!("wrote {} ({} kB)", options.to.display(), kilobytes(&options.to));
    Ok(())
}

/// Refuses an address at which nobody has kept data yet, before opening it makes an empty file.
pub fn must_exist(database: &Address) -> anyhow::Result<()> {
    match database {
        Address::File(path) if !Path::new(path).exists() => {
            bail!("there is no database at {path}: name its folder with --data, or the file with --database")
        }
        _ => Ok(()),
    }
}

/// Tells again and again how much is written; never ends.
async fn measure(progress: &Progress, to: &Path) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        progress.reach(kilobytes(to));
    }
}

fn kilobytes(file: &Path) -> usize {
    let bytes = std::fs::metadata(file).map_or(0, |file| file.len());
    usize::try_from(bytes.div_ceil(1_000)).unwrap_or(usize::MAX)
}
