//! What waits in each territory, as few figures: a dispatcher who looks at one board must hear of the others.

use diesel::prelude::*;

use super::Reader;
use super::error::Fault;
use super::schema::*;
use crate::domain::ids::TerritoryId;
use crate::domain::issue::WorkOrderState;
use crate::domain::priority::Priority;
use crate::domain::time::{Seconds, Timestamp};
use crate::views::board::{TerritoryLoad, TerritoryLoads};

/// A work order that is due within this time is urgent, whatever its priority: about a drive and a good look.
const SOON: Seconds = Seconds(3_600);

/// One waiting work order: where, how important, until when.
type Waiting = (TerritoryId, Priority, Option<Timestamp>);

impl Reader<'_> {
    /// Every territory with what waits in it, in the order of their ids.
    pub fn territory_loads(&mut self, now: Timestamp) -> Result<TerritoryLoads, Fault> {
        let ids: Vec<TerritoryId> =
            territories::table.select(territories::id).order(territories::id).load(self.database)?;
        let waiting: Vec<Waiting> = work_orders::table
            .inner_join(issues::table)
            // The territories are named for the sake of the index, which begins with them.
            .filter(work_orders::territory_id.eq_any(ids.clone()).and(work_orders::state.eq(WorkOrderState::Open)))
            .select((work_orders::territory_id, issues::priority, work_orders::arrive_by))
            .load(self.database)?;
        Ok(TerritoryLoads { territories: ids.into_iter().map(|id| load(id, &waiting, now)).collect() })
    }
}

fn load(territory_id: TerritoryId, waiting: &[Waiting], now: Timestamp) -> TerritoryLoad {
    let here = || waiting.iter().filter(|(territory, ..)| *territory == territory_id);
    let urgent = |(_, priority, due): &&Waiting| *priority == Priority::P1 || due.is_some_and(|due| due <= now + SOON);
    TerritoryLoad {
        territory_id,
        waiting: here().count(),
        urgent: here().filter(urgent).count(),
        stopped: here().filter(|(_, priority, _)| *priority == Priority::P1).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;

    fn territory(number: u128) -> TerritoryId {
        TerritoryId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_stopped_business_and_a_near_due_are_urgent_and_other_territories_do_not_count() {
        let now = crate::store::testing::morning();
        let (here, elsewhere) = (territory(1), territory(2));
        let at = |minutes: i64| Some(now + Seconds(minutes * 60));
        let waiting = [
            (here, Priority::P1, at(240)),
            (here, Priority::P3, at(60)),
            (here, Priority::P2, at(-5)),
            (here, Priority::P3, at(61)),
            (here, Priority::P4, None),
            (elsewhere, Priority::P1, None),
        ];
        let check = |id, expected: (usize, usize, usize)| {
            let load = load(id, &waiting, now);
            assert_eq!((load.waiting, load.urgent, load.stopped), expected);
        };
        check(here, (5, 3, 1));
        check(elsewhere, (1, 1, 1));
        check(territory(3), (0, 0, 0));
    }
}
