//! A company in the middle of its day: every technician on the way to a customer who watches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveTime;
use kaketsuke::commands::{assign, intake, progress};
use kaketsuke::company::{CompanyFile, Lot};
use kaketsuke::demo;
use kaketsuke::domain::access::{Actor, Language, Role};
use kaketsuke::domain::ids::{TechnicianId, TerritoryId, UserId, VisitId, WorkOrderId};
use kaketsuke::domain::time::{Seconds, Timestamp};
use kaketsuke::effects::clock::{Clock, ScaledClock, SystemClock};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::roads::GreatCircle;
use kaketsuke::store::access::token_hash;
use kaketsuke::store::people::NewPerson;
use kaketsuke::store::technicians::Team;
use kaketsuke::store::{Address, Fault, Store, company, connection};
use kaketsuke::views::board::AssignRequest;
use kaketsuke::views::desk::IntakeRequest;
use kaketsuke::views::technician::{ProgressRequest, Tap};
use serde_json::json;

/// What the generator's tables need.
pub struct Prepared {
    pub origin: Timestamp,
    pub start: Timestamp,
    pub technicians: Vec<OnTheWay>,
    pub operator: String,
    pub dispatcher: String,
    /// Bodies of contacts to save.
    pub intakes: Vec<String>,
    /// A work order for which 500 technicians can be asked.
    pub waiting: WorkOrderId,
}

pub struct OnTheWay {
    pub token: String,
    pub visit: VisitId,
    pub link: String,
    pub lat: f64,
    pub lon: f64,
}

/// Lots of this size, so many a contract, last for any run.
const LOT: u32 = 500;

/// `technicians` people, shared out evenly over so many territories.
pub async fn prepare(folder: &Path, technicians: usize, territories: usize) -> anyhow::Result<Prepared> {
    let zone = chrono_tz::Asia::Tokyo;
    let origin = SystemClock.now();
    let ten = NaiveTime::from_hms_opt(10, 0, 0).context("ten o'clock")?;
    let start = Timestamp::on_day(demo::base_date(), ten, zone);
    let clock = Arc::new(ScaledClock { origin, start, speed: 1.0 });
    let address = Address::File(folder.join("kaketsuke.db").display().to_string());
    connection::migrate(&mut connection::open(&address)?)?;
    let store = Store::open(&address, clock, Seeds::from_number(1), zone)?;
    company::import(&store, crowd(technicians, territories)).await?;

    let operator = person(&store, "op", Role::Operator, None).await?;
    let dispatcher = person(&store, "di", Role::Dispatcher, None).await?;
    let team = team(&store).await?;
    let mut local = BTreeMap::new();
    for territory in team.iter().map(|(territory, _)| *territory).collect::<BTreeSet<_>>() {
        local.insert(territory, requests(&store, Some(territory)).await?);
    }
    let mut on_the_way = Vec::new();
    for (territory, id) in &team {
        let local = &local[territory];
        let index = on_the_way.len();
        let token = person(&store, &format!("t{index}"), Role::Technician, Some(*id)).await?;
        let request: IntakeRequest = serde_json::from_str(&local[index % local.len()])?;
        on_the_way.push(send(&store, *id, request, token).await?);
    }
    let (_, bodies) = local.first_key_value().context("nobody works in any territory")?;
    let request: IntakeRequest = serde_json::from_str(&bodies[0])?;
    let waiting = take(&store, request).await?;
    let intakes = requests(&store, None).await?;
    Ok(Prepared { origin, start, technicians: on_the_way, operator, dispatcher, intakes, waiting })
}

/// The demo company with many technicians, all of them able, and wallets that do not run dry.
fn crowd(count: usize, territories: usize) -> CompanyFile {
    let mut file = demo::demo(demo::DEMO_SEED, demo::base_date(), demo::demo_center()).company;
    let patterns = file.technicians.clone();
    let skills: Vec<_> = file.skills.iter().map(|skill| skill.code.clone()).collect();
    file.users.clear();
    file.absences.clear();
    file.history.clear();
    file.technicians = (0..count)
        .map(|index| {
            let mut technician = patterns[index % patterns.len()].clone();
            technician.code = format!("T{index:05}");
            technician.territory = file.territories[index * territories / count].code.clone();
            technician.lends_to.clear();
            technician.max_jobs = None;
            technician.skills =
                skills.iter().map(|code| kaketsuke::company::SkillLevel { code: code.clone(), level: 5 }).collect();
            technician.qualifications = file
                .qualifications
                .iter()
                .map(|q| kaketsuke::company::Held { code: q.code.clone(), expires_on: None })
                .collect();
            technician
        })
        .collect();
    let mut number = 100_000;
    for contract in file.customers.iter_mut().flat_map(|customer| &mut customer.contracts) {
        contract.starts_on = demo::base_date() - chrono::Days::new(30);
        contract.ends_on = demo::base_date() + chrono::Days::new(300);
        contract.policy.recurrence_days = 0;
        contract.lots = (0..4).map(|_| lot(&mut number)).collect();
    }
    file
}

fn lot(number: &mut u32) -> Lot {
    *number += 1;
    Lot {
        number: format!("TK-2026-{number:06}"),
        origin: kaketsuke::domain::wallet::account::Origin::Paid,
        count: LOT,
        price_yen: 1,
        issued_on: demo::base_date() - chrono::Days::new(10),
        expires_on: Some(demo::base_date() + chrono::Days::new(200)),
        used: 0,
        uses: Vec::new(),
        voided: 0,
        scope: kaketsuke::domain::wallet::scope::Scope::Any,
        law_class: kaketsuke::domain::wallet::terms::LawClass::B2bExempt,
        invoice: None,
    }
}

/// Everybody, with the territory in which he works.
async fn team(store: &Store) -> anyhow::Result<Vec<(TerritoryId, TechnicianId)>> {
    let teams = store.read(|reader| {
        let territories: Vec<TerritoryId> = reader.catalog()?.territories.into_iter().map(|view| view.id).collect();
        territories.into_iter().map(|id| reader.profiles(&Team::Territory(id))).collect::<Result<Vec<_>, Fault>>()
    });
    Ok(teams.await?.into_iter().flatten().map(|profile| (profile.territory, profile.id)).collect())
}

/// Somebody with a session, and a password that nobody has.
async fn person(store: &Store, login: &str, role: Role, technician: Option<TechnicianId>) -> anyhow::Result<String> {
    let token = store.seeds().token();
    let person = NewPerson {
        login: login.to_owned(),
        password_hash: "none".to_owned(),
        name: login.to_owned(),
        role,
        language: Language::Ja,
        territory: None,
        technician,
        customer: None,
    };
    let hash = token_hash(&token);
    let opened = store.task(Actor::system("bench"), move |unit| {
        let user: UserId = unit.add_user(&person)?.id;
        let until = unit.now() + Seconds::hours(24);
        unit.open_session(user, &hash, until)
    });
    opened.await?;
    Ok(token)
}

/// One contact a contract, each with a fault that needs a visit; of one territory, or of all.
async fn requests(store: &Store, territory: Option<TerritoryId>) -> anyhow::Result<Vec<String>> {
    let bodies = store.read(move |reader| {
        let catalog = reader.catalog()?;
        let hits = reader.search("MC-")?.hits;
        let mut bodies = Vec::new();
        for hit in hits {
            let card = reader.contract_card(hit.contract_id)?;
            let near = |site| card.sites.iter().any(|s| s.id == site && territory.is_none_or(|t| t == s.territory_id));
            let Some(asset) = card.assets.iter().find(|asset| near(asset.site_id)) else { continue };
            let product = catalog.products.iter().find(|product| product.id == asset.product_id);
            let symptom = product.and_then(|product| product.symptoms.iter().find(|symptom| symptom.needs_visit));
            let Some(symptom) = symptom else { continue };
            let body = json!({
                "channel": "call", "contract_id": card.id, "contract_version": card.version, "contact_id": null,
                "caller_name": "試験", "caller_phone": "021-000-0000", "note": "", "overdraft": false,
                "started_at": null,
                "issues": [{ "kind": "fault", "site_id": asset.site_id, "asset_id": asset.id,
                    "product_id": asset.product_id, "symptom": symptom.code, "description": "動かない",
                    "impact": "stopped", "urgency": "now", "needs_visit": true, "wish": null }],
            });
            bodies.push(body.to_string());
        }
        Ok(bodies)
    });
    let bodies = bodies.await?;
    anyhow::ensure!(!bodies.is_empty(), "no contract can report a fault there");
    Ok(bodies)
}

async fn take(store: &Store, request: IntakeRequest) -> anyhow::Result<WorkOrderId> {
    let saved = store.task(Actor::system("bench"), move |unit| intake::save(unit, &request)).await?;
    saved.issues[0].work_order_id.context("a fault makes a work order")
}

/// Takes a call for the technician and puts him on the way.
async fn send(store: &Store, id: TechnicianId, request: IntakeRequest, token: String) -> anyhow::Result<OnTheWay> {
    let order = take(store, request).await?;
    let assigned = store.task(Actor::system("bench"), move |unit| {
        let request =
            AssignRequest { technician_id: id, version: 1, accept_broken: true, reason: Some("bench".to_owned()) };
        let assigned = assign::assign(unit, order, &request, &GreatCircle::CITY)?;
        for action in [Tap::Accept, Tap::SetOut] {
            let tap = ProgressRequest { action, at: unit.now(), version: None, delay_minutes: None, reason: None };
            progress::progress(unit, id, assigned.visit.id, &tap, &GreatCircle::CITY)?;
        }
        Ok(assigned)
    });
    let assigned = assigned.await.with_context(|| format!("technician {id}"))?;
    let link = assigned.track_url.trim_start_matches("/t/").to_owned();
    let place = assigned.visit.position;
    Ok(OnTheWay { token, visit: assigned.visit.id, link, lat: place.lat() + 0.02, lon: place.lon() })
}
