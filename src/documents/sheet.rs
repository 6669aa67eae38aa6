//! A document of one long table: a heading, facts, lines, and a foot on every page.

use std::borrow::Cow;

use super::glyphs::wrap;
use super::page::{MARGIN, PAGE, Page, finish, points, thousandths};

const TITLE: f32 = 16.0;
const BODY: f32 = 8.5;
const SMALL: f32 = 7.0;
const LEADING: f32 = 1.45;
const GAP: f32 = 6.0;

/// A column of the table.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// Part of the page's width, in thousandths.
    pub width: u32,
    /// Figures stand at the right.
    pub right: bool,
}

/// Text of a cell.
pub type Cell = String;

/// One line of the table, as many cells as there are columns.
pub type Row = Vec<Cell>;

/// Everything that a document says.
#[derive(Debug, Clone)]
pub struct Document {
    pub title: String,
    /// BCP 47, such as `ja`.
    pub language: &'static str,
    /// Pairs of a name and a fact, above the table.
    pub facts: Vec<(String, String)>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Rows before and after the others that stand in the CSV alone, which has neither facts nor a foot.
    pub csv_before: Vec<Row>,
    pub csv_after: Vec<Row>,
    /// Said when the table has no line.
    pub empty: String,
    /// Sentences under the table.
    pub notes: Vec<String>,
    /// At the foot of every page, with its number.
    pub foot: String,
}

impl Document {
    pub fn pdf(&self) -> Vec<u8> {
        let mut press = Press { pages: vec![Page::new()], y: MARGIN };
        press.heading(self);
        press.header(self);
        for row in &self.rows {
            press.row(self, row);
        }
        if self.rows.is_empty() {
            press.paragraph(self, &self.empty);
        }
        press.y += GAP;
        for note in &self.notes {
            press.paragraph(self, note);
        }
        press.feet(&self.foot);
        finish(press.pages, &self.title, self.language)
    }

    /// The table alone, with a byte order mark by which spreadsheets know the encoding, and lines that end as RFC 4180
    /// says. A cell that a spreadsheet would take for a formula is told to be text.
    pub fn csv(&self) -> String {
        let mut text = String::from('\u{feff}');
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        push_line(&mut text, names.into_iter());
        for row in self.csv_before.iter().chain(&self.rows).chain(&self.csv_after) {
            push_line(&mut text, row.iter().map(String::as_str));
        }
        text
    }
}

/// Appends one line of CSV.
pub fn push_line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&quoted(cell));
    }
    text.push_str("\r\n");
}

/// A cell as CSV has it. Plain numbers stay numbers; other text that begins like a formula gets an apostrophe.
fn quoted(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim_start_matches('\'');
    let number = bare.len() == cell.len() && cell.parse::<f64>().is_ok();
    let cell: Cow<'_, str> = if is_formula(bare) && !number { format!("'{cell}").into() } else { cell.into() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")).into() } else { cell }
}

/// What a cell said before it was made harmless: one apostrophe in front of what begins like a formula is ours.
pub fn meant(cell: &str) -> &str {
    let formula = is_formula(cell.trim_start_matches('\''));
    cell.strip_prefix('\'').filter(|_| formula).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Lays the document out, page after page.
struct Press {
    pages: Vec<Page>,
    /// Where the next line begins, from the top.
    y: f32,
}

impl Press {
    const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
    const BOTTOM: f32 = PAGE.1 - MARGIN - 2.0 * SMALL;

    fn heading(&mut self, document: &Document) {
        self.y += TITLE;
        self.draw(|page, y| page.text(MARGIN, y, TITLE, &document.title));
        self.y += GAP;
        for (name, fact) in &document.facts {
            let lines = wrap(fact, thousandths(Self::WIDTH - 110.0, BODY));
            for (index, line) in lines.iter().enumerate() {
                self.line(document, BODY, false);
                self.draw(|page, y| {
                    if index == 0 {
                        page.text(MARGIN, y, BODY, name);
                    }
                    page.text(MARGIN + 110.0, y, BODY, line);
                });
            }
        }
        self.y += GAP;
    }

    fn header(&mut self, document: &Document) {
        self.y += BODY * LEADING;
        self.draw(|page, y| {
            for (column, left, right) in spans(document) {
                place(page, column, (left, right), y, SMALL, &column.name);
            }
            page.rule(MARGIN, MARGIN + Self::WIDTH, y + 3.0, 0.8);
        });
        self.y += 3.0;
    }

    fn row(&mut self, document: &Document, row: &Row) {
        let cells: Vec<Vec<String>> = spans(document)
            .zip(row)
            .map(|((_, left, right), cell)| wrap(cell, thousandths(right - left - GAP, BODY)))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        if self.y + height as f32 * BODY * LEADING > Self::BOTTOM && height < 40 {
            self.turn(document, true);
        }
        for index in 0..height {
            self.line(document, BODY, true);
            self.draw(|page, y| {
                for ((column, left, right), lines) in spans(document).zip(&cells) {
                    place(page, column, (left, right), y, BODY, lines.get(index).map_or("", String::as_str));
                }
            });
        }
        self.draw(|page, y| page.rule(MARGIN, MARGIN + Self::WIDTH, y + 3.0, 0.2));
        self.y += 3.0;
    }

    fn paragraph(&mut self, document: &Document, text: &str) {
        for line in wrap(text, thousandths(Self::WIDTH, BODY)) {
            self.line(document, BODY, false);
            self.draw(|page, y| page.text(MARGIN, y, BODY, &line));
        }
    }

    /// Goes down one line, to the next page where this one ends.
    fn line(&mut self, document: &Document, size: f32, table: bool) {
        if self.y + size * LEADING > Self::BOTTOM {
            self.turn(document, table);
        }
        self.y += size * LEADING;
    }

    fn turn(&mut self, document: &Document, table: bool) {
        self.pages.push(Page::new());
        self.y = MARGIN;
        if table {
            self.header(document);
        }
    }

    fn draw(&mut self, draw: impl FnOnce(&mut Page, f32)) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            draw(page, y);
        }
    }

    fn feet(&mut self, foot: &str) {
        let count = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            let y = PAGE.1 - MARGIN;
            page.rule(MARGIN, MARGIN + Self::WIDTH, y - SMALL - 3.0, 0.2);
            page.text(MARGIN, y, SMALL, foot);
            page.text_to(MARGIN + Self::WIDTH, y, SMALL, &format!("{} / {count}", index + 1));
        }
    }
}

/// Each column with its left and right edge.
fn spans(document: &Document) -> impl Iterator<Item = (&Column, f32, f32)> {
    let mut left = MARGIN;
    document.columns.iter().map(move |column| {
        let from = left;
        left += points(column.width, Press::WIDTH);
        (column, from, left)
    })
}

fn place(page: &mut Page, column: &Column, (left, right): (f32, f32), y: f32, size: f32, text: &str) {
    if column.right { page.text_to(right - GAP, y, size, text) } else { page.text(left, y, size, text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rows: Vec<Row>) -> Document {
        let column = |name: &str, width, right| Column { name: name.to_owned(), width, right };
        Document {
            title: "チケットご利用明細".to_owned(),
            language: "ja",
            facts: vec![("契約番号".to_owned(), "MC-2026-0001".to_owned())],
            columns: vec![column("日付", 200, false), column("内容", 600, false), column("枚数", 200, true)],
            rows,
            csv_before: Vec::new(),
            csv_after: Vec::new(),
            empty: "この期間の明細はありません。".to_owned(),
            notes: Vec::new(),
            foot: "駆けつけ設備".to_owned(),
        }
    }

    fn pages(pdf: &[u8]) -> usize {
        let text = String::from_utf8_lossy(pdf);
        text.matches("/Type /Page\n").count()
    }

    #[test]
    fn a_short_statement_is_one_page_and_a_long_one_is_several() {
        let row = || vec!["2026-11-23".to_owned(), "室外機の冷媒が漏れていたため補修".to_owned(), "-1".to_owned()];
        assert_eq!(pages(&document(Vec::new()).pdf()), 1);
        assert_eq!(pages(&document((0..10).map(|_| row()).collect()).pdf()), 1);
        assert!((5..=9).contains(&pages(&document((0..300).map(|_| row()).collect()).pdf())));
    }

    #[test]
    fn a_text_longer_than_a_page_still_ends() {
        let row = vec![String::new(), "とても長い報告。".repeat(1_000), "-1".to_owned()];
        assert!(pages(&document(vec![row]).pdf()) > 2);
    }

    #[test]
    fn the_document_names_its_language_and_its_font() {
        let pdf = document(Vec::new()).pdf();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-") && text.contains("(ja)") && text.contains("UniJIS-UTF16-H"));
    }

    fn check(cell: &str, expected: &str) {
        assert_eq!(quoted(cell), expected);
    }

    #[test]
    fn no_cell_becomes_a_formula_or_breaks_its_line() {
        check("修理", "修理");
        check("-1", "-1");
        check("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0");
        check("=1+1", "'=1+1");
        check("大阪, 京都", "\"大阪, 京都\"");
        check("'-1", "''-1");
        check("彼は\"はい\"と", "\"彼は\"\"はい\"\"と\"");
    }

    #[test]
    fn what_was_made_harmless_is_read_as_it_was_meant() {
        for cell in ["修理", "-1", "=1+1", "'=1", "''-1", "+81-76-555-0111", "'quoted'", "@home", ""] {
            assert_eq!(meant(&quoted(cell)), cell);
        }
    }

    #[test]
    fn a_spreadsheet_sees_the_encoding_and_every_line() {
        let csv = document(vec![vec!["2026-11-23".to_owned(), "点検".to_owned(), "-1".to_owned()]]).csv();
        assert_eq!(csv, "\u{feff}日付,内容,枚数\r\n2026-11-23,点検,-1\r\n");
    }
}
