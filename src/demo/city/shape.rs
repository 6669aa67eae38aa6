//! Plane geometry in metres: x to the east, y to the north of the city's centre.

use std::collections::BTreeMap;
use std::ops::{Add, Mul, Sub};

use rand::Rng;

/// A point or a vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct P {
    pub x: f64,
    pub y: f64,
}

pub const fn p(x: f64, y: f64) -> P {
    P { x, y }
}

impl Add for P {
    type Output = P;
    fn add(self, o: P) -> P {
        p(self.x + o.x, self.y + o.y)
    }
}

impl Sub for P {
    type Output = P;
    fn sub(self, o: P) -> P {
        p(self.x - o.x, self.y - o.y)
    }
}

impl Mul<f64> for P {
    type Output = P;
    fn mul(self, k: f64) -> P {
        p(self.x * k, self.y * k)
    }
}

impl P {
    pub fn dot(self, o: P) -> f64 {
        self.x * o.x + self.y * o.y
    }

    pub fn cross(self, o: P) -> f64 {
        self.x * o.y - self.y * o.x
    }

    pub fn len(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub fn to(self, o: P) -> f64 {
        (o - self).len()
    }

    /// Length 1; the zero vector stays.
    pub fn unit(self) -> P {
        let len = self.len();
        if len > 0.0 { self * (1.0 / len) } else { self }
    }

    /// A quarter turn to the left.
    pub fn left(self) -> P {
        p(-self.y, self.x)
    }

    /// Turned to the left by an angle in radians.
    pub fn turned(self, angle: f64) -> P {
        let (sin, cos) = angle.sin_cos();
        p(self.x * cos - self.y * sin, self.x * sin + self.y * cos)
    }

    pub fn toward(self, o: P, share: f64) -> P {
        self + (o - self) * share
    }
}

/// A Catmull-Rom curve through the points, sampled about every `step` metres.
pub fn curve(points: &[P], step: f64) -> Vec<P> {
    let mut line = Vec::new();
    for i in 0..points.len().saturating_sub(1) {
        let (a, b) = (points[i], points[i + 1]);
        let before = if i == 0 { a + (a - b) } else { points[i - 1] };
        let after = points.get(i + 2).copied().unwrap_or(b + (b - a));
        let pieces = (a.to(b) / step).ceil().max(1.0);
        for k in 0..pieces as usize {
            line.push(catmull_rom([before, a, b, after], k as f64 / pieces));
        }
    }
    line.extend(points.last());
    line
}

fn catmull_rom([p0, p1, p2, p3]: [P; 4], t: f64) -> P {
    let (t2, t3) = (t * t, t * t * t);
    let sum =
        p1 * 2.0 + (p2 - p0) * t + (p0 * 2.0 - p1 * 5.0 + p2 * 4.0 - p3) * t2 + (p1 * 3.0 - p0 - p2 * 3.0 + p3) * t3;
    sum * 0.5
}

/// The line moved to its left by `metres(i)` at each vertex.
pub fn offset(line: &[P], metres: impl Fn(usize) -> f64) -> Vec<P> {
    let moved = |i: usize| line[i] + direction(line, i).left() * metres(i);
    (0..line.len()).map(moved).collect()
}

/// Unit tangent at a vertex.
pub fn direction(line: &[P], i: usize) -> P {
    let last = line.len() - 1;
    (line[(i + 1).min(last)] - line[i.saturating_sub(1)]).unit()
}

/// A closed ring around a line of varying width.
pub fn ribbon(line: &[P], width: impl Fn(usize) -> f64) -> Vec<P> {
    let mut ring = offset(line, |i| width(i) / 2.0);
    ring.extend(offset(line, |i| -width(i) / 2.0).into_iter().rev());
    ring
}

/// Where segment a-b meets segment c-d, as shares of both.
pub fn meeting(a: P, b: P, c: P, d: P) -> Option<(f64, f64)> {
    let (ab, cd, ac) = (b - a, d - c, c - a);
    let area = ab.cross(cd);
    if area.abs() < 1e-9 {
        return None;
    }
    let (t, s) = (ac.cross(cd) / area, ac.cross(ab) / area);
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&s)).then_some((t, s))
}

/// Distance from a point to a segment.
pub fn to_segment(point: P, a: P, b: P) -> f64 {
    let ab = b - a;
    let share = if ab.dot(ab) > 0.0 { ((point - a).dot(ab) / ab.dot(ab)).clamp(0.0, 1.0) } else { 0.0 };
    point.to(a.toward(b, share))
}

/// Whether the closed ring encloses the point.
pub fn inside(ring: &[P], point: P) -> bool {
    let previous = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    let crossings = ring.iter().zip(previous).filter(|(a, b)| {
        (a.y > point.y) != (b.y > point.y) && point.x < a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y)
    });
    crossings.count() % 2 == 1
}

/// Smooth random field between -1 and 1.
pub struct Noise {
    table: Vec<f64>,
}

const LATTICE: i64 = 64;

impl Noise {
    pub fn new(rng: &mut impl Rng) -> Self {
        Self { table: (0..LATTICE * LATTICE).map(|_| rng.random_range(-1.0..1.0)).collect() }
    }

    pub fn at(&self, point: P, wavelength: f64) -> f64 {
        let (x, y) = (point.x / wavelength, point.y / wavelength);
        let (ix, iy) = (x.floor(), y.floor());
        let ease = |t: f64| t * t * (3.0 - 2.0 * t);
        let (fx, fy) = (ease(x - ix), ease(y - iy));
        let (ix, iy) = (ix as i64, iy as i64);
        let knot = |dx: i64, dy: i64| {
            let index = (iy + dy).rem_euclid(LATTICE) * LATTICE + (ix + dx).rem_euclid(LATTICE);
            self.table[index as usize]
        };
        let low = knot(0, 0) + (knot(1, 0) - knot(0, 0)) * fx;
        let high = knot(0, 1) + (knot(1, 1) - knot(0, 1)) * fx;
        low + (high - low) * fy
    }
}

/// Segments by the squares of the plane that they touch, so that only neighbours are compared.
pub struct Squares {
    side: f64,
    cells: BTreeMap<(i64, i64), Vec<usize>>,
}

impl Squares {
    pub fn new(side: f64) -> Self {
        Self { side, cells: BTreeMap::new() }
    }

    fn span(&self, a: P, b: P) -> impl Iterator<Item = (i64, i64)> + use<> {
        let cell = |value: f64, side: f64| (value / side).floor() as i64;
        let (x0, x1) = (cell(a.x.min(b.x), self.side), cell(a.x.max(b.x), self.side));
        let (y0, y1) = (cell(a.y.min(b.y), self.side), cell(a.y.max(b.y), self.side));
        (x0..=x1).flat_map(move |x| (y0..=y1).map(move |y| (x, y)))
    }

    pub fn insert(&mut self, id: usize, a: P, b: P) {
        for cell in self.span(a, b) {
            self.cells.entry(cell).or_default().push(id);
        }
    }

    /// Ids near the box of a-b, each once, rising.
    pub fn near(&self, a: P, b: P) -> Vec<usize> {
        let mut ids: Vec<usize> = self.span(a, b).filter_map(|cell| self.cells.get(&cell)).flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
