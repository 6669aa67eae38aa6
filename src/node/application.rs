//! The server as a value: built from settings by the command line and by tests alike.

use std::any::Any;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_rt::{Arbiter, ArbiterHandle};
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, rt, web};
use anyhow::Context;
use socket2::SockRef;

use super::services::{Services, World};
use super::settings::Settings;
use crate::actors::courier::Courier;
use crate::actors::crews::keep_crews;
use crate::actors::guardian::Guardian;
use crate::actors::herald::Herald;
use crate::actors::hub::Hub;
use crate::actors::relay::Relay;
use crate::actors::switchboard::Switchboard;
use crate::actors::timekeeper::Timekeeper;
use crate::actors::tracker::TrackerParts;
use crate::domain::ids::TerritoryId;
use crate::effects::clock::SharedClock;
use crate::effects::mail::Post;
use crate::effects::seeds::Seeds;
use crate::http;
use crate::limits;
use crate::live::drain;
use crate::store::lock::NodeLock;
use crate::store::{self, Address, Store, connection};

pub struct Application {
    server: Server,
    address: SocketAddr,
    services: Arc<Services>,
    /// The thread on which the actors live.
    arbiter: Arbiter,
    _lock: NodeLock,
}

impl Application {
    /// Takes the database, brings its tables up to date, starts the actors and binds the address. Requests are
    /// answered once [`Self::run`] is awaited.
    pub fn build(settings: &Settings, clock: SharedClock, seeds: Seeds, world: World) -> anyhow::Result<Self> {
        let lock = take_database(settings)?;
        let zone = store::company_zone(&settings.database)?.unwrap_or(settings.zone);
        let store = Store::open(&settings.database, clock, seeds.clone(), zone)?;
        let territories = store::territories(&settings.database)?;
        let (hub, guardian, arbiter) = (Hub::default(), Guardian::default(), Arbiter::new());
        let parts = TrackerParts { store: store.clone(), hub: hub.clone(), travel: Arc::clone(&world.travel) };
        let mail = settings.mail.as_ref();
        let post = mail.map(|mail| Post::new(&mail.smtp_url, &mail.from)).transpose()?;
        let post = post.map(|post| post.with_pages(settings.public_url.clone()));
        keep_actors(&parts, &guardian, &arbiter.handle(), &territories, post);
        if let Some(exchange) = settings.exchange.clone() {
            let store = store.clone();
            guardian.keep(&arbiter.handle(), "", move |lifeline| {
                Switchboard::new(store.clone(), exchange.clone(), lifeline)
            });
        }
        let mut services = Services::new(store, seeds, hub, guardian, world)?;
        services.secure_cookie = settings.secure_cookie;
        services.telephone = settings.exchange.is_some() || !settings.call_keys.is_empty();
        services.call_keys = settings.call_keys.clone();
        services.proxies = settings.proxies;
        services.session_days = settings.session_days;
        services.spool = spool_folder(settings)?;
        let services = Arc::new(services);
        let (server, address) = bind(settings, &services)?;
        Ok(Self { server, address, services, arbiter, _lock: lock })
    }

    /// Where it listens; a test binds port 0 and asks here.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Serves until the process is told to stop (SIGTERM or ctrl-c).
    pub async fn run(self) -> anyhow::Result<()> {
        self.run_until(told_to_stop()).await
    }

    /// Serves until `stop` is over; then finishes the running requests and sends the watchers away.
    pub async fn run_until(self, stop: impl Future<Output = ()> + 'static) -> anyhow::Result<()> {
        tracing::info!(address = %self.address, "the server is ready");
        let (handle, services) = (self.server.handle(), Arc::clone(&self.services));
        rt::spawn(async move {
            stop.await;
            tracing::info!("the server stops: running requests are finished first");
            drain::drain_until(services, handle.stop(true)).await;
        });
        self.server.await.context("the server failed")?;
        self.services.guardian.stop();
        self.arbiter.stop();
        tracing::info!("the server has stopped");
        Ok(())
    }
}

/// Makes the folder of a SQLite file.
pub fn make_folder(settings: &Settings) -> anyhow::Result<()> {
    if let Address::File(path) = &settings.database
        && let Some(folder) = Path::new(path).parent()
    {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    Ok(())
}

/// Large bodies wait in the data folder, which has room for them. What a killed server left there goes.
fn spool_folder(settings: &Settings) -> anyhow::Result<PathBuf> {
    let folder = settings.data.join("spool");
    let emptied = std::fs::create_dir_all(&folder).and_then(|()| {
        for left in std::fs::read_dir(&folder)? {
            std::fs::remove_file(left?.path())?;
        }
        Ok(())
    });
    emptied.with_context(|| format!("cannot use the folder {}", folder.display()))?;
    Ok(folder)
}

fn take_database(settings: &Settings) -> anyhow::Result<NodeLock> {
    make_folder(settings)?;
    let lock = NodeLock::take(&settings.database)?;
    for name in connection::migrate(&mut connection::open(&settings.database)?)? {
        tracing::info!(name, "brought the tables up to date");
    }
    Ok(lock)
}

/// Starts every actor of the house on one arbiter. Notices go out by mail where there is a way for it.
pub fn keep_actors(
    parts: &TrackerParts,
    guardian: &Guardian,
    arbiter: &ArbiterHandle,
    territories: &[TerritoryId],
    post: Option<Post>,
) {
    let (store, hub) = (parts.store.clone(), parts.hub.clone());
    guardian.keep(arbiter, "", move |lifeline| Relay::new(store.clone(), hub.clone(), lifeline));
    let store = parts.store.clone();
    guardian.keep(arbiter, "", move |lifeline| Timekeeper::new(store.clone(), lifeline));
    let store = parts.store.clone();
    let domain: Option<Arc<str>> = post.as_ref().map(|post| post.domain().into());
    guardian.keep(arbiter, "", move |lifeline| Herald::new(store.clone(), domain.clone(), lifeline));
    if let Some(post) = post {
        let store = parts.store.clone();
        guardian.keep(arbiter, "", move |lifeline| Courier::new(store.clone(), post.clone(), lifeline));
    }
    keep_crews(guardian, arbiter, territories, parts);
}

/// Everything that answers requests; one for each worker, and for the simulated world.
pub fn app(
    shared: web::Data<Services>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(shared)
        .wrap(Compress::default())
        .wrap(from_fn(http::security_headers))
        .wrap(from_fn(http::trace_requests))
        .app_data(web::Data::new(http::openapi::Table(super::routes)))
        .configure(http::configure(super::routes()))
        .configure(crate::web::configure)
        .default_service(web::to(http::error::not_found))
}

fn bind(settings: &Settings, services: &Arc<Services>) -> anyhow::Result<(Server, SocketAddr)> {
    let shared = web::Data::from(Arc::clone(services));
    let server = HttpServer::new(move || app(shared.clone()))
        .workers(settings.workers)
        .max_connections(limits::CONNECTIONS_PER_WORKER)
        .backlog(limits::BACKLOG)
        // A small frame must not wait for the acknowledgement of the one before it.
        .tcp_nodelay(true)
        .on_connect(bound_connection)
        .keep_alive(limits::KEEP_ALIVE)
        .client_request_timeout(limits::HEAD_DEADLINE)
        .client_disconnect_timeout(limits::CLOSE_DEADLINE)
        .shutdown_timeout(limits::STOP_SECONDS)
        .disable_signals()
        .bind(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = server.addrs().first().copied().context("the server has no address")?;
    Ok((server.run(), address))
}

/// What the operating system may keep for one connection. Unsent data waits here, where the newest takes the place of
/// the older, and a peer that takes nothing is given up.
fn bound_connection(connection: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() {
        let socket = SockRef::from(stream);
        // A system that knows one of these not goes on with its own.
        let _ = socket.set_send_buffer_size(limits::SEND_BUFFER_BYTES);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(limits::PONG_DEADLINE));
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; ctrl-c still stops the server");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
