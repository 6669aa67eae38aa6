//! Stories of the planner, and what must hold of every plan.

mod board;
mod grades;
mod laws;
mod proposal;
mod ranking;
mod room;
mod timetable;
