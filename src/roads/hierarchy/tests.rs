//! The hierarchy against plain Dijkstra, on graphs that nobody would build.

use proptest::prelude::*;

use super::*;
use crate::roads::dijkstra::{Arcs, distances};

/// Junctions and one-way arcs, islands and dead ends included.
fn graphs() -> impl Strategy<Value = (usize, Vec<Arc>)> {
    (2_usize..40).prop_flat_map(|junctions| {
        let arc = (0..junctions as u32, 0..junctions as u32, 1_u32..500, any::<bool>());
        (Just(junctions), prop::collection::vec(arc, 0..120)).prop_map(|(junctions, drawn)| {
            let mut arcs = Vec::new();
            for (street, (from, to, ms, one_way)) in drawn.into_iter().enumerate() {
                let street = street as u32;
                arcs.push(Arc { from, to, ms, street });
                if !one_way {
                    arcs.push(Arc { from: to, to: from, ms, street });
                }
            }
            (junctions, arcs)
        })
    })
}

/// Time and streets between two junctions by the hierarchy.
fn route(hierarchy: &Hierarchy, ranks: &[u32], from: u32, to: u32) -> Option<(u32, Vec<(u32, u32)>)> {
    let (mut up, mut down) = (Climber::new(hierarchy), Climber::new(hierarchy));
    let from = up.climb(hierarchy, Direction::Forward, &[(ranks[from as usize], 0)]);
    let to = down.climb(hierarchy, Direction::Backward, &[(ranks[to as usize], 0)]);
    let (ms, summit) = from.meet(&to)?;
    Some((ms, hierarchy.streets(&up.path_to(summit), &down.path_to(summit))))
}

proptest! {
    #[test]
    fn every_pair_is_what_dijkstra_says((junctions, arcs) in graphs()) {
        let (hierarchy, ranks) = contract(junctions, &arcs);
        prop_assert!(hierarchy.is_sound(arcs.len()));
        let plain = Arcs::of(junctions, &arcs);
        let seeds: Vec<Vec<(u32, u32)>> = ranks.iter().map(|&rank| vec![(rank, 0)]).collect();
        let table = matrix(&hierarchy, &seeds, &seeds);
        for from in 0..junctions as u32 {
            let expected = distances(&plain, &[(from, 0)]);
            prop_assert_eq!(&table[from as usize], &expected);
            for to in 0..junctions as u32 {
                let found = route(&hierarchy, &ranks, from, to);
                prop_assert_eq!(found.as_ref().map_or(NEVER, |(ms, _)| *ms), expected[to as usize]);
                let Some((ms, streets)) = found else { continue };
                let (mut at, mut spent) = (from, 0);
                for (street, entered) in streets {
                    prop_assert_eq!(entered, ranks[at as usize]);
                    let leaves = |arc: &&Arc| arc.street == street && arc.from == at;
                    let arc = arcs.iter().find(leaves).expect("the street begins here");
                    (at, spent) = (arc.to, spent + arc.ms);
                }
                prop_assert_eq!((at, spent), (to, ms));
            }
        }
    }

    #[test]
    fn no_detour_is_shorter_than_the_table((junctions, arcs) in graphs()) {
        let (hierarchy, ranks) = contract(junctions, &arcs);
        let seeds: Vec<Vec<(u32, u32)>> = ranks.iter().map(|&rank| vec![(rank, 0)]).collect();
        let table = matrix(&hierarchy, &seeds, &seeds);
        for a in 0..junctions {
            for b in 0..junctions {
                for c in 0..junctions {
                    prop_assert!(table[a][c] <= table[a][b].saturating_add(table[b][c]));
                }
            }
        }
    }

    #[test]
    fn the_same_graph_gives_the_same_hierarchy((junctions, arcs) in graphs()) {
        prop_assert_eq!(contract(junctions, &arcs), contract(junctions, &arcs));
    }
}
