//! Who is in the world, and where everybody sits.

use std::collections::BTreeMap;

use tokio::task::{JoinHandle, spawn_local};

use super::luck::Luck;
use super::people::{self, Seat};
use super::person::{Person, Scene};
use crate::company::{CompanyFile, Role};
use crate::domain::event::Stream;
use crate::domain::place::Position;
use crate::store;

/// Lives of the server that a seat's streams of chance are apart.
const LIVES: u64 = 1_000;

/// One place in the world: somebody's name, his log-in, what he does.
struct Place {
    name: String,
    login: String,
    part: Part,
}

enum Part {
    Operator,
    Dispatcher,
    Technician(Position),
    Customer,
    /// Watches the nth topic of a kind.
    Watcher(Watched),
}

enum Watched {
    Territory(usize),
    Technician(usize),
    Contract(usize),
    Links,
}

pub struct Cast {
    seed: u64,
    company: CompanyFile,
    places: Vec<Place>,
}

/// Those who are at work in a life.
pub struct AtWork {
    workers: Vec<(String, JoinHandle<()>)>,
    watchers: Vec<JoinHandle<()>>,
}

impl Cast {
    pub fn of(seed: u64, company: CompanyFile) -> Self {
        let mut places = Vec::new();
        let homes: BTreeMap<&str, Position> =
            company.technicians.iter().map(|technician| (technician.code.as_str(), technician.home)).collect();
        for user in &company.users {
            let part = match user.role {
                Role::Operator => Part::Operator,
                Role::Dispatcher => Part::Dispatcher,
                Role::Customer => Part::Customer,
                Role::Technician => match user.technician.as_deref().and_then(|code| homes.get(code)) {
                    Some(home) => Part::Technician(*home),
                    None => continue,
                },
                Role::Admin => continue,
            };
            places.push(Place { name: user.login.clone(), login: user.login.clone(), part });
        }
        places.extend(seats());
        Self { seed, company, places }
    }

    /// Somebody of the cast in a life of the server.
    fn person(&self, scene: &Scene, index: usize, life: u64) -> Person {
        let place = &self.places[index];
        let luck = Luck::of(self.seed, index as u64 * LIVES + life);
        Person { scene: scene.clone(), name: place.name.clone(), login: place.login.clone(), luck }
    }

    /// Everybody once more, to finish what is open. The luck is of a life that never was.
    pub fn everybody(&self, scene: &Scene) -> Vec<Person> {
        (0..self.places.len()).map(|index| self.person(scene, index, LIVES - 1)).collect()
    }

    /// Everybody comes to work.
    pub async fn enter(&self, scene: &Scene, life: u64) -> anyhow::Result<AtWork> {
        let topics = Topics::read(scene, &self.contracts()).await?;
        let causes: Vec<String> = self.company.causes.iter().map(|cause| cause.code.clone()).collect();
        let mut at_work = AtWork { workers: Vec::new(), watchers: Vec::new() };
        for (index, place) in self.places.iter().enumerate() {
            let person = self.person(scene, index, life);
            let name = place.name.clone();
            let worker = match &place.part {
                Part::Operator => spawn_local(people::operator(person, self.contracts())),
                Part::Dispatcher => spawn_local(people::dispatcher(person, topics.territory_ids.clone())),
                Part::Technician(home) => spawn_local(people::technician(person, *home, causes.clone())),
                Part::Customer => spawn_local(people::customer(person)),
                Part::Watcher(watched) => {
                    at_work
                        .watchers
                        .extend(topics.seat(watched).map(|seat| spawn_local(people::watcher(person, seat))));
                    continue;
                }
            };
            at_work.workers.push((name, worker));
        }
        Ok(at_work)
    }

    fn contracts(&self) -> Vec<String> {
        let contracts = self.company.customers.iter().flat_map(|customer| &customer.contracts);
        contracts.map(|contract| contract.number.clone()).collect()
    }
}

/// Boards, technicians' days, contracts' pages, and customers with a link.
fn seats() -> Vec<Place> {
    let seat =
        |name: String, login: &str, watched| Place { name, login: login.to_owned(), part: Part::Watcher(watched) };
    let mut seats = Vec::new();
    for nth in 0..4 {
        seats.push(seat(format!("board {nth}"), "dispatcher", Watched::Territory(nth)));
        seats.push(seat(format!("phone {nth}"), "dispatcher2", Watched::Technician(nth)));
        seats.push(seat(format!("page {nth}"), "customer", Watched::Links));
    }
    seats.push(seat("contract".to_owned(), "operator", Watched::Contract(0)));
    seats.push(seat("portal".to_owned(), "customer", Watched::Contract(0)));
    seats
}

impl AtWork {
    /// The day is over: watchers go at once, the others finish what they are at.
    pub async fn leave(self, scene: &Scene) {
        self.watchers.iter().for_each(JoinHandle::abort);
        for (name, worker) in self.workers {
            if worker.await.is_err() {
                scene.wrong(format!("{name} of the cast fell over"));
            }
        }
    }
}

/// What can be watched in this company.
struct Topics {
    territory_ids: Vec<crate::domain::ids::TerritoryId>,
    technicians: Vec<Stream>,
    contracts: Vec<Stream>,
}

impl Topics {
    async fn read(scene: &Scene, contracts: &[String]) -> Result<Self, store::Fault> {
        let first = contracts.first().cloned().unwrap_or_default();
        let territory_ids = scene.house.territories.to_vec();
        let store = &scene.house.services.store;
        store
            .read(move |reader| {
                let mut technicians = Vec::new();
                for territory in &territory_ids {
                    technicians.extend(reader.technicians_at_home(*territory)?.into_iter().map(Stream::Technician));
                }
                let hits = reader.search(&first)?.hits;
                let contracts = hits.into_iter().map(|hit| Stream::Contract(hit.contract_id)).collect();
                Ok(Self { territory_ids: territory_ids.clone(), technicians, contracts })
            })
            .await
    }

    fn seat(&self, watched: &Watched) -> Option<Seat> {
        let nth = |list: &[Stream], nth: usize| list.get(nth % list.len().max(1)).copied();
        match watched {
            Watched::Territory(at) => {
                let territories: Vec<Stream> = self.territory_ids.iter().copied().map(Stream::Territory).collect();
                nth(&territories, *at).map(Seat::Topic)
            }
            Watched::Technician(at) => nth(&self.technicians, *at * 3).map(Seat::Topic),
            Watched::Contract(at) => nth(&self.contracts, *at).map(Seat::Topic),
            Watched::Links => Some(Seat::Links),
        }
    }
}
