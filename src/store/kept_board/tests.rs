//! Whatever happens, the kept board is the board that a new look at the store gives.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{KeptBoard, Reads};
use crate::commands::{absence, assign, intake, progress, report, withdraw};
use crate::domain::ids::{AbsenceId, TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::Seconds;
use crate::roads::travel::GreatCircle;
use crate::store::technicians::Team;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::views::board::{AssignRequest, Fix, WithdrawRequest};

/// Three technicians of two territories, one of whom is lent, who carry belts and rest at noon.
fn company() -> Value {
    let mut company = company_with(json!([lot(1, 60, None)]));
    let named = |code: &str, territory: &str, lends_to: &[&str], lat: f64| {
        json!({"code": code, "name": format!("技術員 {code}"), "kana": "ギジュツイン", "phone": "090-5555-0102",
            "territory": territory, "home": {"lat": lat, "lon": 136.66}, "lends_to": lends_to,
            "skills": [{"code": "compressor", "level": 3}], "parts": [{"code": "belt", "quantity": 4}], "max_jobs": 8,
            "shifts": [{"weekday": "monday", "from": "08:30", "to": "17:30"},
                       {"weekday": "tuesday", "from": "09:00", "to": "18:00"}],
            "break": {"from": "11:30", "to": "14:00", "minutes": 60}, "overtime_max_minutes": 60})
    };
    company["territories"]
        .as_array_mut()
        .expect("territories")
        .push(json!({"code": "NT", "name_ja": "能登", "name_en": "Noto", "center": {"lat": 37.0, "lon": 136.9}}));
    company["technicians"] =
        json!([named("T1", "KN", &[], 36.56), named("T2", "KN", &["NT"], 36.58), named("T3", "NT", &["KN"], 36.6)]);
    company
}

/// What may happen. Numbers choose among what there is; what is refused changes nothing.
#[derive(Debug, Clone)]
enum Act {
    Call,
    Assign { order: usize, to: usize },
    Withdraw { visit: usize, cancel: bool },
    Away { who: usize, from_min: i64, long_min: i64 },
    Back { absence: usize },
    Tap { visit: usize, action: usize },
    Report { visit: usize },
    Seen { who: usize, north: i32 },
    Sleep { minutes: i64 },
}

fn act() -> impl Strategy<Value = Act> {
    let n = || 0usize..12;
    prop_oneof![
        3 => Just(Act::Call),
        5 => (n(), n()).prop_map(|(order, to)| Act::Assign { order, to }),
        1 => (n(), any::<bool>()).prop_map(|(visit, cancel)| Act::Withdraw { visit, cancel }),
        1 => (n(), -60i64..300, 20i64..300).prop_map(|(who, from_min, long_min)| Act::Away { who, from_min, long_min }),
        1 => n().prop_map(|absence| Act::Back { absence }),
        8 => (n(), 0usize..10).prop_map(|(visit, action)| Act::Tap { visit, action }),
        3 => n().prop_map(|visit| Act::Report { visit }),
        3 => (n(), 0i32..50).prop_map(|(who, north)| Act::Seen { who, north }),
        2 => (1i64..90).prop_map(|minutes| Act::Sleep { minutes }),
        1 => Just(Act::Sleep { minutes: 900 }),
    ]
}

const TAPS: [&str; 10] =
    ["accept", "set_out", "arrive", "start", "pause", "resume", "decline", "no_access", "undo", "delay"];

/// A working day as it goes, and the boards that were kept through it.
struct Day {
    kit: Kit,
    who: Vec<TechnicianId>,
    orders: Vec<WorkOrderId>,
    visits: Vec<(VisitId, TechnicianId)>,
    absences: Vec<AbsenceId>,
    seq: i64,
    boards: [Arc<Mutex<Option<KeptBoard>>>; 2],
}

impl Day {
    async fn begin(kit: Kit) -> Self {
        let team = kit.read(|reader| reader.profiles(&Team::Company)).await.expect("the files are read");
        let who = team.iter().map(|profile| profile.id).collect();
        Self {
            kit,
            who,
            orders: Vec::new(),
            visits: Vec::new(),
            absences: Vec::new(),
            seq: 0,
            boards: Default::default(),
        }
    }

    async fn act(&mut self, act: &Act) {
        let any = |list: usize, number: usize| if list == 0 { 0 } else { number % list };
        let visit = |number: usize| self.visits.get(any(self.visits.len(), number)).copied();
        match *act {
            Act::Call => self.call().await,
            Act::Assign { order, to } => self.assign(any(self.orders.len(), order), any(self.who.len(), to)).await,
            Act::Withdraw { visit: number, cancel } => {
                if let Some((visit, _)) = visit(number) {
                    self.withdraw(visit, cancel).await;
                }
            }
            Act::Away { who, from_min, long_min } => {
                self.away(self.who[any(self.who.len(), who)], from_min, long_min).await
            }
            Act::Back { absence } => {
                if let Some(&id) = self.absences.get(any(self.absences.len(), absence)) {
                    drop(self.kit.write(move |unit| absence::end(unit, id).map(drop)).await);
                }
            }
            Act::Tap { visit: number, action } => {
                if let Some((visit, technician)) = visit(number) {
                    self.tap(visit, technician, TAPS[action]).await;
                }
            }
            Act::Report { visit: number } => {
                if let Some((visit, technician)) = visit(number) {
                    self.report(visit, technician).await;
                }
            }
            Act::Seen { who, north } => self.seen(self.who[any(self.who.len(), who)], north).await,
            Act::Sleep { minutes } => self.kit.clock.advance(Seconds::minutes(minutes)),
        }
    }

    async fn call(&mut self) {
        let request = call(&self.kit.card("KS-1001").await);
        if let Ok(receipt) = self.kit.write(move |unit| intake::save(unit, &request)).await {
            self.orders.extend(receipt.issues.iter().filter_map(|issue| issue.work_order_id));
        }
    }

    async fn assign(&mut self, order: usize, to: usize) {
        let (Some(&order), technician_id) = (self.orders.get(order), self.who[to]) else { return };
        let given = self.kit.write(move |unit| {
            let version = unit.lock_work_order(order)?.version;
            let reason = Some("急ぎ".to_owned());
            let request = AssignRequest { technician_id, version, accept_broken: true, reason };
            Ok(assign::assign(unit, order, &request, &GreatCircle::CITY)?.visit.id)
        });
        if let Ok(visit) = given.await {
            self.visits.push((visit, technician_id));
        }
    }

    async fn withdraw(&self, visit: VisitId, cancel: bool) {
        let done = self.kit.write(move |unit| {
            let request = WithdrawRequest { version: unit.visit(visit)?.version, reason: "都合".to_owned() };
            match cancel {
                true => withdraw::cancel(unit, visit, &request, &GreatCircle::CITY).map(drop),
                false => withdraw::unassign(unit, visit, &request, &GreatCircle::CITY).map(drop),
            }
        });
        drop(done.await);
    }

    async fn away(&mut self, who: TechnicianId, from_min: i64, long_min: i64) {
        let from = self.kit.store.clock().now() + Seconds::minutes(from_min);
        let request = json!({"from": from, "until": from + Seconds::minutes(long_min), "kind": "sick", "reason": ""});
        let Ok(request) = serde_json::from_value(request) else { panic!("an absence") };
        if let Ok(entered) = self.kit.write(move |unit| absence::enter(unit, who, &request)).await {
            self.absences.push(entered.absence.id);
        }
    }

    async fn tap(&self, visit: VisitId, who: TechnicianId, action: &str) {
        let now = self.kit.store.clock().now();
        let request = json!({"action": action, "at": now, "version": null, "reason": "都合", "delay_minutes": 20});
        let request = serde_json::from_value(request).expect("a tap");
        drop(self.kit.write(move |unit| progress::progress(unit, who, visit, &request, &GreatCircle::CITY)).await);
    }

    async fn report(&self, visit: VisitId, who: TechnicianId) {
        let now = self.kit.store.clock().now();
        let written = json!({"cause": "wear", "remedy": "ベルト交換", "minutes": 50, "outcome": "repaired", "at": now,
            "parts": [{"code": "belt", "quantity": 1}]});
        let written = serde_json::from_value(written).expect("a report");
        drop(
            self.kit.write(move |unit| report::report(unit, who, visit, &written, &GreatCircle::CITY).map(drop)).await,
        );
    }

    async fn seen(&mut self, who: TechnicianId, north: i32) {
        self.seq += 1;
        let (at, lat) = (self.kit.store.clock().now(), 36.5 + f64::from(north) / 100.0);
        let fix = Fix { lat, lon: 136.65, accuracy_m: 8.0, at, seq: self.seq };
        self.kit.write(move |unit| unit.save_fix(who, &fix)).await.expect("a position is saved");
    }

    /// Both boards are what a new look gives. What keeping them has cost so far.
    async fn check(&self) -> [Reads; 2] {
        let now = self.kit.store.clock().now();
        let boards = self.boards.clone();
        let compared = self.kit.read(move |reader| {
            let profiles = reader.profiles(&Team::Company)?;
            let mut reads = [Reads::default(); 2];
            let mut territories: Vec<_> = profiles.iter().map(|profile| profile.territory).collect();
            territories.sort_unstable();
            territories.dedup();
            for (at, (territory, place)) in territories.into_iter().zip(&boards).enumerate() {
                let mut place = place.lock().expect("no test falls while it holds a board");
                let board = reader.fresh_board(place.take(), territory, &GreatCircle::CITY, now)?;
                let mut anew = reader.states_for(&profiles, territory, &[], now)?;
                anew.sort_by_key(|state| state.id);
                assert_eq!(board.board().states(now).collect::<Vec<_>>(), anew);
                reads[at] = board.reads;
                *place = Some(board);
            }
            Ok(reads)
        });
        compared.await.expect("the boards are read")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_kept_board_is_the_board_read_anew(acts in prop::collection::vec((act(), any::<bool>()), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut day = Day::begin(Kit::sqlite(company()).await).await;
            for (act, asked) in &acts {
                day.act(act).await;
                if *asked {
                    day.check().await;
                }
            }
            day.check().await;
        });
    }
}

#[tokio::test]
async fn only_who_changed_is_read_again() {
    on_both(company(), async |kit| {
        let mut day = Day::begin(kit).await;
        let first = Reads { whole: 1, technicians: 0, positions: 0 };
        assert_eq!(day.check().await, [first; 2]);
        day.act(&Act::Call).await;
        assert_eq!(day.check().await, [first; 2], "a contact changes nobody's day");
        day.act(&Act::Assign { order: 0, to: 0 }).await;
        let read = day.check().await;
        assert_eq!(read, [Reads { technicians: 1, ..first }; 2]);
        day.act(&Act::Seen { who: 0, north: 7 }).await;
        let seen: u64 = day.check().await.iter().map(|reads| reads.positions).sum();
        assert!((1..=2).contains(&seen), "of whoever serves the territory");
        assert_eq!(day.check().await.map(|reads| reads.whole), [1, 1]);
        day.kit.clock.advance(Seconds::hours(24));
        assert_eq!(day.check().await.map(|reads| reads.whole), [2, 2], "another local day");
    })
    .await;
}

#[tokio::test]
async fn after_more_than_a_page_of_events_everything_is_read() {
    let kit = Kit::sqlite(company()).await;
    let day = Day::begin(kit).await;
    day.check().await;
    let territory = day.kit.read(|reader| Ok(reader.catalog()?.territories[0].id)).await.expect("a territory");
    let told = day.kit.write(move |unit| {
        for _ in 0..=crate::limits::JOURNAL_PAGE {
            let stream = crate::domain::event::Stream::Territory(territory);
            unit.record(&[stream], crate::domain::event::EventKind::SlotHeld, Default::default(), json!({}));
        }
        Ok(())
    });
    told.await.expect("much is told");
    assert_eq!(day.check().await.map(|reads| reads.whole), [2, 2]);
}
