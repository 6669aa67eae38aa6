//! Technicians, their absences, and the people who log in.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use diesel::prelude::*;

use super::{Hashes, Index, known};
use crate::company::{Absence, CompanyFile};
use crate::domain::absence::AbsenceKind;
use crate::domain::ids::{AbsenceId, TechnicianId, UserId};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::codec::to_json;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{absences as away, technicians as staff, users as logins};
use crate::store::unit::Unit;

/// The whole entry of the file goes along as `profile`: skills, roster, van.
pub(super) fn technicians(unit: &mut Unit<'_>, file: &CompanyFile, index: &mut Index) -> Result<(), Fault> {
    for technician in &file.technicians {
        let id = unit.id();
        diesel::insert_into(staff::table)
            .values((
                staff::id.eq(id),
                staff::code.eq(&technician.code),
                staff::name.eq(&technician.name),
                staff::kana.eq(&technician.kana),
                staff::phone.eq(&technician.phone),
                staff::territory_id.eq(known(&index.territories, &technician.territory)?),
                staff::home_lat.eq(technician.home.lat()),
                staff::home_lon.eq(technician.home.lon()),
                staff::profile.eq(to_json(technician)),
                staff::version.eq(1_i64),
            ))
            .execute(unit.database)?;
        index.technicians.insert(technician.code.clone(), id);
    }
    Ok(())
}

/// Spans of instants; of two that begin together the longer one stays.
pub(super) fn absences(unit: &mut Unit<'_>, file: &CompanyFile, zone: Tz, index: &Index) -> Result<(), Fault> {
    let mut rows: BTreeMap<(TechnicianId, Timestamp), (Timestamp, &str)> = BTreeMap::new();
    for absence in &file.absences {
        let technician = known(&index.technicians, &absence.technician)?;
        for (from, to) in spans(absence, zone) {
            let row = rows.entry((technician, from)).or_insert((to, &absence.reason));
            if row.0 < to {
                *row = (to, &absence.reason);
            }
        }
    }
    for ((technician, from), (to, reason)) in rows {
        let id: AbsenceId = unit.id();
        diesel::insert_into(away::table)
            .values((
                away::id.eq(id),
                away::technician_id.eq(technician),
                away::starts_at.eq(from),
                away::ends_at.eq(to),
                away::kind.eq(AbsenceKind::Other),
                away::reason.eq(reason),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}

fn spans(absence: &Absence, zone: Tz) -> Vec<(Timestamp, Timestamp)> {
    let midnight = |day: NaiveDate| Timestamp::on_day(day, NaiveTime::MIN, zone);
    let Some(hours) = absence.hours else {
        let after = absence.ends_on.succ_opt().unwrap_or(absence.ends_on);
        return vec![(midnight(absence.starts_on), midnight(after))];
    };
    let days = absence.starts_on.iter_days().take_while(|day| *day <= absence.ends_on).take(limits::ABSENCE_DAYS);
    let at = |day, time| Timestamp::on_day(day, time, zone);
    days.map(|day| (at(day, hours.from.time()), at(day, hours.to.time()))).collect()
}

pub(super) fn users(unit: &mut Unit<'_>, file: &CompanyFile, hashes: &Hashes, index: &Index) -> Result<(), Fault> {
    for user in &file.users {
        let hash = hashes.get(&user.login).ok_or_else(|| StoreError::corrupt("a password was not hashed"))?;
        let territory = user.territory.as_ref().map(|code| known(&index.territories, code)).transpose()?;
        let technician = user.technician.as_ref().map(|code| known(&index.technicians, code)).transpose()?;
        let customer = user.customer.as_ref().map(|code| known(&index.customers, code)).transpose()?;
        let id: UserId = unit.id();
        diesel::insert_into(logins::table)
            .values((
                logins::id.eq(id),
                logins::login.eq(&user.login),
                logins::password_hash.eq(hash),
                logins::name.eq(&user.name),
                logins::role.eq(user.role),
                logins::language.eq(user.language),
                logins::territory_id.eq(territory),
                logins::technician_id.eq(technician),
                logins::customer_id.eq(customer),
                logins::active.eq(true),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}
