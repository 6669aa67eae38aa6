//! One life of the server, all of it on the caller's thread: the real store on a SQLite file, the real actors, the
//! real service. What is missing is the network below HTTP.

use std::rc::Rc;
use std::sync::Arc;

use actix_rt::Arbiter;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::{test, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::actors::guardian::Guardian;
use crate::actors::hub::Hub;
use crate::actors::tracker::TrackerParts;
use crate::demo::demo_center;
use crate::domain::ids::TerritoryId;
use crate::effects::chaos::Chaos;
use crate::effects::clock::SharedClock;
use crate::effects::seeds::Seeds;
use crate::map::BaseMap;
use crate::node::application::{app, keep_actors};
use crate::node::services::{Services, World as Ground};
use crate::roads::GreatCircle;
use crate::store::{self, Address, Store};

type Answering = LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, actix_web::Error>>;

/// The way into the running server.
#[derive(Clone)]
pub struct House {
    pub services: Arc<Services>,
    pub territories: Rc<[TerritoryId]>,
    answer: Rc<dyn Fn(test::TestRequest, Option<Upstream>) -> Answering>,
}

/// What a client goes on sending after the head of its request.
pub type Upstream = actix_web::dev::Payload;

impl House {
    /// Reads everything anew from the file, as after a power cut.
    pub async fn open(address: &Address, clock: SharedClock, seeds: &Seeds, chaos: Chaos) -> anyhow::Result<Self> {
        let store = Store::inline(address, clock, seeds.clone(), chrono_tz::Asia::Tokyo)?.with_chaos(chaos);
        let territories = store::territories(address)?;
        let ground = Ground { travel: Arc::new(GreatCircle::CITY), map: Arc::new(BaseMap::empty(demo_center())) };
        let (hub, guardian) = (Hub::default(), Guardian::default());
        let parts = TrackerParts { store: store.clone(), hub: hub.clone(), travel: Arc::clone(&ground.travel) };
        keep_actors(&parts, &guardian, &Arbiter::current(), &territories, None);
        let mut services = Services::new(store, seeds.clone(), hub, guardian, ground)?;
        services.passwords = services.passwords.inline();
        let services = Arc::new(services);
        let service = Rc::new(test::init_service(app(web::Data::from(Arc::clone(&services)))).await);
        let answer = move |request: test::TestRequest, upstream: Option<Upstream>| {
            let service = Rc::clone(&service);
            let mut request = request.to_request();
            if let Some(upstream) = upstream {
                request = request.replace_payload(upstream).0;
            }
            async move { service.call(request).await.map(ServiceResponse::map_into_boxed_body) }.boxed_local()
        };
        Ok(Self { services, territories: territories.into(), answer: Rc::new(answer) })
    }

    pub fn answer(&self, request: test::TestRequest, upstream: Option<Upstream>) -> Answering {
        (self.answer)(request, upstream)
    }
}
