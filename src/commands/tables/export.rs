//! Tables go out as CSV that a spreadsheet opens, or as JSON with one object a line.

use serde_json::{Map, Value};

use crate::company::table::{self, LIST, joined};
use crate::documents::sheet::push_line;
use crate::store::export;
use crate::store::{Fault, Reader};
use crate::views::table::{ColumnView, ExportKind, ImportKind, TableFormat};

/// What stands before the first row.
pub fn beginning(kind: ExportKind, format: TableFormat) -> String {
    match format {
        TableFormat::Csv => head(&export::columns(kind)),
        TableFormat::Json => String::new(),
    }
}

/// What a table that comes in may have.
pub fn columns(kind: ImportKind) -> Vec<ColumnView> {
    table::columns(kind).iter().filter(|column| column.form.is_some()).map(ColumnView::from).collect()
}

/// An empty table to be filled.
pub fn template(kind: ImportKind) -> String {
    head(&table::header(kind))
}

/// The byte order mark tells spreadsheets the encoding.
fn head(names: &[String]) -> String {
    let mut text = String::from('\u{feff}');
    push_line(&mut text, names.iter().map(String::as_str));
    text
}

/// The rows after `after`, and after which the next page begins; none at the end.
pub fn page(
    reader: &mut Reader<'_>,
    kind: ExportKind,
    format: TableFormat,
    after: &str,
) -> Result<(String, Option<String>), Fault> {
    let page = reader.export_page(kind, after)?;
    let names = export::columns(kind);
    let mut text = String::new();
    for row in page.rows {
        match format {
            TableFormat::Csv => {
                let cells: Vec<String> = row.iter().map(cell).collect();
                push_line(&mut text, cells.iter().map(String::as_str));
            }
            TableFormat::Json => {
                let object: Map<String, Value> = names.iter().cloned().zip(row).collect();
                text.push_str(&Value::Object(object).to_string());
                text.push('\n');
            }
        }
    }
    Ok((text, page.next))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => joined(values.iter().map(cell), LIST),
        other => other.to_string(),
    }
}
