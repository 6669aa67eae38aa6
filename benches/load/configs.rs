//! The generator's descriptions of our server.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::prepare::Prepared;

pub fn write(folder: &Path, world: &Prepared) -> anyhow::Result<()> {
    let technicians = world.technicians.iter();
    let lines = |rows: Vec<Value>| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let rows: Vec<Value> = technicians
        .map(|t| json!({ "token": t.token, "visit": t.visit, "link": t.link, "lat": t.lat, "lon": t.lon }))
        .collect();
    fs::write(folder.join("techs.jsonl"), lines(rows.clone()))?;
    fs::write(folder.join("customers.jsonl"), lines(rows))?;
    fs::write(folder.join("dispatchers.jsonl"), lines(vec![json!({ "token": world.dispatcher })]))?;
    fs::write(folder.join("live.json"), live().to_string())?;
    fs::write(folder.join("intake.json"), intake(world).to_string())?;
    fs::write(folder.join("rank.json"), rank(world).to_string())?;
    Ok(())
}

/// Customers watch their own visit through the tracking link; technicians post their positions.
fn live() -> Value {
    json!({
        "tables": { "techs": "techs.jsonl", "customers": "customers.jsonl", "dispatchers": "dispatchers.jsonl" },
        "subscriber": {
            "path": "/live?track=${techs.link}",
            "subprotocol": "kaketsuke.1",
            "on_open": ["{\"type\":\"subscribe\",\"topic\":\"visit:${techs.visit}\",\"after\":null}"],
            "ready": { "contains": "\"subscribed\"", "count": 1 },
        },
        "publisher": {
            "transport": "http", "method": "POST", "path": "/api/my/positions",
            "headers": { "Authorization": "Bearer ${techs.token}", "Content-Type": "application/json" },
            "message": "{\"positions\":[{\"seq\":${seq},\"lat\":${lat},\"lon\":${lon},\"accuracy_m\":40,\"at\":null,\"correlation_id\":${cid}}]}",
        },
        "deliver": { "contains": "\"type\":\"eta\"", "cid_pointer": "/eta/correlation_id", "pushes_per_ping": 1 },
    })
}

/// Sixteen zeros and the generator's own number, which never repeats, make an operation id.
const OPERATION: &str = "op_0000000000000000${seq}";

fn intake(world: &Prepared) -> Value {
    json!({
        "pools": { "intake": world.intakes },
        "requests": [{ "name": "save of a contact", "weight": 1, "method": "POST", "path": "/api/interactions",
            "headers": { "Authorization": format!("Bearer {}", world.operator), "Content-Type": "application/json",
                "Idempotency-Key": OPERATION },
            "body": "${pool.intake}", "ok": [201] }],
    })
}

fn rank(world: &Prepared) -> Value {
    json!({
        "requests": [{ "name": "ranking", "weight": 1, "method": "GET",
            "path": format!("/api/work-orders/{}/candidates", world.waiting),
            "headers": { "Authorization": format!("Bearer {}", world.dispatcher) }, "ok": [200] }],
    })
}
