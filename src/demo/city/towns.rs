//! Names of towns and stations, and where they lie.

use super::plan::Plan;
use super::regions::Regions;
use super::shape::{P, p};
use super::survey::Survey;
use super::{Place, PlaceClass, Town, words};

pub fn places(plan: &Plan, regions: &Regions, survey: &Survey) -> Vec<Place> {
    let mut hearts: Vec<P> = regions.list.iter().filter(|region| region.hectares() > 12.0).map(|r| r.heart).collect();
    hearts.sort_by(|a, b| a.len().total_cmp(&b.len()));
    let mut places = Vec::new();
    for (town, at) in name_towns(hearts) {
        places.push(Place { class: PlaceClass::District, name: town.name(), at: survey.place(at) });
    }
    for (name, at) in words().stations.iter().zip(&plan.stations) {
        places.push(Place { class: PlaceClass::Station, name: name.clone(), at: survey.place(*at) });
    }
    places
}

/// Towns that must lie somewhere take the nearest ground first, the others what is left, from the castle outward.
fn name_towns(mut hearts: Vec<P>) -> Vec<(&'static Town, P)> {
    let words = words();
    let all = || words.core_towns.iter().chain(&words.towns).chain(&words.outer_towns);
    let mut named = Vec::new();
    for (town, near) in all().filter_map(|town| Some((town, town.near?))) {
        let near = p(near.0, near.1);
        let nearest = (0..hearts.len()).min_by(|a, b| hearts[*a].to(near).total_cmp(&hearts[*b].to(near)));
        if let Some(i) = nearest.filter(|i| hearts[*i].to(near) < 900.0) {
            named.push((town, hearts.remove(i)));
        }
    }
    let mut free = all().filter(|town| town.near.is_none());
    for heart in hearts {
        named.extend(free.next().map(|town| (town, heart)));
    }
    named
}
