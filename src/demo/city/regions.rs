//! The pieces of ground between the great roads, found by flooding a raster.

use super::plan::{Level, Plan, castle_ground, superellipse};
use super::shape::{P, Squares, inside, p, to_segment};

/// Side of a raster cell, metres: a lane's width of error at a region's edge.
const CELL: f64 = 20.0;
/// South-west corner and size of the raster, cells.
const ORIGIN: P = p(-7000.0, -5700.0);
const COLUMNS: usize = 700;
const ROWS: usize = 510;
/// Smaller pieces stay without streets of their own.
const REGION_CELLS_MIN: usize = 40;

/// Where streets end: great roads, water, castle.
pub struct Barriers {
    segments: Vec<(P, P)>,
    squares: Squares,
}

impl Barriers {
    pub fn of(plan: &Plan) -> Self {
        let mut barriers = Self { segments: Vec::new(), squares: Squares::new(150.0) };
        for road in plan.roads.iter().filter(|road| road.level == Level::Ground) {
            barriers.add(&road.line);
        }
        for river in &plan.rivers {
            barriers.add(&river.ring(8.0));
        }
        let shore: Vec<P> = plan.coast.iter().map(|at| *at - p(0.0, 70.0)).collect();
        barriers.add(&shore);
        barriers.add(&superellipse(CITY_CENTER, CITY_HALF, 3.0, 400));
        barriers
    }

    pub fn add(&mut self, line: &[P]) {
        for pair in line.windows(2) {
            self.squares.insert(self.segments.len(), pair[0], pair[1]);
            self.segments.push((pair[0], pair[1]));
        }
    }

    /// Segments near the box of a-b.
    pub fn near(&self, a: P, b: P) -> impl Iterator<Item = (P, P)> + '_ {
        self.squares.near(a, b).into_iter().map(|id| self.segments[id])
    }

    /// Whether a barrier lies within `metres` of the point.
    pub fn within(&self, at: P, metres: f64) -> bool {
        let reach = p(metres, metres);
        self.near(at - reach, at + reach).any(|(a, b)| to_segment(at, a, b) <= metres)
    }

    /// Direction of the nearest barrier, for the lie of the streets beside it.
    pub fn direction_near(&self, at: P) -> Option<P> {
        let reach = p(900.0, 900.0);
        let near = self.near(at - reach, at + reach);
        let nearest = near.min_by(|x, y| to_segment(at, x.0, x.1).total_cmp(&to_segment(at, y.0, y.1)));
        nearest.map(|(a, b)| (b - a).unit())
    }
}

pub struct Region {
    /// Label of its cells.
    pub label: u16,
    /// Centres of its cells.
    pub cells: Vec<P>,
    /// A cell well inside: the one nearest to the mean.
    pub heart: P,
}

impl Region {
    pub fn hectares(&self) -> f64 {
        self.cells.len() as f64 * CELL * CELL / 10_000.0
    }
}

pub struct Regions {
    labels: Vec<u16>,
    pub list: Vec<Region>,
}

impl Regions {
    pub fn of(plan: &Plan, barriers: &Barriers) -> Self {
        let mut labels: Vec<u16> = (0..COLUMNS * ROWS).map(|i| if in_city(center(i)) { UNSEEN } else { 0 }).collect();
        for &(a, b) in &barriers.segments {
            block(&mut labels, a, b);
        }
        let mut list = flood(&mut labels);
        let castle = castle_ground();
        let water: Vec<Vec<P>> = plan.rivers.iter().map(|river| river.ring(8.0)).collect();
        let at_sea = |at: P| plan.coast.windows(2).any(|s| s[0].x <= at.x && at.x < s[1].x && at.y > s[0].y - 75.0);
        let wet = |at: P| inside(&castle, at) || at_sea(at) || water.iter().any(|ring| inside(ring, at));
        list.retain(|region| !wet(region.heart));
        Self { labels, list }
    }

    /// Label of the region at a point; 0 for none.
    pub fn label_at(&self, at: P) -> u16 {
        cell_at(at).map_or(0, |cell| self.labels[cell])
    }
}

const UNSEEN: u16 = u16::MAX;

fn cell_at(at: P) -> Option<usize> {
    let (column, row) = ((at.x - ORIGIN.x) / CELL, (at.y - ORIGIN.y) / CELL);
    let fits = column >= 0.0 && row >= 0.0 && column < COLUMNS as f64 && row < ROWS as f64;
    fits.then(|| row as usize * COLUMNS + column as usize)
}

/// Takes the cells under a barrier from everybody.
fn block(labels: &mut [u16], a: P, b: P) {
    let steps = (a.to(b) / (CELL * 0.2)).ceil() as usize;
    for cell in (0..=steps).filter_map(|i| cell_at(a.toward(b, i as f64 / steps as f64))) {
        labels[cell] = 0;
    }
}

fn center(index: usize) -> P {
    ORIGIN + p((index % COLUMNS) as f64 + 0.5, (index / COLUMNS) as f64 + 0.5) * CELL
}

/// The built-up ground: a flattened oval between the hills and the sea.
const CITY_CENTER: P = p(0.0, -300.0);
const CITY_HALF: (f64, f64) = (6500.0, 4900.0);

pub fn in_city(at: P) -> bool {
    let (x, y) = ((at.x - CITY_CENTER.x) / CITY_HALF.0, (at.y - CITY_CENTER.y) / CITY_HALF.1);
    x.abs().powi(3) + y.abs().powi(3) < 1.0
}

fn flood(labels: &mut [u16]) -> Vec<Region> {
    let mut list = Vec::new();
    for start in 0..labels.len() {
        if labels[start] != UNSEEN {
            continue;
        }
        let label = list.len() as u16 + 1;
        let cells = spread(labels, start, label);
        let mean = cells.iter().fold(p(0.0, 0.0), |sum, at| sum + *at) * (1.0 / cells.len() as f64);
        let heart = cells.iter().copied().min_by(|a, b| a.to(mean).total_cmp(&b.to(mean))).unwrap_or(mean);
        list.push(Region { label, cells, heart });
    }
    list.retain(|region| region.cells.len() >= REGION_CELLS_MIN);
    list
}

fn spread(labels: &mut [u16], start: usize, label: u16) -> Vec<P> {
    let (mut open, mut cells) = (vec![start], Vec::new());
    labels[start] = label;
    while let Some(at) = open.pop() {
        cells.push(center(at));
        let (column, row) = (at % COLUMNS, at / COLUMNS);
        let next = [
            (column > 0).then(|| at - 1),
            (column + 1 < COLUMNS).then_some(at + 1),
            (row > 0).then(|| at - COLUMNS),
            (row + 1 < ROWS).then_some(at + COLUMNS),
        ];
        for cell in next.into_iter().flatten() {
            if labels[cell] == UNSEEN {
                labels[cell] = label;
                open.push(cell);
            }
        }
    }
    cells
}
