//! A city that does not exist: streets, water, parks and town names from a seed, so that a demo needs no map data of
//! anybody. All coordinates lie around a center that can be put anywhere.

mod fill;
mod geojson;
mod plan;
mod planar;
mod regions;
pub mod shape;
mod survey;
#[cfg(test)]
mod tests;
mod towns;
mod ways;

use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::plan::{Plan, Road};
use self::planar::Kind;
use self::shape::{Noise, P, p};
use self::survey::Survey;
pub use self::survey::{moved, on_globe, on_plane};
use crate::domain::place::Position;

/// Class of a street, greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Motorway,
    Trunk,
    Primary,
    Secondary,
    Tertiary,
    Residential,
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Name {
    pub ja: String,
    pub en: String,
}

/// A street from end to end; both ways open.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub class: Class,
    pub name: Option<Name>,
    /// Indices of [`City::nodes`]; streets that share one meet there.
    pub nodes: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaClass {
    Water,
    Park,
    Wood,
}

/// Water or green: the outer ring and holes, closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub class: AreaClass,
    pub name: Option<Name>,
    pub rings: Vec<Vec<Position>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceClass {
    District,
    Station,
}

/// A point with a name: a town (町) or a station.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub class: PlaceClass,
    pub name: Name,
    pub at: Position,
}

#[derive(Debug, Clone, PartialEq)]
pub struct City {
    pub name: Name,
    pub center: Position,
    pub nodes: Vec<Position>,
    pub ways: Vec<Way>,
    pub areas: Vec<Area>,
    pub places: Vec<Place>,
    pub railway: Name,
    pub rails: Vec<Position>,
    /// The two rivers from the hills to the sea, main river first: natural borders of territories.
    pub rivers: Vec<Vec<Position>>,
}

/// Name of a town, and where in the plan it must lie when the name says so (a harbour, a side of the castle).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Town {
    ja: String,
    en: String,
    near: Option<(f64, f64)>,
}

impl Town {
    fn name(&self) -> Name {
        Name { ja: self.ja.clone(), en: self.en.clone() }
    }
}

/// Words of the city, see `fixtures/demo/places.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    city: Name,
    castle: Name,
    moat: Name,
    sea: Name,
    main_river: Name,
    west_river: Name,
    railway: Name,
    motorway: Name,
    stations: Vec<Name>,
    interchanges: Vec<Name>,
    core_towns: Vec<Town>,
    towns: Vec<Town>,
    outer_towns: Vec<Town>,
    parks: Vec<Name>,
}

fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../fixtures/demo/places.json")).expect("a test reads this file")
    });
    &WORDS
}

/// The city of a seed around a center; the same for the same arguments.
pub fn city(seed: u64, center: Position) -> City {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let survey = Survey { noise: Noise::new(&mut rng), center };
    let plan = plan::plan();
    let mut barriers = regions::Barriers::of(&plan);
    let regions = regions::Regions::of(&plan, &barriers);
    let filled = fill::fill(&regions, &mut barriers, &mut rng);
    let (nodes, ways) = streets(&plan, &filled.streets, &survey);
    City {
        name: words().city.clone(),
        center,
        nodes,
        ways,
        areas: areas(&plan, &filled.parks, &survey, &mut rng),
        places: towns::places(&plan, &regions, &survey),
        railway: words().railway.clone(),
        rails: survey.line(&plan.rails),
        rivers: plan.rivers.iter().map(|river| survey.line(&river.line)).collect(),
    }
}

fn streets(plan: &Plan, small: &[Road], survey: &Survey) -> (Vec<Position>, Vec<Way>) {
    let roads: Vec<&Road> = plan.roads.iter().chain(small).collect();
    let mut names: Vec<Name> = roads.iter().filter_map(|road| road.name.clone()).collect();
    names.sort();
    names.dedup();
    let kind = |road: &Road| Kind {
        class: road.class,
        name: road.name.as_ref().and_then(|name| names.binary_search(name).ok()),
    };
    let kinds: Vec<Kind> = roads.iter().map(|road| kind(road)).collect();
    let graph = planar::graph(&roads, &kinds);
    let mut chains = ways::chains(&graph);
    chains.sort_by_key(|chain| (chain.kind, chain.nodes[0]));
    let mut index = vec![None; graph.nodes.len()];
    let mut nodes = Vec::new();
    let mut number = |node: usize| {
        *index[node].get_or_insert_with(|| {
            nodes.push(survey.place(graph.nodes[node]));
            nodes.len() - 1
        })
    };
    let ways = chains.iter().map(|chain| Way {
        class: chain.kind.class,
        name: chain.kind.name.map(|name| names[name].clone()),
        nodes: chain.nodes.iter().map(|node| number(*node)).collect(),
    });
    let ways = ways.collect();
    (nodes, ways)
}

fn areas(plan: &Plan, parks: &[fill::Park], survey: &Survey, rng: &mut ChaCha8Rng) -> Vec<Area> {
    let words = words();
    let area =
        |class, name: Option<&Name>, ring: &[P]| Area { class, name: name.cloned(), rings: vec![survey.ring(ring)] };
    let mut sea = plan.coast.clone();
    sea.extend([p(45_000.0, 40_000.0), p(-45_000.0, 40_000.0)]);
    let mut areas = vec![area(AreaClass::Water, Some(&words.sea), &sea)];
    areas.extend(woods(&survey.noise).iter().map(|ring| area(AreaClass::Wood, None, ring)));
    for river in &plan.rivers {
        areas.push(area(AreaClass::Water, Some(&river.name), &river.ring(0.0)));
        areas.extend(river.greens().iter().map(|ring| area(AreaClass::Park, None, ring)));
    }
    let moat = vec![survey.ring(&plan::moat_ring()), survey.ring(&plan::castle_ring())];
    areas.push(Area { class: AreaClass::Water, name: Some(words.moat.clone()), rings: moat });
    areas.push(area(AreaClass::Park, Some(&words.castle), &plan::castle_ring()));
    let shift = rng.random_range(0..words.parks.len());
    for (i, park) in parks.iter().enumerate() {
        let name = &words.parks[(i + shift) % words.parks.len()];
        areas.push(area(AreaClass::Park, Some(name), &park.ring));
    }
    areas
}

/// The hills behind the city, their foot ragged by noise.
fn woods(noise: &Noise) -> Vec<Vec<P>> {
    let foot = |x: f64| p(x, -6600.0 - x.abs() * 0.02 + 520.0 * noise.at(p(x, 9_000.0), 2_300.0));
    let hill = |from: f64, to: f64, back: f64| {
        let count = ((to - from) / 250.0) as usize;
        let mut ring: Vec<P> = (0..=count).map(|i| foot(from + (to - from) * i as f64 / count as f64)).collect();
        let crest = |x: f64| p(x, back + 900.0 * noise.at(p(x, 12_000.0), 3_100.0));
        ring.extend((0..=count).rev().map(|i| crest(from + (to - from) * i as f64 / count as f64)));
        ring
    };
    vec![hill(-45_000.0, -4_900.0, -36_000.0), hill(-2_600.0, 1_050.0, -36_000.0), hill(2_900.0, 45_000.0, -36_000.0)]
}

impl City {
    /// The same city around another center.
    pub fn relocate(mut self, center: Position) -> Self {
        let from = self.center;
        let shift = |at: &mut Position| *at = moved(from, center, *at);
        self.nodes.iter_mut().for_each(shift);
        self.areas.iter_mut().flat_map(|area| &mut area.rings).flatten().for_each(shift);
        self.places.iter_mut().for_each(|place| shift(&mut place.at));
        self.rails.iter_mut().for_each(shift);
        self.rivers.iter_mut().flatten().for_each(shift);
        self.center = center;
        self
    }

    /// Number of street pieces between junctions.
    pub fn segments(&self) -> usize {
        let mut uses = vec![0; self.nodes.len()];
        for way in &self.ways {
            for (i, node) in way.nodes.iter().enumerate() {
                uses[*node] += if i == 0 || i + 1 == way.nodes.len() { 2 } else { 1 };
            }
        }
        let inner = |way: &Way| way.nodes[1..way.nodes.len() - 1].iter().filter(|node| uses[**node] > 1).count();
        self.ways.iter().map(|way| inner(way) + 1).sum()
    }

    /// Name of the nearest town.
    pub fn town_at(&self, at: Position) -> &Name {
        let towns = self.places.iter().filter(|place| place.class == PlaceClass::District);
        let nearest = towns.min_by(|a, b| a.at.metres_to(at).total_cmp(&b.at.metres_to(at)));
        nearest.map_or(&self.name, |place| &place.name)
    }
}
