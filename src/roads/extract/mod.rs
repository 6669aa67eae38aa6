//! Streets from an OpenStreetMap extract (`.osm.pbf`): bytes in, drivable ways with their shapes out.
//!
//! The reader is our own: the kept crates compile protobuf or generate code for the whole schema at each build, hide a
//! wrong string index behind an empty tag, or are no longer kept. What the roads need of the format is small.

mod blob;
mod block;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod wire;

use self::blob::{Blob, Kind, blobs};
use self::block::Block;
use self::wire::{Broken, Field, Message};
use super::profile::{Passage, SpeedTable, Tags, barrier_stops};
use super::threads::each;

/// Nanodegrees in the unit of [`Fixed`].
const NANO_PER_FIXED: i64 = 100;

/// Degrees times ten million, the precision of OpenStreetMap: a centimetre.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed {
    pub lat: i32,
    pub lon: i32,
}

/// Why an extract gives no roads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadExtract {
    #[error("this is no OpenStreetMap extract: it does not begin with a header of the format .osm.pbf")]
    NoExtract,
    #[error("the extract ends in the middle of a part that begins at byte {at}: fetch it again")]
    Truncated { at: usize },
    #[error("the part of the extract at byte {at} cannot be read: fetch it again")]
    Broken { at: usize },
    #[error("the part at byte {at} is packed in another way than zlib: convert the extract with `osmium cat`")]
    Packing { at: usize },
    #[error("the extract demands {0:?} of its reader, which is not known here: convert it with `osmium cat`")]
    Demands(String),
    #[error("the extract holds no street that a van may use")]
    NoRoads,
    #[error("the extract holds more than {most} {what}: cut it to the area where the company works")]
    TooLarge { what: &'static str, most: usize },
}

/// A drivable way.
#[derive(Debug, Clone, PartialEq)]
pub struct DrivableWay {
    pub passage: Passage,
    /// Indices of the nodes of [`RawStreets`] in order.
    pub nodes: Vec<u32>,
}

/// What an extract says of its streets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawStreets {
    pub ways: Vec<DrivableWay>,
    /// Where each node lies; none where the extract was cut.
    pub nodes: Vec<Option<Fixed>>,
    /// Nodes with a bollard or a wall, ascending.
    pub stops: Vec<u32>,
}

/// Reads all streets that a van may use.
pub fn read(file: &[u8], speeds: &SpeedTable) -> Result<RawStreets, BadExtract> {
    let blobs = blobs(file)?;
    for header in blobs.iter().filter(|blob| blob.kind == Kind::Header) {
        demands(header)?;
    }
    let data: Vec<Blob> = blobs.into_iter().filter(|blob| blob.kind == Kind::Data).collect();
    let found: Vec<Vec<FoundWay>> = each(&data, |blob| ways(blob, speeds)).into_iter().collect::<Result<_, _>>()?;
    let found: Vec<FoundWay> = found.into_iter().flatten().collect();
    let mut ids: Vec<i64> = found.iter().flat_map(|way| way.nodes.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > NODES_MAX {
        return Err(BadExtract::TooLarge { what: "points of streets", most: NODES_MAX });
    }
    let parts = each(&data, |blob| places(blob, &ids)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut streets = RawStreets { ways: Vec::new(), nodes: vec![None; ids.len()], stops: Vec::new() };
    for (index, at, stops) in parts.into_iter().flatten() {
        streets.nodes[index as usize] = Some(at);
        if stops {
            streets.stops.push(index);
        }
    }
    streets.stops.sort_unstable();
    streets.stops.dedup();
    let index = |id: &i64| ids.binary_search(id).map_or(0, |index| index as u32);
    let number = |way: FoundWay| DrivableWay { passage: way.passage, nodes: way.nodes.iter().map(index).collect() };
    streets.ways = found.into_iter().map(number).collect();
    if streets.ways.is_empty() { Err(BadExtract::NoRoads) } else { Ok(streets) }
}

/// Points of streets that one graph takes: more than all of Japan has, and well within 32 bits.
const NODES_MAX: usize = 200_000_000;

struct FoundWay {
    passage: Passage,
    nodes: Vec<i64>,
}

fn demands(header: &Blob) -> Result<(), BadExtract> {
    let bytes = header.open()?;
    let mut message = Message(&bytes);
    while let Some(field) = message.next().map_err(|_| header.broken())? {
        let Field::Bytes(4, feature) = field else { continue };
        if ![b"OsmSchema-V0.6".as_slice(), b"DenseNodes", b"HistoricalInformation"].contains(&feature) {
            return Err(BadExtract::Demands(String::from_utf8_lossy(feature).into_owned()));
        }
    }
    Ok(())
}

fn ways(blob: &Blob, speeds: &SpeedTable) -> Result<Vec<FoundWay>, BadExtract> {
    let bytes = blob.open()?;
    let read = || -> Result<Vec<FoundWay>, Broken> {
        let (block, mut found) = (Block::read(&bytes)?, Vec::new());
        block.ways(|way| {
            let mut tags = Tags::default();
            block.tags(way, |key, value| tags.take(key, value))?;
            if let Some(passage) = tags.passage(speeds) {
                let nodes = way.nodes().collect::<Result<Vec<i64>, Broken>>()?;
                if nodes.len() > 1 {
                    found.push(FoundWay { passage, nodes });
                }
            }
            Ok(())
        })?;
        Ok(found)
    };
    read().map_err(|_| blob.broken())
}

/// The nodes of a blob that are wanted: index, place, and whether a van is stopped there. Wanted ids ascend, and so do
/// those of most files: the next one is then the one after the last.
fn places(blob: &Blob, wanted: &[i64]) -> Result<Vec<(u32, Fixed, bool)>, BadExtract> {
    let bytes = blob.open()?;
    let (mut found, mut next) = (Vec::new(), 0);
    let mut take = |node: block::Node| {
        if wanted.get(next) != Some(&node.id) {
            next = wanted.partition_point(|&id| id < node.id);
        }
        if wanted.get(next) == Some(&node.id) && on_globe(node.at) {
            found.push((next as u32, node.at, node.barrier.is_some_and(|kind| barrier_stops(kind, node.access))));
            next += 1;
        }
    };
    Block::read(&bytes).and_then(|block| block.nodes(&mut take)).map_err(|_| blob.broken())?;
    Ok(found)
}

/// A node off the globe is missing like one beyond the border.
fn on_globe(at: Fixed) -> bool {
    at.lat.unsigned_abs() <= 900_000_000 && at.lon.unsigned_abs() <= 1_800_000_000
}
