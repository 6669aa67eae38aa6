//! Documents that leave the house on paper: PDF with Japanese type, and CSV that Excel opens.
//!
//! Pure: values in, bytes out.

mod glyphs;
mod page;
pub mod sheet;

pub use sheet::{Cell, Column, Document, Row};
