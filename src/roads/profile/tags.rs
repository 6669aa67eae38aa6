//! A way's tags, read as a driver reads signs. Meanings: <https://wiki.openstreetmap.org/wiki/Key:access>,
//! `Key:oneway`, `Key:junction`, `Key:maxspeed`, `Key:barrier`.

use super::class::{RoadClass, SpeedTable};

const KMH_PER_MPH: f64 = 1.609_344;
/// Slower signs are misspelt.
const LIMIT_MIN_KMH: f64 = 5.0;

/// How a van may use a way. At least one direction is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    pub class: RoadClass,
    /// km/h from the first node to the last; none where that way is closed.
    pub forward_kmh: Option<f64>,
    pub backward_kmh: Option<f64>,
}

/// The tags that matter, as they stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tags<'a> {
    highway: Option<&'a str>,
    area: Option<&'a str>,
    service: Option<&'a str>,
    junction: Option<&'a str>,
    oneway: Option<&'a str>,
    oneway_motor: Option<&'a str>,
    access: Option<&'a str>,
    vehicle: Option<&'a str>,
    motor_vehicle: Option<&'a str>,
    motorcar: Option<&'a str>,
    maxspeed: Option<&'a str>,
    maxspeed_forward: Option<&'a str>,
    maxspeed_backward: Option<&'a str>,
}

/// Only some may pass, and a customer's technician is none of them.
fn closed(access: &str) -> bool {
    let words = ["no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "bicycle", "foot"];
    words.contains(&access)
}

/// Whether a van is stopped by a barrier of this kind with this access.
pub fn barrier_stops(kind: &str, access: Option<&str>) -> bool {
    let walls = ["bollard", "block", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "debris", "log", "wall"];
    match access {
        Some(access) => closed(access),
        None => walls.contains(&kind),
    }
}

/// km/h of a sign: `50`, `30 mph`, `walk`. None where it says nothing that a van could keep to.
fn limit(sign: &str) -> Option<f64> {
    let sign = sign.split(';').next().unwrap_or(sign).trim();
    let (figure, factor) = match sign.strip_suffix("mph") {
        Some(miles) => (miles, KMH_PER_MPH),
        None => (sign.strip_suffix("km/h").or(sign.strip_suffix("kmh")).unwrap_or(sign), 1.0),
    };
    let kmh = if sign == "walk" { 6.0 } else { figure.trim().parse::<f64>().ok()? * factor };
    (LIMIT_MIN_KMH..=200.0).contains(&kmh).then_some(kmh)
}

impl<'a> Tags<'a> {
    pub fn take(&mut self, key: &str, value: &'a str) {
        let slot = match key {
            "highway" => &mut self.highway,
            "area" => &mut self.area,
            "service" => &mut self.service,
            "junction" => &mut self.junction,
            "oneway" => &mut self.oneway,
            "oneway:motor_vehicle" | "oneway:motorcar" => &mut self.oneway_motor,
            "access" => &mut self.access,
            "vehicle" => &mut self.vehicle,
            "motor_vehicle" => &mut self.motor_vehicle,
            "motorcar" => &mut self.motorcar,
            "maxspeed" => &mut self.maxspeed,
            "maxspeed:forward" => &mut self.maxspeed_forward,
            "maxspeed:backward" => &mut self.maxspeed_backward,
            _ => return,
        };
        *slot = Some(value);
    }

    /// How a van may use it; none where it may not. Ferries have no `highway` and so are out.
    pub fn passage(&self, speeds: &SpeedTable) -> Option<Passage> {
        let class = RoadClass::of(self.highway?)?;
        let access = self.motorcar.or(self.motor_vehicle).or(self.vehicle).or(self.access);
        if access.is_some_and(closed) || self.area == Some("yes") || self.service == Some("emergency_access") {
            return None;
        }
        let (forward, backward) = self.directions(class)?;
        let speed = |own: Option<&str>| speeds.speed(class, own.or(self.maxspeed).and_then(limit));
        Some(Passage {
            class,
            forward_kmh: forward.then(|| speed(self.maxspeed_forward)),
            backward_kmh: backward.then(|| speed(self.maxspeed_backward)),
        })
    }

    /// Which directions are open. Lanes that change their direction by the hour are left out: nobody may rely on them.
    fn directions(&self, class: RoadClass) -> Option<(bool, bool)> {
        let implied = matches!(self.junction, Some("roundabout" | "circular")) || class == RoadClass::Motorway;
        match self.oneway_motor.or(self.oneway) {
            Some("yes" | "true" | "1") => Some((true, false)),
            Some("-1" | "reverse") => Some((false, true)),
            Some("reversible" | "alternating") => None,
            Some("no" | "false" | "0") => Some((true, true)),
            _ => Some((true, !implied)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(tags: &[(&str, &'static str)]) -> Option<Passage> {
        let mut read = Tags::default();
        tags.iter().for_each(|(key, value)| read.take(key, value));
        read.passage(&SpeedTable::VAN)
    }

    fn check(tags: &[(&str, &'static str)], forward: Option<f64>, backward: Option<f64>) {
        let got = passage(tags).map(|passage| (passage.forward_kmh, passage.backward_kmh));
        assert_eq!(got.unwrap_or_default(), (forward, backward), "{tags:?}");
    }

    #[test]
    fn signs_say_which_way_is_open() {
        check(&[("highway", "residential")], Some(14.0), Some(14.0));
        check(&[("highway", "residential"), ("oneway", "yes")], Some(14.0), None);
        check(&[("highway", "residential"), ("oneway", "-1")], None, Some(14.0));
        check(&[("highway", "tertiary"), ("junction", "roundabout")], Some(22.0), None);
        check(&[("highway", "motorway")], Some(75.0), None);
        check(&[("highway", "motorway"), ("oneway", "no")], Some(75.0), Some(75.0));
        check(&[("highway", "trunk"), ("oneway", "reversible")], None, None);
        check(&[("highway", "service"), ("oneway", "yes"), ("oneway:motor_vehicle", "no")], Some(8.0), Some(8.0));
    }

    #[test]
    fn what_is_closed_for_a_van_is_no_street() {
        check(&[("highway", "service"), ("access", "private")], None, None);
        check(&[("highway", "residential"), ("motor_vehicle", "no")], None, None);
        check(&[("highway", "residential"), ("access", "no"), ("motor_vehicle", "yes")], Some(14.0), Some(14.0));
        check(&[("highway", "residential"), ("access", "destination")], Some(14.0), Some(14.0));
        check(&[("highway", "footway")], None, None);
        check(&[("highway", "pedestrian"), ("area", "yes")], None, None);
        check(&[("route", "ferry")], None, None);
        check(&[("highway", "construction")], None, None);
    }

    #[test]
    fn a_sign_counts_where_it_is_lower_and_may_count_for_one_direction() {
        check(&[("highway", "primary"), ("maxspeed", "20")], Some(20.0), Some(20.0));
        check(&[("highway", "primary"), ("maxspeed", "50")], Some(28.0), Some(28.0));
        check(&[("highway", "motorway"), ("maxspeed", "30 mph")], Some(30.0 * KMH_PER_MPH), None);
        check(&[("highway", "primary"), ("maxspeed:backward", "20 km/h")], Some(28.0), Some(20.0));
        check(&[("highway", "primary"), ("maxspeed", "signals")], Some(28.0), Some(28.0));
        check(&[("highway", "primary"), ("maxspeed", "0")], Some(28.0), Some(28.0));
    }

    #[test]
    fn a_bollard_stops_a_van_and_a_gate_does_not() {
        assert!(barrier_stops("bollard", None) && !barrier_stops("bollard", Some("yes")));
        assert!(!barrier_stops("gate", None) && barrier_stops("gate", Some("private")));
    }
}
