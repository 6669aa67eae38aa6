//! Nights in which 900 lots with 38,000 tickets expire under a running server, while desks go on: some hold tickets,
//! some save contacts over HTTP.

use std::cell::Cell;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::{join, try_join_all};
use kaketsuke::actors::timekeeper;
use kaketsuke::domain::access::{Language, Role};
use kaketsuke::domain::ids::{ContractId, OperationId, SiteId};
use kaketsuke::domain::time::{Seconds, Timestamp};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::limits;
use kaketsuke::map::BaseMap;
use kaketsuke::node::services::World;
use kaketsuke::node::{Application, SettingsLayer};
use kaketsuke::roads::GreatCircle;
use kaketsuke::store::access::token_hash;
use kaketsuke::store::people::NewPerson;
use kaketsuke::store::{Address, Fault, Store};
use serde_json::{Value, json};

use crate::world::{Bench, actor, at, lot};
use crate::{hold, quantiles};

/// Nights of each kind of work.
const NIGHTS: usize = 3;
/// Wallets that end in a night, with three lots each.
const WALLETS: usize = 300;
const TICKETS: i64 = 38_000;
/// Wallets of contracts that call.
pub const CALLING: usize = 10;
/// Desks at work at once, and how long each rests after a call: a hundred times the busiest hour.
const DESKS: usize = 3;
const REST: Duration = Duration::from_millis(25);
const IDLE: usize = 100;

#[derive(Clone, Copy, PartialEq)]
enum Work {
    Hold,
    Contact,
}

impl Work {
    const ALL: [(Self, &str); 2] = [(Self::Hold, "a hold"), (Self::Contact, "a contact saved over HTTP")];
}

/// A company whose lots end one night after the other, under a server.
struct Office {
    bench: Bench,
    base: String,
    token: String,
    client: reqwest::Client,
    contracts: Vec<ContractId>,
    sites: Vec<(ContractId, i64, SiteId)>,
    made: Cell<u128>,
}

pub async fn nights(kind: &str, address: Address, folder: &Path) -> anyhow::Result<()> {
    let office = Office::open(address, folder).await?;
    let mut night = 0;
    for (work, name) in Work::ALL {
        let (mut idle, mut meanwhile, mut took) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..NIGHTS {
            let left = Cell::new(IDLE);
            idle.extend(office.desks(work, || left.replace(left.get().saturating_sub(1)) == 0).await?);
            let (time, times) = office.night(work, night).await?;
            took.push(time);
            meanwhile.extend(times);
            night += 1;
        }
        took.sort_unstable();
        let (first, last) = (took[0].as_secs_f64(), took[NIGHTS - 1].as_secs_f64());
        println!("{kind}: expiry of 900 lots, {TICKETS} tickets, {NIGHTS} nights: {first:.2} to {last:.2} s");
        println!("{kind}: {name} idle: {} ({} of them)", quantiles(&mut idle), idle.len());
        println!("{kind}: {name} meanwhile: {} ({} of them)", quantiles(&mut meanwhile), meanwhile.len());
    }
    Ok(())
}

fn last_day(night: usize) -> String {
    format!("2027-03-{:02}", 10 + night)
}

/// Ten contracts that call, with tickets that never end; then those of each night.
fn contracts() -> Vec<Value> {
    let mut number = 0;
    let mut lots = |tickets: &[usize], last: Option<&str>| {
        let made = tickets.iter().map(|count| {
            number += 1;
            lot(number, *count, last)
        });
        Value::Array(made.collect())
    };
    let mut contracts: Vec<Value> = (0..CALLING).map(|_| lots(&[9_000], None)).collect();
    for night in 0..NIGHTS * Work::ALL.len() {
        // 200 lots of 43 and 700 of 42.
        contracts.extend((0..WALLETS).map(|nth| {
            let of = |lot: usize| if nth * 3 + lot < 200 { 43 } else { 42 };
            lots(&[of(0), of(1), of(2)], Some(&last_day(night)))
        }));
    }
    contracts
}

impl Office {
    async fn open(address: Address, folder: &Path) -> anyhow::Result<Self> {
        let mut bench = Bench::open(address, contracts()).await?;
        let contracts = bench.wallets.iter().map(|(contract, _)| *contract).collect();
        bench.wallets.truncate(CALLING);
        let layer = SettingsLayer {
            data: Some(folder.to_owned()),
            listen: Some(([127, 0, 0, 1], 0).into()),
            ..SettingsLayer::default()
        };
        let mut settings = layer.resolve()?;
        settings.database = bench.address.clone();
        let (token, sites) = (operator(&bench.store).await?, sites(&bench).await?);
        let ground = BaseMap::empty(kaketsuke::demo::demo_center());
        let world = World { travel: std::sync::Arc::new(GreatCircle::CITY), map: std::sync::Arc::new(ground) };
        let application = Application::build(&settings, bench.clock.clone(), Seeds::from_number(2), world)?;
        // The server's own store: on SQLite there is one writer.
        bench.store = application.services().store.clone();
        let base = format!("http://{}", application.address());
        actix_rt::spawn(application.run_until(std::future::pending()));
        Ok(Self { bench, base, token, client: reqwest::Client::new(), contracts, sites, made: Cell::new(0) })
    }

    /// How long the night took, and how long each call meanwhile.
    async fn night(&self, work: Work, nth: usize) -> anyhow::Result<(Duration, Vec<Duration>)> {
        let clock = &self.bench.clock;
        clock.set(at(&format!("{}T23:59:59+09:00", last_day(nth))));
        ensure!(timekeeper::expire(&self.bench.store).await? == 0, "tickets died before midnight");
        clock.set(at(&format!("{}T00:00:00+09:00", last_day(nth + 1))));
        let over = Cell::new(false);
        let night = async {
            let started = Instant::now();
            let units = timekeeper::expire(&self.bench.store).await;
            over.set(true);
            (units, started.elapsed())
        };
        let ((units, took), times) = join(night, self.desks(work, || over.get())).await;
        // The server's own timekeeper looks once a minute and may have been first at some of them.
        ensure!(units? <= TICKETS && self.dead().await? == TICKETS * (nth as i64 + 1), "other tickets died");
        Ok((took, times?))
    }

    /// Units that died up to now, in all wallets.
    async fn dead(&self) -> Result<i64, Fault> {
        let contracts = self.contracts.clone();
        let counted = self.bench.store.read(move |reader| {
            let mut units = 0;
            for some in contracts.chunks(limits::STATEMENT_IDS) {
                units += reader.wallet_summaries(some)?.values().map(|wallet| wallet.expired).sum::<i64>();
            }
            Ok(units)
        });
        counted.await
    }

    /// Desks that call until it is `over`.
    async fn desks(&self, work: Work, over: impl Fn() -> bool) -> anyhow::Result<Vec<Duration>> {
        let over = &over;
        let desks = (0..DESKS).map(|desk| async move {
            tokio::time::sleep(REST * desk as u32 / DESKS as u32).await;
            let mut times = Vec::new();
            while !over() {
                times.push(self.call(work).await?);
                tokio::time::sleep(REST).await;
            }
            anyhow::Ok(times)
        });
        Ok(try_join_all(desks).await?.concat())
    }

    fn call(&self, work: Work) -> impl Future<Output = anyhow::Result<Duration>> + '_ {
        let number = self.made.replace(self.made.get() + 1) + 1;
        async move {
            match work {
                Work::Hold => Ok(hold(&self.bench, number).await?),
                Work::Contact => self.save(number).await,
            }
        }
    }

    async fn save(&self, number: u128) -> anyhow::Result<Duration> {
        let (contract, version, site) = self.sites[number as usize % self.sites.len()];
        let body = json!({
            "channel": "call", "contract_id": contract, "contract_version": version, "contact_id": null,
            "caller_name": "山田 花子", "caller_phone": "080-5555-0112", "started_at": null,
            "issues": [{"kind": "question", "site_id": site, "asset_id": null, "product_id": null, "symptom": null,
                "description": "時計の合わせ方を知りたい", "impact": "partial", "urgency": "today", "needs_visit": false, "wish": null}]
        });
        let operation: OperationId = self.bench.store.seeds().id(self.bench.store.clock().now());
        let request = self.client.post(format!("{}/api/interactions", self.base)).bearer_auth(&self.token);
        let started = Instant::now();
        let answer = request.header("Idempotency-Key", operation.to_string()).json(&body).send().await?;
        let took = started.elapsed();
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        Ok(took)
    }
}

async fn operator(store: &Store) -> Result<String, Fault> {
    let token = store.seeds().token();
    let hash = token_hash(&token);
    let person = NewPerson {
        login: "desk".to_owned(),
        password_hash: "none".to_owned(),
        name: "desk".to_owned(),
        role: Role::Operator,
        language: Language::Ja,
        territory: None,
        technician: None,
        customer: None,
    };
    let added = store.task(actor(), move |unit| {
        let id = unit.add_user(&person)?.id;
        let until: Timestamp = unit.now() + Seconds::hours(24 * 365);
        unit.open_session(id, &hash, until)
    });
    added.await.map(|()| token)
}

async fn sites(bench: &Bench) -> Result<Vec<(ContractId, i64, SiteId)>, Fault> {
    let wallets = bench.wallets.clone();
    let cards = bench.store.read(move |reader| {
        let card = |(contract, _): &(ContractId, _)| {
            let card = reader.contract_card(*contract)?;
            Ok((card.id, card.version, card.sites[0].id))
        };
        wallets.iter().map(card).collect()
    });
    cards.await
}
