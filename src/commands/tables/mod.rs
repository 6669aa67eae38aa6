//! Tables in and out: the import of a table with its dry run, and the export page by page.

mod export;
mod import;
#[cfg(test)]
mod tests;

pub use export::{beginning, columns, page, template};
pub use import::{Source, enter, every_fault, look, look_before, look_told, refusal};
