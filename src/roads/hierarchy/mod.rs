//! A contraction hierarchy over the junctions: routes in microseconds, tables in a fraction of a second.
//!
//! Junctions are contracted one by one, the least important first; where a shortest way led through one, a shortcut
//! takes its place. A route then only ever climbs: from the start forward and from the destination backward, and the two
//! meet at the most important junction between them (Geisberger et al., *Contraction Hierarchies*, 2008). Ours is
//! node-based and our own because the kept crate answers single pairs only and keeps its arcs to itself: tables and
//! labels (below) need the climb itself.
//!
//! A climb is called a label. Two labels answer a pair by one walk along both; whoever asks for the same place often
//! keeps its labels, which makes a pair some hundred nanoseconds.

mod climb;
mod contract;
mod matrix;
#[cfg(test)]
mod tests;
mod unpack;
mod witness;

pub use climb::{Climber, Label};
pub use contract::contract;
pub use matrix::matrix;

/// No way.
pub const NEVER: u32 = u32::MAX;
/// Set in [`Climb::via`] where the arc is a street; the rest is its index.
pub const STREET: u32 = 1 << 31;

/// A one-way arc of the street graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    pub from: u32,
    pub to: u32,
    pub ms: u32,
    /// Which street it is.
    pub street: u32,
}

/// An arc to a more important junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Climb {
    /// Rank of the junction.
    pub to: u32,
    pub ms: u32,
}

/// For every junction the arcs to more important ones, in or against the direction of travel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upward {
    /// Where the arcs of each rank begin; one more at the end.
    pub first: Vec<u32>,
    pub arcs: Vec<Climb>,
    /// What each arc stands for: a street, or the rank of the junction that it leads across.
    pub via: Vec<u32>,
}

impl Upward {
    fn range(&self, rank: u32) -> std::ops::Range<usize> {
        self.first[rank as usize] as usize..self.first[rank as usize + 1] as usize
    }

    pub fn of(&self, rank: u32) -> &[Climb] {
        &self.arcs[self.range(rank)]
    }
}

/// Which way a climb goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a start, with the traffic.
    Forward,
    /// From a destination, against it.
    Backward,
}

/// The contracted graph. Junctions are numbered by rank, the most important last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hierarchy {
    pub forward: Upward,
    pub backward: Upward,
}

impl Hierarchy {
    pub fn junctions(&self) -> usize {
        self.forward.first.len().saturating_sub(1)
    }

    pub fn upward(&self, direction: Direction) -> &Upward {
        match direction {
            Direction::Forward => &self.forward,
            Direction::Backward => &self.backward,
        }
    }

    fn downward(&self, direction: Direction) -> &Upward {
        match direction {
            Direction::Forward => &self.backward,
            Direction::Backward => &self.forward,
        }
    }

    /// Whether every index leads somewhere and every arc upward, for data that comes from outside.
    pub fn is_sound(&self, streets: usize) -> bool {
        let junctions = self.junctions();
        let sound = |up: &Upward| {
            let rising = up.first.first() == Some(&0) && up.first.is_sorted() && up.first.len() == junctions + 1;
            rising
                && up.first.last().is_some_and(|&end| end as usize == up.arcs.len())
                && up.via.len() == up.arcs.len()
                && (0..junctions as u32).all(|rank| {
                    up.range(rank).all(|arc| {
                        let (to, via) = (up.arcs[arc].to, up.via[arc]);
                        let known = if via & STREET != 0 { ((via ^ STREET) as usize) < streets } else { via < rank };
                        to > rank && (to as usize) < junctions && known
                    })
                })
        };
        sound(&self.forward) && sound(&self.backward)
    }
}
