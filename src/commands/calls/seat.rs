//! Who sits at which telephone. Desks are shared, so everybody says it himself when he sits down.

use serde_json::json;

use super::person;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::phone;
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::{Fault, Unit};
use crate::views::call::{Extension, ExtensionRequest};

/// Sits down at an extension, or leaves it.
///
/// # Errors
/// `extension.taken` with who sits there.
pub fn sit_down(unit: &mut Unit<'_>, request: &ExtensionRequest) -> Result<Extension, Fault> {
    let by = person(unit.actor())?;
    let typed = request.extension.as_deref().map(|typed| phone::half_width(typed).trim().to_owned());
    let extension = typed.filter(|typed| !typed.is_empty());
    if let Some(extension) = &extension {
        // A device of a telephone system is named like `PJSIP/201`.
        let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '/' | '.' | '*');
        if extension.chars().count() > limits::EXTENSION_CHARS || extension.chars().any(odd) {
            let (ja, en) = ("内線は16文字までの英数字です", "an extension has at most 16 letters and digits");
            return Err(Refusal::invalid_both("extension", ja, en).into());
        }
        if let Some((holder, name)) = unit.look().holder_of(extension)?.filter(|(holder, _)| *holder != by) {
            let refusal = Refusal::new(Code::ExtensionTaken).with("extension", extension).with("holder", name);
            return Err(refusal.with("holder_id", holder).at("extension").into());
        }
    }
    unit.set_extension(by, extension.as_deref())?;
    let data = json!({ "extension": extension });
    unit.record(&[Stream::Agent(by)], EventKind::ExtensionSet, About::default(), data);
    Ok(Extension { extension })
}
