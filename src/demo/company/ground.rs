//! Where the company works: three territories between the rivers, and houses along the streets.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::company::Territory;
use crate::company::area::contains;
use crate::demo::city::shape::{P, p};
use crate::demo::city::{Area, City, Class, PlaceClass, on_globe, on_plane};
use crate::domain::place::Position;

/// Half the side of the square that the territories share, metres.
const REACH: f64 = 9_000.0;
/// Longer street pieces lead through fields.
const BUILT_METRES: f64 = 420.0;
/// From the middle of the street to the house.
const SETBACK: f64 = 15.0;

pub const WEST: &str = "nishi";
pub const MIDDLE: &str = "chuo";
pub const EAST: &str = "higashi";

pub struct Ground<'a> {
    pub city: &'a City,
    pub territories: Vec<Territory>,
    /// Street pieces with houses, ends in metres.
    streets: Vec<(P, P)>,
    /// Parks and water.
    open: Vec<&'a Area>,
}

/// A house on a street.
#[derive(Debug, Clone)]
pub struct House {
    pub position: Position,
    pub postcode: String,
    pub address: String,
}

impl<'a> Ground<'a> {
    pub fn of(city: &'a City) -> Self {
        let built = city.ways.iter().filter(|way| way.class >= Class::Secondary);
        let piece =
            |pair: &[usize]| (on_plane(city.center, city.nodes[pair[0]]), on_plane(city.center, city.nodes[pair[1]]));
        let streets = built.flat_map(|way| way.nodes.windows(2).map(piece));
        let streets = streets.filter(|(a, b)| a.to(*b) < BUILT_METRES && a.len() < REACH * 0.75).collect();
        Self { city, territories: territories(city), streets, open: city.areas.iter().collect() }
    }

    /// A house in a territory. Falls back to the territory's center when chance finds none in many tries.
    pub fn house(&self, territory: &Territory, rng: &mut ChaCha8Rng) -> House {
        let tries = (0..2_000).map(|_| self.any_house(rng));
        let fits = |at: &Position| contains(&territory.boundary, *at) && !self.is_open(*at);
        let position = tries.into_iter().find(fits).unwrap_or(territory.center);
        let town = self.city.town_at(position);
        let (chome, block, number) = (rng.random_range(1..5), rng.random_range(1..28), rng.random_range(1..18));
        let address = format!("{}{}{chome}丁目{block}-{number}", self.city.name.ja, town.ja);
        House { position, postcode: postcode(&town.en), address }
    }

    fn any_house(&self, rng: &mut ChaCha8Rng) -> Position {
        let (a, b) = self.streets[rng.random_range(0..self.streets.len())];
        let side = if rng.random_bool(0.5) { SETBACK } else { -SETBACK };
        let at = a.toward(b, rng.random_range(0.1..0.9)) + (b - a).unit().left() * side;
        on_globe(self.city.center, at)
    }

    fn is_open(&self, at: Position) -> bool {
        self.open.iter().any(|area| contains(&area.rings[0], at))
    }
}

/// 000 is the prefix of no region of Japan; the rest is a sum over the town's name.
fn postcode(town: &str) -> String {
    let sum = town.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 9_000);
    format!("000-{:04}", sum + 1_000)
}

/// West of the west river, between the rivers, east of the main river.
fn territories(city: &City) -> Vec<Territory> {
    let bank = |river: &[Position]| -> Vec<P> {
        let inside = river.iter().map(|at| on_plane(city.center, *at)).filter(|at| at.y.abs() < REACH);
        inside.step_by(9).collect()
    };
    let (main, west) = (bank(&city.rivers[0]), bank(&city.rivers[1]));
    let corner = |x: f64, y: f64| p(x * REACH, y * REACH);
    let west_ring = [vec![corner(-1.0, -1.0)], west.clone(), vec![corner(-1.0, 1.0)]].concat();
    let middle_ring = [west, main.iter().rev().copied().collect()].concat();
    let east_ring = [main, vec![corner(1.0, 1.0), corner(1.0, -1.0)]].concat();
    let territory = |code: &str, name_ja: &str, name_en: &str, ring: Vec<P>| {
        let boundary: Vec<Position> = ring.iter().map(|at| on_globe(city.center, *at)).collect();
        let center = middle(city, &boundary);
        Territory { code: code.into(), name_ja: name_ja.into(), name_en: name_en.into(), center, boundary }
    };
    vec![
        territory(WEST, "西エリア", "West", west_ring),
        territory(MIDDLE, "中央エリア", "Central", middle_ring),
        territory(EAST, "東エリア", "East", east_ring),
    ]
}

/// The middle of the towns in a boundary.
fn middle(city: &City, boundary: &[Position]) -> Position {
    let towns = city.places.iter().filter(|place| place.class == PlaceClass::District && contains(boundary, place.at));
    let points: Vec<P> = towns.map(|place| on_plane(city.center, place.at)).collect();
    let sum = points.iter().fold(p(0.0, 0.0), |sum, at| sum + *at);
    on_globe(city.center, sum * (1.0 / points.len().max(1) as f64))
}
