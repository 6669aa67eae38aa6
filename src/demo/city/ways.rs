//! Joins the edges of the graph to long streets and leaves out vertices that the eye does not miss.

use std::collections::BTreeSet;

use super::planar::{Graph, Kind};
use super::shape::{P, to_segment};

/// A street goes on where it bends by less than this (cosine of about 40 degrees).
const ONWARD_COS: f64 = 0.766;
/// Vertices that lie nearer to the straight line than this, metres, are left out.
const SIMPLER: f64 = 4.0;

pub struct Chain {
    pub kind: Kind,
    /// Nodes of the graph in order.
    pub nodes: Vec<usize>,
}

pub fn chains(graph: &Graph) -> Vec<Chain> {
    let near = graph.neighbours();
    let mut used = BTreeSet::new();
    let mut chains = Vec::new();
    for (&(a, b), &kind) in &graph.edges {
        if !used.insert((a, b)) {
            continue;
        }
        let mut nodes = vec![a, b];
        extend(graph, &near, kind, &mut nodes, &mut used);
        nodes.reverse();
        extend(graph, &near, kind, &mut nodes, &mut used);
        chains.push(Chain { kind, nodes });
    }
    simplify(graph, &near, &mut chains);
    chains
}

fn extend(graph: &Graph, near: &[Vec<usize>], kind: Kind, nodes: &mut Vec<usize>, used: &mut BTreeSet<(usize, usize)>) {
    loop {
        let (before, at) = (nodes[nodes.len() - 2], nodes[nodes.len() - 1]);
        let heading = (graph.nodes[at] - graph.nodes[before]).unit();
        let turn = |next: &usize| (graph.nodes[*next] - graph.nodes[at]).unit().dot(heading);
        let key = |next: usize| (at.min(next), at.max(next));
        let open = near[at].iter().copied().filter(|next| {
            !used.contains(&key(*next)) && graph.edges.get(&key(*next)) == Some(&kind) && turn(next) > ONWARD_COS
        });
        let Some(next) = open.max_by(|a, b| turn(a).total_cmp(&turn(b))) else { return };
        used.insert(key(next));
        nodes.push(next);
    }
}

/// Keeps ends, junctions, and the vertices that shape a bend (Douglas and Peucker 1973).
fn simplify(graph: &Graph, near: &[Vec<usize>], chains: &mut [Chain]) {
    let ends: BTreeSet<usize> =
        chains.iter().flat_map(|chain| [chain.nodes[0], chain.nodes[chain.nodes.len() - 1]]).collect();
    let fixed = |node: usize| near[node].len() != 2 || ends.contains(&node);
    for chain in chains {
        let stops: Vec<usize> = (0..chain.nodes.len()).filter(|i| fixed(chain.nodes[*i])).collect();
        let mut kept = vec![chain.nodes[0]];
        for pair in stops.windows(2) {
            let stretch = &chain.nodes[pair[0]..=pair[1]];
            bends(&graph.nodes, stretch, &mut kept);
            kept.push(stretch[stretch.len() - 1]);
        }
        chain.nodes = kept;
    }
}

fn bends(points: &[P], stretch: &[usize], kept: &mut Vec<usize>) {
    let (first, last) = (points[stretch[0]], points[stretch[stretch.len() - 1]]);
    let away = |i: &usize| to_segment(points[stretch[*i]], first, last);
    let farthest = (1..stretch.len().saturating_sub(1)).max_by(|a, b| away(a).total_cmp(&away(b)));
    if let Some(i) = farthest.filter(|i| away(i) > SIMPLER) {
        bends(points, &stretch[..=i], kept);
        kept.push(stretch[i]);
        bends(points, &stretch[i..], kept);
    }
}
