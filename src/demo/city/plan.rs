//! The plan of the city before its small streets: coast, rivers, castle, railway and the great roads.
//!
//! A castle town of the usual kind: the castle between two rivers, a narrow-laned old town around its moat, the old
//! highway south of it, the station beyond the highway, rings and radials, a bypass and a motorway at the foot of the
//! hills. Laid out in a frame whose v axis points to the sea; the finished city is turned and bent a little.

use serde::Deserialize;

use super::shape::{P, curve, offset, p, ribbon};
use super::{Class, Name, words};

/// Sampling of curves, metres.
const STEP: f64 = 60.0;
/// From a river's edge to the axis of the road on its bank.
const BANK: f64 = 38.0;
/// Half sizes of the street around the moat, of the moat and of the castle park, metres.
const MOAT_STREET: (f64, f64) = (345.0, 285.0);
const MOAT: (f64, f64) = (322.0, 262.0);
const CASTLE: (f64, f64) = (286.0, 226.0);

/// How a road meets others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Meets everything on the ground.
    Ground,
    /// On pillars: meets ramps only.
    Above,
    /// Meets both.
    Ramp,
}

pub struct Road {
    pub class: Class,
    pub name: Option<Name>,
    pub level: Level,
    pub line: Vec<P>,
}

pub struct River {
    pub name: Name,
    pub line: Vec<P>,
    pub width: f64,
}

pub struct Plan {
    pub roads: Vec<Road>,
    pub rivers: Vec<River>,
    /// From west to east; the sea lies to its left.
    pub coast: Vec<P>,
    pub rails: Vec<P>,
    pub stations: Vec<P>,
}

#[derive(Deserialize)]
struct RoadText {
    class: Class,
    ja: String,
    en: String,
    line: Vec<(f64, f64)>,
}

fn points(list: &[(f64, f64)]) -> Vec<P> {
    list.iter().map(|&(x, y)| p(x, y)).collect()
}

pub fn plan() -> Plan {
    let rivers = rivers();
    let mut roads = named_roads();
    roads.extend(rings());
    roads.extend(rivers.iter().flat_map(bank_roads));
    roads.extend(motorway());
    let rails = curve(
        &points(&[
            (-28000.0, 200.0),
            (-12000.0, -1100.0),
            (-6500.0, -1450.0),
            (-3400.0, -1450.0),
            (-1500.0, -1690.0),
            (-370.0, -1760.0),
            (800.0, -1700.0),
            (2500.0, -1500.0),
            (5500.0, -850.0),
            (9500.0, -300.0),
            (16000.0, 100.0),
            (28000.0, 1500.0),
        ]),
        STEP,
    );
    let stations = points(&[(-370.0, -1760.0), (-4100.0, -1440.0), (3700.0, -1280.0)]);
    Plan { roads, rivers, coast: coast(), rails, stations }
}

/// Sand and low cliffs, and between them the straight quays and breakwaters of the harbour.
fn coast() -> Vec<P> {
    let west = [
        (-45000.0, 8200.0),
        (-26000.0, 6300.0),
        (-16000.0, 5600.0),
        (-9000.0, 4900.0),
        (-6200.0, 4330.0),
        (-5000.0, 4500.0),
        (-4100.0, 4250.0),
        (-3300.0, 4300.0),
        (-2500.0, 4220.0),
        (-1900.0, 4330.0),
    ];
    let harbour = [
        (-1760.0, 4330.0),
        (-1755.0, 4640.0),
        (-1150.0, 4760.0),
        (-1145.0, 4735.0),
        (-1730.0, 4610.0),
        (-1725.0, 4040.0),
        (-1300.0, 4040.0),
        (-1300.0, 4220.0),
        (-1200.0, 4220.0),
        (-1200.0, 4010.0),
        (-760.0, 4010.0),
        (-760.0, 4260.0),
        (-640.0, 4260.0),
        (-640.0, 4020.0),
        (-330.0, 4020.0),
        (-330.0, 4560.0),
        (-700.0, 4640.0),
        (-695.0, 4665.0),
        (-300.0, 4590.0),
        (-295.0, 4380.0),
    ];
    let east = [
        (-200.0, 4380.0),
        (500.0, 4330.0),
        (1100.0, 4250.0),
        (1900.0, 4390.0),
        (2900.0, 4240.0),
        (4100.0, 4420.0),
        (5000.0, 4560.0),
        (6300.0, 4380.0),
        (8500.0, 4600.0),
        (10800.0, 4700.0),
        (12400.0, 5900.0),
        (13800.0, 6950.0),
        (15200.0, 7100.0),
        (16500.0, 6100.0),
        (20000.0, 5300.0),
        (28000.0, 5000.0),
        (45000.0, 7000.0),
    ];
    let mut line = curve(&points(&west), STEP);
    line.extend(points(&harbour));
    line.extend(curve(&points(&east), STEP));
    line
}

fn rivers() -> Vec<River> {
    let main = [
        (4200.0, -18000.0),
        (2600.0, -10500.0),
        (1500.0, -7000.0),
        (1750.0, -4600.0),
        (1150.0, -2800.0),
        (1500.0, -1350.0),
        (980.0, 0.0),
        (1280.0, 1500.0),
        (740.0, 2800.0),
        (620.0, 3600.0),
        (540.0, 4800.0),
    ];
    let west = [
        (-6800.0, -18000.0),
        (-5200.0, -10500.0),
        (-3300.0, -7000.0),
        (-2900.0, -4600.0),
        (-3050.0, -2400.0),
        (-2620.0, -800.0),
        (-2860.0, 900.0),
        (-2660.0, 2500.0),
        (-3000.0, 3500.0),
        (-3060.0, 4800.0),
    ];
    let words = words();
    vec![
        River { name: words.main_river.clone(), line: curve(&points(&main), STEP), width: 120.0 },
        River { name: words.west_river.clone(), line: curve(&points(&west), STEP), width: 62.0 },
    ]
}

impl River {
    /// The water, wider toward the mouth.
    pub fn ring(&self, margin: f64) -> Vec<P> {
        let count = self.line.len() as f64;
        ribbon(&self.line, |i| self.width * (0.72 + 0.5 * i as f64 / count) + margin * 2.0)
    }

    /// A strip of green on each side between water and bank road, where the river runs through the city.
    pub fn greens(&self) -> Vec<Vec<P>> {
        let stretch: Vec<P> = self.line.iter().copied().filter(|at| (-2600.0..2900.0).contains(&at.y)).collect();
        let edge = |metres: f64| offset(&stretch, |_| metres);
        let strip = |side: f64| {
            let mut ring = edge(side * (self.width * 0.5 - 4.0));
            ring.extend(edge(side * (self.width * 0.62 + BANK - 14.0)).into_iter().rev());
            ring
        };
        vec![strip(1.0), strip(-1.0)]
    }
}

fn named_roads() -> Vec<Road> {
    let texts: Vec<RoadText> =
        serde_json::from_str(include_str!("../../../fixtures/demo/roads.json")).expect("a test reads this file");
    let road = |text: RoadText| {
        let mut line = points(&text.line);
        if line[0].len() < 500.0 {
            // Begins at the castle: reach into it, so that it meets the street around the moat.
            line.insert(0, line[0] * 0.5);
        }
        let name = Some(Name { ja: text.ja, en: text.en });
        Road { class: text.class, name, level: Level::Ground, line: curve(&line, STEP) }
    };
    texts.into_iter().map(road).collect()
}

/// A closed curve between circle (2) and rectangle (large exponent).
pub fn superellipse(center: P, half: (f64, f64), exponent: f64, pieces: usize) -> Vec<P> {
    let bend = |value: f64| value.signum() * value.abs().powf(2.0 / exponent);
    (0..=pieces)
        .map(|i| {
            let (sin, cos) = (std::f64::consts::TAU * i as f64 / pieces as f64).sin_cos();
            center + p(half.0 * bend(cos), half.1 * bend(sin))
        })
        .collect()
}

fn rings() -> Vec<Road> {
    let ring = |class, ja: &str, en: &str, line| Road {
        class,
        name: Some(Name { ja: ja.into(), en: en.into() }),
        level: Level::Ground,
        line,
    };
    vec![
        ring(Class::Tertiary, "堀端通り", "Horibata-dori", superellipse(p(0.0, 0.0), MOAT_STREET, 7.0, 48)),
        ring(Class::Secondary, "内環状通り", "Inner Ring", superellipse(p(-80.0, -60.0), (880.0, 820.0), 3.0, 96)),
        ring(Class::Primary, "外環状線", "Outer Ring", superellipse(p(-20.0, -230.0), (3560.0, 2930.0), 3.4, 320)),
    ]
}

pub fn moat_ring() -> Vec<P> {
    superellipse(p(0.0, 0.0), MOAT, 8.0, 48)
}

pub fn castle_ring() -> Vec<P> {
    superellipse(p(0.0, 0.0), CASTLE, 8.0, 48)
}

/// The ground inside the street around the moat; no street enters it.
pub fn castle_ground() -> Vec<P> {
    superellipse(p(0.0, 0.0), (MOAT_STREET.0 - 6.0, MOAT_STREET.1 - 6.0), 7.0, 48)
}

fn bank_roads(river: &River) -> Vec<Road> {
    let stretch: Vec<P> = river.line.iter().copied().filter(|at| (-5300.0..3760.0).contains(&at.y)).collect();
    let side = |left: bool| {
        let away = river.width * 0.61 + BANK;
        let (ja, en) = if left { ("左岸通り", "Left Bank Road") } else { ("右岸通り", "Right Bank Road") };
        Road {
            class: Class::Tertiary,
            name: Some(Name { ja: format!("{}{ja}", river.name.ja), en: format!("{} {en}", river.name.en) }),
            level: Level::Ground,
            line: offset(&stretch, |_| if left { away } else { -away }),
        }
    };
    vec![side(true), side(false)]
}

/// The motorway and its two interchanges: two ramps each, down to the radial that passes below.
fn motorway() -> Vec<Road> {
    let words = words();
    let line = curve(
        &points(&[
            (-28000.0, -4300.0),
            (-14000.0, -5200.0),
            (-6500.0, -5550.0),
            (-3900.0, -5450.0),
            (0.0, -5800.0),
            (4700.0, -5350.0),
            (8500.0, -4700.0),
            (16000.0, -4300.0),
            (28000.0, -2800.0),
        ]),
        STEP,
    );
    let nearest = |x: f64| line.iter().copied().min_by(|a, b| (a.x - x).abs().total_cmp(&(b.x - x).abs()));
    let mut roads = Vec::new();
    for (name, (foot, down)) in
        words.interchanges.iter().zip([((-3925.0), p(-3955.0, -4890.0)), (4640.0, p(4510.0, -4770.0))])
    {
        for side in [-1.0, 1.0] {
            let Some(exit) = nearest(foot + side * 620.0) else { continue };
            let bend = p(foot + side * 170.0, exit.y.max(-5500.0) + 210.0);
            let line = curve(&[exit, bend, down + p(0.0, side * 4.0)], 40.0);
            roads.push(Road { class: Class::Primary, name: Some(name.clone()), level: Level::Ramp, line });
        }
    }
    roads.push(Road { class: Class::Motorway, name: Some(words.motorway.clone()), level: Level::Above, line });
    roads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_reads_its_roads_and_keeps_the_castle_between_the_rivers() {
        let plan = plan();
        assert!(plan.roads.len() > 20);
        assert!(plan.rivers[0].line.iter().all(|at| at.y.abs() > 300.0 || at.x > 400.0));
        assert!(plan.rivers[1].line.iter().all(|at| at.y.abs() > 300.0 || at.x < -400.0));
    }
}
