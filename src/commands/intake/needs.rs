//! The work that an issue would be, before it is saved: what slots are asked for.

use super::{check, plan};
use crate::domain::ids::{Id, SlotId, WorkOrderId};
use crate::domain::priority::Priority;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::problem::{Job, SkillNeed};
use crate::store::intake::Facts;
use crate::views::desk::IssueRequest;

/// The job of one issue under the number of a slot, judged like at the save; `index` names it in a refusal.
pub fn job_of(
    index: usize,
    issue: &IssueRequest,
    facts: &Facts,
    number: SlotId,
    now: Timestamp,
) -> Result<Job, Refusal> {
    let (site, product) = check::issue(index, issue, facts, now)?;
    let Some(work) = plan::work(issue, product, facts, now) else {
        let (ja, en) = ("訪問する要件だけに訪問枠があります", "only an issue that needs a visit has slots");
        return Err(Refusal::invalid_both(format!("issues[{index}].needs_visit"), ja, en));
    };
    let level_min = u8::try_from(work.needs.level_min).unwrap_or(u8::MAX);
    Ok(Job {
        work_order: WorkOrderId::from_uuid(number.uuid()),
        customer_name: site.name.clone(),
        position: site.position,
        territory: site.territory,
        service: Seconds::minutes(work.needs.service_minutes),
        skills: vec![SkillNeed { code: work.skill, level_min }],
        qualification: work.needs.qualification,
        priority: Priority::of(issue.impact, issue.urgency).number(),
        arrive_by: Some(work.arrive_by),
        wish: issue.wish,
        promised: None,
        earliest: now,
        asset: issue.asset_id,
        demand: work.needs.parts_needed,
        excluded: Vec::new(),
        declined: Vec::new(),
        preferred: Vec::new(),
        recurred_after: None,
    })
}

/// Whether a slot that was held for one job is good for the other.
pub fn same_work(held: &Job, job: &Job) -> bool {
    let of = |job: &Job| {
        (job.territory, job.position, job.service, job.skills.clone(), job.qualification.clone(), job.demand.clone())
    };
    of(held) == of(job)
}
