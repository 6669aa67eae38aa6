//! A small company on a real store, for tests: on SQLite always, on PostgreSQL too when `KAKETSUKE_TEST_POSTGRES`
//! names a server where databases may be made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use super::connection::{self, Address};
use super::{Fault, Reader, Store, Unit, company};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{Id, UserId};
use crate::domain::time::{Seconds, Timestamp};
use crate::effects::clock::Clock;
use crate::effects::seeds::Seeds;
use crate::views::desk::{ContractCard, IntakeRequest};

/// A clock that stands until a test moves it.
#[derive(Debug)]
pub struct StandingClock(AtomicI64);

impl StandingClock {
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }

    pub fn advance(&self, span: Seconds) {
        self.set(self.now() + span);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// A test moves the time itself: what waits for it looks a thousand times as often.
    fn wall(&self, span: Seconds) -> Duration {
        Duration::from_millis(span.max_zero().0.unsigned_abs())
    }
}

/// A store with the demo company of these tests in it.
pub struct Kit {
    pub store: Store,
    pub clock: Arc<StandingClock>,
    pub address: Address,
    server: Option<(String, String)>,
    _folder: tempfile::TempDir,
}

/// Monday, 23 November 2026, 09:00 in Tokyo.
pub fn morning() -> Timestamp {
    at("2026-11-23T09:00:00+09:00")
}

pub fn at(text: &str) -> Timestamp {
    chrono::DateTime::parse_from_rfc3339(text).expect("an instant of the test").to_utc().into()
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date of the test")
}

pub fn operator() -> Actor {
    Actor::User { id: UserId::from_uuid(Default::default()), name: "宮本 さくら".to_owned(), role: Role::Operator }
}

/// Tells the story on each database there is.
pub async fn on_both(company: Value, story: impl AsyncFn(Kit)) {
    story(Kit::sqlite(company.clone()).await).await;
    if let Ok(server) = std::env::var("KAKETSUKE_TEST_POSTGRES") {
        story(Kit::postgres(&server, company).await).await;
    }
}

impl Kit {
    pub async fn sqlite(company: Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let address = Address::File(folder.path().join("test.db").to_string_lossy().into_owned());
        Self::open(address, None, folder, company).await
    }

    /// Tables without a company.
    pub async fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let address = Address::File(folder.path().join("test.db").to_string_lossy().into_owned());
        Self::migrated(address, None, folder)
    }

    async fn postgres(server: &str, company: Value) -> Self {
        let name = format!("kaketsuke_test_{:016x}", Seeds::from_entropy().expect("entropy").number());
        let mut admin = connection::open(&Address::Postgres(server.to_owned())).expect("the test server answers");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("databases may be made");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
        let address = Address::Postgres(format!("{base}/{name}"));
        let folder = tempfile::tempdir().expect("a folder for the test");
        Self::open(address, Some((server.to_owned(), name)), folder, company).await
    }

    async fn open(
        address: Address,
        server: Option<(String, String)>,
        folder: tempfile::TempDir,
        company: Value,
    ) -> Self {
        let kit = Self::migrated(address, server, folder);
        let file = serde_json::from_value(company).expect("a company file");
        company::import(&kit.store, file).await.expect("the company is imported");
        kit
    }

    fn migrated(address: Address, server: Option<(String, String)>, folder: tempfile::TempDir) -> Self {
        connection::migrate(&mut connection::open(&address).expect("the database opens")).expect("tables are made");
        let clock = Arc::new(StandingClock(AtomicI64::new(morning().micros())));
        let seeds = Seeds::from_number(7);
        let store = Store::open(&address, clock.clone(), seeds, chrono_tz::Asia::Tokyo).expect("the store opens");
        Self { store, clock, address, server, _folder: folder }
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store.task(operator(), work).await
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Reader<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store.read(work).await
    }

    /// The card of a contract, by its number.
    pub async fn card(&self, number: &str) -> ContractCard {
        let number = number.to_owned();
        let found = self
            .read(move |reader| {
                let hits = reader.search(&number)?.hits;
                reader.contract_card(hits.first().expect("the contract exists").contract_id)
            })
            .await;
        found.expect("the card is read")
    }

    /// Changes rows that no command changes.
    pub fn sql(&self, statements: &str) {
        let mut database = connection::open(&self.address).expect("the database opens");
        database.batch_execute(statements).expect("the statements fit");
    }

    /// What `verify` finds; must be nothing.
    pub async fn assert_sound(&self) {
        let findings = self.read(|reader| reader.verify()).await.expect("the data can be read");
        assert_eq!(findings, Vec::new());
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let dropped = connection::open(&Address::Postgres(server.clone()))
                .map(|mut admin| admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
            drop(dropped);
        }
    }
}

/// One customer with one site, two assets and a wallet of `lots`.
pub fn company_with(lots: Value) -> Value {
    json!({
        "format": "kaketsuke-company/1", "name_ja": "犀川機器サービス", "name_en": "Saigawa Equipment Service",
        "zone": "Asia/Tokyo", "vendor_phone": "076-555-0100",
        "territories": [{"code": "KN", "name_ja": "金沢", "name_en": "Kanazawa", "center": {"lat": 36.56, "lon": 136.65}}],
        "skills": [{"code": "compressor", "name_ja": "空圧機器", "name_en": "Compressors"}],
        "qualifications": [], "parts": [{"code": "belt", "name_ja": "ベルト", "name_en": "Belt"}],
        "products": [{"code": "AC-20", "name_ja": "コンプレッサー AC-20", "name_en": "Compressor AC-20", "maker": "白山工機",
            "skill": "compressor", "symptoms": [
                {"code": "noise", "name_ja": "異音", "name_en": "Noise", "service_minutes": 60, "needs_visit": true,
                 "level_min": 2, "qualification": null, "parts": ["belt"]},
                {"code": "timer", "name_ja": "タイマー設定", "name_en": "Timer setting", "service_minutes": 10,
                 "needs_visit": false, "level_min": 1, "qualification": null}]}],
        "causes": [{"code": "wear", "name_ja": "摩耗", "name_en": "Wear", "own_defect": false},
                   {"code": "assembly", "name_ja": "組立不良", "name_en": "Assembly fault", "own_defect": true}],
        "technicians": [{"code": "T1", "name": "林 健太", "kana": "ハヤシ ケンタ", "phone": "090-5555-0101", "territory": "KN",
            "home": {"lat": 36.56, "lon": 136.66}, "skills": [{"code": "compressor", "level": 3}],
            "shifts": [{"weekday": "monday", "from": "08:30", "to": "17:30"}], "break": null}],
        "absences": [{"technician": "T1", "starts_on": "2026-12-24", "ends_on": "2026-12-25", "reason": "休暇"}],
        "customers": [
            {"code": "C1", "name": "卯辰製作所", "kana": "ウタツセイサクショ", "phones": ["076-555-0111"],
             "contacts": [{"code": "P1", "name": "山田 花子", "kana": "ヤマダ ハナコ", "phone": "080-5555-0112"}],
             "sites": [{"code": "S1", "name": "本社工場", "postcode": "920-0001", "address": "金沢市東山1-1",
                        "position": {"lat": 36.57, "lon": 136.67}, "territory": "KN"}],
             "contracts": [{"number": "KS-1001", "plan": "ビジネス", "starts_on": "2026-04-01", "ends_on": "2027-03-31",
                "policy": policy(), "lots": lots,
                "assets": [{"serial": "AC20-0001", "product": "AC-20", "site": "S1", "installed_on": "2024-05-10"},
                           {"serial": "AC20-0002", "product": "AC-20", "site": "S1", "installed_on": "2024-05-10"}]}]},
            {"code": "C2", "name": "浅野川食品", "kana": "アサノガワショクヒン", "phones": ["+81 76 555 0111".replace(' ', "-")],
             "contacts": [{"code": "P2", "name": "阿部 真由", "kana": "あべ まゆ", "phone": "080-5555-0213"}],
             "sites": [{"code": "S2", "name": "大手町店", "postcode": "920-0002", "address": "金沢市大手町2-2",
                        "position": {"lat": 36.565, "lon": 136.66}, "territory": "KN"}],
             "contracts": [{"number": "KS-2001", "plan": "ライト", "starts_on": "2025-04-01", "ends_on": "2026-03-31",
                "policy": policy(), "lots": [], "assets": []}]}],
        "users": [{"login": "sakura", "password": "sakura-demo", "role": "operator", "name": "宮本 さくら", "language": "ja"}],
        "history": [{"serial": "AC20-0002", "on": "2026-11-02", "symptom": "noise", "cause": "wear",
                     "remedy": "ベルト交換", "minutes": 55, "technician": "T1"}]
    })
}

fn policy() -> Value {
    json!({"covers_ja": "1要件の解決まで", "covers_en": "One issue until it is solved",
           "question_cost": 1, "fault_cost": 1, "inquiry_cost": 0, "recurrence_days": 30,
           "capture_point": "completion", "overdraft_limit": 2, "no_fault_found_cost": 1,
           "cancel_after_departure_cost": 1})
}

/// A lot as the file writes it.
pub fn lot(number: u32, count: u32, expires_on: Option<&str>) -> Value {
    json!({"number": format!("TK-2026-{number:06}"), "origin": "paid", "count": count, "price_yen": count * 5000,
           "issued_on": "2026-04-01", "expires_on": expires_on})
}

/// A contact about one fault of the first asset; tests change what they are about.
pub fn call(card: &ContractCard) -> IntakeRequest {
    let request = json!({
        "channel": "call", "contract_id": card.id, "contract_version": card.version,
        "contact_id": card.contacts.first().map(|contact| contact.id),
        "caller_name": "山田 花子", "caller_phone": "080-5555-0112", "started_at": null,
        "issues": [{"kind": "fault", "site_id": card.sites[0].id, "asset_id": card.assets[0].id, "product_id": null,
            "symptom": "noise", "description": "朝から異音がする", "impact": "partial", "urgency": "today",
            "needs_visit": true, "wish": null}]
    });
    serde_json::from_value(request).expect("an intake request")
}
