//! Tables of a running company's records, a kind each, as an office keeps them in a spreadsheet: the columns, the
//! reading of rows, and what is wrong with each. Pure: the same bytes, the same rows and faults.

mod cells;
mod columns;
mod decode;
mod read;
mod rows;
#[cfg(test)]
mod tests;

pub use cells::{joined, menu_text, uses_text};
pub use columns::{Column, columns, header, policy_fields};
pub use decode::encoding_of;
pub use read::{Line, Table, TableError};
pub use rows::{AssetRow, ContactRow, ContractRow, Entry, LotRow, SiteRow, unit_of};

/// Between several values in one cell.
pub const LIST: char = ';';
/// Between the parts of a work item in the column `menu`.
pub const PART: char = '|';
