//! Small streets: in each region a grid that lies along the nearest great road, dense and crooked in the old town,
//! wide and straight in the suburbs, thin in the fields; with parks among them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Class;
use super::plan::{Level, Road};
use super::regions::{Barriers, Region, Regions};
use super::shape::{P, inside, meeting, p};

/// How a region is built up. Metres.
#[derive(Clone, Copy)]
struct Style {
    /// Between streets, and between the cross streets.
    spacing: (f64, f64),
    /// How far a street strays from its straight line.
    wobble: f64,
    /// Share of a street's pieces that are missing.
    gaps: f64,
    /// Every so many streets is a wider one.
    wide_each: usize,
}

const OLD_TOWN: Style = Style { spacing: (92.0, 118.0), wobble: 8.0, gaps: 0.16, wide_each: 7 };
const INNER: Style = Style { spacing: (166.0, 240.0), wobble: 1.2, gaps: 0.09, wide_each: 6 };
const SUBURB: Style = Style { spacing: (212.0, 305.0), wobble: 4.0, gaps: 0.12, wide_each: 5 };
const FIELDS: Style = Style { spacing: (340.0, 430.0), wobble: 9.0, gaps: 0.3, wide_each: 4 };

fn style(heart: P) -> Style {
    let away = p(heart.x, heart.y * 1.15).len();
    match away {
        d if d < 1150.0 => OLD_TOWN,
        d if d < 3000.0 => INNER,
        d if d < 5000.0 => SUBURB,
        _ => FIELDS,
    }
}

/// Pieces shorter than this, metres, are no street.
const STREET_MIN: f64 = 45.0;
/// A vertex each so many metres.
const PACE: f64 = 48.0;
/// Streets reach so far over a barrier that the crossing is sure to be found.
const OVERLAP: f64 = 3.0;

pub struct Park {
    pub ring: Vec<P>,
}

pub struct Filled {
    pub streets: Vec<Road>,
    pub parks: Vec<Park>,
}

pub fn fill(regions: &Regions, barriers: &mut Barriers, rng: &mut ChaCha8Rng) -> Filled {
    let mut filled = Filled { streets: Vec::new(), parks: Vec::new() };
    for region in &regions.list {
        let style = style(region.heart);
        let lean = rng.random_range(-0.06..0.06);
        let along = barriers.direction_near(region.heart).unwrap_or(p(1.0, 0.0)).turned(lean);
        if region.hectares() > 22.0 && rng.random_bool(0.55) {
            park(region, along, barriers, rng, &mut filled);
        }
        grid(region, regions, barriers, style, along, rng, &mut filled.streets);
        grid(region, regions, barriers, turned(style), along.left(), rng, &mut filled.streets);
    }
    let in_park = |at: P| filled.parks.iter().any(|park| inside(&park.ring, at));
    filled.streets.retain(|street| !in_park(street.line[street.line.len() / 2].toward(street.line[0], 0.01)));
    filled
}

fn turned(style: Style) -> Style {
    Style { spacing: (style.spacing.1, style.spacing.0), ..style }
}

/// A rectangular park with streets around it, where it keeps clear of everything.
fn park(region: &Region, along: P, barriers: &mut Barriers, rng: &mut ChaCha8Rng, filled: &mut Filled) {
    let half = p(rng.random_range(55.0..105.0), rng.random_range(45.0..80.0));
    let middle = region.cells[rng.random_range(0..region.cells.len())];
    if barriers.within(middle, half.len() + 45.0) {
        return;
    }
    let corner = |x: f64, y: f64| middle + along * (half.x * x) + along.left() * (half.y * y);
    let around = |k: f64| vec![corner(-k, -k), corner(k, -k), corner(k, k), corner(-k, k), corner(-k, -k)];
    let street = around(1.0);
    barriers.add(&street);
    filled.streets.push(Road { class: Class::Residential, name: None, level: Level::Ground, line: street });
    filled.parks.push(Park { ring: around(0.88) });
}

/// All streets of one direction in one region.
fn grid(
    region: &Region,
    regions: &Regions,
    barriers: &Barriers,
    style: Style,
    along: P,
    rng: &mut ChaCha8Rng,
    streets: &mut Vec<Road>,
) {
    let across = along.left();
    let bounds = |axis: P| {
        let values = region.cells.iter().map(|at| at.dot(axis));
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((x0, x1), (y0, y1)) = (bounds(along), bounds(across));
    let mut y = y0 + style.spacing.0 * rng.random_range(0.5..0.9);
    for count in 1.. {
        if y > y1 - 25.0 {
            break;
        }
        let class = if count % style.wide_each == 0 { Class::Tertiary } else { Class::Residential };
        let line = walk((x0 - 60.0, x1 + 60.0), y, (along, across), style, rng);
        for piece in clip(&line, region.label, regions, barriers) {
            let gaps = if class == Class::Tertiary { 0.0 } else { style.gaps };
            for line in with_gaps(piece, style, gaps, rng) {
                streets.push(Road { class, name: None, level: Level::Ground, line });
            }
        }
        y += style.spacing.0 * rng.random_range(0.84..1.18);
    }
}

/// A street line through the whole box, straying a little.
fn walk((from, to): (f64, f64), y: f64, (along, across): (P, P), style: Style, rng: &mut ChaCha8Rng) -> Vec<P> {
    let mut stray: f64 = 0.0;
    let count = ((to - from) / PACE).ceil() as usize;
    let mut vertex = |i: usize| {
        stray = (stray * 0.8 + rng.random_range(-style.wobble..style.wobble)).clamp(-28.0, 28.0);
        along * (from + (to - from) * i as f64 / count as f64) + across * (y + stray)
    };
    (0..=count).map(&mut vertex).collect()
}

/// The stretches of the line that lie in the region, each from barrier to barrier.
fn clip(line: &[P], label: u16, regions: &Regions, barriers: &Barriers) -> Vec<Vec<P>> {
    let mut pieces: Vec<Vec<P>> = vec![Vec::new()];
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let mut cuts: Vec<f64> =
            barriers.near(a, b).filter_map(|(c, d)| meeting(a, b, c, d)).map(|(share, _)| share).collect();
        cuts.sort_by(f64::total_cmp);
        push(&mut pieces, a);
        for share in cuts {
            let (at, forth) = (a.toward(b, share), (b - a).unit() * OVERLAP);
            push(&mut pieces, at + forth);
            pieces.push(vec![at - forth]);
        }
    }
    if let Some(end) = line.last() {
        push(&mut pieces, *end);
    }
    pieces.retain(|piece| lies_in(piece, label, regions) && length(piece) > STREET_MIN && !hugs(piece, barriers));
    pieces
}

fn push(pieces: &mut [Vec<P>], at: P) {
    if let Some(piece) = pieces.last_mut() {
        piece.push(at);
    }
}

fn length(line: &[P]) -> f64 {
    line.windows(2).map(|pair| pair[0].to(pair[1])).sum()
}

/// Points at even distances, ends left out.
fn samples(line: &[P], step: f64) -> Vec<P> {
    let pieces = line.windows(2).flat_map(|pair| {
        let count = (pair[0].to(pair[1]) / step).ceil().max(1.0) as usize;
        (0..count).map(move |i| pair[0].toward(pair[1], (i as f64 + 0.5) / count as f64))
    });
    pieces.collect()
}

fn lies_in(line: &[P], label: u16, regions: &Regions) -> bool {
    let labels: Vec<u16> = samples(line, 15.0).into_iter().map(|at| regions.label_at(at)).collect();
    let here = labels.iter().filter(|found| **found == label).count();
    let elsewhere = labels.iter().filter(|found| **found != label && **found != 0).count();
    here > 0 && here > 4 * elsewhere
}

/// A street that runs along a great road for most of its length is that road's own kerb.
fn hugs(line: &[P], barriers: &Barriers) -> bool {
    let points = samples(line, 20.0);
    let close = points.iter().filter(|at| barriers.within(**at, 26.0)).count();
    close * 5 > points.len() * 3
}

/// Leaves out some pieces of about a block's length.
fn with_gaps(line: Vec<P>, style: Style, gaps: f64, rng: &mut ChaCha8Rng) -> Vec<Vec<P>> {
    let (mut pieces, mut piece, mut run, mut kept) = (Vec::new(), vec![line[0]], 0.0, true);
    for pair in line.windows(2) {
        run += pair[0].to(pair[1]);
        if kept {
            piece.push(pair[1]);
        }
        if run > style.spacing.1 {
            run = 0.0;
            let next = !rng.random_bool(gaps);
            match (kept, next) {
                (true, false) => pieces.push(std::mem::take(&mut piece)),
                (false, true) => piece = vec![pair[1]],
                _ => {}
            }
            kept = next;
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1 && length(piece) > STREET_MIN * 0.6);
    pieces
}
