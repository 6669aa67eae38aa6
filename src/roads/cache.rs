//! The prepared network as bytes, so that a start takes no preparation. Whatever does not fit to the last bit is no
//! cache: it is built anew.

use sha2::{Digest, Sha256};

use super::extract::Fixed;
use super::graph::Streets;
use super::hierarchy::{Climb, Hierarchy, Upward};
use super::network::RoadNetwork;
use super::profile::SpeedTable;
use super::snap::Grid;

const MAGIC: &[u8; 8] = b"KKTKROAD";
/// Counts up whenever the meaning of the bytes changes, or what the same extract is made into.
const VERSION: u32 = 1;
const HASH: usize = 32;
const HEAD: usize = MAGIC.len() + 4 + HASH + HASH;

/// What a network was made of: the extract to the last byte, and every figure of the speed table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; HASH]);

impl Fingerprint {
    pub fn of(extract: &[u8], speeds: &SpeedTable) -> Self {
        let mut hash = Sha256::new();
        hash.update(extract);
        let figures = [speeds.dense, speeds.dense_junctions_per_km2, speeds.limit_share];
        for figure in speeds.kmh.iter().chain(&figures) {
            hash.update(figure.to_bits().to_le_bytes());
        }
        hash.update([u8::from(speeds.limit_replaces)]);
        Self(hash.finalize().into())
    }
}

/// The network as bytes.
pub fn encode(network: &RoadNetwork, made_of: Fingerprint) -> Vec<u8> {
    let mut body = Vec::with_capacity(network.bytes() + 1_024);
    let streets = &network.streets;
    for column in [&streets.from, &streets.to, &streets.forward_ms, &streets.backward_ms, &streets.length_dm] {
        put(&mut body, column.iter().copied());
    }
    put(&mut body, streets.class.iter().map(|&class| u32::from(class)));
    put(&mut body, streets.first_point.iter().copied());
    put(&mut body, streets.points.iter().map(|at| at.lat as u32));
    put(&mut body, streets.points.iter().map(|at| at.lon as u32));
    for up in [&network.hierarchy.forward, &network.hierarchy.backward] {
        put(&mut body, up.first.iter().copied());
        put(&mut body, up.arcs.iter().map(|arc| arc.to));
        put(&mut body, up.arcs.iter().map(|arc| arc.ms));
        put(&mut body, up.via.iter().copied());
    }
    put(&mut body, network.grid.cells.iter().map(|&cell| (cell >> 32) as u32));
    put(&mut body, network.grid.cells.iter().map(|&cell| cell as u32));
    put(&mut body, network.grid.first.iter().copied());
    put(&mut body, network.grid.pieces.iter().copied());
    let hash: [u8; HASH] = Sha256::digest(&body).into();
    [MAGIC.as_slice(), &VERSION.to_le_bytes(), &made_of.0, &hash, &body].concat()
}

/// The network that these bytes hold; none when they are foreign, old, cut, changed, or made of something else.
pub fn decode(bytes: &[u8], made_of: Fingerprint) -> Option<RoadNetwork> {
    let (head, body) = bytes.split_at_checked(HEAD)?;
    let (magic, head) = head.split_at(MAGIC.len());
    let (version, head) = head.split_at(4);
    let (source, hash) = head.split_at(HASH);
    let known = magic == MAGIC && version == VERSION.to_le_bytes() && source == made_of.0;
    if !known || hash != Sha256::digest(body).as_slice() {
        return None;
    }
    let mut body = body;
    let network = RoadNetwork::of(streets(&mut body)?, hierarchy(&mut body)?, grid(&mut body)?);
    let streets = &network.streets;
    let sound = streets.is_sound(network.junctions())
        && network.hierarchy.is_sound(streets.len())
        && network.grid.is_sound(streets.points.len());
    (sound && body.is_empty() && !streets.is_empty()).then_some(network)
}

fn put(body: &mut Vec<u8>, column: impl ExactSizeIterator<Item = u32>) {
    body.extend((column.len() as u64).to_le_bytes());
    column.for_each(|value| body.extend(value.to_le_bytes()));
}

fn column(body: &mut &[u8]) -> Option<Vec<u32>> {
    let (length, rest) = body.split_first_chunk::<8>()?;
    let bytes = usize::try_from(u64::from_le_bytes(*length)).ok()?.checked_mul(4)?;
    let (column, rest) = rest.split_at_checked(bytes)?;
    *body = rest;
    Some(column.as_chunks::<4>().0.iter().map(|value| u32::from_le_bytes(*value)).collect())
}

fn streets(body: &mut &[u8]) -> Option<Streets> {
    let mut next = || column(body);
    let (from, to, forward_ms, backward_ms, length_dm) = (next()?, next()?, next()?, next()?, next()?);
    let class = next()?.into_iter().map(|class| u8::try_from(class).ok()).collect::<Option<Vec<u8>>>()?;
    let (first_point, lats, lons) = (next()?, next()?, next()?);
    let points = lats.iter().zip(&lons).map(|(&lat, &lon)| Fixed { lat: lat as i32, lon: lon as i32 });
    let whole = lats.len() == lons.len();
    let points = points.collect();
    whole.then_some(Streets { from, to, forward_ms, backward_ms, length_dm, class, first_point, points })
}

fn hierarchy(body: &mut &[u8]) -> Option<Hierarchy> {
    let mut upward = || {
        let (first, to, ms, via) = (column(body)?, column(body)?, column(body)?, column(body)?);
        let arcs = to.iter().zip(&ms).map(|(&to, &ms)| Climb { to, ms }).collect();
        (to.len() == ms.len()).then_some(Upward { first, arcs, via })
    };
    Some(Hierarchy { forward: upward()?, backward: upward()? })
}

fn grid(body: &mut &[u8]) -> Option<Grid> {
    let (rows, columns, first, pieces) = (column(body)?, column(body)?, column(body)?, column(body)?);
    let cells = rows.iter().zip(&columns).map(|(&row, &column)| u64::from(row) << 32 | u64::from(column)).collect();
    (rows.len() == columns.len()).then_some(Grid { cells, first, pieces })
}
