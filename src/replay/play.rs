//! The play itself: builds the stage, sends everybody out, and asks at the end what came of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::NaiveDate;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::clock::DayClock;
use super::day::{Day, What};
use super::dispatcher::Dispatcher;
use super::host::{Inside, Outside, Place};
use super::operator::Operator;
use super::stage::{Phase, Setting, Stage, midnight};
use super::summary::{Ending, Outcome};
use super::technician::{Fate, Technician};
use super::{checks, scenario, town};
use crate::clients::Api;
use crate::domain::time::{Seconds, Timestamp};
use crate::effects::progress::Progress;
use crate::effects::seeds::Seeds;

/// People who log in at the same time.
const LOG_INS: usize = 4;
/// How long the dispatchers may take to share out what is known.
const PLANNING_MAX: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const TELL_EVERY: Duration = Duration::from_millis(200);
/// After the last technician is home, the last pushes may take so long.
const LAST_PUSHES: Duration = Duration::from_millis(1_500);
/// Somebody who is still at work so long after the end of the day never comes home.
const OVERTIME_MAX: Seconds = Seconds::hours(6);

/// What to replay and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub scenario: PathBuf,
    /// Seconds of the day in one second.
    pub speed: f64,
    /// An empty database; none: a file in a temporary folder.
    pub database: Option<String>,
    /// How often the server is killed during the day.
    pub kills: usize,
    /// Seed of traffic, findings and kills.
    pub seed: u64,
    /// The local day that is played.
    pub on: NaiveDate,
}

/// Replays a day. An error means that it could not be played at all; a bad day is an outcome.
pub async fn run(options: &Options) -> anyhow::Result<Outcome> {
    run_told(options, &Progress::default()).await
}

/// The same for somebody who waits for it.
pub async fn run_told(options: &Options, progress: &Progress) -> anyhow::Result<Outcome> {
    anyhow::ensure!(options.speed > 0.0 && options.speed <= 10_000.0, "--speed must lie above 0 and at most at 10,000");
    let began = Instant::now();
    let scenario = scenario::read(&options.scenario)?;
    let day = Day::of(&scenario).with_context(|| format!("{} is no working day", options.scenario.display()))?;
    let password = Seeds::from_entropy()?.token();
    let town = town::build(&day, options.on, &password);
    progress.begin("making the company", 0);
    let start = midnight(options.on) + Seconds(day.opens_s());
    let clock = Arc::new(DayClock::held(start, options.speed));
    let place = Place::new(options.database.clone())?;
    place.furnish(town.file.clone(), clock.clone()).await?;
    let server = Server::start(options, &place, &day, &clock).await?;
    let setting = Setting { day, town, on: options.on, clock, seed: options.seed, base: place.base(), password };
    let stage = Arc::new(Stage::new(setting)?);
    let auditor = play(&stage, &server, options, progress).await?;
    progress.begin("checking what came of it", 0);
    let records = checks::records(&stage, &auditor).await?;
    server.stop().await?;
    let findings = place.verify().await?;
    Ok(Outcome::of(&stage, Ending { wall: began.elapsed(), kills: options.kills, records, findings }))
}

enum Server {
    Inside(Inside),
    Outside(Outside),
}

impl Server {
    async fn start(options: &Options, place: &Place, day: &Day, clock: &Arc<DayClock>) -> anyhow::Result<Self> {
        if options.kills == 0 {
            return Ok(Self::Inside(Inside::start(place, day, clock.clone())?));
        }
        Ok(Self::Outside(Outside::start(place, &options.scenario, clock.clone()).await?))
    }

    /// Begins the day. A server of its own learns it by a restart: its clock is set when it starts.
    async fn release(&self, clock: &DayClock) -> anyhow::Result<Timestamp> {
        let origin = clock.release();
        if let Self::Outside(outside) = self {
            outside.kill(origin).await?;
        }
        Ok(origin)
    }

    async fn stop(self) -> anyhow::Result<()> {
        match self {
            Self::Inside(inside) => inside.stop().await,
            Self::Outside(outside) => outside.stop(),
        }
    }
}

/// Plays the day; gives somebody who may look into everything afterwards.
async fn play(stage: &Arc<Stage>, server: &Server, options: &Options, progress: &Progress) -> anyhow::Result<Api> {
    progress.begin("people log in", 0);
    let (operator_api, _) = stage.log_in(town::OPERATOR).await?;
    let dispatchers = dispatchers(stage).await?;
    let dispatcher_api = dispatchers.first().context("a company without a territory")?.0.clone();
    let mut crew = Crew::log_in(stage).await?;
    let mut desks = JoinSet::new();
    for (_, dispatcher) in dispatchers {
        desks.spawn(dispatcher.run());
    }
    let operator = Operator::new(Arc::clone(stage), operator_api.clone(), dispatcher_api);
    progress.begin("the known jobs are called in", 0);
    operator.known().await;
    stage.phase.send_replace(Phase::Planning);
    planned(stage, progress).await;
    let origin = server.release(&stage.clock).await?;
    stage.phase.send_replace(Phase::Running);
    let evening = stage.at(stage.day.closes_s()) + OVERTIME_MAX;
    tokio::select! {
        ((), (), killed) = async { tokio::join!(operator.day(), crew.home(stage), kills(stage, server, origin, options)) } => killed?,
        () = stage.clock.sleep_until(evening) => stage.tally.fault("somebody never came home"),
        () = tell_day(stage, progress) => {}
    }
    tokio::time::sleep(LAST_PUSHES).await;
    stage.phase.send_replace(Phase::Over);
    while desks.join_next().await.is_some() {}
    tokio::time::sleep(LAST_PUSHES).await;
    Ok(operator_api)
}

async fn dispatchers(stage: &Arc<Stage>) -> anyhow::Result<Vec<(Api, Dispatcher)>> {
    let mut all = Vec::new();
    for login in &stage.town.dispatchers {
        let (api, me) = stage.log_in(login).await?;
        let territory = me.territory_id.with_context(|| format!("{login} has no territory"))?;
        all.push((api.clone(), Dispatcher::start(Arc::clone(stage), api, territory).await?));
    }
    Ok(all)
}

/// Waits until the dispatchers have looked at every known job.
async fn planned(stage: &Stage, progress: &Progress) {
    let give_up = Instant::now() + PLANNING_MAX;
    let known = || stage.tally.book().jobs.iter().filter(|story| story.issue.is_some()).count();
    let waiting = || stage.tally.book().jobs.iter().filter(|story| story.issue.is_some() && !story.looked_for).count();
    let all = known();
    progress.begin("the known jobs are shared out", all);
    loop {
        let left = waiting();
        progress.reach(all.saturating_sub(left));
        if left == 0 {
            return;
        }
        if Instant::now() > give_up {
            return stage.tally.fault("the known jobs were not shared out");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Tells how far the day is; never ends.
async fn tell_day(stage: &Stage, progress: &Progress) {
    let all = stage.day.jobs.len();
    loop {
        let finished = stage.tally.book().jobs.iter().filter(|story| story.finished_at.is_some()).count();
        progress.begin(format!("{} of the day, visits finished", stage.now().clock_face(super::ZONE)), all);
        progress.reach(finished);
        tokio::time::sleep(TELL_EVERY).await;
    }
}

/// The technicians at work.
struct Crew {
    at_work: JoinSet<()>,
    fates: Vec<mpsc::UnboundedSender<Fate>>,
}

impl Crew {
    async fn log_in(stage: &Arc<Stage>) -> anyhow::Result<Self> {
        let mut people = stream::iter(0..stage.day.technicians.len())
            .map(|index| async move {
                let login = &stage.town.log_ins[index];
                let (api, me) = stage.log_in(login).await?;
                let id = me.technician_id.with_context(|| format!("{login} is no technician"))?;
                let (fate, fates) = mpsc::unbounded_channel();
                anyhow::Ok((fate, Technician::start(Arc::clone(stage), index, api, id, fates).await?))
            })
            .buffered(LOG_INS);
        let (mut at_work, mut fates) = (JoinSet::new(), Vec::new());
        while let Some(person) = people.next().await {
            let (fate, technician) = person?;
            at_work.spawn(technician.run());
            fates.push(fate);
        }
        Ok(Self { at_work, fates })
    }

    /// Lets fate strike at its times, until everybody is home.
    async fn home(&mut self, stage: &Stage) {
        let fates = &self.fates;
        let strike = async {
            for happening in &stage.day.happenings {
                let (technician, fate) = match happening.what {
                    What::Down(technician) => (technician, Fate::Down),
                    What::Up(technician) => (technician, Fate::Up),
                    What::Called(_) | What::Cancelled(_) => continue,
                };
                stage.clock.sleep_until(stage.at(happening.at_s)).await;
                // Who is home already does not mind.
                let _ = fates[technician].send(fate);
            }
        };
        let at_work = &mut self.at_work;
        let all_home = async {
            while let Some(end) = at_work.join_next().await {
                if end.is_err() {
                    stage.tally.fault("a technician's client fell over");
                }
            }
        };
        tokio::join!(strike, all_home);
    }
}

/// Kills the server at its moments.
async fn kills(stage: &Stage, server: &Server, origin: Timestamp, options: &Options) -> anyhow::Result<()> {
    let Server::Outside(outside) = server else { return Ok(()) };
    let (opens, closes) = (stage.day.opens_s(), stage.day.closes_s());
    for share in stage.dice.kills(options.kills) {
        stage.clock.sleep_until(stage.at(opens + ((closes - opens) as f64 * share) as i64)).await;
        tracing::info!("the server is killed");
        outside.kill(origin).await?;
    }
    Ok(())
}
