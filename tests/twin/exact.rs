//! The exact numbers of database changes, for the [twin](super::router): the twin of `src/shell/router/exact.js`.
//!
//! The server writes `int8` and `numeric` as bare JSON numbers, and whoever reads those as doubles rounds some. Those
//! alone are given as strings, with just the text that the server wrote.

use wedsync_dashboard::core::payload::Payload;
use wedsync_dashboard::core::realtime::frame::Protocol;

/// The greatest integer below which every other is a double too, 2^53 − 1.
const MOST_SAFE: f64 = 9_007_199_254_740_991.0;
/// A shorter text of digits and a point has at most fifteen digits, or is a safe integer: a double holds it.
const SHORTEST_LONG: usize = 17;
/// PostgreSQL's arrays have at most so many dimensions.
const MOST_DIMENSIONS: usize = 6;

/// Puts strings in the place of those numbers of `change` that a double does not hold, in columns of the types `int8`,
/// `numeric` and their arrays. `text` is the frame that the change came in.
pub fn exact_numbers<P: Payload>(mut change: P, text: &str, protocol: Protocol) -> P {
    let Some(columns) = change.field("columns") else { return change };
    let source = P::parse(&numbers_as_strings(text)).and_then(|frame| match protocol {
        Protocol::V1 => frame.field("payload")?.field("data"),
        Protocol::V2 => frame.item(4)?.field("data"),
    });
    let Some(source) = source else { return change };
    for column in (0..columns.length().unwrap_or(0)).filter_map(|index| columns.item(index)) {
        let text = |name| column.field(name).and_then(|value| value.as_text());
        let (Some(name), Some(kind)) = (text("name"), text("type")) else { continue };
        let is_integer = match kind.as_str() {
            "int8" | "_int8" => true,
            "numeric" | "_numeric" => false,
            _ => continue,
        };
        for record in ["record", "old_record"] {
            let Some(mut row) = change.field(record) else { continue };
            let written = source.field(record).and_then(|row| row.field(&name));
            if let (Some(value), Some(written)) = (row.field(&name), written) {
                row.set_field(&name, exact(value, &written, is_integer, MOST_DIMENSIONS));
                change.set_field(record, row);
            }
        }
    }
    change
}

fn exact<P: Payload>(value: P, written: &P, is_integer: bool, dimensions: usize) -> P {
    if value.as_number().is_some() {
        let text = written.as_text().filter(|text| is_rounded(text, is_integer));
        return text.map_or(value, |text| P::string(&text));
    }
    let Some(length) = value.length().filter(|_| dimensions > 0) else { return value };
    let items = (0..length).filter_map(|index| {
        Some(exact(value.item(index)?, &written.item(index)?, is_integer, dimensions - 1))
    });
    P::array(items.collect())
}

/// Whether a double loses something of a JSON number. Integers from 2^53 on count as lost whatever they are: what is
/// computed with them is not exact.
fn is_rounded(text: &str, is_integer: bool) -> bool {
    let number = text.parse::<f64>().unwrap_or(f64::INFINITY);
    if number.abs() > MOST_SAFE {
        return true;
    }
    let is_digit = |character: char| character.is_ascii_digit() || character == '.';
    let is_long = text.split(|character| !is_digit(character)).any(|run| run.len() >= SHORTEST_LONG);
    !is_integer && is_long && decimal(text) != shortest(number)
}

/// The shortest decimal that reads as this double; of two equally near the even one, as JavaScript writes it.
fn shortest(number: f64) -> (String, i64) {
    let length = decimal(&format!("{number:e}")).0.len();
    decimal(&format!("{number:.*e}", length.saturating_sub(1)))
}

/// The digits of a JSON number without zeros around them, and where its point is.
fn decimal(text: &str) -> (String, i64) {
    let text = text.trim_start_matches('-');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    let point = whole.len() as i64 - (digits.len() - significant.len()) as i64;
    match significant.trim_end_matches('0') {
        "" => (String::new(), 0),
        digits => (digits.to_owned(), point.saturating_add(exponent.parse().unwrap_or(0))),
    }
}

/// A JSON text with every number as a string of its own text.
fn numbers_as_strings(text: &str) -> String {
    let mut strings = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped, mut in_number) = (false, false, false);
    for character in text.chars() {
        let is_part = |character: char| matches!(character, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        // Outside a string a number begins with a digit or a sign; the letters are those of `true` and `false` otherwise.
        let is_number = !in_string
            && if in_number { is_part(character) } else { character == '-' || character.is_ascii_digit() };
        if is_number != in_number {
            strings.push('"');
        }
        in_number = is_number;
        strings.push(character);
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    if in_number {
        strings.push('"');
    }
    strings
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_a_double_holds_stays_a_number_and_all_else_is_the_text() {
        for (text, rounded) in [
            ("0", false),
            ("-0.00000000000000000000", false),
            ("12345.678900", false),
            ("123456789012345", false),
            ("5.00000000000000000000", false),
            ("5.00000000000000000001", true),
            ("123456789012345.67", false),
            ("1234567890123456.78", true),
            ("0.1234567890123456", false),
            ("687470000005201.20", false),
            ("687470000005201.30", true),
            ("0.12345678901234567890", true),
            ("-9007199254740991", false),
            ("9007199254740992", true),
            ("-9007199254740993", true),
            ("100000000000000000000000", true),
        ] {
            assert_eq!(is_rounded(text, false), rounded, "{text}");
        }
        assert!(is_rounded("9007199254740993", true) && !is_rounded("9007199254740991", true));
        assert!(is_rounded(&"9".repeat(400), false));
    }

    #[test]
    fn numbers_become_strings_wherever_they_are_and_strings_stay() {
        let text = r#"[1,-2.5e+3, {"a\"1":"2\\","b":[3,true,null]},"-4\\\"5"]"#;
        let strings: Value = serde_json::from_str(&numbers_as_strings(text)).unwrap();
        assert_eq!(strings, json!(["1", "-2.5e+3", { "a\"1": "2\\", "b": ["3", true, null] }, "-4\\\"5"]));
        assert_eq!(numbers_as_strings("42"), r#""42""#);
    }

    #[test]
    fn columns_of_other_types_and_changes_of_other_shapes_are_left_alone() {
        let given = |data: &str| {
            let text = [r#"[null,null,"t","postgres_changes",{"ids":[1],"data":"#, data, "}]"].concat();
            let data: Value = serde_json::from_str(data).unwrap();
            exact_numbers(data, &text, Protocol::V2)
        };
        let columns = r#"{"columns":[{"name":"f","type":"float8"},{"name":"i","type":"int8"},
            {"name":"a","type":"_numeric"},{"name":"none","type":"int8"},7,{"name":5,"type":"int8"}],"#;
        let change = [
            columns,
            r#""record":{"f":9007199254740993,"i":9007199254740993,"a":[1.5,[9007199254740993,null]],"x":1},
            "old_record":{"i":"NaN","a":{}}}"#,
        ];
        let record = json!({ "f": 9_007_199_254_740_993_u64, "i": "9007199254740993",
            "a": [1.5, ["9007199254740993", null]], "x": 1 });
        assert_eq!(given(&change.concat())["record"], record);
        assert_eq!(given(&change.concat())["old_record"], json!({ "i": "NaN", "a": {} }));
        for odd in
            [r#"{"columns":5,"record":{}}"#, r#"{"record":{"i":1}}"#, &[columns, r#""record":7}"#].concat()]
        {
            assert_eq!(given(odd), serde_json::from_str::<Value>(odd).unwrap());
        }
    }
}
