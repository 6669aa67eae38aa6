//! Lists of places, as JSON or CSV.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::domain::place::Position;

#[derive(Deserialize)]
#[serde(untagged)]
enum Places {
    Pairs(Vec<[f64; 2]>),
    Objects(Vec<Place>),
    Under { places: Box<Places> },
}

/// Other fields may stand beside these.
#[derive(Deserialize)]
struct Place {
    lat: f64,
    lon: f64,
}

impl Places {
    fn pairs(self) -> Vec<[f64; 2]> {
        match self {
            Self::Pairs(pairs) => pairs,
            Self::Objects(places) => places.iter().map(|place| [place.lat, place.lon]).collect(),
            Self::Under { places } => places.pairs(),
        }
    }
}

/// The places of a file in order; which one is no place is said by its number, from 0.
pub fn read(path: &Path) -> anyhow::Result<Vec<Position>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let pairs = match text.trim_start().starts_with(['[', '{']) {
        true => serde_json::from_str::<Places>(&text)
            .with_context(|| format!("{shown} is no list of places such as [[36.56,136.65], …]"))?
            .pairs(),
        false => table(&text).with_context(|| format!("{shown} is no table of places"))?,
    };
    let place = |(index, [lat, lon]): (usize, [f64; 2])| {
        Position::new(lat, lon).with_context(|| format!("{shown}: place {index} ({lat},{lon}) is not on the globe"))
    };
    pairs.into_iter().enumerate().map(place).collect()
}

fn table(text: &str) -> anyhow::Result<Vec<[f64; 2]>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers()?.clone();
    let column = |name: &str| heads.iter().position(|head| head.trim().eq_ignore_ascii_case(name));
    let (Some(lat), Some(lon)) = (column("lat"), column("lon")) else {
        bail!("its first line must name the columns lat and lon");
    };
    let number = |row: &csv::StringRecord, column: usize| -> anyhow::Result<f64> {
        let text = row.get(column).unwrap_or_default();
        let line = row.position().map_or(0, csv::Position::line);
        text.trim().parse().with_context(|| format!("line {line}: {text:?} is no number of degrees"))
    };
    let mut places = Vec::new();
    for row in reader.records() {
        let row = row?;
        places.push([number(&row, lat)?, number(&row, lon)?]);
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[(f64, f64)], &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("places");
        std::fs::write(&path, text).unwrap();
        match (read(&path), expected) {
            (Ok(places), Ok(expected)) => {
                let places: Vec<(f64, f64)> = places.iter().map(|place| (place.lat(), place.lon())).collect();
                assert_eq!(places, expected, "{text}");
            }
            (Err(error), Err(word)) => assert!(format!("{error:#}").contains(word), "{error:#}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }

    #[test]
    fn places_are_read_as_people_have_them() {
        let two: &[(f64, f64)] = &[(36.5, 136.6), (36.6, 136.7)];
        check("[[36.5,136.6],[36.6,136.7]]", Ok(two));
        check(r#"{"places":[{"name":"A","lat":36.5,"lon":136.6},{"lat":36.6,"lon":136.7}]}"#, Ok(two));
        check("name,lon,lat\nA,136.6,36.5\nB, 136.7 ,36.6\n", Ok(two));
        check("\u{feff}LAT,LON\n36.5,136.6\n36.6,136.7\n", Ok(two));
        check("[]", Ok(&[]));
    }

    #[test]
    fn what_is_no_place_is_named() {
        check("[[36.5,136.6],[136.6,36.5]]", Err("place 1 (136.6,36.5) is not on the globe"));
        check("a,b\n1,2\n", Err("columns lat and lon"));
        check("lat,lon\n36.5,east\n", Err("line 2: \"east\""));
        check(r#"[{"lat":1}]"#, Err("no list of places"));
    }
}
