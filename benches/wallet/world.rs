//! Companies made to measure, and a clock that stands where it is put.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kaketsuke::company::CompanyFile;
use kaketsuke::domain::access::Actor;
use kaketsuke::domain::ids::{ContractId, WalletId};
use kaketsuke::domain::time::Timestamp;
use kaketsuke::effects::clock::Clock;
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::store::{Address, Fault, Store, company, connection};
use serde_json::{Value, json};

pub struct StandingClock(AtomicI64);

impl StandingClock {
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A store on a database of its own.
pub struct Bench {
    pub store: Store,
    pub clock: Arc<StandingClock>,
    pub address: Address,
    /// Contracts with their wallets, in the order of their numbers.
    pub wallets: Vec<(ContractId, WalletId)>,
}

pub fn at(text: &str) -> Timestamp {
    chrono::DateTime::parse_from_rfc3339(text).expect("an instant of the bench").to_utc().into()
}

pub fn actor() -> Actor {
    Actor::system("bench")
}

impl Bench {
    /// `contracts`: the lots of each, as the company file writes them.
    pub async fn open(address: Address, contracts: Vec<Value>) -> anyhow::Result<Self> {
        connection::migrate(&mut connection::open(&address)?)?;
        let clock = Arc::new(StandingClock(AtomicI64::new(at("2026-11-23T09:00:00+09:00").micros())));
        let store = Store::open(&address, clock.clone(), Seeds::from_number(1), chrono_tz::Asia::Tokyo)?;
        let count = contracts.len();
        company::import(&store, file(contracts)?).await?;
        let wallets = store.read(move |reader| {
            let find = |number: usize| {
                let hits = reader.search(&format!("KS-{number:04}"))?.hits;
                let contract = hits.first().map(|hit| hit.contract_id).expect("every contract was imported");
                Ok((contract, reader.wallet_summary(contract)?.id))
            };
            (0..count).map(find).collect::<Result<Vec<_>, Fault>>()
        });
        Ok(Self { wallets: wallets.await?, store, clock, address })
    }
}

pub fn lot(number: usize, count: usize, expires_on: Option<&str>) -> Value {
    json!({"number": format!("TK-2026-{number:06}"), "origin": "paid", "count": count, "price_yen": 1,
        "issued_on": "2026-04-01", "expires_on": expires_on})
}

fn file(contracts: Vec<Value>) -> anyhow::Result<CompanyFile> {
    let policy = json!({"covers_ja": "1要件の解決まで", "covers_en": "One issue until it is solved",
        "question_cost": 1, "fault_cost": 1, "inquiry_cost": 0, "recurrence_days": 30,
        "capture_point": "completion", "overdraft_limit": 0, "no_fault_found_cost": 1,
        "cancel_after_departure_cost": 1});
    let customers: Vec<Value> = contracts
        .into_iter()
        .enumerate()
        .map(|(nth, lots)| {
            json!({"code": format!("C{nth}"), "name": format!("お客様{nth}"), "kana": "オキャクサマ",
                "phones": [format!("076-555-{nth:04}")], "contacts": [],
                "sites": [{"code": format!("S{nth}"), "name": "本社", "postcode": "920-0001", "address": "金沢市",
                    "position": {"lat": 36.57, "lon": 136.67}, "territory": "KN"}],
                "contracts": [{"number": format!("KS-{nth:04}"), "plan": "試験", "starts_on": "2026-01-01",
                    "ends_on": "2099-12-31", "policy": policy, "lots": lots, "assets": []}]})
        })
        .collect();
    Ok(serde_json::from_value(json!({
        "format": "kaketsuke-company/1", "name_ja": "試験サービス", "name_en": "Bench Service", "zone": "Asia/Tokyo",
        "vendor_phone": "076-555-0100",
        "territories": [{"code": "KN", "name_ja": "金沢", "name_en": "Kanazawa",
            "center": {"lat": 36.56, "lon": 136.65}}],
        "skills": [], "qualifications": [], "parts": [], "products": [], "causes": [], "technicians": [],
        "customers": customers, "users": [],
    }))?)
}
