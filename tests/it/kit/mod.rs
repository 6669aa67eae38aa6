//! A world for tests: a server on a database of its own, and people who use it.

pub mod database;
pub mod office;
pub mod person;
pub mod raw;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use kaketsuke::domain::access::{Actor, Language, Role};
use kaketsuke::domain::event::{About, EventKind, Stream};
use kaketsuke::domain::ids::{ContractId, CustomerId, Id, TechnicianId, TerritoryId, TrackLinkId, VisitId};
use kaketsuke::domain::place::Position;
use kaketsuke::domain::time::{Seconds, Timestamp};
use kaketsuke::effects::clock::{Clock, SystemClock};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::map::BaseMap;
use kaketsuke::node::services::{Services, World as Ground};
use kaketsuke::node::{Application, SettingsLayer};
use kaketsuke::roads::GreatCircle;
use kaketsuke::store::access::token_hash;
use kaketsuke::store::people::NewPerson;
use serde_json::Value;
use tokio::sync::oneshot;

pub use database::{Data, Kind};
pub use office::Office;
pub use person::Person;
pub use socket::{Heard, Socket};

pub const PASSWORD: &str = "a long enough password";

/// A running server and the way into its data. Ends with the test.
pub struct World {
    pub address: SocketAddr,
    pub services: Arc<Services>,
    folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
    pub territory: TerritoryId,
    pub technician: TechnicianId,
    pub customer: CustomerId,
}

impl World {
    /// A company with one territory, one technician, one customer, and a log-in for every role, named like it.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (application, stop, stopped) = start(&folder);
        let services = Arc::clone(application.services());
        let address = application.address();
        serve(application, stop.1, stopped.0);
        let seeds = services.store.seeds().clone();
        let now = SystemClock.now();
        let world = Self {
            address,
            services,
            folder,
            stop: Some(stop.0),
            stopped: Some(stopped.1),
            territory: seeds.id(now),
            technician: seeds.id(now),
            customer: seeds.id(now),
        };
        world.furnish();
        for role in Role::ALL {
            world.add_person(*role).await;
        }
        world
    }

    /// Stops the server and starts another on the same data.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (application, stop, stopped) = start(&self.folder);
        self.services = Arc::clone(application.services());
        self.address = application.address();
        serve(application, stop.1, stopped.0);
        (self.stop, self.stopped) = (Some(stop.0), Some(stopped.1));
    }

    pub async fn stop(&mut self) {
        if let (Some(stop), Some(stopped)) = (self.stop.take(), self.stopped.take()) {
            let _ = stop.send(());
            let _ = stopped.await;
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Writes rows that no command makes. References need not lead anywhere.
    pub fn sql(&self, statements: &str) {
        let path = self.folder.path().join("kaketsuke.db");
        let mut connection = SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("the database opens");
        connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF").expect("a setting");
        connection.batch_execute(statements).expect("the rows fit");
    }

    fn furnish(&self) {
        self.sql(&format!(
            "INSERT INTO company VALUES (1, 'life-1', '駆けつけ商会', 'Kaketsuke Trading', 'Asia/Tokyo', '076-000-0000', '{{}}');
             INSERT INTO territories VALUES ({}, 'KNZ', '金沢', 'Kanazawa', 36.56, 136.65);
             INSERT INTO technicians VALUES ({}, 'T01', '高橋', 'タカハシ', '090', {}, 36.56, 136.65, '{{}}', 1);
             INSERT INTO customers VALUES ({}, 'C01', '北陸印刷', 'ホクリクインサツ', '', '', NULL);",
            blob(self.territory),
            blob(self.technician),
            blob(self.territory),
            blob(self.customer),
        ));
    }

    async fn add_person(&self, role: Role) {
        let password_hash = self.services.passwords.hash(PASSWORD.to_owned()).await.expect("a hash");
        let person = NewPerson {
            login: role.as_str().to_owned(),
            password_hash,
            name: role.ja().to_owned(),
            role,
            language: Language::Ja,
            territory: None,
            technician: (role == Role::Technician).then_some(self.technician),
            customer: (role == Role::Customer).then_some(self.customer),
        };
        let added = self.services.store.task(Actor::system("test"), move |unit| unit.add_user(&person));
        added.await.expect("a new person");
    }

    /// A visit of the technician's, without the rest of its story.
    pub fn visit(&self) -> VisitId {
        let visit: VisitId = self.services.store.seeds().id(SystemClock.now());
        self.sql(&format!(
            "INSERT INTO visits (id, work_order_id, territory_id, technician_id, state, route_order, planned_start,
                planned_end, travel_s, created_at, version)
             VALUES ({0}, {0}, {1}, {2}, 'accepted', 1, 0, 0, 0, 0, 1)",
            blob(visit),
            blob(self.territory),
            blob(self.technician),
        ));
        visit
    }

    /// The contract under which a visit was made, with the work order and the issue between them.
    pub fn contract_of(&self, visit: VisitId) -> ContractId {
        let contract: ContractId = self.services.store.seeds().id(SystemClock.now());
        let (visit, customer, territory) = (blob(visit), blob(self.customer), blob(self.territory));
        self.sql(&format!(
            "INSERT INTO contracts VALUES ({0}, 'K-1', {customer}, '標準', '2026-01-01', '2026-12-31', 1, 'ticket');
             INSERT INTO issues VALUES ({visit}, 'I-1', {visit}, {0}, {territory}, {visit}, NULL, NULL, NULL, 'fault', '', 'none',
                'whenever', 'P4', 'in_field', NULL, NULL, NULL, NULL, NULL, 0, 'standard', 0, NULL, 1, '', 0, FALSE);
             INSERT INTO work_orders VALUES ({visit}, {visit}, {territory}, 'assigned', '', 0, NULL, 60, NULL, 0, 1, '[]');",
            blob(contract),
        ));
        contract
    }

    /// A tracking link to a visit; gives its id and its secret.
    pub fn link(&self, visit: VisitId, expires_at: Timestamp) -> (TrackLinkId, String) {
        let link: TrackLinkId = self.services.store.seeds().id(SystemClock.now());
        let secret = self.services.store.seeds().token();
        let hash: String = token_hash(&secret).iter().map(|byte| format!("{byte:02x}")).collect();
        self.sql(&format!(
            "INSERT INTO track_links VALUES ({}, {}, X'{hash}', 0, {}, NULL)",
            blob(link),
            blob(visit),
            expires_at.micros(),
        ));
        (link, secret)
    }

    /// Something happens in streams.
    pub async fn happens(&self, streams: &[Stream], kind: EventKind, data: Value) {
        let streams = streams.to_vec();
        let about = About { visit_id: streams.iter().find_map(visit_of), ..About::default() };
        let recorded = self.services.store.task(Actor::system("test"), move |unit| {
            unit.record(&streams, kind, about, data.clone());
            Ok(())
        });
        recorded.await.expect("recorded");
    }

    /// Logs in.
    pub async fn person(&self, role: Role) -> Person {
        Person::log_in(self, role.as_str()).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn visit_of(stream: &Stream) -> Option<VisitId> {
    match stream {
        Stream::Visit(id) => Some(*id),
        _ => None,
    }
}

/// An id as SQL writes it.
pub fn blob(id: impl Id) -> String {
    format!("X'{}'", id.uuid().simple())
}

/// An hour from now.
pub fn soon() -> Timestamp {
    SystemClock.now() + Seconds::hours(1)
}

type Pair = (oneshot::Sender<()>, oneshot::Receiver<()>);

fn start(folder: &tempfile::TempDir) -> (Application, Pair, Pair) {
    let layer = SettingsLayer {
        data: Some(folder.path().to_owned()),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        ..SettingsLayer::default()
    };
    let settings = layer.resolve().expect("settings");
    let seeds = Seeds::from_entropy().expect("entropy");
    let application = Application::build(&settings, Arc::new(SystemClock), seeds, ground()).expect("the server starts");
    (application, oneshot::channel(), oneshot::channel())
}

fn serve(application: Application, stop: oneshot::Receiver<()>, stopped: oneshot::Sender<()>) {
    actix_web::rt::spawn(async move {
        let until = async move {
            let _ = stop.await;
        };
        application.run_until(until).await.expect("the server serves");
        let _ = stopped.send(());
    });
}

/// Waits for what must come soon.
pub async fn soon_enough<T>(coming: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), coming).await.expect("in time")
}

/// Straight roads and no map.
pub fn ground() -> Ground {
    let center = Position::new(37.2, 137.6).expect("on the globe");
    Ground { travel: Arc::new(GreatCircle::CITY), map: Arc::new(BaseMap::empty(center)) }
}
