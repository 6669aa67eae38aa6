//! Nodes, clients and their books.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use anyhow::Context;
use futures_util::FutureExt;
use futures_util::future::{join, join_all};

use super::acts::{self, Known, REMEMBERED};
use super::company;
use super::deeds::{Act, Deed};
use super::{Options, Outcome};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{ContractId, Id, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Account;
use crate::effects::clock::Clock;
use crate::effects::seeds::Seeds;
use crate::sim::luck::Luck;
use crate::sim::storm::Storm;
use crate::store::{Address, Answer, Fault, Operation, Store, StoreError, company as import, connection};
use crate::views::desk::{IntakeReceipt, IssueDetail};
use crate::views::ledger::LedgerReceipt;

/// The first morning: Monday, 23 November 2026, 09:00 in Tokyo.
const MORNING_S: i64 = 1_795_392_000;
const HOUR_US: i64 = 3_600_000_000;
/// Attempts after which a command counts as lost.
const ATTEMPTS: u32 = 50;
/// Checks spread over a run.
const CHECKS: u64 = 4;
const TOKYO: chrono_tz::Tz = chrono_tz::Asia::Tokyo;

/// One clock for all, a little off on each node.
#[derive(Clone)]
struct JumpingClock {
    micros: Arc<AtomicI64>,
    skew: i64,
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst) + self.skew)
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
    /// Answers to be asked for once more.
    kept: Vec<(Operation, Deed, Answer)>,
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
    let step = (options.commands / CHECKS).max(1);
    let mut next_check = step;
    while world.outcome.commands < options.commands {
        world.round(&mut luck).await?;
        if world.outcome.commands >= next_check {
            next_check += step;
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
            kept: Vec::new(),
            outcome: Outcome {
                seed: options.seed,
                commands: 0,
                done: BTreeMap::new(),
                refused: BTreeMap::new(),
                retries: 0,
                doubled: 0,
                panics: BTreeMap::new(),
                restarts: 0,
                clock_jumps: 0,
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
        world.storm = Storm::new(Luck::of(options.seed, u64::MAX), options.panic_once_in);
        for node in 0..world.nodes.len() {
            world.nodes[node] = world.node(node)?;
        }
        Ok(world)
    }

    /// Opens a node on the common database. Ids differ between nodes and between a node's lives.
    fn node(&self, index: usize) -> Result<Store, StoreError> {
        let life = self.outcome.restarts * 64 + index as u64;
        let clock = JumpingClock { micros: Arc::clone(&self.micros), skew: index as i64 * 700_000 };
        let seeds = Seeds::from_number(self.options.seed.wrapping_mul(1_000_003).wrapping_add(life));
        Ok(Store::open(&self.address, Arc::new(clock), seeds, TOKYO)?.with_chaos(self.storm.chaos()))
    }

    fn today(&self) -> chrono::NaiveDate {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst)).day(TOKYO)
    }

    /// Several commands at once, each on a node of its own choice until it is answered.
    async fn round(&mut self, luck: &mut Luck) -> anyhow::Result<()> {
        self.weather(luck)?;
        let today = self.today();
        let jobs: Vec<(Deed, Operation, Luck)> = (0..self.options.at_once)
            .map(|_| {
                let deed = acts::next(luck, &self.known, today);
                (deed, Operation { id: luck.operation(), fingerprint: [1; 32] }, luck.child())
            })
            .collect();
        let nodes = &self.nodes;
        let done = join_all(jobs.into_iter().map(|(deed, operation, luck)| carry(nodes, deed, operation, luck))).await;
        for carried in done {
            self.note(luck, carried);
        }
        Ok(())
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
                    self.outcome.wrong.push(format!("{} got two answers", carried.deed.act.name()));
                }
                *self.outcome.refused.entry(refusal.code.as_str().to_owned()).or_default() += 1;
                self.learn_version(&carried.deed, &refusal);
                return;
            }
            Told::Lost(why) => {
                return self.outcome.wrong.push(format!("{} was never answered: {why}", carried.deed.act.name()));
            }
        };
        *self.outcome.done.entry(carried.deed.act.name().to_owned()).or_default() += 1;
        self.learn(&carried.deed, &answer);
        if !matches!(carried.deed.act, Act::Expire) && luck.chance(5) && self.kept.len() < 500 {
            self.kept.push((carried.operation, carried.deed, answer));
        }
    }

    fn of(&mut self, contract: ContractId) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.contract == contract)
    }

    fn learn_version(&mut self, deed: &Deed, refusal: &Refusal) {
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
                let issues = receipt.issues.iter().map(|issue| issue.id);
                if let Some(known) = self.of(request.contract_id) {
                    known.open.extend(issues);
                }
            }
            Act::Close(issue, _) => {
                let Ok(detail) = serde_json::from_str::<IssueDetail>(&answer.body) else { return };
                if let Some(known) = self.of(detail.contract_id) {
                    known.open.retain(|open| open != issue);
                    known.closed.push(*issue);
                    if known.closed.len() > REMEMBERED {
                        known.closed.remove(0);
                    }
                }
            }
            Act::Policy(_) | Act::Object(_) | Act::Answer(..) | Act::Limit(..) | Act::Approve(_) | Act::Expire => {}
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
            self.outcome.wrong.push(format!("verify: {finding}"));
        }
        for known in self.known.clone() {
            let page = self.quiet(move |reader| reader.wallet_book(known.contract)).await?;
            let told = self.issued.get(&known.contract).copied().unwrap_or_default();
            if page.source != told {
                let wrong =
                    format!("{}: the issuer stands at {}, clients were told {told}", known.contract, page.source);
                self.outcome.wrong.push(wrong);
            }
        }
        self.outcome.postings = self.quiet(|reader| reader.posting_count()).await?;
        let (nodes, mut luck) = (self.nodes.clone(), Luck::of(self.options.seed, self.outcome.commands));
        for (operation, deed, answer) in std::mem::take(&mut self.kept) {
            match carry(&nodes, deed.clone(), operation, luck.child()).await.told {
                Told::Answer(again) if again == answer => {}
                _ => self.outcome.wrong.push(format!("{} was answered otherwise the second time", deed.act.name())),
            }
            let other = Operation { fingerprint: [2; 32], ..operation };
            if !matches!(carry(&nodes, deed, other, luck.child()).await.told, Told::Refused(_)) {
                self.outcome.wrong.push("an operation id was taken twice for different things".to_owned());
            }
        }
        Ok(())
    }

    /// Reads in fine weather.
    async fn quiet<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut crate::store::Reader<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.nodes[0].read(work).await
    }
}

#[derive(PartialEq)]
enum Told {
    Answer(Answer),
    Refused(Refusal),
    /// Trouble on the way: the command may stand or not.
    Lost(String),
}

struct Carried {
    deed: Deed,
    operation: Operation,
    attempts: u32,
    doubled: u32,
    told: Told,
}

/// Sends a command again and again, to any node, until it is answered. An impatient client sends it twice at once.
async fn carry(nodes: &[Store], deed: Deed, operation: Operation, mut luck: Luck) -> Carried {
    let (mut attempts, mut doubled) = (0, 0);
    let mut told = Told::Lost("it was never sent".to_owned());
    while attempts < ATTEMPTS && matches!(told, Told::Lost(_)) {
        attempts += 1;
        let mut node = || luck.pick(nodes).unwrap_or(&nodes[0]).clone();
        let (one, other) = (node(), node());
        told = if luck.once_in(30) {
            doubled += 1;
            let both = join(attempt(one, &deed, operation), attempt(other, &deed, operation)).await;
            either(both.0, both.1)
        } else {
            attempt(one, &deed, operation).await
        };
    }
    Carried { deed, operation, attempts, doubled, told }
}

/// What a client knows that sent twice: one success is a success, and two must be the same.
fn either(one: Told, other: Told) -> Told {
    match (one, other) {
        (Told::Answer(one), Told::Answer(other)) if one != other => Told::Refused(Refusal::new(Code::OperationReused)),
        (Told::Answer(answer), _) | (_, Told::Answer(answer)) => Told::Answer(answer),
        (Told::Lost(why), _) | (_, Told::Lost(why)) => Told::Lost(why),
        (one, _) => one,
    }
}

async fn attempt(node: Store, deed: &Deed, operation: Operation) -> Told {
    match AssertUnwindSafe(send(node, deed.clone(), operation)).catch_unwind().await {
        Ok(Ok(answer)) => Told::Answer(answer),
        Ok(Err(Fault::Refused(refusal))) => Told::Refused(refusal),
        Ok(Err(Fault::Store(error))) => Told::Lost(error.to_string()),
        Err(_) => Told::Lost("the answer fell over".to_owned()),
    }
}

async fn send(node: Store, deed: Deed, operation: Operation) -> Result<Answer, Fault> {
    if matches!(deed.act, Act::Expire) {
        return node.task(Actor::system("timekeeper"), move |unit| deed.run(unit)).await;
    }
    let id = UserId::from_uuid(uuid::Uuid::from_u128(1));
    let desk = Actor::User { id, name: "試算".to_owned(), role: Role::Admin };
    node.command(desk, operation, move |unit| deed.run(unit)).await
}

/// What the desk sees of every contract.
fn known(reader: &mut crate::store::Reader<'_>) -> Result<Vec<Known>, Fault> {
    let mut all = Vec::new();
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
            lots: Vec::new(),
            open: Vec::new(),
            closed: Vec::new(),
        });
    }
    Ok(all)
}
