//! A whole small company at work on a Monday morning: two customers, two technicians, a desk.

use std::net::SocketAddr;
use std::sync::Arc;

use kaketsuke::domain::time::{Seconds, Timestamp};
use kaketsuke::effects::clock::{Clock, ScaledClock, SystemClock};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::node::services::Services;
use kaketsuke::node::{Application, SettingsLayer};
use kaketsuke::store::{Address, Store, company, connection};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Data, Kind, PASSWORD, Person, Socket, ground, serve};

/// Tells each story on both databases.
#[macro_export]
macro_rules! on_both {
    ($($story:ident)*) => {$(
        mod $story {
            use $crate::kit::{Kind, Office};

            #[actix_web::test]
            async fn on_sqlite() {
                super::$story(Office::open(Kind::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                super::$story(Office::open(Kind::Postgres).await).await;
            }
        }
    )*};
}

/// With which the office's telephone system signs, and the one before it.
pub const CALL_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";
pub const CALL_SECRET_BEFORE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub struct Office {
    pub address: SocketAddr,
    pub services: Arc<Services>,
    pub data: Data,
    clock: ScaledClock,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
    folder: tempfile::TempDir,
    ari_url: Option<String>,
}

impl Office {
    pub async fn open(kind: Kind) -> Self {
        Self::open_on_line(kind, None).await
    }

    /// With an Asterisk at an address.
    pub async fn open_on_line(kind: Kind, ari_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = Data::new(kind, &folder);
        let nine = chrono::DateTime::parse_from_rfc3339("2026-11-23T09:00:00+09:00").expect("an instant");
        let clock = ScaledClock { origin: SystemClock.now(), start: Timestamp::from(nine.to_utc()), speed: 1.0 };
        connection::migrate(&mut data.connect()).expect("tables are made");
        let seeds = Seeds::from_entropy().expect("entropy");
        let store = Store::open(&data.address, Arc::new(clock), seeds, chrono_tz::Asia::Tokyo).expect("a store");
        let file = serde_json::from_value(small_company()).expect("a company file");
        company::import(&store, file).await.expect("the company is imported");
        drop(store);
        let (application, stop, stopped) = start(&folder, &data, clock, ari_url.clone());
        let (services, address) = (Arc::clone(application.services()), application.address());
        serve(application, stop.1, stopped.0);
        Self { address, services, data, clock, stop: Some(stop.0), stopped: Some(stopped.1), folder, ari_url }
    }

    /// Stops the server and starts another on the same data.
    pub async fn restart(&mut self) {
        if let (Some(stop), Some(stopped)) = (self.stop.take(), self.stopped.take()) {
            let _ = stop.send(());
            let _ = stopped.await;
        }
        let (application, stop, stopped) = start(&self.folder, &self.data, self.clock, self.ari_url.clone());
        self.services = Arc::clone(application.services());
        self.address = application.address();
        serve(application, stop.1, stopped.0);
        (self.stop, self.stopped) = (Some(stop.0), Some(stopped.1));
    }

    pub async fn person(&self, login: &str) -> Person {
        Person::log_in_at(format!("http://{}", self.address), login, self.services.store.seeds().clone()).await
    }

    /// The same office so many days later, after a restart.
    pub async fn sleep(&mut self, days: i64) {
        self.clock.start = self.clock.start + Seconds::hours(24 * days);
        self.restart().await;
    }

    /// Sets the policy of a contract from today on: the usual one with some of its terms changed.
    pub async fn agree(&self, number: &str, terms: Value) {
        let admin = self.person("admin").await;
        let card = self.card(&admin, number).await;
        let mut policy = usual_policy();
        for (term, value) in terms.as_object().expect("terms") {
            policy[term] = value.clone();
        }
        let body = json!({ "contract_version": card["version"], "from_day": self.now().day(chrono_tz::Asia::Tokyo),
            "reason": "改定", "policy": policy, "menu": [] });
        admin.change(&format!("/api/contracts/{}/policies", text(&card["id"])), &body).await;
    }

    /// A fault that somebody is on his way to; gives the issue and the visit.
    pub async fn on_the_way(&self, number: &str) -> (Value, Value) {
        let (operator, dispatcher) = (self.person("operator").await, self.person("dispatcher").await);
        let hayashi = self.person("hayashi").await;
        let issue = self.fault(&operator, number, 0, Value::Null).await;
        let visit = self.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"]["id"].clone();
        for action in ["accept", "set_out"] {
            self.tap(&hayashi, &visit, action).await;
        }
        (issue, visit)
    }

    /// Files the report of a visit that is being worked on.
    pub async fn report(&self, technician: &Person, visit: &Value, outcome: &str, minutes: i64) -> Value {
        let report = json!({ "cause": "wear", "remedy": "ベルト交換", "minutes": minutes, "outcome": outcome,
            "parts": [], "at": self.now() });
        technician.change(&format!("/api/visits/{}/report", text(visit)), &report).await
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn socket(&self, person: &Person) -> Socket {
        Socket::open_at(self.address, person).await
    }

    pub async fn track_socket(&self, secret: &str) -> Socket {
        Socket::open_with_at(self.address, &format!("?track={secret}")).await
    }

    /// The card of a contract, by its number.
    pub async fn card(&self, reader: &Person, number: &str) -> Value {
        let found = reader.see(&format!("/api/desk/search?q={number}")).await;
        let id = found["hits"][0]["contract_id"].as_str().expect("the contract is found").to_owned();
        reader.see(&format!("/api/contracts/{id}")).await
    }

    /// Somebody calls about a fault; gives the receipt's only issue.
    pub async fn fault(&self, operator: &Person, number: &str, asset: usize, wish: Value) -> Value {
        let card = self.card(operator, number).await;
        let receipt = operator.change("/api/interactions", &intake(&card, asset, wish)).await;
        receipt["issues"][0].clone()
    }

    /// The row of a work order in the queue.
    pub async fn queued(&self, dispatcher: &Person, work_order: &Value) -> Value {
        let territory = self.territory(dispatcher).await;
        let board = dispatcher.see(&format!("/api/board?territory_id={territory}")).await;
        let queue = board["queue"].as_array().expect("a queue");
        queue.iter().find(|row| row["work_order_id"] == *work_order).expect("it waits").clone()
    }

    pub async fn territory(&self, reader: &Person) -> String {
        let catalog = reader.see("/api/catalog").await;
        catalog["territories"][0]["id"].as_str().expect("a territory").to_owned()
    }

    /// Gives a waiting work order to a technician.
    pub async fn assign(&self, dispatcher: &Person, work_order: &Value, technician: &Person) -> Value {
        let row = self.queued(dispatcher, work_order).await;
        dispatcher.change(&assign_path(work_order), &assignment(&row, technician)).await
    }

    /// A tap on the phone.
    pub async fn tap(&self, technician: &Person, visit: &Value, action: &str) -> Value {
        let body = json!({ "action": action, "at": self.now(), "version": null });
        technician.change(&format!("/api/visits/{}/progress", text(visit)), &body).await
    }

    /// What `verify` finds; must be nothing.
    pub async fn assert_sound(&self) {
        let findings = self.services.store.read(|reader| reader.verify()).await.expect("the data can be read");
        assert_eq!(findings, Vec::new());
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

pub fn assign_path(work_order: &Value) -> String {
    format!("/api/work-orders/{}/assign", text(work_order))
}

pub fn assignment(row: &Value, technician: &Person) -> Value {
    json!({ "technician_id": technician.me["technician_id"], "version": row["version"], "reason": null })
}

/// A contact about one fault of an asset.
pub fn intake(card: &Value, asset: usize, wish: Value) -> Value {
    let asset = &card["assets"][asset];
    json!({
        "channel": "call", "contract_id": card["id"], "contract_version": card["version"], "contact_id": null,
        "caller_name": "山田 花子", "caller_phone": "080-5555-0112", "started_at": null,
        "issues": [{"kind": "fault", "site_id": asset["site_id"], "asset_id": asset["id"],
            "product_id": asset["product_id"], "symptom": "noise", "description": "朝から異音がする",
            "impact": "partial", "urgency": "today", "needs_visit": true, "wish": wish}],
    })
}

/// A contact with one question, which costs a ticket and needs nobody to go.
pub fn question(card: &Value) -> Value {
    let mut body = intake(card, 0, Value::Null);
    let issue = &mut body["issues"][0];
    (issue["kind"], issue["symptom"], issue["needs_visit"]) = (json!("question"), Value::Null, json!(false));
    (issue["impact"], issue["urgency"]) = (json!("none"), json!("whenever"));
    body
}

/// A policy that decides everything, as contracts of the trade usually do.
pub fn usual_policy() -> Value {
    json!({ "covers_ja": "1要件の解決まで", "covers_en": "One issue until it is solved", "question_cost": 1,
        "fault_cost": 1, "inquiry_cost": 0, "recurrence_days": 30, "capture_point": "completion",
        "own_defect_cost": 0, "solved_by_article_cost": 0, "no_fault_found_cost": 1, "no_access_captures": false,
        "cancel_before_departure_cost": 0, "cancel_after_departure_cost": 1, "honours_holds": true, "grace_days": 0,
        "overdraft_limit": 0, "low_balance": 0, "purchase_min": 1, "purchase_step": 1, "transfer_allowed": false,
        "minute_step": 1, "refuses_uncovered": false })
}

type Pair = (oneshot::Sender<()>, oneshot::Receiver<()>);

fn start(
    folder: &tempfile::TempDir,
    data: &Data,
    clock: ScaledClock,
    ari_url: Option<String>,
) -> (Application, Pair, Pair) {
    let database = match &data.address {
        Address::File(path) => path.clone(),
        Address::Postgres(url) => url.clone(),
    };
    let layer = SettingsLayer {
        data: Some(folder.path().to_owned()),
        database: Some(database),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        ari_url,
        call_secret: Some(CALL_SECRET.to_owned()),
        call_secret_before: Some(CALL_SECRET_BEFORE.to_owned()),
        ..SettingsLayer::default()
    };
    let settings = layer.resolve().expect("settings");
    let seeds = Seeds::from_entropy().expect("entropy");
    let application = Application::build(&settings, Arc::new(clock), seeds, ground()).expect("the server starts");
    (application, oneshot::channel(), oneshot::channel())
}

fn small_company() -> Value {
    json!({
        "format": "kaketsuke-company/1", "name_ja": "犀川機器サービス", "name_en": "Saigawa Equipment Service",
        "zone": "Asia/Tokyo", "vendor_phone": "076-555-0100",
        "territories": [{"code": "KN", "name_ja": "金沢", "name_en": "Kanazawa",
            "center": {"lat": 36.56, "lon": 136.65}}],
        "skills": [{"code": "compressor", "name_ja": "空圧機器", "name_en": "Compressors"}],
        "qualifications": [], "parts": [{"code": "belt", "name_ja": "ベルト", "name_en": "Belt"}],
        "products": [{"code": "AC-20", "name_ja": "コンプレッサー AC-20", "name_en": "Compressor AC-20",
            "maker": "白山工機", "skill": "compressor", "symptoms": [
                {"code": "noise", "name_ja": "異音", "name_en": "Noise", "service_minutes": 60, "needs_visit": true,
                 "level_min": 2, "qualification": null},
                {"code": "torn", "name_ja": "ベルト切れ", "name_en": "Torn belt", "service_minutes": 45,
                 "needs_visit": true, "level_min": 2, "qualification": null,
                 "parts_needed": [{"code": "belt", "quantity": 1}]}]}],
        "causes": [{"code": "wear", "name_ja": "摩耗", "name_en": "Wear", "own_defect": false},
                   {"code": "assembly", "name_ja": "組立不良", "name_en": "Assembly fault", "own_defect": true}],
        "technicians": [technician("T1", "林 健太", 36.562, json!([{"code": "belt", "quantity": 1}])),
            technician("T2", "森 美咲", 36.568, json!([]))],
        "customers": [customer("C1", "卯辰製作所", "S1", "KS-1001", 36.570, 1),
                      customer("C2", "浅野川食品", "S2", "KS-2001", 36.575, 2)],
        "users": [user("operator", "operator", None, None), user("operator2", "operator", None, None),
            user("dispatcher", "dispatcher", None, None),
            user("dispatcher2", "dispatcher", None, None), user("admin", "admin", None, None),
            user("hayashi", "technician", Some("T1"), None), user("mori", "technician", Some("T2"), None),
            user("customer", "customer", None, Some("C1"))],
        "history": torn_belts(),
    })
}

/// What was repaired before: a belt each quarter of three years on one machine, and once at the other customer's.
fn torn_belts() -> Value {
    let repair = |serial: &str, on: String| json!({"serial": serial, "on": on, "symptom": "torn", "cause": "wear", "remedy": "ベルト交換", "minutes": 45});
    let quarters = (2023..2026).flat_map(|year| [2, 5, 8, 11].map(|month| format!("{year}-{month:02}-10")));
    let belts = quarters.map(|on| repair("AC20-1C", on));
    Value::Array(belts.chain([repair("AC20-2A", "2024-06-03".to_owned())]).collect())
}

fn technician(code: &str, name: &str, lat: f64, parts: Value) -> Value {
    json!({"code": code, "name": name, "kana": "テスト", "phone": "090-5555-0101", "territory": "KN",
        "home": {"lat": lat, "lon": 136.66}, "skills": [{"code": "compressor", "level": 3}],
        "shifts": [{"weekday": "monday", "from": "08:30", "to": "17:30"}], "break": null,
        "overtime_max_minutes": 120, "parts": parts})
}

fn customer(code: &str, name: &str, site: &str, contract: &str, lat: f64, nth: u32) -> Value {
    let asset = |letter: &str| {
        json!({"serial": format!("AC20-{nth}{letter}"), "product": "AC-20", "site": site,
            "installed_on": "2022-05-10"})
    };
    json!({"code": code, "name": name, "kana": "テスト", "phones": [format!("076-555-011{nth}")], "contacts": [],
        "sites": [{"code": site, "name": "本社工場", "postcode": "920-0001", "address": "金沢市東山1-1",
            "position": {"lat": lat, "lon": 136.67}, "territory": "KN"}],
        "contracts": [{"number": contract, "plan": "ビジネス", "starts_on": "2026-04-01", "ends_on": "2027-03-31",
            "policy": {"covers_ja": "1要件の解決まで", "covers_en": "One issue until it is solved",
                "question_cost": 1, "fault_cost": 1, "inquiry_cost": 0, "recurrence_days": 30,
                "capture_point": "completion", "overdraft_limit": 0, "no_fault_found_cost": 1,
                "cancel_after_departure_cost": 1},
            "lots": [{"number": format!("TK-2026-00000{nth}"), "origin": "paid", "count": 10, "price_yen": 50000,
                "issued_on": "2026-04-01", "expires_on": "2027-03-31"}],
            "assets": [asset("A"), asset("B"), asset("C"), asset("D")]}]})
}

fn user(login: &str, role: &str, technician: Option<&str>, customer: Option<&str>) -> Value {
    json!({"login": login, "password": PASSWORD, "role": role, "name": format!("{login}さん"), "language": "ja",
        "technician": technician, "customer": customer})
}
