//! Vector tiles of the road network, made when somebody looks: the layer `transportation` of the OpenMapTiles schema, so
//! that the same style draws them as a base map that was brought. Format: Mapbox Vector Tile 2.1
//! (<https://github.com/mapbox/vector-tile-spec>).

use crate::roads::protobuf::{bytes, number, varint};
use crate::roads::{Fixed, RoadClass, RoadNetwork};

/// Deepest tiles: a pixel is then two metres, and what is deeper is drawn larger.
pub const DEEPEST: u8 = 15;
/// Units along a tile's side.
const EXTENT: f64 = 4_096.0;
/// Units beyond the side, so that lines do not end in sight.
const MARGIN: f64 = 64.0;
const FIXED_PER_DEGREE: f64 = 10_000_000.0;

/// Classes as the schema names them, and the zoom from which they are drawn.
const CLASSES: [(&str, u8); 7] =
    [("motorway", 0), ("trunk", 0), ("primary", 7), ("secondary", 9), ("tertiary", 10), ("minor", 12), ("service", 13)];

fn class_of(class: RoadClass) -> usize {
    use RoadClass::*;
    match class {
        Motorway | MotorwayLink => 0,
        Trunk | TrunkLink => 1,
        Primary | PrimaryLink => 2,
        Secondary | SecondaryLink => 3,
        Tertiary | TertiaryLink => 4,
        Unclassified | Residential | LivingStreet => 5,
        Service => 6,
    }
}

/// A tile of the web Mercator scheme.
#[derive(Debug, Clone, Copy)]
struct Square {
    across: f64,
    x: f64,
    y: f64,
}

impl Square {
    fn units(&self, at: Fixed) -> (f64, f64) {
        let (lat, lon) = (f64::from(at.lat) / FIXED_PER_DEGREE, f64::from(at.lon) / FIXED_PER_DEGREE);
        let north = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
        (((lon + 180.0) / 360.0 * self.across - self.x) * EXTENT, (north * self.across - self.y) * EXTENT)
    }

    fn place(&self, east: f64, south: f64) -> Fixed {
        let lon = (self.x + east / EXTENT) / self.across * 360.0 - 180.0;
        let north = 1.0 - 2.0 * (self.y + south / EXTENT) / self.across;
        let lat = (north * std::f64::consts::PI).sinh().atan().to_degrees();
        Fixed { lat: (lat * FIXED_PER_DEGREE).round() as i32, lon: (lon * FIXED_PER_DEGREE).round() as i32 }
    }
}

/// A tile; none where no street is drawn, or no such tile can be.
pub fn tile(network: &RoadNetwork, z: u8, x: u32, y: u32) -> Option<Vec<u8>> {
    if z > DEEPEST || x >> z != 0 || y >> z != 0 {
        return None;
    }
    let square = Square { across: f64::from(1_u32 << z), x: f64::from(x), y: f64::from(y) };
    let (low, high) = (square.place(-MARGIN, EXTENT + MARGIN), square.place(EXTENT + MARGIN, -MARGIN));
    let mut layers: [Lines; CLASSES.len()] = Default::default();
    for street in network.streets_between(low, high) {
        let class = class_of(network.streets().class_of(street));
        if CLASSES[class].1 <= z {
            layers[class].add(network.streets().line(street), &square);
        }
    }
    let mut layer = Vec::new();
    bytes(&mut layer, 1, b"transportation");
    let mut drawn = false;
    for (class, lines) in layers.iter().enumerate().filter(|(_, lines)| !lines.0.is_empty()) {
        bytes(&mut layer, 2, &feature(class, &lines.0));
        drawn = true;
    }
    bytes(&mut layer, 3, b"class");
    for (name, _) in CLASSES {
        let mut value = Vec::new();
        bytes(&mut value, 1, name.as_bytes());
        bytes(&mut layer, 4, &value);
    }
    number(&mut layer, 5, EXTENT as u64);
    number(&mut layer, 15, 2);
    let mut tile = Vec::new();
    bytes(&mut tile, 3, &layer);
    drawn.then_some(tile)
}

/// The commands of many lines, each from where the last one ended.
#[derive(Default)]
struct Lines(Vec<u32>, (i32, i32));

impl Lines {
    /// Adds the parts of a line that come near the tile.
    fn add(&mut self, line: &[Fixed], square: &Square) {
        let near =
            |(x, y): (f64, f64)| (-MARGIN..=EXTENT + MARGIN).contains(&x) && (-MARGIN..=EXTENT + MARGIN).contains(&y);
        let points: Vec<(f64, f64)> = line.iter().map(|at| square.units(*at)).collect();
        let mut part: Vec<(i32, i32)> = Vec::new();
        for pair in points.windows(2) {
            let crosses = near(pair[0]) || near(pair[1]) || around(pair[0], pair[1]);
            if !crosses {
                self.part(&std::mem::take(&mut part));
                continue;
            }
            for point in [pair[0], pair[1]] {
                let rounded = (point.0.round() as i32, point.1.round() as i32);
                if part.last() != Some(&rounded) {
                    part.push(rounded);
                }
            }
        }
        self.part(&part);
    }

    fn part(&mut self, points: &[(i32, i32)]) {
        if points.len() < 2 {
            return;
        }
        for (nth, &(x, y)) in points.iter().enumerate() {
            match nth {
                0 => self.0.push(1 | 1 << 3),
                1 => self.0.push(2 | ((points.len() - 1) as u32) << 3),
                _ => {}
            }
            let fold = |difference: i32| ((difference << 1) ^ (difference >> 31)) as u32;
            self.0.extend([fold(x - self.1.0), fold(y - self.1.1)]);
            self.1 = (x, y);
        }
    }
}

/// Whether a piece whose ends lie outside may still cross the tile: both on one side of it means no.
fn around(a: (f64, f64), b: (f64, f64)) -> bool {
    let apart = |a: f64, b: f64| (a < -MARGIN && b < -MARGIN) || (a > EXTENT + MARGIN && b > EXTENT + MARGIN);
    !apart(a.0, b.0) && !apart(a.1, b.1)
}

fn feature(class: usize, commands: &[u32]) -> Vec<u8> {
    let (mut tags, mut geometry, mut feature) = (Vec::new(), Vec::new(), Vec::new());
    varint(&mut tags, 0);
    varint(&mut tags, class as u64);
    commands.iter().for_each(|&command| varint(&mut geometry, u64::from(command)));
    bytes(&mut feature, 2, &tags);
    number(&mut feature, 3, 2);
    bytes(&mut feature, 4, &geometry);
    feature
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::SpeedTable;
    use crate::roads::extract::testing::Extract;

    #[test]
    fn a_tile_is_what_the_format_says() {
        let mut extract = Extract::default();
        extract.node(1, 0.0, 0.0).node(2, -0.01, 0.0).node(3, -0.01, 0.01);
        extract.way(&[1, 2, 3], &[("highway", "primary")]);
        let network = RoadNetwork::build(&extract.bytes(), &SpeedTable::VAN).unwrap();
        let tile = tile(&network, 8, 128, 128).unwrap();
        // From the north-west corner 29 units down, then 29 to the right: 0.01 of 1.40625 degrees, of 4,096 units.
        let line = [9, 0, 0, 18, 0, 58, 58, 0];
        let expected = [&[0x12, 2, 0, 2, 0x18, 2, 0x22, line.len() as u8][..], &line].concat();
        assert!(tile.windows(expected.len()).any(|bytes| bytes == expected), "{tile:?}");
    }

    #[test]
    fn small_streets_come_with_the_zoom_and_nothing_comes_from_elsewhere() {
        let network = RoadNetwork::build(&Extract::town(30, 36.5, 136.6).bytes(), &SpeedTable::VAN).unwrap();
        let at = |z: u8| {
            let across = f64::from(1_u32 << z);
            let north = (1.0 - 36.51_f64.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
            ((136.61 + 180.0) / 360.0 * across, north * across)
        };
        let size = |z: u8| {
            let (x, y) = at(z);
            tile(&network, z, x as u32, y as u32).map_or(0, |tile| tile.len())
        };
        assert!(size(6) == 0 && size(8) > 0 && size(12) > 4 * size(11), "{} {} {}", size(8), size(11), size(12));
        assert!(size(15) > 0 && size(16) == 0);
        assert_eq!(tile(&network, 12, 0, 0), None);
        assert_eq!(tile(&network, 3, 8, 0), None);
    }
}
