//! Pages of A4 with text and rules, as PDF.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::glyphs::{encode, width};

/// A4 in points.
pub const PAGE: (f32, f32) = (595.28, 841.89);
pub const MARGIN: f32 = 42.5;

const FONT: Name<'static> = Name(b"F1");
/// A Gothic of the collection that every viewer has a substitute for.
const BASE_FONT: Name<'static> = Name(b"HeiseiKakuGo-W5");
const JAPAN: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Japan1"), supplement: 5 };
/// Characters of the collection that are set half a square wide: Latin letters, and half-width kana.
const HALF_WIDTH: (u16, u16) = (1, 632);

/// One page in the making; places are points from the top left corner.
pub struct Page(Content);

impl Page {
    pub fn new() -> Self {
        Self(Content::new())
    }

    pub fn text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        if text.is_empty() {
            return;
        }
        self.0.begin_text().set_font(FONT, size).next_line(x, PAGE.1 - y);
        self.0.show(Str(&encode(text)));
        self.0.end_text();
    }

    /// Text that ends at `right`.
    pub fn text_to(&mut self, right: f32, y: f32, size: f32, text: &str) {
        self.text(right - points(width(text), size), y, size, text);
    }

    /// A rule from left to right.
    pub fn rule(&mut self, from: f32, to: f32, y: f32, weight: f32) {
        self.0.set_line_width(weight).move_to(from, PAGE.1 - y).line_to(to, PAGE.1 - y).stroke();
    }
}

/// Thousandths of a size in points.
pub fn points(thousandths: u32, size: f32) -> f32 {
    thousandths as f32 * size / 1_000.0
}

/// Points in thousandths of a size.
pub fn thousandths(points: f32, size: f32) -> u32 {
    (points / size * 1_000.0).max(0.0) as u32
}

/// The finished file. The language tells a screen reader how to speak.
pub fn finish(pages: Vec<Page>, title: &str, language: &str) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut refs = (1..).map(Ref::new);
    let mut next = || refs.next().unwrap_or(Ref::new(i32::MAX));
    let (catalog, tree, info, font) = (next(), next(), next(), next());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (next(), next())).collect();
    let (descendant, descriptor) = (next(), next());
    pdf.catalog(catalog).pages(tree).lang(TextStr(language));
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("kaketsuke"));
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for ((page, content), drawn) in ids.iter().zip(pages) {
        let mut writer = pdf.page(*page);
        writer.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*content);
        writer.resources().fonts().pair(FONT, font);
        writer.finish();
        pdf.stream(*content, &drawn.0.finish());
    }
    write_font(&mut pdf, font, descendant, descriptor);
    pdf.finish()
}

fn write_font(pdf: &mut Pdf, font: Ref, descendant: Ref, descriptor: Ref) {
    let mut outer = pdf.type0_font(font);
    outer.base_font(BASE_FONT).encoding_predefined(Name(b"UniJIS-UTF16-H")).descendant_font(descendant);
    outer.finish();
    let mut inner = pdf.cid_font(descendant);
    inner.subtype(CidFontType::Type0).base_font(BASE_FONT).system_info(JAPAN).font_descriptor(descriptor);
    inner.default_width(1_000.0).widths().same(HALF_WIDTH.0, HALF_WIDTH.1, 500.0);
    inner.finish();
    let mut form = pdf.font_descriptor(descriptor);
    form.name(BASE_FONT).flags(FontFlags::SYMBOLIC).bbox(Rect::new(-92.0, -250.0, 1_010.0, 922.0));
    form.italic_angle(0.0).ascent(752.0).descent(-221.0).cap_height(737.0).stem_v(114.0);
    form.finish();
}
