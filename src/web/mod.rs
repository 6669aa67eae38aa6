//! The room that serves the screens: files that `build.rs` put into the binary, with their languages, caching and
//! safety headers. It knows no data: pages ask the JSON routes. Only the tracking page gets its first state from here,
//! so that it can be read without script.

mod language;
mod serve;
mod track;

pub use language::Language;
pub use serve::{CONTENT_SECURITY_POLICY, configure};
pub use track::{Closed, Vendor, closed_answer, tracking_answer};

/// One built file with all its forms.
#[derive(Debug)]
pub struct Asset {
    /// Address, beginning with `/`. Pages have one file a language: `/desk.ja.html`.
    pub path: &'static str,
    pub mime: &'static str,
    /// Weak, because the compressed forms share it.
    pub etag: &'static str,
    pub identity: &'static [u8],
    pub gzip: Option<&'static [u8]>,
    pub brotli: Option<&'static [u8]>,
    /// The name holds a hash of the content: it may be kept for ever.
    pub immutable: bool,
}

/// All built files, sorted by path.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The built file at this address.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().map(|index| &ASSETS[index])
}

/// The file of a page (`"desk"`) in a language.
pub fn page(name: &str, language: Language) -> Option<&'static Asset> {
    asset(&format!("/{name}.{}.html", language.code()))
}

/// Whether this binary carries the screens; one that was built without node carries pages that say what is missing.
pub fn screens_are_built() -> bool {
    asset("/icon.svg").is_some()
}
