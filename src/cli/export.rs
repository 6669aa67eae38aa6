//! `export`: tables on their way out, read page by page.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::import::open;
use crate::commands::tables;
use crate::node::settings::Settings;
use crate::store::Store;
use crate::views::table::{ExportKind, TableFormat};

#[derive(clap::Args)]
pub struct Options {
    /// customers, contacts, sites, contracts, assets, lots, tickets, postings, interactions, issues, visits, reports and so
    /// on (a wrong name lists them); all of them when none is named
    kind: Option<ExportKind>,
    /// csv, or jsonl with one object a line
    #[arg(long, default_value = "csv")]
    format: TableFormat,
    /// File to write; a folder when all tables are written [default: standard output, for one table]
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
}

pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    let store = open(&settings)?;
    match (options.kind, options.to) {
        (Some(kind), None) => write(&store, kind, options.format, io::stdout().lock()).await.map(drop),
        (Some(kind), Some(path)) => write_file(&store, kind, options.format, &path).await,
        (None, Some(folder)) => {
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            for kind in ExportKind::ALL {
                write_file(&store, *kind, options.format, &folder.join(format!("{kind}.{}", options.format))).await?;
            }
            Ok(())
        }
        (None, None) => anyhow::bail!("name a table, or a folder for all of them with --to"),
    }
}

async fn write_file(store: &Store, kind: ExportKind, format: TableFormat, path: &Path) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let bytes = write(store, kind, format, file).await?;
    eprintln!("wrote {} ({} kB)", path.display(), bytes.div_ceil(1_000));
    Ok(())
}

/// Returns the bytes written.
async fn write(store: &Store, kind: ExportKind, format: TableFormat, to: impl Write) -> anyhow::Result<usize> {
    let mut to = BufWriter::new(to);
    let head = tables::beginning(kind, format);
    to.write_all(head.as_bytes())?;
    let (mut bytes, mut after) = (head.len(), Some(String::new()));
    while let Some(from) = after {
        let (rows, next) = store.read(move |reader| tables::page(reader, kind, format, &from)).await?;
        to.write_all(rows.as_bytes())?;
        (bytes, after) = (bytes + rows.len(), next);
    }
    to.flush()?;
    Ok(bytes)
}
