//! Reading the options `filter` and `select` of a subscription to changes.

use js_sys::{BigInt, JSON};
use wasm_bindgen::prelude::*;

use crate::api::given;
use crate::core::error::{Code, Error};
use crate::core::realtime::filter::{self, Condition, Operator, Value, wrong};

/// So many columns `select` names at most: a table of PostgreSQL has 1,600 at most, a useful list far fewer.
const MOST_COLUMNS: u32 = 1_000;
/// So many conditions a filter has at most, and so many values a condition; the server's own limits lie below.
const MOST_CONDITIONS: u32 = 1_000;

/// The filter as the wire has it, of a string, of the builder (an object with `conditions`) or of an array of conditions
/// `{ column, operator, value, not? }`. `None` for one without a condition: it asks for every row.
///
/// # Errors
/// `invalid_option`.
pub fn filter(option: &JsValue) -> Result<Option<String>, Error> {
    if let Some(text) = given::text(option) {
        let is_empty = filter::read(&text)?.is_empty();
        return Ok(Some(text).filter(|_| !is_empty));
    }
    let built = if given::is_object(option) { given::field(option, "conditions") } else { option.clone() };
    let Some(conditions) = given::items(&built, MOST_CONDITIONS) else {
        return Err(wrong(&["must be a string as `supplier_id=eq.7`, or made by `filter()`, as \
            `filter().eq('supplier_id', 7)`."]));
    };
    let mut read = Vec::new();
    for item in conditions {
        read.push(condition(&item)?);
    }
    let text = filter::write(&read)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The columns of `select`.
///
/// # Errors
/// `invalid_option`.
pub fn select(option: &JsValue) -> Result<Vec<String>, Error> {
    let items = given::items(option, MOST_COLUMNS).unwrap_or_default();
    let texts = items.iter().filter_map(given::text).filter(|name| !name.is_empty());
    let names: Vec<String> = texts.collect();
    if names.is_empty() || names.len() != items.len() {
        let message =
            "Option \"select\" must be an array of 1 to 1,000 names of columns, as `['id', 'status']`.";
        return Err(Error::new(Code::InvalidOption, message));
    }
    Ok(names)
}

fn condition(item: &JsValue) -> Result<Condition, Error> {
    let text = |name: &str| given::text(&given::field(item, name)).filter(|_| given::is_object(item));
    let (Some(column), Some(operator)) = (text("column"), text("operator")) else {
        return Err(wrong(&[
            "has a condition that is not `{ column, operator, value }`. Make conditions by `filter()`.",
        ]));
    };
    let operator = Operator::named(&operator)?;
    let not = given::field(item, "not");
    let negated = not.as_bool().or(not.is_undefined().then_some(false)).ok_or_else(|| {
        wrong(&["has a condition on \"", &column, "\" whose `not` is neither true nor false."])
    })?;
    let value = given::field(item, "value");
    let value = match given::items(&value, MOST_CONDITIONS) {
        Some(values) => {
            let values = values.iter().map(|value| scalar(&column, operator, value));
            Value::Many(values.collect::<Result<_, _>>()?)
        }
        None => Value::One(scalar(&column, operator, &value)?),
    };
    Ok(Condition { column, operator, value, negated })
}

/// A value as PostgreSQL reads it from a text.
fn scalar(column: &str, operator: Operator, value: &JsValue) -> Result<String, Error> {
    let text = if let Some(text) = given::text(value) {
        Some(text)
    } else if value.as_f64().is_some_and(f64::is_finite) || value.as_bool().is_some() {
        // JavaScript's own text of a number: Rust's has hundreds of digits for 1e300.
        JSON::stringify(value).ok().and_then(|text| text.as_string())
    } else if let Some(integer) = value.dyn_ref::<BigInt>() {
        integer.to_string(10).ok().and_then(|text| text.as_string())
    } else if value.is_null() && operator == Operator::Is {
        Some("null".to_owned())
    } else {
        given::iso_text(value)
    };
    text.ok_or_else(|| {
        let takes = if value.is_null() {
            "null. Null is found by `is`, as `filter().is('name', null)`."
        } else {
            "something else than a string without lone surrogates, a finite number, a bigint, true, false or a valid Date."
        };
        wrong(&["compares \"", column, "\" by ", operator.as_str(), " with ", takes])
    })
}
