//! Nodes, clients and their books.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::join_all;

use super::acts::{self, Known, REMEMBERED};
use super::clerk::{Clerk, When};
use super::clients::{Carried, Job, Told, carry};
use super::company;
use super::deeds::{Act, Deed};
use super::{Options, Outcome};
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Account;
use crate::effects::clock::Clock;
use crate::effects::seeds::Seeds;
use crate::sim::luck::Luck;
use crate::sim::storm::Storm;
use crate::store::technicians::Team;
use crate::store::verify::Follower;
use crate::store::{Address, Answer, Fault, Operation, Reader, Store, StoreError, company as import, connection};
use crate::views::desk::{IntakeReceipt, IssueDetail};
use crate::views::ledger::LedgerReceipt;

/// The first morning: Monday, 23 November 2026, 09:00 in Tokyo.
const MORNING_S: i64 = 1_795_392_000;
/// By which the clock of each node is ahead of the one before.
const SKEW_US: i64 = 700_000;
const HOUR_US: i64 = 3_600_000_000;
/// Commands from one check of everything to the next. What is new is checked after every round.
const CHECK_EVERY: u64 = 2_500;
/// Rounds of which one ends with all stores gone in the middle of it.
const FALL_ONCE_IN: u32 = 60;
/// Answers that are asked for once more at the next check.
const KEPT: usize = 100;
const TOKYO: chrono_tz::Tz = chrono_tz::Asia::Tokyo;

/// One clock for all, a little off on each node.
#[derive(Clone)]
struct JumpingClock {
    micros: Arc<AtomicI64>,
    skew: i64,
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        // No two commands happen at one instant.
        Timestamp::from_micros(self.micros.fetch_add(1, Ordering::SeqCst) + self.skew)
    }
}

struct World {
    options: Options,
    address: Address,
    micros: Arc<AtomicI64>,
    storm: Storm,
    nodes: Vec<Store>,
    known: Vec<Known>,
    /// Where each wallet's issuer must stand by what the clients were told.
    issued: BTreeMap<ContractId, i64>,
    clerk: Clerk,
    /// Answers to be asked for once more.
    kept: Vec<(Operation, Deed, Answer)>,
    /// Reads after every round what was posted in it.
    follower: Arc<Mutex<Follower>>,
    /// Stores opened so far.
    lives: u64,
    outcome: Outcome,
}

pub async fn run(options: &Options) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let file = folder.path().join("ledger.db").to_str().context("the temporary folder's name is not UTF-8")?.to_owned();
    let address = options.database.clone().unwrap_or(Address::File(file));
    connection::migrate(&mut connection::open(&address)?)?;
    let mut world = World::found(options, address).await?;
    let mut luck = Luck::of(options.seed, 0);
    let mut started = Instant::now();
    let mut next_check = CHECK_EVERY;
    while world.outcome.commands < options.commands && world.outcome.wrong.is_empty() {
        world.round(&mut luck).await?;
        world.follow().await?;
        if world.outcome.commands >= next_check.min(options.commands) {
            next_check += CHECK_EVERY;
            world.outcome.milliseconds += u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            world.check().await?;
            started = Instant::now();
        }
    }
    world.outcome.panics = world.storm.thrown().into_iter().map(|(at, count)| (at.to_owned(), count)).collect();
    Ok(world.outcome)
}

impl World {
    async fn found(options: &Options, address: Address) -> anyhow::Result<Self> {
        let storm = Storm::new(Luck::of(options.seed, u64::MAX), 0);
        let mut world = Self {
            options: options.clone(),
            address,
            micros: Arc::new(AtomicI64::new(MORNING_S * 1_000_000)),
            storm,
            nodes: Vec::new(),
            known: Vec::new(),
            issued: BTreeMap::new(),
            clerk: Clerk::default(),
            kept: Vec::new(),
            follower: Arc::default(),
            lives: 0,
            outcome: Outcome {
                seed: options.seed,
                commands: 0,
                done: BTreeMap::new(),
                refused: BTreeMap::new(),
                retries: 0,
                doubled: 0,
                panics: BTreeMap::new(),
                restarts: 0,
                falls: 0,
                clock_jumps: 0,
                judged: BTreeMap::new(),
                postings: 0,
                milliseconds: 0,
                wrong: Vec::new(),
            },
        };
        for node in 0..options.nodes.max(1) {
            let store = world.node(node)?;
            world.nodes.push(store);
        }
        import::import(&world.nodes[0], company::company()?).await?;
        world.known = world.nodes[0].read(known).await?;
        world.clerk = Clerk::of(&world.known, company::terms);
        world.storm = Storm::new(Luck::of(options.seed, u64::MAX), options.panic_once_in);
        for node in 0..world.nodes.len() {
            world.nodes[node] = world.node(node)?;
        }
        Ok(world)
    }

    /// Opens a node on the common database. Ids differ between nodes and between a node's lives.
    fn node(&mut self, index: usize) -> Result<Store, StoreError> {
        self.lives += 1;
        let clock = JumpingClock { micros: Arc::clone(&self.micros), skew: index as i64 * SKEW_US };
        let seeds = Seeds::from_number(self.options.seed.wrapping_mul(1_000_003).wrapping_add(self.lives));
        Ok(Store::open(&self.address, Arc::new(clock), seeds, TOKYO)?.with_chaos(self.storm.chaos()))
    }

    fn today(&self) -> chrono::NaiveDate {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst)).day(TOKYO)
    }

    /// Several commands at once, each on a node of its own choice until it is answered.
    async fn round(&mut self, luck: &mut Luck) -> anyhow::Result<()> {
        self.weather(luck)?;
        let from = Timestamp::from_micros(self.micros.load(Ordering::SeqCst));
        let today = self.today();
        let jobs: Vec<Job> = (0..self.options.at_once)
            .map(|_| {
                let deed = acts::next(luck, &self.known, today);
                let operation = Operation { id: luck.operation(), fingerprint: [1; 32] };
                Job { deed, operation, seed: luck.between(0, i64::MAX).unsigned_abs() }
            })
            .collect();
        if self.outcome.falls == 0 || luck.once_in(FALL_ONCE_IN) {
            self.fall(luck, &jobs).await?;
        }
        let nodes = &self.nodes;
        let all = join_all(jobs.into_iter().map(|job| carry(nodes, job))).await;
        let skew = self.nodes.len() as i64 * SKEW_US;
        let to = Timestamp::from_micros(self.micros.load(Ordering::SeqCst) + skew);
        for wrong in self.clerk.follow(When { from, to }, &all) {
            self.wrong(wrong);
        }
        all.into_iter().for_each(|carried| self.note(luck, carried));
        Ok(())
    }

    /// The stores go without a goodbye while commands are under way in them. Their clients find new ones and send again
    /// what was not answered, and here also what was.
    async fn fall(&mut self, luck: &mut Luck, jobs: &[Job]) -> anyhow::Result<()> {
        let moment = Duration::from_micros(luck.between(100, 10_000).unsigned_abs());
        let nodes = std::mem::take(&mut self.nodes);
        let flight = join_all(jobs.iter().cloned().map(|job| carry(&nodes, job)));
        drop(tokio::time::timeout(moment, flight).await);
        drop(nodes);
        for index in 0..self.options.nodes.max(1) {
            let store = self.node(index)?;
            self.nodes.push(store);
        }
        self.outcome.falls += 1;
        Ok(())
    }

    /// What is new in the ledger is right, and the rows say what the postings say.
    async fn follow(&mut self) -> Result<(), Fault> {
        let follower = Arc::clone(&self.follower);
        let follow =
            move |reader: &mut Reader<'_>| follower.lock().unwrap_or_else(PoisonError::into_inner).follow(reader);
        for finding in self.quiet(follow).await? {
            self.wrong(format!("the new postings: {finding}"));
        }
        Ok(())
    }

    /// Something that must not be, and how far the run was.
    fn wrong(&mut self, what: String) {
        self.outcome.wrong.push(format!("after {} commands: {what}", self.outcome.commands));
    }

    /// Time passes, and now and then a node is started anew.
    fn weather(&mut self, luck: &mut Luck) -> anyhow::Result<()> {
        let jump = if luck.once_in(40) {
            luck.between(1, 40 * 24) * HOUR_US
        } else if luck.once_in(60) {
            -luck.between(1, 120 * 60) * 1_000_000
        } else {
            luck.between(1, 600) * 1_000_000
        };
        self.outcome.clock_jumps += u64::from(jump.abs() > HOUR_US);
        self.micros.fetch_add(jump, Ordering::SeqCst);
        if luck.once_in(300) {
            let index = usize::try_from(luck.between(0, self.nodes.len() as i64 - 1)).unwrap_or_default();
            self.outcome.restarts += 1;
            self.nodes[index] = self.node(index)?;
        }
        Ok(())
    }

    /// Writes down what a client was told.
    fn note(&mut self, luck: &mut Luck, carried: Carried) {
        self.outcome.commands += 1;
        self.outcome.retries += u64::from(carried.attempts - 1);
        self.outcome.doubled += u64::from(carried.doubled);
        let answer = match carried.told {
            Told::Answer(answer) => answer,
            Told::Refused(refusal) => {
                if refusal.code == Code::OperationReused {
                    self.wrong(format!("{} got two answers", carried.deed.act.name()));
                }
                *self.outcome.refused.entry(refusal.code.as_str().to_owned()).or_default() += 1;
                self.learn_refused(&carried.deed, &refusal);
                return;
            }
            Told::Lost(why) => {
                return self.wrong(format!("{} was never answered: {why}", carried.deed.act.name()));
            }
        };
        *self.outcome.done.entry(carried.deed.act.name().to_owned()).or_default() += 1;
        self.learn(&carried.deed, &answer);
        if !matches!(carried.deed.act, Act::Expire) && luck.chance(5) && self.kept.len() < KEPT {
            self.kept.push((carried.operation, carried.deed, answer));
        }
    }

    fn of(&mut self, contract: ContractId) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.contract == contract)
    }

    fn learn_refused(&mut self, deed: &Deed, refusal: &Refusal) {
        if let Act::Field(turn) = &deed.act {
            // The others' turn.
            for known in &mut self.known {
                if let Some(at) = known.visiting.iter().position(|issue| *issue == turn.issue) {
                    known.visiting[at..].rotate_left(1);
                }
            }
        }
        if !matches!(deed.act, Act::Call(_) | Act::Policy(_)) {
            return;
        }
        let Some(version) = refusal.detail.get("current_version").and_then(serde_json::Value::as_i64) else { return };
        let contract = if let Act::Call(request) = &deed.act { request.contract_id } else { deed.contract };
        if let Some(known) = self.of(contract) {
            known.version = version;
        }
    }

    fn learn(&mut self, deed: &Deed, answer: &Answer) {
        match &deed.act {
            Act::Call(request) => {
                let Ok(receipt) = serde_json::from_str::<IntakeReceipt>(&answer.body) else { return };
                if let Some(known) = self.of(request.contract_id) {
                    known.open.extend(receipt.issues.iter().map(|issue| issue.id));
                    let sent = receipt.issues.iter().filter(|issue| issue.work_order_id.is_some());
                    known.visiting.extend(sent.map(|issue| issue.id));
                }
            }
            Act::Close(..) | Act::Field(_) => {
                let Ok(detail) = serde_json::from_str::<IssueDetail>(&answer.body) else { return };
                let (issue, over) = (detail.summary.id, !detail.summary.state.is_open());
                if let Some(known) = self.of(detail.contract_id).filter(|_| over) {
                    known.open.retain(|open| *open != issue);
                    known.visiting.retain(|open| *open != issue);
                    known.closed.push(issue);
                    if known.closed.len() > REMEMBERED {
                        known.closed.remove(0);
                    }
                }
            }
            Act::Policy(_) | Act::Object(_) | Act::Answer(..) | Act::Limit(_) | Act::Approve(_) | Act::Expire => {}
            act => {
                let Ok(receipt) = serde_json::from_str::<LedgerReceipt>(&answer.body) else { return };
                self.learn_posted(deed.contract, act, &receipt);
            }
        }
    }

    fn learn_posted(&mut self, contract: ContractId, act: &Act, receipt: &LedgerReceipt) {
        let mut issuer = 0;
        for posting in &receipt.postings {
            issuer += if posting.to == Account::Source { posting.units } else { 0 };
            issuer -= if posting.from == Account::Source { posting.units } else { 0 };
        }
        *self.issued.entry(contract).or_default() += issuer;
        if let Act::Transfer(request) = act {
            *self.issued.entry(request.to_contract_id).or_default() -= request.units;
        }
        if let Some(known) = self.of(contract) {
            known.lots = receipt.wallet.lots.iter().filter(|lot| lot.available > 0).map(|lot| lot.id).collect();
        }
    }

    /// Holds what is stored against what was told.
    async fn check(&mut self) -> Result<(), Fault> {
        for finding in self.quiet(|reader| reader.verify()).await? {
            self.wrong(format!("verify: {finding}"));
        }
        for known in self.known.clone() {
            let page = self.quiet(move |reader| reader.wallet_book(known.contract)).await?;
            let told = self.issued.get(&known.contract).copied().unwrap_or_default();
            if page.source != told {
                let issuer = page.source;
                self.wrong(format!("{}: the issuer stands at {issuer}, clients were told {told}", known.contract));
            }
        }
        let clerk = self.clerk.clone();
        for finding in self.quiet(move |reader| clerk.hold(reader)).await? {
            self.wrong(finding);
        }
        self.outcome.judged = self.clerk.told.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect();
        self.outcome.postings = self.quiet(|reader| reader.posting_count()).await?;
        let nodes = self.nodes.clone();
        for (operation, deed, answer) in std::mem::take(&mut self.kept) {
            let seed = self.outcome.commands;
            match carry(&nodes, Job { deed: deed.clone(), operation, seed }).await.told {
                Told::Answer(again) if again == answer => {}
                _ => self.wrong(format!("{} was answered otherwise the second time", deed.act.name())),
            }
            let operation = Operation { fingerprint: [2; 32], ..operation };
            if !matches!(carry(&nodes, Job { deed, operation, seed }).await.told, Told::Refused(_)) {
                self.wrong("an operation id was taken twice for different things".to_owned());
            }
        }
        Ok(())
    }

    /// Reads in fine weather.
    async fn quiet<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Reader<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.nodes[0].read(work).await
    }
}

/// What the desk sees of every contract.
fn known(reader: &mut Reader<'_>) -> Result<Vec<Known>, Fault> {
    let mut all = Vec::new();
    let technicians: Vec<_> = reader.profiles(&Team::Company)?.into_iter().map(|profile| profile.id).collect();
    for nth in 0..company::CONTRACTS {
        let hits = reader.search(&format!("KS-{nth:04}"))?.hits;
        let Some(hit) = hits.first() else { return Err(StoreError::corrupt("a contract is missing").into()) };
        let card = reader.contract_card(hit.contract_id)?;
        let (Some(site), Some(asset)) = (card.sites.first(), card.assets.first()) else {
            return Err(StoreError::corrupt("a contract without a site or an asset").into());
        };
        all.push(Known {
            contract: card.id,
            version: card.version,
            unit: card.wallet.unit,
            site: site.id,
            product: asset.product_id,
            assets: card.assets.iter().map(|asset| asset.id).collect(),
            lots: Vec::new(),
            technicians: technicians.clone(),
            open: Vec::new(),
            visiting: Vec::new(),
            closed: Vec::new(),
        });
    }
    Ok(all)
}
