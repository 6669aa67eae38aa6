//! Streets between junctions, with their shapes.

mod build;
mod component;
mod dense;
pub mod geometry;
#[cfg(test)]
mod tests;

pub use build::build;
pub use dense::busiest;

use super::extract::Fixed;
use super::hierarchy::Arc;
use super::profile::RoadClass;

/// Milliseconds along a street in a direction that is closed.
pub const CLOSED: u32 = u32::MAX;

/// All streets, column by column. A street has two ends, maybe the same, and is open in at least one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Streets {
    /// Junctions at the ends.
    pub from: Vec<u32>,
    pub to: Vec<u32>,
    /// Milliseconds along it and against it.
    pub forward_ms: Vec<u32>,
    pub backward_ms: Vec<u32>,
    /// Decimetres.
    pub length_dm: Vec<u32>,
    /// Place of its class in [`RoadClass::ALL`].
    pub class: Vec<u8>,
    /// Where the points of each street begin; one more at the end.
    pub first_point: Vec<u32>,
    pub points: Vec<Fixed>,
}

impl Streets {
    pub fn len(&self) -> usize {
        self.from.len()
    }

    pub fn is_empty(&self) -> bool {
        self.from.is_empty()
    }

    pub fn line(&self, street: u32) -> &[Fixed] {
        &self.points[self.first_point[street as usize] as usize..self.first_point[street as usize + 1] as usize]
    }

    pub fn class_of(&self, street: u32) -> RoadClass {
        RoadClass::ALL[usize::from(self.class[street as usize])]
    }

    /// Every open direction as an arc.
    pub fn arcs(&self) -> Vec<Arc> {
        let both = |street: u32| {
            let index = street as usize;
            let (from, to) = (self.from[index], self.to[index]);
            let forward = Arc { from, to, ms: self.forward_ms[index], street };
            let backward = Arc { from: to, to: from, ms: self.backward_ms[index], street };
            [forward, backward].into_iter().filter(|arc| arc.ms != CLOSED)
        };
        (0..self.len() as u32).flat_map(both).collect()
    }

    /// Numbers the junctions anew.
    pub fn renumber(&mut self, numbers: &[u32]) {
        for junction in self.from.iter_mut().chain(&mut self.to) {
            *junction = numbers[*junction as usize];
        }
    }

    /// Whether every index leads somewhere, for data that comes from outside.
    pub fn is_sound(&self, junctions: usize) -> bool {
        let count = self.len();
        let columns = [&self.to, &self.forward_ms, &self.backward_ms, &self.length_dm];
        columns.iter().all(|column| column.len() == count)
            && self.class.len() == count
            && self.class.iter().all(|&class| usize::from(class) < RoadClass::ALL.len())
            && self.from.iter().chain(&self.to).all(|&junction| (junction as usize) < junctions)
            && self.first_point.len() == count + 1
            && self.first_point.first() == Some(&0)
            && self.first_point.windows(2).all(|pair| pair[0] + 1 < pair[1])
            && self.first_point.last().is_some_and(|&end| end as usize == self.points.len())
    }
}
