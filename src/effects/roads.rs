//! Road networks on disk: an extract that somebody brings, and beside it what was made of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::limits;
use crate::roads::{BadExtract, Fingerprint, RoadNetwork, SpeedTable, cache};

/// Ending of the cache, after the extract's whole name.
const CACHE_ENDING: &str = ".roads";

/// Why there are no roads.
#[derive(Debug, thiserror::Error)]
pub enum NoRoads {
    #[error("the map extract {path} cannot be read: {why}")]
    Unreadable { path: String, why: io::Error },
    #[error("the map extract {path} has {bytes} bytes, more than {most}: cut it to the area where the company works")]
    TooLarge { path: String, bytes: u64, most: u64 },
    #[error("{path}: {why}")]
    Bad { path: String, why: BadExtract },
}

/// A network, and where it came from.
pub struct Loaded {
    pub network: RoadNetwork,
    /// It was prepared before and only read.
    pub from_cache: bool,
    pub cache: PathBuf,
    /// Why the next start has to prepare it again.
    pub not_kept: Option<io::Error>,
}

/// Where an extract's cache stands.
pub fn cache_of(extract: &Path) -> PathBuf {
    let mut name = OsString::from(extract);
    name.push(CACHE_ENDING);
    name.into()
}

/// Reads what was made of an extract, or makes it and keeps it. A cache that does not fit is made anew; one that cannot
/// be written costs the next start its time and nothing else.
pub fn load(extract: &Path, speeds: &SpeedTable) -> Result<Loaded, NoRoads> {
    let bytes = read(extract)?;
    let (made_of, cache) = (Fingerprint::of(&bytes, speeds), cache_of(extract));
    let kept = std::fs::read(&cache).ok().and_then(|kept| cache::decode(&kept, made_of));
    if let Some(network) = kept {
        return Ok(Loaded { network, from_cache: true, cache, not_kept: None });
    }
    let bad = |why| NoRoads::Bad { path: extract.display().to_string(), why };
    let network = RoadNetwork::build(&bytes, speeds).map_err(bad)?;
    let not_kept = keep(&cache, &cache::encode(&network, made_of)).err();
    Ok(Loaded { network, from_cache: false, cache, not_kept })
}

fn read(extract: &Path) -> Result<Vec<u8>, NoRoads> {
    let path = || extract.display().to_string();
    let unreadable = |why| NoRoads::Unreadable { path: path(), why };
    let file = File::open(extract).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::with_capacity(size.min(limits::ROADS_BYTES) as usize);
    file.take(limits::ROADS_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 > limits::ROADS_BYTES {
        true => Err(NoRoads::TooLarge { path: path(), bytes: size, most: limits::ROADS_BYTES }),
        false => Ok(bytes),
    }
}

/// Under another name until it is whole, so that nobody ever reads half a cache.
fn keep(cache: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = cache.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(cache)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::extract::testing::Extract;

    fn load(path: &Path) -> Result<Loaded, NoRoads> {
        super::load(path, &SpeedTable::VAN)
    }

    fn town(folder: &Path) -> PathBuf {
        let path = folder.join("town.osm.pbf");
        std::fs::write(&path, Extract::town(12, 36.5, 136.6).bytes()).unwrap();
        path
    }

    #[test]
    fn the_second_start_reads_what_the_first_one_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = town(folder.path());
        let first = load(&path).unwrap();
        assert!(!first.from_cache && first.not_kept.is_none());
        let second = load(&path).unwrap();
        assert!(second.from_cache);
        assert_eq!(second.network.streets(), first.network.streets());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing but the extract and its cache");
    }

    #[test]
    fn a_broken_cache_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = town(folder.path());
        let cache = load(&path).unwrap().cache;
        let whole = std::fs::read(&cache).unwrap();
        let half = whole[..whole.len() / 2].to_vec();
        let changed = whole.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 5_000)).collect();
        for broken in [half, changed, b"something else".to_vec(), Vec::new()] {
            std::fs::write(&cache, &broken).unwrap();
            assert!(!load(&path).unwrap().from_cache, "{} bytes were trusted", broken.len());
            assert_eq!(std::fs::read(&cache).unwrap(), whole);
        }
    }

    #[test]
    fn another_extract_under_the_same_name_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = town(folder.path());
        load(&path).unwrap();
        std::fs::write(&path, Extract::town(13, 36.5, 136.6).bytes()).unwrap();
        let again = load(&path).unwrap();
        assert!(!again.from_cache && again.network.junctions() == 169);
        let slow = SpeedTable { dense: 0.5, ..SpeedTable::VAN };
        assert!(!super::load(&path, &slow).unwrap().from_cache);
    }

    #[test]
    fn a_cache_that_cannot_be_written_costs_only_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = town(folder.path());
        std::fs::create_dir(cache_of(&path)).unwrap();
        let loaded = load(&path).unwrap();
        assert!(loaded.not_kept.is_some() && loaded.network.junctions() == 144);
    }

    #[test]
    fn a_file_that_gives_no_roads_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        assert!(matches!(load(&path), Err(NoRoads::Unreadable { .. })));
        std::fs::write(&path, "no map").unwrap();
        let error = load(&path).err().unwrap().to_string();
        assert!(error.contains("notes.txt") && error.contains(".osm.pbf"), "{error}");
        assert!(!cache_of(&path).exists());
    }
}
