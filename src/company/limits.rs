//! The limits of a company file, each with its reason. A file beyond them is refused whole.

/// Largest file read. A company of 4,000 contracts takes about 12 MB.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
pub use crate::domain::text::CODE_CHARS_MAX;
/// Longest name of anything.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest free text (address, access notes, remedy).
pub const TEXT_CHARS_MAX: usize = 2_000;
/// One planner works a territory; more than this is no dispatch organisation.
pub const TERRITORIES_MAX: usize = 500;
/// Corners of a territory's boundary; each site is tested against each.
pub const BOUNDARY_POINTS_MAX: usize = 500;
/// Skills, qualifications, parts, causes: each.
pub const CATALOGUE_MAX: usize = 20_000;
pub const PRODUCTS_MAX: usize = 20_000;
/// A caller's symptom is chosen from a list on one screen.
pub const SYMPTOMS_PER_PRODUCT_MAX: usize = 100;
pub const TECHNICIANS_MAX: usize = 5_000;
pub const ABSENCES_MAX: usize = 100_000;
pub const CUSTOMERS_MAX: usize = 100_000;
pub const PHONES_PER_CUSTOMER_MAX: usize = 50;
pub const CONTACTS_PER_CUSTOMER_MAX: usize = 500;
pub const SITES_PER_CUSTOMER_MAX: usize = 5_000;
pub const CONTRACTS_PER_CUSTOMER_MAX: usize = 500;
pub const ASSETS_PER_CONTRACT_MAX: usize = 20_000;
pub const LOTS_PER_CONTRACT_MAX: usize = 1_000;
/// Ticket serials have at most four digits.
pub const TICKETS_PER_LOT_MAX: u32 = 9_999;
/// Units in a lot of points or minutes.
pub const UNITS_PER_LOT_MAX: u32 = 1_000_000;
pub const USERS_MAX: usize = 100_000;
pub const HOLIDAYS_MAX: usize = 10_000;
pub const HISTORY_MAX: usize = 1_000_000;
/// Pieces of one part that a repair takes; more is a typing error.
pub const PART_QUANTITY_MAX: u32 = 999;
/// Longest work at one visit; a longer job is several visits.
pub const SERVICE_MINUTES_MAX: u32 = 24 * 60;
/// Passwords in a file are at least this long.
pub const PASSWORD_CHARS_MIN: usize = 4;
/// Faults listed at most: whoever mends so many reads the rest in the next run.
pub const FAULTS_MAX: usize = 500;
