//! Where map tiles or streets come from.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use pmtiles::{AsyncPmTilesReader, Compression, MmapBackend, TileCoord, TileType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tiles;
use crate::domain::place::Position;
use crate::roads::RoadNetwork;

/// Why a map cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("the base map {path} cannot be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("the base map {0} holds no vector tiles")]
    NotVector(String),
}

/// The map of this server.
pub enum BaseMap {
    /// Line strings with their class and names, as GeoJSON.
    Streets { geojson: Bytes, center: Position },
    /// The road network, drawn as somebody looks at it.
    Roads(Arc<RoadNetwork>),
    /// Vector tiles in a file, read in place.
    Tiles(Box<TileFile>),
}

pub struct TileFile {
    reader: AsyncPmTilesReader<MmapBackend>,
    attribution: String,
}

/// A tile as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub bytes: Bytes,
    /// The value of `Content-Encoding`, if it is compressed.
    pub encoding: Option<&'static str>,
}

/// How the screens get the map.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MapView {
    pub kind: MapKind,
    pub attribution: String,
    pub center: Position,
    pub zoom: u8,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// GeoJSON of the streets, or the template of the tiles.
    pub url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    Streets,
    Pmtiles,
}

/// Half the height and width of the streets' city, in degrees.
const STREETS_REACH: f64 = 0.12;
const STREETS_ZOOM: u8 = 12;
const TILES_URL: &str = "/tiles/{z}/{x}/{y}.pbf";
const CREDIT: &str = "© OpenMapTiles © OpenStreetMap contributors";

impl BaseMap {
    pub fn streets(geojson: Bytes, center: Position) -> Self {
        Self::Streets { geojson, center }
    }

    /// No streets at all: the screens show positions on an empty ground.
    pub fn empty(center: Position) -> Self {
        Self::streets(Bytes::from_static(br#"{"type":"FeatureCollection","features":[]}"#), center)
    }

    /// Opens a PMTiles file of vector tiles.
    pub async fn tiles(path: &Path) -> Result<Self, MapError> {
        let shown = path.display().to_string();
        let unreadable = |why: pmtiles::PmtError| MapError::Unreadable { path: shown.clone(), why: why.to_string() };
        let reader = AsyncPmTilesReader::new_with_path(path).await.map_err(unreadable)?;
        if reader.get_header().tile_type != TileType::Mvt {
            return Err(MapError::NotVector(shown));
        }
        let metadata = reader.get_metadata().await.map_err(unreadable)?;
        Ok(Self::Tiles(Box::new(TileFile { attribution: attribution(&metadata), reader })))
    }

    pub fn view(&self) -> MapView {
        match self {
            Self::Streets { center, .. } => MapView {
                kind: MapKind::Streets,
                attribution: "架空の街 / fictional city".to_owned(),
                center: *center,
                zoom: STREETS_ZOOM,
                bounds: [
                    center.lon() - STREETS_REACH,
                    center.lat() - STREETS_REACH,
                    center.lon() + STREETS_REACH,
                    center.lat() + STREETS_REACH,
                ],
                url: "/api/map/streets".to_owned(),
            },
            Self::Roads(network) => roads_view(network),
            Self::Tiles(file) => file.view(),
        }
    }

    /// A tile; none where the file has nothing or the map is no tile map.
    pub async fn tile(&self, z: u8, x: u32, y: u32) -> Option<Tile> {
        let file = match self {
            Self::Streets { .. } => return None,
            Self::Roads(network) => return drawn(Arc::clone(network), z, x, y).await,
            Self::Tiles(file) => file,
        };
        let coord = TileCoord::new(z, x, y).ok()?;
        let bytes = file.reader.get_tile(coord).await.ok()??;
        let encoding = match file.reader.get_header().tile_compression {
            Compression::Gzip => Some("gzip"),
            Compression::Brotli => Some("br"),
            _ => None,
        };
        Some(Tile { bytes, encoding })
    }
}

/// A tile of a whole city takes some milliseconds, too long for a thread that answers others.
async fn drawn(network: Arc<RoadNetwork>, z: u8, x: u32, y: u32) -> Option<Tile> {
    let bytes = tokio::task::spawn_blocking(move || tiles::tile(&network, z, x, y)).await.ok()??;
    Some(Tile { bytes: Bytes::from(bytes), encoding: None })
}

fn roads_view(network: &RoadNetwork) -> MapView {
    let (low, high) = network.bounds();
    MapView {
        kind: MapKind::Pmtiles,
        attribution: "© OpenStreetMap contributors".to_owned(),
        center: network.middle(),
        zoom: STREETS_ZOOM,
        bounds: [low.lon(), low.lat(), high.lon(), high.lat()],
        url: TILES_URL.to_owned(),
    }
}

impl TileFile {
    fn view(&self) -> MapView {
        let header = self.reader.get_header();
        let bounds = [header.min_longitude, header.min_latitude, header.max_longitude, header.max_latitude];
        let [west, south, east, north] = bounds;
        let middle = Position::new((south + north) / 2.0, (west + east) / 2.0);
        MapView {
            kind: MapKind::Pmtiles,
            attribution: self.attribution.clone(),
            center: middle.unwrap_or(Position::new(0.0, 0.0).expect("zero is on the globe")),
            zoom: header.max_zoom.min(STREETS_ZOOM),
            bounds,
            url: TILES_URL.to_owned(),
        }
    }
}

/// What the file says of its sources; the usual credit of such maps where it is silent.
fn attribution(metadata: &str) -> String {
    let said = serde_json::from_str::<serde_json::Value>(metadata).ok();
    let said = said.as_ref().and_then(|json| json["attribution"].as_str()).unwrap_or_default();
    let mut plain = String::new();
    let mut inside_tag = false;
    for c in said.chars() {
        match c {
            '<' => inside_tag = true,
            '>' => inside_tag = false,
            c if !inside_tag => plain.push(c),
            _ => {}
        }
    }
    if plain.trim().is_empty() { CREDIT.to_owned() } else { plain.trim().to_owned() }
}
