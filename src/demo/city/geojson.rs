//! The city as GeoJSON (RFC 7946): what the map screen draws. Streets are LineStrings with `class`, `name_ja`,
//! `name_en`; water, parks and woods are Polygons; the railway a LineString, towns and stations Points, all by `class`.

use serde_json::{Value, json};

use super::{City, Name};
use crate::domain::place::Position;

impl City {
    /// Areas first, then streets from small to great, rails, names: the order in which to paint.
    pub fn geojson(&self) -> Value {
        let mut features: Vec<Value> = Vec::new();
        for area in &self.areas {
            let rings: Vec<Value> = area.rings.iter().map(|ring| line(ring)).collect();
            features.push(feature("Polygon", json!(rings), json!(area.class), area.name.as_ref()));
        }
        for way in self.ways.iter().rev() {
            let points: Vec<Position> = way.nodes.iter().map(|node| self.nodes[*node]).collect();
            features.push(feature("LineString", line(&points), json!(way.class), way.name.as_ref()));
        }
        features.push(feature("LineString", line(&self.rails), json!("railway"), Some(&self.railway)));
        for place in &self.places {
            features.push(feature("Point", point(place.at), json!(place.class), Some(&place.name)));
        }
        json!({ "type": "FeatureCollection", "features": features })
    }
}

fn point(at: Position) -> Value {
    json!([at.lon(), at.lat()])
}

fn line(points: &[Position]) -> Value {
    points.iter().map(|at| point(*at)).collect()
}

fn feature(geometry: &str, coordinates: Value, class: Value, name: Option<&Name>) -> Value {
    let (name_ja, name_en) = (name.map(|name| &name.ja), name.map(|name| &name.en));
    json!({
        "type": "Feature",
        "properties": { "class": class, "name_ja": name_ja, "name_en": name_en },
        "geometry": { "type": geometry, "coordinates": coordinates },
    })
}
