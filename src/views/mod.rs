//! What leaves and enters the process, as values: the bodies of requests and answers, and the records that events
//! carry. One shape per thing, shared by the API, the live stream, the clients and the screens' generated types.

pub mod absence;
pub mod board;
pub mod call;
pub mod claims;
pub mod clock;
pub mod contact;
pub mod demand;
pub mod desk;
pub mod history;
pub mod ledger;
pub mod live;
pub mod notice;
mod outcome;
pub mod portal;
pub mod position;
pub mod replan;
pub mod roots;
pub mod session;
pub mod slot;
pub mod statement;
pub mod table;
pub mod technician;
pub mod track;
pub mod wallet;
