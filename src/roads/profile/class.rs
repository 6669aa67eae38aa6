//! Classes of roads and how fast a van gets on there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Class of a road, the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadClass {
    Motorway,
    MotorwayLink,
    Trunk,
    TrunkLink,
    Primary,
    PrimaryLink,
    Secondary,
    SecondaryLink,
    Tertiary,
    TertiaryLink,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
}

impl RoadClass {
    pub const ALL: [Self; 14] = [
        Self::Motorway,
        Self::MotorwayLink,
        Self::Trunk,
        Self::TrunkLink,
        Self::Primary,
        Self::PrimaryLink,
        Self::Secondary,
        Self::SecondaryLink,
        Self::Tertiary,
        Self::TertiaryLink,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
    ];

    /// From the tag `highway`. Tracks, paths and what is not built yet are no roads for a van.
    pub fn of(highway: &str) -> Option<Self> {
        Some(match highway {
            "motorway" => Self::Motorway,
            "motorway_link" => Self::MotorwayLink,
            "trunk" => Self::Trunk,
            "trunk_link" => Self::TrunkLink,
            "primary" => Self::Primary,
            "primary_link" => Self::PrimaryLink,
            "secondary" => Self::Secondary,
            "secondary_link" => Self::SecondaryLink,
            "tertiary" => Self::Tertiary,
            "tertiary_link" => Self::TertiaryLink,
            "unclassified" | "road" => Self::Unclassified,
            "residential" | "minor" => Self::Residential,
            "living_street" => Self::LivingStreet,
            "service" => Self::Service,
            _ => return None,
        })
    }

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Speeds in km/h by class, everything on the way included, and what else makes a road slower.
///
/// The default is where a van in a Japanese city begins, until its own trips teach better: motorway 75, trunk 32,
/// primary 28, secondary 25, tertiary 22, residential 14, service 8, a fifth less where streets are dense. The road
/// census counts 21 km/h in dense districts and 35 km/h on average when roads are full. Between these figures stand
/// ramps, unclassified and living streets.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeedTable {
    /// In the order of [`RoadClass::ALL`].
    pub kmh: [f64; 14],
    /// Factor on speeds where streets are dense, motorways excepted.
    pub dense: f64,
    /// Junctions in a square kilometre from which streets are dense.
    pub dense_junctions_per_km2: f64,
    /// Share of the signed limit that is driven.
    pub limit_share: f64,
    /// The signed limit counts also where it is above the class's speed.
    pub limit_replaces: bool,
    /// Factor on durations by the local hour of leaving.
    pub hours: [f64; 24],
}

impl Default for SpeedTable {
    fn default() -> Self {
        Self::VAN
    }
}

/// The morning and evening peak, and the night with its empty roads, beside the day; where every table begins.
const START_HOURS: [f64; 24] = [
    0.85, 0.85, 0.85, 0.85, 0.85, 0.9, 1.0, 1.15, 1.2, 1.05, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.05, 1.2, 1.2, 1.05, 0.95,
    0.9, 0.85, 0.85,
];

impl SpeedTable {
    pub const VAN: Self = Self {
        kmh: [75.0, 40.0, 32.0, 25.0, 28.0, 22.0, 25.0, 20.0, 22.0, 18.0, 18.0, 14.0, 10.0, 8.0],
        dense: 0.8,
        dense_junctions_per_km2: 150.0,
        limit_share: 1.0,
        limit_replaces: false,
        hours: START_HOURS,
    };

    /// Free-flow speeds of the car profile that road engines come with (OSRM's `car.lua`): for comparing durations
    /// with theirs, not for planning.
    pub const FREE_FLOW: Self = Self {
        kmh: [90.0, 45.0, 85.0, 40.0, 65.0, 30.0, 55.0, 25.0, 40.0, 20.0, 25.0, 25.0, 10.0, 15.0],
        dense: 1.0,
        dense_junctions_per_km2: 150.0,
        limit_share: 0.8,
        limit_replaces: true,
        hours: [1.0; 24],
    };

    /// km/h on a road of this class under a signed limit.
    pub fn speed(&self, class: RoadClass, limit_kmh: Option<f64>) -> f64 {
        let usual = self.kmh[class.index()];
        match limit_kmh.map(|limit| limit * self.limit_share) {
            Some(limit) if self.limit_replaces => limit,
            Some(limit) => usual.min(limit),
            None => usual,
        }
    }

    /// Every figure must make sense; says which one does not.
    pub fn check(&self) -> Result<(), String> {
        let within = |what: &str, value: f64, least: f64, most: f64| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(format!("{what} must lie between {least} and {most}, it is {value}")),
        };
        self.kmh.iter().try_for_each(|&kmh| within("a speed in km/h", kmh, 1.0, 200.0))?;
        self.hours.iter().try_for_each(|&factor| within("an hour's factor", factor, 0.1, 10.0))?;
        within("dense", self.dense, 0.1, 1.0)?;
        within("dense_junctions_per_km2", self.dense_junctions_per_km2, 0.0, 1e6)?;
        within("limit_share", self.limit_share, 0.1, 2.0)
    }
}

/// Own figures of a company, for a file; what it does not name stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpeedFile {
    pub kmh: BTreeMap<RoadClass, f64>,
    pub dense: Option<f64>,
    pub dense_junctions_per_km2: Option<f64>,
    pub limit_share: Option<f64>,
    pub limit_replaces: Option<bool>,
    pub hours: Option<[f64; 24]>,
}

impl SpeedFile {
    /// A table with these figures instead of its own.
    pub fn over(self, mut table: SpeedTable) -> Result<SpeedTable, String> {
        for (class, kmh) in self.kmh {
            table.kmh[class.index()] = kmh;
        }
        table.dense = self.dense.unwrap_or(table.dense);
        table.dense_junctions_per_km2 = self.dense_junctions_per_km2.unwrap_or(table.dense_junctions_per_km2);
        table.limit_share = self.limit_share.unwrap_or(table.limit_share);
        table.limit_replaces = self.limit_replaces.unwrap_or(table.limit_replaces);
        table.hours = self.hours.unwrap_or(table.hours);
        table.check().map(|()| table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_slows_a_van_and_never_hurries_it() {
        let check = |class, limit, expected| assert_eq!(SpeedTable::VAN.speed(class, limit), expected);
        check(RoadClass::Primary, None, 28.0);
        check(RoadClass::Primary, Some(60.0), 28.0);
        check(RoadClass::Primary, Some(20.0), 20.0);
        assert_eq!(SpeedTable::FREE_FLOW.speed(RoadClass::Primary, Some(100.0)), 80.0);
    }

    #[test]
    fn a_table_of_nonsense_is_refused_by_name() {
        let table = SpeedTable { dense: 0.0, ..SpeedTable::VAN };
        assert!(table.check().unwrap_err().contains("dense"));
        assert_eq!(SpeedTable::VAN.check().and(SpeedTable::FREE_FLOW.check()), Ok(()));
        assert!(RoadClass::ALL.iter().enumerate().all(|(index, class)| class.index() == index));
    }
}
