//! What a customer may see of an event: what happened to his visit and who comes; no links, no other customer, nobody's
//! reasons. On his contract's topic he sees what the lines of its history show, tickets included.

use serde_json::{Map, Value, json};

use crate::domain::access::{Actor, Role};
use crate::domain::event::{About, Event, EventKind, Stream};
use crate::sentences::history::shown;
use crate::views::board::Fix;

/// Fields of a visit that are the customer's own business.
const VISIT_FIELDS: [&str; 7] = ["id", "state", "technician_name", "promised", "timeline", "planned_start", "eta"];
/// Metres within which a customer may know where the technician is.
const COARSE_M: f64 = 100.0;

/// The event as a customer gets it on a topic.
pub fn customer_view(topic: Stream, event: &Event) -> Event {
    match topic {
        Stream::Contract(_) => of_contract(event),
        Stream::Agent(_) | Stream::Desk | Stream::Visit(_) | Stream::Technician(_) | Stream::Territory(_) => {
            of_visit(event)
        }
    }
}

/// The fields that the history keeps for either side: a new field of an event stays inside until it is named there.
fn of_contract(event: &Event) -> Event {
    let About { contract_id, issue_id, visit_id, .. } = event.about;
    if event.kind.is_internal() {
        let about = About { contract_id, ..About::default() };
        let data = json!({});
        return Event { kind: EventKind::Withheld, actor: Actor::system("desk"), about, data, ..event.clone() };
    }
    Event {
        actor: who(&event.actor),
        about: About { contract_id, issue_id, visit_id, ..About::default() },
        data: shown(event),
        ..event.clone()
    }
}

fn of_visit(event: &Event) -> Event {
    Event {
        id: event.id,
        kind: event.kind,
        version: event.version,
        at: event.at,
        actor: who(&event.actor),
        about: About { visit_id: event.about.visit_id, issue_id: event.about.issue_id, ..About::default() },
        data: data(event.kind, &event.data),
    }
}

/// Only the technician goes by name.
fn who(actor: &Actor) -> Actor {
    match actor {
        Actor::User { role: Role::Technician | Role::Customer, .. } | Actor::Track { .. } => actor.clone(),
        Actor::User { .. } | Actor::System { .. } => Actor::system("desk"),
    }
}

fn data(kind: EventKind, data: &Value) -> Value {
    let mut shown = Map::new();
    if let Some(visit) = data.get("visit") {
        shown.insert("visit".to_owned(), pick(visit, &VISIT_FIELDS));
    }
    let more: &[&str] = match kind {
        EventKind::PromiseMade | EventKind::PromiseChanged => &["from", "to"],
        EventKind::EtaTold => &["eta"],
        _ => &[],
    };
    if let Value::Object(more) = pick(data, more) {
        shown.extend(more);
    }
    Value::Object(shown)
}

fn pick(from: &Value, names: &[&str]) -> Value {
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(name)?.clone())));
    json!(found.collect::<Map<String, Value>>())
}

/// A position as the customer's map shows it.
pub fn customer_fix(fix: &Fix) -> Fix {
    let place = crate::domain::place::Position::new(fix.lat, fix.lon).map(crate::domain::place::Position::coarse);
    Fix {
        lat: place.map_or(fix.lat, |place| place.lat()),
        lon: place.map_or(fix.lon, |place| place.lon()),
        accuracy_m: fix.accuracy_m.max(COARSE_M),
        ..*fix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ContractId, EventId, Id, TrackLinkId, UserId, VisitId};
    use crate::domain::time::Timestamp;
    use uuid::Uuid;

    fn event(kind: EventKind, role: Role, data: Value) -> Event {
        Event {
            id: EventId::from_uuid(Uuid::from_u128(1)),
            kind,
            version: 1,
            at: Timestamp::from_seconds(1_800_000_000),
            actor: Actor::User { id: UserId::from_uuid(Uuid::from_u128(2)), name: "高橋".to_owned(), role },
            about: About {
                contract_id: Some(ContractId::from_uuid(Uuid::from_u128(3))),
                visit_id: Some(VisitId::from_uuid(Uuid::from_u128(4))),
                ..About::default()
            },
            data,
        }
    }

    fn visit() -> Stream {
        Stream::Visit(VisitId::from_uuid(Uuid::from_u128(4)))
    }

    #[test]
    fn on_his_contracts_topic_the_dispatch_stays_inside() {
        let assigned = json!({
            "visit": { "id": "vis_1", "state": "dispatched", "technician_name": "高橋", "technician_id": "tec_1",
                "address": "金沢市", "travel_s": 900 },
            "decision": { "total": 81, "rules": [{ "rule": "skill", "ja": "レベル2で不足" }], "goals": [] },
            "reason": "ほかの技術員は病欠",
        });
        let mut told = event(EventKind::VisitAssigned, Role::Dispatcher, assigned);
        told.about.technician_id = Some(crate::domain::ids::TechnicianId::from_uuid(Uuid::from_u128(6)));
        let contract = Stream::Contract(ContractId::from_uuid(Uuid::from_u128(3)));
        let view = customer_view(contract, &told);
        assert_eq!(view.data, json!({ "visit": { "id": "vis_1", "state": "dispatched", "technician_name": "高橋" } }));
        assert_eq!((view.actor, view.about.technician_id), (Actor::system("desk"), None));
        assert_eq!(view.about.contract_id, told.about.contract_id);
    }

    #[test]
    fn on_his_contracts_topic_he_sees_his_tickets() {
        let held =
            event(EventKind::WalletHeld, Role::Operator, json!({ "available": 8, "held": 2, "hold_id": "hld_1" }));
        let contract = Stream::Contract(ContractId::from_uuid(Uuid::from_u128(3)));
        assert_eq!(customer_view(contract, &held).data, json!({ "available": 8, "held": 2 }));
    }

    #[test]
    fn what_the_vendor_has_not_decided_stays_with_him() {
        let proposed = event(EventKind::AdjustmentProposed, Role::Admin, json!({ "proposed_units": -7 }));
        let view = customer_view(Stream::Contract(ContractId::from_uuid(Uuid::from_u128(3))), &proposed);
        assert_eq!((view.kind, view.data, view.actor), (EventKind::Withheld, json!({}), Actor::system("desk")));
    }

    fn check(kind: EventKind, data: Value, shown: Value) {
        let view = customer_view(visit(), &event(kind, Role::Dispatcher, data));
        assert_eq!(view.data, shown);
        assert_eq!(view.actor, Actor::system("desk"));
        assert_eq!(view.about.contract_id, None);
        assert!(view.about.visit_id.is_some());
    }

    #[test]
    fn of_a_visit_only_the_customers_part_is_shown() {
        check(
            EventKind::VisitAssigned,
            json!({ "visit": { "id": "vis_1", "state": "dispatched", "technician_name": "高橋", "travel_s": 900,
                "customer_name": "別のお客様", "description": "内部メモ" }, "reason": "近いから", "accept_broken": true }),
            json!({ "visit": { "id": "vis_1", "state": "dispatched", "technician_name": "高橋" } }),
        );
    }

    #[test]
    fn tickets_and_links_are_not_shown() {
        check(EventKind::WalletHeld, json!({ "units": 2, "available": 8 }), json!({}));
        check(EventKind::LinkCreated, json!({ "url": "/t/secret" }), json!({}));
        check(
            EventKind::PromiseChanged,
            json!({ "from": "a", "to": "b", "reason": "渋滞" }),
            json!({ "from": "a", "to": "b" }),
        );
    }

    #[test]
    fn the_technician_goes_by_name() {
        let view = customer_view(visit(), &event(EventKind::VisitArrived, Role::Technician, json!({})));
        assert!(matches!(view.actor, Actor::User { name, .. } if name == "高橋"));
        let mut by_link = event(EventKind::VisitArrived, Role::Technician, json!({}));
        by_link.actor = Actor::Track { id: TrackLinkId::from_uuid(Uuid::from_u128(9)) };
        assert_eq!(customer_view(visit(), &by_link).actor, by_link.actor);
    }

    #[test]
    fn the_map_shows_about_where() {
        let fix = Fix { lat: 36.561_234, lon: 136.656_789, accuracy_m: 8.0, at: Timestamp::from_seconds(1), seq: 3 };
        let shown = customer_fix(&fix);
        assert_eq!((shown.lat, shown.lon, shown.accuracy_m, shown.seq), (36.561, 136.657, 100.0, 3));
    }
}
