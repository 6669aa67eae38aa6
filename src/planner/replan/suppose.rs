//! The board with something changed: what would be if. On a copy; nothing is written. The same changes name the way out
//! for work that nobody gets, so that what is said there is what was tried.

use uuid::Uuid;

use super::answer::Change;
use super::board::LiveBoard;
use crate::domain::ids::{Id, TechnicianId, WorkOrderId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Window};
use crate::planner::problem::{
    Job, PartCount, Qualification, Scene, Skill, SkillNeed, Stop, StopWindow, TechnicianState,
};
use crate::roads::{Travel, TravelTimes};

/// A change that cannot be supposed, by its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("change {number} names somebody or something that is not on the board, or a figure out of its range")]
pub struct BadChange {
    pub number: usize,
}

/// The board as it would be, and how slow the roads are.
#[derive(Debug, Clone, PartialEq)]
pub struct Supposed {
    pub board: LiveBoard,
    pub percent: u32,
}

impl Supposed {
    /// The travel times of that day.
    pub fn roads<'a>(&self, travel: &'a dyn TravelTimes) -> SlowRoads<'a> {
        SlowRoads { travel, percent: self.percent }
    }
}

/// Travel times that are a share of others.
pub struct SlowRoads<'a> {
    travel: &'a dyn TravelTimes,
    percent: u32,
}

impl TravelTimes for SlowRoads<'_> {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        let plain = self.travel.seconds(from, to);
        Travel { seconds: Seconds(plain.seconds.0 * i64::from(self.percent) / 100), ..plain }
    }
}

/// Makes all changes on a copy of the board, in their order.
pub fn suppose(board: &LiveBoard, changes: &[Change], scene: &Scene) -> Result<Supposed, BadChange> {
    let mut supposed = Supposed { board: board.clone(), percent: 100 };
    for (number, change) in changes.iter().enumerate() {
        one(&mut supposed, number, change, scene).ok_or(BadChange { number })?;
    }
    Ok(supposed)
}

fn one(supposed: &mut Supposed, number: usize, change: &Change, scene: &Scene) -> Option<()> {
    let board = &mut supposed.board;
    match change {
        Change::SlowRoads { percent } => supposed.percent = within(*percent, 50, 500)?,
        Change::Fault { .. } => board.waiting.push(fault(board, number, change, scene)?),
        Change::Cancel { work_order_id } => cancelled(board, *work_order_id)?,
        Change::Later { visit_id, minutes } => {
            let longer = Seconds::minutes(i64::from(within(*minutes, 1, 720)?));
            let stops = board.technicians.iter_mut().flat_map(|one| &mut one.stops);
            later(stops.into_iter().find(|stop| stop.visit == *visit_id)?, longer)?;
        }
        Change::AnyTime { work_order_id } => {
            let job = board.waiting.iter_mut().find(|job| job.work_order == *work_order_id)?;
            (job.wish, job.promised, job.earliest) = (None, None, scene.now);
        }
        Change::Accept { work_order_id, technician_id } => {
            let job = board.waiting.iter_mut().find(|job| job.work_order == *work_order_id)?;
            job.excluded.retain(|id| id != technician_id);
        }
        Change::Borrow { technician_id } => {
            let at = board.others.iter().position(|one| one.id == *technician_id)?;
            let mut lent = board.others.remove(at);
            lent.lends_to.push(board.territory);
            board.technicians.push(lent);
        }
        Change::Extra { like, shift } => {
            let known = board.technicians.iter().find(|one| one.id == *like)?;
            let extra = extra(known, number, *shift, scene);
            board.technicians.push(extra);
        }
        other => of_one(board, other, scene)?,
    }
    Some(())
}

/// What changes with one technician.
fn of_one(board: &mut LiveBoard, change: &Change, scene: &Scene) -> Option<()> {
    match change {
        Change::Parts { technician_id, parts } => {
            let one = find(board, technician_id)?;
            for part in parts {
                one.parts.push(PartCount { code: part.code.clone(), quantity: within(part.quantity, 1, 1_000)? });
            }
        }
        Change::Overtime { technician_id, minutes } => {
            let one = find(board, technician_id)?;
            one.overtime_max = one.overtime_max + Seconds::minutes(i64::from(within(*minutes, 1, 720)?));
        }
        Change::OneMore { technician_id } => {
            let one = find(board, technician_id)?;
            one.max_jobs = one.max_jobs.map(|max| max.max(one.load()) + 1);
        }
        Change::Absence { technician_id, from, until } => {
            let one = find(board, technician_id)?;
            let away = one.absences.iter_mut().find(|away| away.from == *from).filter(|away| *until < away.to)?;
            away.to = *until;
            one.absences.retain(|away| away.from < away.to);
        }
        Change::Qualify { technician_id, code } => {
            find(board, technician_id)?.qualifications.push(Qualification { code: code.clone(), expires_on: None });
        }
        Change::ComeIn { technician_id, shift } => {
            let one = find(board, technician_id)?;
            one.shift = Some(*shift);
            one.free_at = one.free_at.max(shift.from);
        }
        Change::Skill { technician_id, code, level } => {
            find(board, technician_id)?.skills.push(Skill { code: code.clone(), level: *level });
        }
        Change::Absent { technician_id, away } => {
            let one = find(board, technician_id).filter(|_| away.to > scene.now)?;
            one.absences.push(*away);
            one.absences.sort_by_key(|away| away.from);
        }
        _ => return None,
    }
    Some(())
}

fn find<'a>(board: &'a mut LiveBoard, id: &TechnicianId) -> Option<&'a mut TechnicianState> {
    board.technicians.iter_mut().find(|one| one.id == *id)
}

fn within(value: u32, least: u32, most: u32) -> Option<u32> {
    (least..=most).contains(&value).then_some(value)
}

fn later(stop: &mut Stop, longer: Seconds) -> Option<()> {
    let stretched = |window: Window| Window { to: window.to + longer, ..window };
    match stop.promised {
        Some(promised) => stop.promised = Some(stretched(promised)),
        None => {
            let last: &mut StopWindow = stop.windows.last_mut()?;
            last.window = stretched(last.window);
        }
    }
    Some(())
}

/// The work is gone; one that has begun goes on.
fn cancelled(board: &mut LiveBoard, order: WorkOrderId) -> Option<()> {
    if let Some(at) = board.waiting.iter().position(|job| job.work_order == order) {
        board.waiting.remove(at);
        return Some(());
    }
    let (holder, at) = board.holder(order)?;
    let technician = &board.technicians[holder];
    let job = board.orders.get(&order).filter(|_| at >= technician.frozen_prefix())?;
    board.technicians[holder] = super::board::taken_off(technician, technician.stops[at].visit, job);
    Some(())
}

/// Ids that no real technician or work order has: they count down from the last one.
fn made_up<T: Id>(number: usize) -> T {
    T::from_uuid(Uuid::from_u128(u128::MAX - number as u128))
}

fn extra(like: &TechnicianState, number: usize, shift: Window, scene: &Scene) -> TechnicianState {
    TechnicianState {
        id: made_up(number),
        name: format!("＋{}", like.name),
        shift: Some(shift),
        absences: Vec::new(),
        break_plan: None,
        free_at: scene.now.max(shift.from),
        free_position: like.home,
        stops: Vec::new(),
        done_today: 0,
        knows: Vec::new(),
        ..like.clone()
    }
}

fn fault(board: &LiveBoard, number: usize, change: &Change, scene: &Scene) -> Option<Job> {
    let Change::Fault { lat, lon, service_minutes, priority, skill, level, arrive_by } = change else { return None };
    let need = |code: &String| SkillNeed { code: code.clone(), level_min: level.unwrap_or(0) };
    let priority = u8::try_from(within(u32::from(*priority), 1, 4)?).ok()?;
    Some(Job {
        work_order: made_up(number),
        customer_name: "？".to_owned(),
        position: Position::new(*lat, *lon)?,
        territory: board.territory,
        service: Seconds::minutes(i64::from(within(*service_minutes, 1, 1_440)?)),
        skills: skill.iter().map(need).collect(),
        qualification: None,
        priority,
        arrive_by: *arrive_by,
        wish: None,
        promised: None,
        earliest: scene.now,
        asset: None,
        demand: Vec::new(),
        excluded: Vec::new(),
        declined: Vec::new(),
        preferred: Vec::new(),
        recurred_after: None,
    })
}
