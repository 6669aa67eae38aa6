//! Places on the globe.

use geo::{Distance, Haversine, Point};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::complaint::Form;

/// A point on the globe in WGS 84 degrees. Always valid: `new` and deserialisation refuse the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "PositionText")]
pub struct Position {
    #[schemars(range(min = -90, max = 90))]
    lat: f64,
    #[schemars(range(min = -180, max = 180))]
    lon: f64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PositionText {
    lat: f64,
    lon: f64,
}

impl TryFrom<PositionText> for Position {
    type Error = Form;
    fn try_from(text: PositionText) -> Result<Self, Self::Error> {
        Self::new(text.lat, text.lon).ok_or(Form::Position)
    }
}

impl Position {
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let on_globe = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        on_globe.then_some(Self { lat, lon })
    }

    pub fn lat(self) -> f64 {
        self.lat
    }

    pub fn lon(self) -> f64 {
        self.lon
    }

    fn point(self) -> Point {
        Point::new(self.lon, self.lat)
    }

    /// Great-circle distance in metres.
    pub fn metres_to(self, other: Self) -> f64 {
        Haversine.distance(self.point(), other.point())
    }

    /// The point `share` (0 to 1) of the straight way to `other`. Good for the span of a city, not across the
    /// date line.
    pub fn toward(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        Self { lat: self.lat + (other.lat - self.lat) * share, lon: self.lon + (other.lon - self.lon) * share }
    }

    /// The same place to about 100 m: what a customer may see of a technician.
    pub fn coarse(self) -> Self {
        let round = |degrees: f64| (degrees * 1000.0).round() / 1000.0;
        Self { lat: round(self.lat), lon: round(self.lon) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() {
        let metres = Position::new(35.0, 139.0).unwrap().metres_to(Position::new(36.0, 139.0).unwrap());
        assert!((111_000.0..111_400.0).contains(&metres), "{metres}");
    }

    #[test]
    fn a_place_off_the_globe_is_refused() {
        assert!(Position::new(91.0, 0.0).is_none());
        assert!(Position::new(f64::NAN, 0.0).is_none());
        assert!(serde_json::from_str::<Position>(r#"{"lat":36.5,"lon":236.6}"#).is_err());
    }
}
