//! From ways to streets between junctions.

use super::component::largest;
use super::dense::Density;
use super::geometry::length;
use super::{CLOSED, Streets};
use crate::roads::extract::{Fixed, RawStreets};
use crate::roads::profile::{Passage, RoadClass, SpeedTable};

const NONE: u32 = u32::MAX;
const MS_PER_HOUR: f64 = 3_600_000.0;
const METRES_PER_KM: f64 = 1_000.0;
/// A street takes at least this long, so that no way around is ever free.
const MS_MIN: f64 = 1.0;
/// No street takes longer than a day.
const MS_MAX: f64 = 86_400_000.0;

/// A street between two junctions, before anything is left out.
struct Piece {
    from: u32,
    to: u32,
    passage: Passage,
    points: Vec<Fixed>,
}

struct Builder<'a> {
    raw: &'a RawStreets,
    /// How many streets need each node as their end.
    uses: Vec<u8>,
    /// The junction that each node became.
    junctions: Vec<u32>,
    count: u32,
    pieces: Vec<Piece>,
}

/// The streets of the largest part, and how many junctions they join.
pub fn build(raw: &RawStreets, speeds: &SpeedTable) -> (Streets, usize) {
    let mut builder =
        Builder { uses: uses(raw), junctions: vec![NONE; raw.nodes.len()], raw, count: 0, pieces: Vec::new() };
    for way in &raw.ways {
        builder.cut(way.passage, &way.nodes);
    }
    let Builder { pieces, count, .. } = builder;
    let kept = largest(count as usize, &arcs(&pieces));
    let (mut numbers, mut junctions) = (vec![NONE; count as usize], 0);
    for (junction, _) in kept.iter().enumerate().filter(|(_, kept)| **kept) {
        numbers[junction] = junctions;
        junctions += 1;
    }
    let ends = |piece: &Piece| (numbers[piece.from as usize], numbers[piece.to as usize]);
    let density = Density::of(places(&pieces, &kept));
    let mut streets = Streets { first_point: vec![0], ..Streets::default() };
    for piece in &pieces {
        let (from, to) = ends(piece);
        if from != NONE && to != NONE {
            let middle = piece.points[piece.points.len() / 2];
            let dense = density.per_km2(middle) >= speeds.dense_junctions_per_km2;
            streets.add(piece, from, to, if dense { speeds.dense } else { 1.0 });
        }
    }
    (streets, junctions as usize)
}

/// Ends of ways count twice: they are junctions even when nothing else meets there.
fn uses(raw: &RawStreets) -> Vec<u8> {
    let mut uses = vec![0_u8; raw.nodes.len()];
    for way in &raw.ways {
        let last = way.nodes.len() - 1;
        for (index, &node) in way.nodes.iter().enumerate() {
            let more = if index == 0 || index == last { 2 } else { 1 };
            uses[node as usize] = uses[node as usize].saturating_add(more);
        }
    }
    uses
}

fn arcs(pieces: &[Piece]) -> Vec<(u32, u32)> {
    let both = |piece: &Piece| {
        let forward = piece.passage.forward_kmh.map(|_| (piece.from, piece.to));
        let backward = piece.passage.backward_kmh.map(|_| (piece.to, piece.from));
        forward.into_iter().chain(backward)
    };
    pieces.iter().flat_map(both).collect()
}

/// Where the junctions lie, each once.
fn places<'a>(pieces: &'a [Piece], kept: &'a [bool]) -> impl Iterator<Item = Fixed> + 'a {
    let mut seen = vec![false; kept.len()];
    let ends = pieces
        .iter()
        .flat_map(|piece| [(piece.from, piece.points[0]), (piece.to, piece.points[piece.points.len() - 1])]);
    ends.filter(move |(junction, _)| {
        kept[*junction as usize] && !std::mem::replace(&mut seen[*junction as usize], true)
    })
    .map(|(_, at)| at)
}

impl Builder<'_> {
    /// Cuts a way at its junctions, and where the extract ends.
    fn cut(&mut self, passage: Passage, nodes: &[u32]) {
        let raw = self.raw;
        let mut start: Option<u32> = None;
        let mut points = Vec::new();
        for (index, &node) in nodes.iter().enumerate() {
            let Some(at) = raw.nodes[node as usize] else {
                (start, points) = (None, Vec::new());
                continue;
            };
            let stops = raw.stops.binary_search(&node).is_ok();
            let cut_off = nodes.get(index + 1).is_none_or(|next| raw.nodes[*next as usize].is_none());
            points.push(at);
            let Some(from) = start else {
                start = Some(self.junction(node, stops));
                continue;
            };
            if self.uses[node as usize] > 1 || stops || cut_off {
                let to = self.junction(node, stops);
                self.pieces.push(Piece { from, to, passage, points: std::mem::take(&mut points) });
                // Behind a bollard another street begins, at another junction.
                start = Some(if stops { self.junction(node, stops) } else { to });
                points.push(at);
            }
        }
    }

    /// The junction at a node. A node that stops vans is another junction for each street that ends there.
    fn junction(&mut self, node: u32, stops: bool) -> u32 {
        let known = self.junctions[node as usize];
        if known != NONE && !stops {
            return known;
        }
        self.junctions[node as usize] = self.count;
        self.count += 1;
        self.count - 1
    }
}

impl Streets {
    fn add(&mut self, piece: &Piece, from: u32, to: u32, dense: f64) {
        let metres = length(&piece.points);
        let factor = match piece.passage.class {
            RoadClass::Motorway | RoadClass::MotorwayLink => 1.0,
            _ => dense,
        };
        let ms = |kmh: Option<f64>| match kmh {
            Some(kmh) => (metres / METRES_PER_KM / (kmh * factor) * MS_PER_HOUR).round().clamp(MS_MIN, MS_MAX) as u32,
            None => CLOSED,
        };
        self.from.push(from);
        self.to.push(to);
        self.forward_ms.push(ms(piece.passage.forward_kmh));
        self.backward_ms.push(ms(piece.passage.backward_kmh));
        self.length_dm.push((metres * 10.0).round() as u32);
        self.class.push(piece.passage.class.index() as u8);
        self.points.extend(&piece.points);
        self.first_point.push(self.points.len() as u32);
    }
}
