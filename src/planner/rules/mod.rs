//! The hard rules, one a file: each looks at a job and a technician and says what it found. `explain` turns a finding
//! into sentences.

pub mod absence;
pub mod excluded;
pub mod max_jobs;
pub mod parts;
pub mod qualification;
pub mod shift;
pub mod skill;
pub mod territory;

use chrono::NaiveDate;

use super::answer::RuleName;
use super::problem::{Job, TechnicianState};
use crate::domain::time::{Seconds, Timestamp};

/// Reason code of who declined this very job.
pub(crate) const DECLINED: &str = "excluded.declined";

/// What a hard rule found, with the figures that its sentence needs. Codes are the job's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding<'a> {
    SkillNotNeeded,
    SkillHeld { code: &'a str, level: u8, needed: u8 },
    SkillTooLow { code: &'a str, level: u8, needed: u8 },
    SkillMissing { code: &'a str, needed: u8 },
    QualificationNotNeeded,
    QualificationValid { code: &'a str, until: Option<NaiveDate> },
    QualificationExpired { code: &'a str, on: NaiveDate },
    QualificationMissing { code: &'a str },
    ShiftFits { home_at: Timestamp },
    ShiftOvertime { home_at: Timestamp, over: Seconds },
    ShiftNone,
    ShiftOver { ended: Timestamp },
    ShiftBeforeWork { may_start: Timestamp },
    ShiftOtherDay { may_start: Timestamp },
    ShiftNoRoom { over: Seconds },
    ShiftBlockedByAbsence,
    AbsenceNone,
    AbsenceAround,
    AbsenceInTheWay { from: Timestamp, to: Timestamp },
    TerritoryOwn,
    TerritoryLent,
    TerritoryForeign,
    JobsUnlimited,
    JobsRoom { load: u32, max: u32 },
    JobsFull { max: u32 },
    PartsOnVan,
    PartsMissing { code: &'a str, missing: u32 },
    NotExcluded,
    DeclinedBefore,
    Excluded,
}

impl Finding<'_> {
    pub fn rule(&self) -> RuleName {
        use Finding::*;
        match self {
            SkillNotNeeded | SkillHeld { .. } | SkillTooLow { .. } | SkillMissing { .. } => RuleName::Skill,
            QualificationNotNeeded
            | QualificationValid { .. }
            | QualificationExpired { .. }
            | QualificationMissing { .. } => RuleName::Qualification,
            ShiftFits { .. }
            | ShiftOvertime { .. }
            | ShiftNone
            | ShiftOver { .. }
            | ShiftBeforeWork { .. }
            | ShiftOtherDay { .. }
            | ShiftNoRoom { .. }
            | ShiftBlockedByAbsence => RuleName::Shift,
            AbsenceNone | AbsenceAround | AbsenceInTheWay { .. } => RuleName::Absence,
            TerritoryOwn | TerritoryLent | TerritoryForeign => RuleName::Territory,
            JobsUnlimited | JobsRoom { .. } | JobsFull { .. } => RuleName::MaxJobs,
            PartsOnVan | PartsMissing { .. } => RuleName::Parts,
            NotExcluded | DeclinedBefore | Excluded => RuleName::Excluded,
        }
    }

    pub fn passed(&self) -> bool {
        use Finding::*;
        !matches!(
            self,
            SkillTooLow { .. }
                | SkillMissing { .. }
                | QualificationExpired { .. }
                | QualificationMissing { .. }
                | ShiftNone
                | ShiftOver { .. }
                | ShiftBeforeWork { .. }
                | ShiftOtherDay { .. }
                | ShiftNoRoom { .. }
                | AbsenceInTheWay { .. }
                | TerritoryForeign
                | JobsFull { .. }
                | PartsMissing { .. }
                | Excluded
        )
    }

    /// Stable code of the reason.
    pub fn code(&self) -> &'static str {
        use Finding::*;
        match self {
            SkillNotNeeded => "skill.not_needed",
            SkillHeld { .. } => "skill.held",
            SkillTooLow { .. } => "skill.too_low",
            SkillMissing { .. } => "skill.missing",
            QualificationNotNeeded => "qualification.not_needed",
            QualificationValid { .. } => "qualification.valid",
            QualificationExpired { .. } => "qualification.expired",
            QualificationMissing { .. } => "qualification.missing",
            ShiftFits { .. } => "shift.fits",
            ShiftOvertime { .. } => "shift.overtime",
            ShiftNone => "shift.none",
            ShiftOver { .. } => "shift.over",
            ShiftBeforeWork { .. } => "shift.before_work",
            ShiftOtherDay { .. } => "shift.other_day",
            ShiftNoRoom { .. } => "shift.no_room",
            ShiftBlockedByAbsence => "shift.see_absence",
            AbsenceNone => "absence.none",
            AbsenceAround => "absence.around",
            AbsenceInTheWay { .. } => "absence.in_the_way",
            TerritoryOwn => "territory.own",
            TerritoryLent => "territory.lent",
            TerritoryForeign => "territory.foreign",
            JobsUnlimited => "max_jobs.unlimited",
            JobsRoom { .. } => "max_jobs.room",
            JobsFull { .. } => "max_jobs.full",
            PartsOnVan => "parts.on_van",
            PartsMissing { .. } => "parts.missing",
            NotExcluded => "excluded.no",
            DeclinedBefore => DECLINED,
            Excluded => "excluded.yes",
        }
    }
}

/// The rules that look at the man and not at his route: they hold or fail for the whole day.
pub fn of_person<'a>(job: &'a Job, technician: &TechnicianState, day: NaiveDate) -> [Finding<'a>; 4] {
    [
        skill::check(job, |at| skill::level(&technician.skills, &job.skills[at].code)),
        qualification::check(job, |code| qualification::lasts(&technician.qualifications, code), || day),
        territory::check(job, technician.territory, &technician.lends_to),
        excluded::check(job, technician.id),
    ]
}

/// The rules that change with every stop he is given, except for time.
pub fn of_load<'a>(job: &'a Job, technician: &TechnicianState) -> impl Iterator<Item = Finding<'a>> {
    std::iter::once(max_jobs::check(technician.load(), technician.max_jobs)).chain(of_van(job, technician))
}

/// Whether his van carries what the job needs. None when it needs nothing.
pub fn of_van<'a>(job: &'a Job, technician: &TechnicianState) -> Option<Finding<'a>> {
    parts::check(job, |at| technician.parts_of(&job.demand[at].code))
}

/// True when nothing but his timetable can stand in the way.
pub fn may(job: &Job, technician: &TechnicianState, day: NaiveDate) -> bool {
    of_person(job, technician, day).iter().all(Finding::passed) && of_load(job, technician).all(|found| found.passed())
}
