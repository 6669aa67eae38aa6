//! The ground on which the company works: the one place that chooses between streets and straight distances.

use std::sync::Arc;

use anyhow::Context;

use super::settings::Settings;
use crate::domain::place::Position;
use crate::effects::roads;
use crate::map::BaseMap;
use crate::roads::{GreatCircle, RoadNetwork, RoadTravel, TravelTimes};

/// Streets that were brought, or none. A copy is the same ground.
#[derive(Clone)]
pub struct Ground {
    network: Option<Arc<RoadNetwork>>,
    travel: Arc<dyn TravelTimes>,
}

impl Ground {
    /// Reads the extract that the settings name; takes some seconds the first time.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let Some(path) = &settings.roads else {
            return Ok(Self { network: None, travel: Arc::new(GreatCircle::CITY) });
        };
        let loaded = roads::load(path, &settings.road_speeds).context("there are no roads")?;
        if let Some(why) = loaded.not_kept {
            tracing::warn!(cache = %loaded.cache.display(), %why, "the prepared roads cannot be kept: each start prepares them");
        }
        let (streets, junctions) = (loaded.network.streets().len(), loaded.network.junctions());
        tracing::info!(streets, junctions, from_cache = loaded.from_cache, "the roads are ready");
        let network = Arc::new(loaded.network);
        let travel = Arc::new(RoadTravel::new(Arc::clone(&network), GreatCircle::CITY));
        Ok(Self { network: Some(network), travel })
    }

    pub fn network(&self) -> Option<&Arc<RoadNetwork>> {
        self.network.as_ref()
    }

    /// How long a trip takes.
    pub fn travel(&self) -> Arc<dyn TravelTimes> {
        Arc::clone(&self.travel)
    }

    /// The base map that was brought, else the streets themselves, else nothing.
    pub async fn map(&self, settings: &Settings) -> anyhow::Result<BaseMap> {
        match (&settings.basemap, &self.network) {
            (Some(path), _) => Ok(BaseMap::tiles(path).await?),
            (None, Some(network)) => Ok(BaseMap::Roads(Arc::clone(network))),
            (None, None) => Ok(BaseMap::empty(Position::new(36.0, 138.0).context("a place in Japan is on the globe")?)),
        }
    }
}
