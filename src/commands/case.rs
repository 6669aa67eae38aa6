//! Where the events of a case belong, and what they are about.

use crate::domain::event::{About, Stream};
use crate::domain::ids::{TechnicianId, TerritoryId, VisitId};
use crate::store::cases::Case;

impl Case {
    /// What an event of the desk or of the dispatcher is about.
    pub fn about(&self) -> About {
        About {
            contract_id: Some(self.contract),
            issue_id: Some(self.issue),
            work_order_id: Some(self.work_order),
            visit_id: None,
            technician_id: None,
        }
    }

    /// What an event of a visit is about.
    pub fn about_visit(&self, visit: VisitId, technician: TechnicianId) -> About {
        About { visit_id: Some(visit), technician_id: Some(technician), ..self.about() }
    }

    /// The contract's history and the board.
    pub fn streams(&self) -> Vec<Stream> {
        vec![Stream::Contract(self.contract), Stream::Territory(self.territory)]
    }

    /// With the customer's page, the technician's phone, and his own board when he is lent to another territory.
    pub fn visit_streams(&self, visit: VisitId, technician: TechnicianId, home: TerritoryId) -> Vec<Stream> {
        let mut streams = self.streams();
        streams.extend([Stream::Visit(visit), Stream::Technician(technician)]);
        if home != self.territory {
            streams.push(Stream::Territory(home));
        }
        streams
    }
}
