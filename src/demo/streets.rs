//! The demo company on the streets of a real map: every site and every home at a street.

use super::city::{on_globe, on_plane};
use crate::company::CompanyFile;
use crate::company::area::contains;
use crate::domain::place::Position;
use crate::roads::RoadNetwork;

/// Half the side of the square in which the company works in its own city, metres.
const REACH_M: f64 = 9_000.0;
/// A house stands no farther from its street.
const HOUSE_M: f64 = 150.0;
/// How much nearer to the middle of its territory a place is tried that lies in the sea or in the hills.
const NEARER: f64 = 0.93;
const TRIES: usize = 60;

/// Puts the company around `center`, which is where it already is when it was made for there, onto the streets. On a map
/// smaller than its city it is drawn closer together.
pub fn on_streets(company: CompanyFile, center: Position, network: &RoadNetwork) -> CompanyFile {
    let scale = scale(network, center);
    let mut company = company.relocate(|at| on_globe(center, on_plane(center, at) * scale));
    let CompanyFile { territories, technicians, customers, .. } = &mut company;
    let territory = |code: &str| territories.iter().find(|territory| territory.code == code);
    let place = |at: Position, code: &str| match territory(code) {
        Some(territory) => at_street(at, territory.center, &territory.boundary, network),
        None => at,
    };
    for technician in technicians {
        technician.home = place(technician.home, &technician.territory);
    }
    for site in customers.iter_mut().flat_map(|customer| &mut customer.sites) {
        site.position = place(site.position, &site.territory);
    }
    company
}

/// How much smaller the company must become to lie on the map.
fn scale(network: &RoadNetwork, center: Position) -> f64 {
    let (low, high) = network.bounds();
    let (a, b) = (on_plane(center, low), on_plane(center, high));
    let half = ((b.x - a.x) / 2.0).min((b.y - a.y) / 2.0);
    (half / REACH_M).min(1.0)
}

/// The nearest street point inside the boundary; of a place without a street near, that of a place nearer to the middle.
/// Where nothing fits the place stays.
fn at_street(at: Position, middle: Position, boundary: &[Position], network: &RoadNetwork) -> Position {
    let tries = (0..TRIES).map(|nth| middle.toward(at, NEARER.powi(nth as i32)));
    let near = |place: Position| network.snap(place).filter(|snap| snap.metres <= HOUSE_M);
    let mut fits = tries.filter_map(near).map(|snap| snap.at.position());
    fits.find(|place| boundary.len() < 3 || contains(boundary, *place)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::validate;
    use crate::demo::{DEMO_SEED, base_date, demo};
    use crate::roads::SpeedTable;
    use crate::roads::extract::testing::Extract;

    fn check(side: i64) {
        let network = RoadNetwork::build(&Extract::town(side, 36.5, 136.6).bytes(), &SpeedTable::VAN).unwrap();
        let center = network.middle();
        let company = on_streets(demo(DEMO_SEED, base_date(), center).company, center, &network);
        assert_eq!(validate::check(&company), vec![]);
        let homes = company.technicians.iter().map(|technician| technician.home);
        let sites = company.customers.iter().flat_map(|customer| &customer.sites).map(|site| site.position);
        let places: Vec<Position> = homes.chain(sites).collect();
        let at_street = |place: &&Position| network.snap(**place).is_some_and(|snap| snap.metres < 0.1);
        assert_eq!(places.iter().filter(at_street).count(), places.len());
    }

    #[test]
    fn every_site_and_home_stands_at_a_street() {
        check(60);
    }

    #[test]
    fn on_a_small_map_the_company_is_small() {
        check(20);
    }
}
