//! Boards of the one street.

use crate::domain::ids::Id;
use crate::domain::time::Seconds;
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::replan::{Bounds, LiveBoard, Replan, replan};

pub fn bounds() -> Bounds {
    Bounds { moves: 6, rows: 20, steps: 300, seed: 1, search_jobs: 100, ways_out: 10 }
}

/// The board of some technicians, each stop with a job that everybody of the street can do.
pub fn board(technicians: Vec<TechnicianState>, waiting: Vec<Job>) -> LiveBoard {
    let stops = technicians.iter().flat_map(|one| &one.stops);
    let orders = stops.map(|stop| (stop.work_order, behind(stop))).collect();
    LiveBoard { territory: id(1), technicians, others: Vec::new(), waiting, orders }
}

fn behind(stop: &Stop) -> Job {
    Job {
        work_order: stop.work_order,
        position: stop.position,
        service: stop.service,
        customer_name: stop.customer_name.clone(),
        priority: stop.priority,
        arrive_by: stop.arrive_by,
        ..job(0)
    }
}

pub fn waiting(number: u128, house_minutes: i64, service: i64) -> Job {
    let customer_name = format!("お客様{number}");
    Job { work_order: id(number), customer_name, service: Seconds::minutes(service), ..job(house_minutes) }
}

pub fn asked(board: &LiveBoard) -> Replan {
    replan(board, bounds(), &scene())
}

/// Kind, work order and taker of each row, as `move 10 -> 2`.
pub fn rows(plan: &Replan) -> Vec<String> {
    let number = |id: uuid::Uuid| id.as_u128();
    let row = |row: &crate::planner::replan::Row| {
        let to = row.after.as_ref().map_or("queue".to_owned(), |slot| number(slot.technician_id.uuid()).to_string());
        format!("{:?} {} -> {to}", row.kind, number(row.work_order_id.uuid())).to_lowercase()
    };
    plan.rows.iter().map(row).collect()
}

pub fn away(technician: TechnicianState, from: (i64, i64), to: (i64, i64)) -> TechnicianState {
    TechnicianState { absences: vec![window(from, to)], ..technician }
}
