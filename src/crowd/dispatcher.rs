//! A dispatcher: gives each work order to the best technician who breaks no promise, after a moment in which a newcomer
//! may be faster.

use super::{AGAIN, Crowd, customer};
use crate::clients::{Api, CallError};
use crate::domain::ids::TerritoryId;
use crate::domain::time::Seconds;
use crate::views::board::{AssignRequest, QueueRow};

/// Between two looks at the queue.
const LOOK_EVERY: Seconds = Seconds(15);
/// How long a work order is left to the newcomer, except in the first rush.
const HESITATE: Seconds = Seconds(40);

pub async fn work(crowd: Crowd, login: String) {
    let Ok(api) = crowd.log_in(&login).await else { return };
    let Ok(Some(territory)) = api.me().await.map(|me| me.territory_id) else { return };
    let began = crowd.clock.now();
    loop {
        let rush = crowd.clock.now().since(began) < HESITATE;
        if let Err(error) = look(&crowd, &api, territory, rush).await {
            tracing::info!(%error, "the demo's dispatcher looks again later");
            tokio::time::sleep(AGAIN).await;
        }
        crowd.wait(if rush { Seconds(2) } else { LOOK_EVERY }).await;
    }
}

async fn look(crowd: &Crowd, api: &Api, territory: TerritoryId, rush: bool) -> Result<(), CallError> {
    let board = api.board(territory).await?;
    let now = crowd.clock.now();
    for row in board.queue.iter().filter(|row| row.territory_id == territory) {
        if rush || now.since(row.created_at) >= HESITATE {
            place(crowd, api, row).await?;
        }
    }
    Ok(())
}

async fn place(crowd: &Crowd, api: &Api, row: &QueueRow) -> Result<(), CallError> {
    let ranking = api.candidates(row.work_order_id).await?;
    let best = ranking.candidates.iter().find(|candidate| candidate.fit && candidate.breaks.is_empty());
    let Some(best) = best else { return Ok(()) };
    let request =
        AssignRequest { technician_id: best.technician_id, version: row.version, accept_broken: false, reason: None };
    match api.assign(row.work_order_id, &request).await {
        Ok(assigned) => {
            actix_rt::spawn(customer::watch(crowd.clone(), assigned.track_url));
            Ok(())
        }
        // The newcomer was faster, or the route has changed.
        Err(CallError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
