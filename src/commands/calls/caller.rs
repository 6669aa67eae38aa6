//! Whoever calls for the first time is entered as a customer with his number, so that the next call knows him. He has no
//! contract: issues are taken once there is one.

use serde_json::json;

use crate::commands::text::line;
use crate::domain::call::{CallerKind, caller};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::refusal::Refusal;
use crate::store::{Fault, Unit};
use crate::views::call::{Caller, NewCaller};

/// Enters a customer; answers with everybody who has the number now.
pub fn enter_caller(unit: &mut Unit<'_>, request: &NewCaller) -> Result<Vec<Caller>, Fault> {
    line("name", &request.name, true)?;
    line("kana", &request.kana, true)?;
    line("number", &request.number, true)?;
    let (kind, digits) = caller(&request.number);
    if kind != CallerKind::Number {
        let (ja, en) =
            ("電話番号を 076-111-2222 のように入力してください", "enter a telephone number such as 076-111-2222");
        return Err(Refusal::invalid_both("number", ja, en).into());
    }
    let (name, kana) = (request.name.trim(), request.kana.trim());
    if let Some(known) = unit.look().callers(&digits)?.into_iter().find(|known| known.customer_name == name) {
        let (ja, en) = (
            "この番号とお名前のお客様は登録済みです。一覧から選んでください",
            "this customer is known already; choose it",
        );
        return Err(Refusal::invalid_both("name", ja, en).with("customer_id", known.customer_id).into());
    }
    let id = unit.insert_caller(name, kana, (&digits, request.number.trim()))?;
    let data = json!({ "customer_id": id, "name": name, "kana": kana, "number": digits });
    unit.record(&[Stream::Desk], EventKind::CallerEntered, About::default(), data);
    unit.look().callers(&digits)
}
