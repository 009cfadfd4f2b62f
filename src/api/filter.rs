//! Reading the options `filter` and `select` of a subscription to changes.

use js_sys::{Array, BigInt, Date, JSON};
use wasm_bindgen::prelude::*;

use crate::core::error::{Code, Error};
use crate::core::payload::Payload;
use crate::core::realtime::filter::{self, Condition, Operator, Value, wrong};

/// So many columns `select` names at most: a table of PostgreSQL has 1,600 at most, a useful list far fewer.
const MOST_COLUMNS: usize = 1_000;

/// The filter as the wire has it, of a string, of the builder (an object with `conditions`) or of an array of conditions
/// `{ column, operator, value, not? }`. `None` for one without a condition: it asks for every row.
///
/// # Errors
/// `invalid_option`.
pub fn filter(option: &JsValue) -> Result<Option<String>, Error> {
    if let Some(text) = option.as_string() {
        let is_empty = filter::read(&text)?.is_empty();
        return Ok(Some(text).filter(|_| !is_empty));
    }
    let conditions = if Array::is_array(option) { Some(option.clone()) } else { option.field("conditions") };
    let Some(conditions) = conditions.filter(Array::is_array) else {
        return Err(wrong(&["must be a string as `supplier_id=eq.7`, or made by `filter()`, as \
            `filter().eq('supplier_id', 7)`."]));
    };
    let mut read = Vec::new();
    for item in items(&conditions) {
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
    let mut names = Vec::new();
    if (1..=MOST_COLUMNS).contains(&option.length().unwrap_or(0)) {
        names.extend(items(option).filter_map(|name| name.as_string()).filter(|name| !name.is_empty()));
    }
    if names.is_empty() || Some(names.len()) != option.length() {
        let message =
            "Option \"select\" must be an array of 1 to 1,000 names of columns, as `['id', 'status']`.";
        return Err(Error::new(Code::InvalidOption, message));
    }
    Ok(names)
}

fn items(array: &JsValue) -> impl Iterator<Item = JsValue> {
    (0..array.length().unwrap_or(0)).map(|index| array.item(index).unwrap_or(JsValue::UNDEFINED))
}

fn condition(item: &JsValue) -> Result<Condition, Error> {
    let text = |name: &str| item.field(name).and_then(|value| value.as_string());
    let (Some(column), Some(operator)) = (text("column"), text("operator")) else {
        return Err(wrong(&[
            "has a condition that is not `{ column, operator, value }`. Make conditions by `filter()`.",
        ]));
    };
    let operator = Operator::named(&operator)?;
    let negated = match item.field("not") {
        None => false,
        Some(not) if not.is_undefined() => false,
        Some(not) => not.as_bool().ok_or_else(|| {
            wrong(&["has a condition on \"", &column, "\" whose `not` is neither true nor false."])
        })?,
    };
    let given = item.field("value").unwrap_or(JsValue::UNDEFINED);
    let value = if Array::is_array(&given) {
        let mut values = Vec::new();
        for value in items(&given) {
            values.push(scalar(&column, operator, &value)?);
        }
        Value::Many(values)
    } else {
        Value::One(scalar(&column, operator, &given)?)
    };
    Ok(Condition { column, operator, value, negated })
}

/// A value as PostgreSQL reads it from a text.
fn scalar(column: &str, operator: Operator, value: &JsValue) -> Result<String, Error> {
    let text = if let Some(text) = value.as_string() {
        Some(text)
    } else if value.as_f64().is_some_and(f64::is_finite) || value.as_bool().is_some() {
        // JavaScript's own text of a number: Rust's has hundreds of digits for 1e300.
        JSON::stringify(value).ok().and_then(|text| text.as_string())
    } else if let Some(integer) = value.dyn_ref::<BigInt>() {
        integer.to_string(10).ok().and_then(|text| text.as_string())
    } else if value.is_null() && operator == Operator::Is {
        Some("null".to_owned())
    } else {
        let date = value.dyn_ref::<Date>().filter(|date| !date.get_time().is_nan());
        date.and_then(|date| date.to_iso_string().as_string())
    };
    text.ok_or_else(|| {
        let takes = if value.is_null() {
            "null. Null is found by `is`, as `filter().is('name', null)`."
        } else {
            "something else than a string, a finite number, a bigint, true, false or a valid Date."
        };
        wrong(&["compares \"", column, "\" by ", operator.as_str(), " with ", takes])
    })
}
