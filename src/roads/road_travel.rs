//! Travel on real streets, behind the one seam.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::extract::Fixed;
use super::network::{RoadNetwork, Spot};
use super::travel::{GreatCircle, Travel, TravelSource, TravelTimes};
use crate::domain::place::Position;
use crate::domain::time::Seconds;

/// Closer than this is the same place, as for the great circle.
const SAME_PLACE_M: f64 = 1.0;
/// Places whose labels are kept, some three kilobytes each: the sites, homes and visits of a large company. When there
/// are more, all are forgotten and learned anew.
const PLACES_KEPT: usize = 20_000;

/// Driving times by the road network, with the time to get away and to park as the great circle has it. A place off
/// the map falls back to the great circle, and the answer says so.
pub struct RoadTravel {
    network: Arc<RoadNetwork>,
    elsewhere: GreatCircle,
    places: RwLock<HashMap<Fixed, Option<Arc<Spot>>>>,
}

impl RoadTravel {
    pub fn new(network: Arc<RoadNetwork>, elsewhere: GreatCircle) -> Self {
        Self { network, elsewhere, places: RwLock::default() }
    }

    pub fn network(&self) -> &Arc<RoadNetwork> {
        &self.network
    }

    fn spot(&self, place: Position) -> Option<Arc<Spot>> {
        let key = Fixed::of(place);
        if let Some(known) = self.places.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let spot = self.network.spot(place).map(Arc::new);
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES_KEPT {
            places.clear();
        }
        places.insert(key, spot.clone());
        spot
    }

    fn answer(&self, overhead_s: f64, driving_ms: u32) -> Travel {
        let seconds = overhead_s + f64::from(driving_ms) / 1_000.0;
        Travel { seconds: Seconds(seconds.round() as i64), source: TravelSource::Road }
    }
}

impl TravelTimes for RoadTravel {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        if from.metres_to(to) < SAME_PLACE_M {
            return self.answer(0.0, 0);
        }
        let driving = || self.network.ms_between(&*self.spot(from)?, &*self.spot(to)?);
        match driving() {
            Some(ms) => self.answer(self.elsewhere.overhead.0 as f64, ms),
            None => self.elsewhere.seconds(from, to),
        }
    }

    /// From where he is. The overhead shrinks with the straight distance left; beyond the start it is whole. His place
    /// is asked for once and not kept.
    fn remaining(&self, from: Position, fix: Position, to: Position) -> Travel {
        let (whole, left) = (from.metres_to(to), fix.metres_to(to));
        if left < SAME_PLACE_M {
            return self.answer(0.0, 0);
        }
        let share = if whole < SAME_PLACE_M { 1.0 } else { (left / whole).min(1.0) };
        let driving = || self.network.ms(&self.network.snap(fix)?, &self.spot(to)?.snap);
        match driving() {
            Some(ms) => self.answer(self.elsewhere.overhead.0 as f64 * share, ms),
            None => self.elsewhere.remaining(from, fix, to),
        }
    }
}
