//! The server of a replay: inside this process, or as a process of its own that can be killed.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::clock::DayClock;
use super::day::Day;
use super::scenario;
use crate::company::CompanyFile;
use crate::domain::time::Timestamp;
use crate::effects::clock::{Clock, SystemClock};
use crate::effects::seeds::Seeds;
use crate::map::BaseMap;
use crate::node::services::World;
use crate::node::settings::Settings;
use crate::node::{Application, SettingsLayer, application};
use crate::roads::TravelTimes;
use crate::store::company::{ImportError, import};
use crate::store::{Address, Store, connection, verify};

/// A killed server is back within this time, or the replay ends.
const BACK_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const START_AGAIN: Duration = Duration::from_millis(500);
/// An origin of the clock so far ahead that the day does not begin.
const HELD_AHEAD_MS: i64 = 365 * 24 * 3_600 * 1_000;

/// Where a replay keeps its data.
pub struct Place {
    pub settings: Settings,
    /// The folder that goes with the replay.
    _scratch: tempfile::TempDir,
}

impl Place {
    /// The named database, or a file in a temporary folder.
    pub fn new(database: Option<String>) -> anyhow::Result<Self> {
        let scratch = tempfile::tempdir().context("no temporary folder")?;
        let layer = SettingsLayer {
            data: Some(scratch.path().to_owned()),
            database,
            listen: Some(free_address()?),
            zone: Some(super::ZONE.name().to_owned()),
            ..SettingsLayer::default()
        };
        Ok(Self { settings: layer.resolve()?, _scratch: scratch })
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.settings.listen)
    }

    /// Brings the company in. The database must not hold one yet.
    pub async fn furnish(&self, company: CompanyFile, clock: Arc<DayClock>) -> anyhow::Result<()> {
        application::make_folder(&self.settings)?;
        connection::migrate(&mut connection::open(&self.settings.database)?)?;
        let store = Store::open(&self.settings.database, clock, Seeds::from_entropy()?, self.settings.zone)?;
        match import(&store, company).await {
            Ok(_) => Ok(()),
            Err(ImportError::Taken) => bail!("the database holds a company already: name an empty one"),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything in the data that does not fit.
    pub async fn verify(&self) -> anyhow::Result<Vec<verify::Finding>> {
        let clock = Arc::new(SystemClock);
        let store = Store::open(&self.settings.database, clock, Seeds::from_entropy()?, self.settings.zone)?;
        Ok(store.read(|reader| reader.verify()).await?)
    }
}

/// An address on this machine that nobody uses now. It stays the same over restarts.
fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

/// The roads of a scenario, for a server that is to know them.
pub fn roads_of(path: &Path) -> anyhow::Result<Arc<dyn TravelTimes>> {
    let scenario = scenario::read(path)?;
    let day = Day::of(&scenario).with_context(|| format!("{} is no working day", path.display()))?;
    Ok(Arc::new(day.roads()?))
}

/// A server in this process.
pub struct Inside {
    stop: oneshot::Sender<()>,
    done: JoinHandle<anyhow::Result<()>>,
}

impl Inside {
    pub fn start(place: &Place, day: &Day, clock: Arc<DayClock>) -> anyhow::Result<Self> {
        let centre = day.places.first().context("a day without places")?;
        let world = World { travel: Arc::new(day.roads()?), map: Arc::new(BaseMap::empty(*centre)) };
        let application = Application::build(&place.settings, clock, Seeds::from_entropy()?, world)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let done = actix_rt::spawn(application.run_until(async {
            let _ = stopped.await;
        }));
        Ok(Self { stop, done })
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        self.done.await.context("the server fell over")?
    }
}

/// A server in a process of its own.
pub struct Outside {
    scenario: PathBuf,
    settings: Settings,
    clock: Arc<DayClock>,
    child: Mutex<Option<Child>>,
}

impl Outside {
    /// Starts it with the clock held.
    pub async fn start(place: &Place, scenario: &Path, clock: Arc<DayClock>) -> anyhow::Result<Self> {
        let settings = place.settings.clone();
        let server = Self { scenario: scenario.to_owned(), settings, clock, child: Mutex::default() };
        let far = Timestamp::from_micros(SystemClock.now().micros() + HELD_AHEAD_MS * 1_000);
        server.spawn(far)?;
        server.back(far).await?;
        Ok(server)
    }

    /// Kills it without warning and starts it again with the clock of the day, whose `start` was at `origin`.
    pub async fn kill(&self, origin: Timestamp) -> anyhow::Result<()> {
        self.end()?;
        self.spawn(origin)?;
        self.back(origin).await
    }

    /// SIGKILL, and no process is left behind.
    fn end(&self) -> anyhow::Result<()> {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            child.kill().context("the server cannot be killed")?;
            child.wait().context("the killed server does not end")?;
        }
        Ok(())
    }

    fn spawn(&self, origin: Timestamp) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program does not know where it lies")?;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.settings.data.join("server.log"))
            .context("no log file for the server")?;
        let (Address::File(database) | Address::Postgres(database)) = &self.settings.database;
        let child = Command::new(program)
            .env("KAKETSUKE_DATA", &self.settings.data)
            .env("KAKETSUKE_DATABASE", database)
            .env("KAKETSUKE_LISTEN", self.settings.listen.to_string())
            .env("KAKETSUKE_ZONE", self.settings.zone.name())
            .env("KAKETSUKE_LOG", "warn")
            .arg("serve")
            .args(["--clock-start", &self.clock.start().to_string()])
            .args(["--clock-origin", &origin.millis().to_string()])
            .args(["--clock-speed", &self.clock.speed().to_string()])
            .arg("--roads-of")
            .arg(&self.scenario)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("the server cannot be started")?;
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        Ok(())
    }

    /// Waits until it answers. One that ends at once is started again: a database server may take a moment to notice
    /// that the killed one has let go of the data.
    async fn back(&self, origin: Timestamp) -> anyhow::Result<()> {
        let give_up = tokio::time::Instant::now() + BACK_WITHIN;
        while tokio::net::TcpStream::connect(self.settings.listen).await.is_err() {
            ensure!(tokio::time::Instant::now() < give_up, "the server does not come back: {}", self.last_words());
            tokio::time::sleep(LOOK_EVERY).await;
            if self.has_ended()? {
                tokio::time::sleep(START_AGAIN).await;
                self.spawn(origin)?;
            }
        }
        Ok(())
    }

    fn has_ended(&self) -> anyhow::Result<bool> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(child.as_mut().map(Child::try_wait).transpose()?.flatten().is_some())
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.settings.data.join("server.log")).unwrap_or_default();
        log.lines().last().unwrap_or("it said nothing").to_owned()
    }

    pub fn stop(self) -> anyhow::Result<()> {
        self.end()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        // Whatever ends the replay, no server stays behind.
        let _ = self.end();
    }
}
