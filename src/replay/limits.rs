//! The limits of a replayed day, each with its reason.

/// Largest file after unpacking. The largest day of the public suite, 700 places with real roads, has 3 MB.
pub const FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Places of a day. The table of travel times has a cell for each pair: 4,000 places are 128 MB.
pub const PLACES_MAX: usize = 4_000;
/// Jobs of a day; each becomes a customer with a contract and a wallet.
pub const JOBS_MAX: usize = 5_000;
/// Technicians of a day; each is a client with a socket of its own, and a process may open about a thousand files.
pub const TECHNICIANS_MAX: usize = 500;
/// Events of a day: every job may come and go, everybody fall ill and return.
pub const EVENTS_MAX: usize = 4 * JOBS_MAX;
/// The working day ends with the calendar day.
pub const DAY_S: i64 = 86_400;
/// Longest drive between two places, and longest work on one.
pub const SPAN_S_MAX: i64 = DAY_S;
/// Windows of one job.
pub const WINDOWS_MAX: usize = 24;
/// Skills that one job needs.
pub const SKILLS_MAX: usize = 16;
/// Technicians of one territory; more than a dispatcher can know.
pub const TECHNICIANS_PER_TERRITORY: usize = 120;
