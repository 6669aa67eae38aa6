//! A road network that answers: where a place meets the streets, the way between two places, tables of many.

use std::sync::{Mutex, PoisonError};

use super::extract::{self, BadExtract, Fixed};
use super::graph::geometry::{between, metres};
use super::graph::{CLOSED, Streets, build, busiest};
use super::hierarchy::{Climber, Direction, Hierarchy, Label, NEVER, contract, matrix};
use super::profile::SpeedTable;
use super::snap::{Grid, Snap};
use crate::domain::place::Position;

/// A place farther from every street than this is off the map.
pub const SNAP_MAX_M: f64 = 1_000.0;

/// The streets of an extract, ready for questions.
pub struct RoadNetwork {
    pub(super) streets: Streets,
    pub(super) hierarchy: Hierarchy,
    pub(super) grid: Grid,
    /// Memory of searches that are not running.
    climbers: Mutex<Vec<Climber>>,
}

/// A way through the streets.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadRoute {
    pub ms: u32,
    pub metres: f64,
    /// From point to point, both ends on a street.
    pub line: Vec<Fixed>,
}

/// Both labels of a place that is asked for often.
#[derive(Debug, Clone)]
pub struct Spot {
    pub snap: Snap,
    forward: Label,
    backward: Label,
}

impl Spot {
    /// Bytes that it keeps.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.forward.bytes() + self.backward.bytes()
    }
}

impl RoadNetwork {
    /// Reads an extract (`.osm.pbf`) and prepares its streets. Takes seconds for a city.
    pub fn build(file: &[u8], speeds: &SpeedTable) -> Result<Self, BadExtract> {
        let (mut streets, junctions) = build(&extract::read(file, speeds)?, speeds);
        if streets.is_empty() {
            return Err(BadExtract::NoRoads);
        }
        let (hierarchy, ranks) = contract(junctions, &streets.arcs());
        streets.renumber(&ranks);
        let grid = Grid::of(&streets);
        Ok(Self::of(streets, hierarchy, grid))
    }

    pub(super) fn of(streets: Streets, hierarchy: Hierarchy, grid: Grid) -> Self {
        Self { streets, hierarchy, grid, climbers: Mutex::default() }
    }

    pub fn streets(&self) -> &Streets {
        &self.streets
    }

    pub fn junctions(&self) -> usize {
        self.hierarchy.junctions()
    }

    /// Bytes that it keeps, searches at rest included.
    pub fn bytes(&self) -> usize {
        let streets = self.streets.len() * 25 + self.streets.points.len() * 8;
        let up = |up: &super::hierarchy::Upward| up.first.len() * 4 + up.arcs.len() * 12;
        let grid = self.grid.cells.len() * 12 + self.grid.pieces.len() * 4;
        let resting = self.climbers.lock().unwrap_or_else(PoisonError::into_inner).len();
        streets + up(&self.hierarchy.forward) + up(&self.hierarchy.backward) + grid + resting * self.junctions() * 8
    }

    /// South-west and north-east corner of the streets.
    pub fn bounds(&self) -> (Position, Position) {
        let (lats, lons) = (self.streets.points.iter().map(|at| at.lat), self.streets.points.iter().map(|at| at.lon));
        let range = |values: &mut dyn Iterator<Item = i32>| {
            values.fold((i32::MAX, i32::MIN), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ((south, north), (west, east)) = (range(&mut { lats }), range(&mut { lons }));
        (Fixed { lat: south, lon: west }.position(), Fixed { lat: north, lon: east }.position())
    }

    /// Where streets are densest over some kilometres: the middle of the city, on a street.
    pub fn middle(&self) -> Position {
        let middles = (0..self.streets.len() as u32).map(|street| {
            let line = self.streets.line(street);
            line[line.len() / 2]
        });
        let middle = busiest(middles).position();
        self.grid.nearest(&self.streets, Fixed::of(middle), SNAP_MAX_M).map_or(middle, |snap| snap.at.position())
    }

    /// The streets near the area between a south-west and a north-east corner, ascending.
    pub fn streets_between(&self, low: Fixed, high: Fixed) -> Vec<u32> {
        self.grid.between(&self.streets, low, high)
    }

    /// The nearest point of a street; none for a place off the map.
    pub fn snap(&self, place: Position) -> Option<Snap> {
        self.grid.nearest(&self.streets, Fixed::of(place), SNAP_MAX_M)
    }

    /// A place with its labels; none off the map.
    pub fn spot(&self, place: Position) -> Option<Spot> {
        let snap = self.snap(place)?;
        let (forward, backward) = self.with_climber(|climber| {
            let mut label = |direction| climber.climb(&self.hierarchy, direction, &self.seeds(&snap, direction));
            (label(Direction::Forward), label(Direction::Backward))
        });
        Some(Spot { snap, forward, backward })
    }

    /// Milliseconds between two kept places. None cannot happen within one network, whose streets all reach each other.
    pub fn ms_between(&self, from: &Spot, to: &Spot) -> Option<u32> {
        let over = from.forward.meet(&to.backward).map(|(ms, _)| ms);
        let along = self.along(&from.snap, &to.snap);
        over.into_iter().chain(along).min()
    }

    /// Milliseconds between two points of streets.
    pub fn ms(&self, from: &Snap, to: &Snap) -> Option<u32> {
        let over = self.with_climber(|climber| {
            let up = climber.climb(&self.hierarchy, Direction::Forward, &self.seeds(from, Direction::Forward));
            let down = climber.climb(&self.hierarchy, Direction::Backward, &self.seeds(to, Direction::Backward));
            up.meet(&down).map(|(ms, _)| ms)
        });
        over.into_iter().chain(self.along(from, to)).min()
    }

    /// Milliseconds from each start to each destination, row by row.
    pub fn table(&self, starts: &[Snap], targets: &[Snap]) -> Vec<Vec<u32>> {
        let seeds = |snaps: &[Snap], direction| -> Vec<Vec<(u32, u32)>> {
            snaps.iter().map(|snap| self.seeds(snap, direction)).collect()
        };
        let (forward, backward) = (seeds(starts, Direction::Forward), seeds(targets, Direction::Backward));
        let mut rows = matrix(&self.hierarchy, &forward, &backward);
        // Two places on one street may need no junction at all.
        let mut by_street: Vec<(u32, usize)> = targets.iter().map(|snap| snap.street).zip(0..).collect();
        by_street.sort_unstable();
        for (start, row) in starts.iter().zip(&mut rows) {
            let first = by_street.partition_point(|(street, _)| *street < start.street);
            for (_, target) in by_street[first..].iter().take_while(|(street, _)| *street == start.street) {
                let along = self.along(start, &targets[*target]).unwrap_or(NEVER);
                row[*target] = row[*target].min(along);
            }
        }
        rows
    }

    /// The quickest way between two points of streets, with its shape.
    pub fn route(&self, from: &Snap, to: &Snap) -> Option<RoadRoute> {
        let over = self.with_climber(|climber| {
            let up = climber.climb(&self.hierarchy, Direction::Forward, &self.seeds(from, Direction::Forward));
            self.with_climber(|other| {
                let seeds = self.seeds(to, Direction::Backward);
                let down = other.climb(&self.hierarchy, Direction::Backward, &seeds);
                let (ms, summit) = up.meet(&down)?;
                Some((ms, self.hierarchy.streets(&climber.path_to(summit), &other.path_to(summit)), {
                    let first = climber.path_to(summit)[0];
                    let last = other.path_to(summit)[0];
                    (first, last)
                }))
            })
        });
        let along = self.along(from, to);
        match (over, along) {
            (Some((ms, ..)), Some(direct)) if direct <= ms => Some(self.drawn(direct, self.stretch(from, to.share))),
            (None, Some(direct)) => Some(self.drawn(direct, self.stretch(from, to.share))),
            (Some((ms, streets, ends)), _) => Some(self.drawn(ms, self.line(from, to, &streets, ends))),
            (None, None) => None,
        }
    }

    fn with_climber<R>(&self, work: impl FnOnce(&mut Climber) -> R) -> R {
        let resting = self.climbers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut climber = resting.unwrap_or_else(|| Climber::new(&self.hierarchy));
        let result = work(&mut climber);
        self.climbers.lock().unwrap_or_else(PoisonError::into_inner).push(climber);
        result
    }

    /// The junctions that a point of a street leads to, with the time to get there.
    pub fn starts(&self, snap: &Snap) -> Vec<(u32, u32)> {
        self.seeds(snap, Direction::Forward)
    }

    /// The junctions from which a point of a street is reached, with the time from there.
    pub fn ends(&self, snap: &Snap) -> Vec<(u32, u32)> {
        self.seeds(snap, Direction::Backward)
    }

    fn seeds(&self, snap: &Snap, direction: Direction) -> Vec<(u32, u32)> {
        let street = snap.street as usize;
        let part = |ms: u32, share: f64| (ms != CLOSED).then(|| (f64::from(ms) * share).round() as u32);
        let (forward, backward) = (self.streets.forward_ms[street], self.streets.backward_ms[street]);
        let (from, to) = (self.streets.from[street], self.streets.to[street]);
        let (at_to, at_from) = match direction {
            Direction::Forward => (part(forward, 1.0 - snap.share), part(backward, snap.share)),
            Direction::Backward => (part(backward, 1.0 - snap.share), part(forward, snap.share)),
        };
        at_to.map(|ms| (to, ms)).into_iter().chain(at_from.map(|ms| (from, ms))).collect()
    }

    /// Milliseconds between two points of one street without leaving it.
    fn along(&self, from: &Snap, to: &Snap) -> Option<u32> {
        let street = from.street as usize;
        let ms = match to.share >= from.share {
            true => self.streets.forward_ms[street],
            false => self.streets.backward_ms[street],
        };
        let open = from.street == to.street && (ms != CLOSED || from.share == to.share);
        open.then(|| (f64::from(ms) * (to.share - from.share).abs()).round() as u32)
    }

    /// The line of a street from a point on it to a share of its length, in that direction.
    fn stretch(&self, from: &Snap, share: f64) -> Vec<Fixed> {
        let line = self.streets.line(from.street);
        let total: f64 = line.windows(2).map(|pair| metres(pair[0], pair[1])).sum();
        let (low, high) = (from.share.min(share) * total, from.share.max(share) * total);
        let (mut passed, mut stretch) = (0.0, Vec::new());
        for pair in line.windows(2) {
            let length = metres(pair[0], pair[1]);
            let point = |m: f64| between(pair[0], pair[1], if length > 0.0 { (m - passed) / length } else { 0.0 });
            if stretch.is_empty() && low <= passed + length {
                stretch.push(point(low));
            }
            if !stretch.is_empty() && high <= passed + length {
                stretch.push(point(high));
                break;
            }
            if !stretch.is_empty() {
                stretch.push(pair[1]);
            }
            passed += length;
        }
        if share < from.share {
            stretch.reverse();
        }
        stretch
    }

    /// The line of a way: what is left of the first street, whole streets, the begin of the last one.
    fn line(&self, from: &Snap, to: &Snap, streets: &[(u32, u32)], (first, last): (u32, u32)) -> Vec<Fixed> {
        let start = self.leaves_by_its_end(from, first, Direction::Forward);
        let mut line = self.stretch(from, if start { 1.0 } else { 0.0 });
        for &(street, entered) in streets {
            let points = self.streets.line(street);
            match self.streets.from[street as usize] == entered {
                true => line.extend(points),
                false => line.extend(points.iter().rev()),
            }
        }
        let mut end = self.stretch(to, if self.leaves_by_its_end(to, last, Direction::Backward) { 1.0 } else { 0.0 });
        end.reverse();
        line.extend(end);
        line.dedup();
        line
    }

    /// Whether the way uses the street's last junction, rather than its first. Of a ring, whose ends are one, the
    /// quicker side.
    fn leaves_by_its_end(&self, snap: &Snap, junction: u32, direction: Direction) -> bool {
        let street = snap.street as usize;
        let (from, to) = (self.streets.from[street], self.streets.to[street]);
        let seeds = self.seeds(snap, direction);
        match from == to {
            false => junction == to,
            true => {
                let at_end_open = match direction {
                    Direction::Forward => self.streets.forward_ms[street] != CLOSED,
                    Direction::Backward => self.streets.backward_ms[street] != CLOSED,
                };
                at_end_open && seeds.iter().all(|(_, ms)| seeds[0].1 <= *ms)
            }
        }
    }

    fn drawn(&self, ms: u32, line: Vec<Fixed>) -> RoadRoute {
        let metres = line.windows(2).map(|pair| metres(pair[0], pair[1])).sum();
        RoadRoute { ms, metres, line }
    }
}
