//! Turns drawn roads into a graph: finds where they meet, joins ends that lie together, cuts stubs, keeps what hangs
//! together.

use std::collections::{BTreeMap, BTreeSet};

use super::Class;
use super::plan::{Level, Road, castle_ground};
use super::shape::{P, Squares, inside, meeting};

/// Points nearer than this, metres, are one junction.
const SNAP: f64 = 7.0;
/// A blind end shorter than this, metres, is a drawing error and no cul-de-sac.
const STUB: f64 = 75.0;
/// The same at the rim of the city, where streets end in fields.
const STUB_FIELDS: f64 = 330.0;
/// Beyond this distance from the castle, metres, are fields.
const FIELDS_FROM: f64 = 4_700.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    pub class: Class,
    /// Index into the list of names; none for nameless streets.
    pub name: Option<usize>,
}

pub struct Graph {
    pub nodes: Vec<P>,
    /// Node pairs, low first, with what the street is.
    pub edges: BTreeMap<(usize, usize), Kind>,
}

/// `kinds` stands in the order of `roads`.
pub fn graph(roads: &[&Road], kinds: &[Kind]) -> Graph {
    let mut graph = meet(roads, kinds);
    let castle = castle_ground();
    let nodes = &graph.nodes;
    graph.edges.retain(|&(a, b), _| !inside(&castle, nodes[a].toward(nodes[b], 0.5)));
    for _ in 0..3 {
        graph.cut_stubs();
    }
    graph.keep_largest();
    graph
}

/// Finds junctions near a point, makes new ones. Bridges have their own.
#[derive(Default)]
struct Junctions {
    nodes: Vec<P>,
    cells: BTreeMap<(bool, i64, i64), Vec<usize>>,
}

impl Junctions {
    fn at(&mut self, point: P, above: bool) -> usize {
        let (x, y) = ((point.x / SNAP).floor() as i64, (point.y / SNAP).floor() as i64);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (above, x + dx, y + dy)));
        let near = around.filter_map(|cell| self.cells.get(&cell)).flatten().copied();
        let nearest = near.min_by(|a, b| self.nodes[*a].to(point).total_cmp(&self.nodes[*b].to(point)));
        if let Some(found) = nearest.filter(|id| self.nodes[*id].to(point) < SNAP) {
            return found;
        }
        let id = self.nodes.len();
        self.nodes.push(point);
        self.cells.entry((above, x, y)).or_default().push(id);
        id
    }
}

struct Piece {
    road: usize,
    a: P,
    b: P,
    /// Where others meet it: share of its length and whether on pillars.
    cuts: Vec<(f64, bool)>,
}

fn meet(roads: &[&Road], kinds: &[Kind]) -> Graph {
    let mut pieces: Vec<Piece> = Vec::new();
    for (road, drawn) in roads.iter().enumerate() {
        pieces.extend(drawn.line.windows(2).map(|pair| Piece { road, a: pair[0], b: pair[1], cuts: Vec::new() }));
    }
    cut(&mut pieces, roads);
    let mut junctions = Junctions::default();
    let mut edges: BTreeMap<(usize, usize), Kind> = BTreeMap::new();
    for piece in &mut pieces {
        let above = roads[piece.road].level == Level::Above;
        piece.cuts.extend([(0.0, above), (1.0, above)]);
        piece.cuts.sort_by(|x, y| x.0.total_cmp(&y.0));
        let ids: Vec<usize> =
            piece.cuts.iter().map(|(share, above)| junctions.at(piece.a.toward(piece.b, *share), *above)).collect();
        for pair in ids.windows(2).filter(|pair| pair[0] != pair[1]) {
            let key = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            let kind = kinds[piece.road];
            edges.entry(key).and_modify(|known| *known = kind.min(*known)).or_insert(kind);
        }
    }
    Graph { nodes: junctions.nodes, edges }
}

fn cut(pieces: &mut [Piece], roads: &[&Road]) {
    let mut squares = Squares::new(120.0);
    for (id, piece) in pieces.iter().enumerate() {
        squares.insert(id, piece.a, piece.b);
    }
    for i in 0..pieces.len() {
        for j in squares.near(pieces[i].a, pieces[i].b).into_iter().filter(|j| *j > i) {
            let levels = (roads[pieces[i].road].level, roads[pieces[j].road].level);
            let Some(above) = joins(levels) else { continue };
            if let Some((t, s)) = meeting(pieces[i].a, pieces[i].b, pieces[j].a, pieces[j].b) {
                pieces[i].cuts.push((t, above));
                pieces[j].cuts.push((s, above));
            }
        }
    }
}

/// Whether two levels meet, and then whether up on the pillars.
fn joins(levels: (Level, Level)) -> Option<bool> {
    match levels {
        (Level::Above, Level::Ground) | (Level::Ground, Level::Above) => None,
        (Level::Above, _) | (_, Level::Above) => Some(true),
        _ => Some(false),
    }
}

impl Graph {
    /// Neighbours of each node, rising.
    pub fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut near = vec![Vec::new(); self.nodes.len()];
        for &(a, b) in self.edges.keys() {
            near[a].push(b);
            near[b].push(a);
        }
        near
    }

    fn cut_stubs(&mut self) {
        let near = self.neighbours();
        for end in (0..near.len()).filter(|node| near[*node].len() == 1) {
            let stub = if self.nodes[end].len() > FIELDS_FROM { STUB_FIELDS } else { STUB };
            let (mut before, mut at, mut run, mut way) = (end, near[end][0], 0.0, Vec::new());
            loop {
                run += self.nodes[before].to(self.nodes[at]);
                way.push((before.min(at), before.max(at)));
                if run >= stub || near[at].len() != 2 {
                    break;
                }
                let next = if near[at][0] == before { near[at][1] } else { near[at][0] };
                (before, at) = (at, next);
            }
            if run < stub {
                for edge in way {
                    self.edges.remove(&edge);
                }
            }
        }
    }

    fn keep_largest(&mut self) {
        let near = self.neighbours();
        let mut seen = vec![false; near.len()];
        let mut largest = BTreeSet::new();
        for start in 0..near.len() {
            if seen[start] {
                continue;
            }
            let (mut open, mut part) = (vec![start], BTreeSet::new());
            seen[start] = true;
            while let Some(at) = open.pop() {
                part.insert(at);
                for &next in &near[at] {
                    if !std::mem::replace(&mut seen[next], true) {
                        open.push(next);
                    }
                }
            }
            if part.len() > largest.len() {
                largest = part;
            }
        }
        self.edges.retain(|(a, _), _| largest.contains(a));
    }
}
