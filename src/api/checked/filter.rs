//! The filter of changes, as the wire has it.

use super::fields::{Fields, items, texts};
use crate::core::error::Error;
use crate::core::payload::Payload;
use crate::core::realtime::filter::{Condition, Operator, Value, read, write};

/// The filter as the wire has it, of a text or of an array of conditions `{ column, operator, value, not }`. `None` for one
/// without a condition: it asks for every row.
///
/// # Errors
/// `invalid_option` for what the server's grammar does not express, or reads otherwise than it looks.
pub(super) fn filter<P: Payload>(given: &P) -> Result<Option<String>, Error> {
    if let Some(text) = given.as_text() {
        let is_empty = read(&text)?.is_empty();
        return Ok(Some(text).filter(|_| !is_empty));
    }
    let mut conditions = Vec::new();
    for item in items(given) {
        conditions.push(condition(&item)?);
    }
    let text = write(&conditions)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn condition<P: Payload>(given: &P) -> Result<Condition, Error> {
    let fields = Fields(given);
    let operator = Operator::named(&fields.text("operator"))?;
    let value = match fields.optional_text("value") {
        Some(text) => Value::One(text),
        None => Value::Many(fields.get("value").as_ref().map(texts).unwrap_or_default()),
    };
    Ok(Condition { column: fields.text("column"), operator, value, negated: fields.flag("not") })
}
