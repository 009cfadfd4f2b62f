//! Filters of changes of the database: conditions, and the text that the server reads them from.
//!
//! The grammar: conditions joined by commas, all of which must hold; a condition is `column=operator.value` or
//! `column=not.operator.value`. The server looks for commas outside of parentheses and quotes. A quote opens only right
//! after `.`, `(` or `,`; inside, `\` takes the next character as it is. A value within quotes from its first to its
//! last character is what they hold; any other is taken as it is, backslashes too. The list of `in` becomes the text of
//! an array of PostgreSQL, where braces, a bare `null` and nothing at all have meanings of their own.

mod read;

pub use read::read;

use crate::core::error::{Code, Error};

/// So many values `in` takes at most: the server refuses more.
pub const MOST_VALUES: usize = 100;

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Less than.
    Lt,
    /// Less than or equal.
    Lte,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Gte,
    /// One of several.
    In,
    /// Like a pattern with `%` and `_`.
    Like,
    /// The same in any case.
    Ilike,
    /// `null`, `true`, `false` or `unknown`.
    Is,
    /// Matches a regular expression.
    Match,
    /// The same in any case.
    Imatch,
    /// Not equal, where null is a value like others.
    Isdistinct,
}

impl Operator {
    /// All that the server knows.
    pub const ALL: &[Self] = &[
        Self::Eq,
        Self::Neq,
        Self::Lt,
        Self::Lte,
        Self::Gt,
        Self::Gte,
        Self::In,
        Self::Like,
        Self::Ilike,
        Self::Is,
        Self::Match,
        Self::Imatch,
        Self::Isdistinct,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::In => "in",
            Self::Like => "like",
            Self::Ilike => "ilike",
            Self::Is => "is",
            Self::Match => "match",
            Self::Imatch => "imatch",
            Self::Isdistinct => "isdistinct",
        }
    }

    /// The operator of this name.
    ///
    /// # Errors
    /// `invalid_option` with the names there are.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|operator| operator.as_str() == name).ok_or_else(|| {
            let mut names = String::new();
            for operator in Self::ALL {
                names.push_str(if names.is_empty() { "" } else { ", " });
                names.push_str(operator.as_str());
            }
            wrong(&["has no operator \"", name, "\". There are: ", &names, "."])
        })
    }
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One value, as PostgreSQL reads it from a text.
    One(String),
    /// The values of `in`.
    Many(Vec<String>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The column's name.
    pub column: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what: `Many` for `in`, otherwise `One`.
    pub value: Value,
    /// Whether the comparison must fail.
    pub negated: bool,
}

impl Condition {
    /// Checks what a condition's parts must be, however it was made.
    ///
    /// # Errors
    /// `invalid_option`: a column whose name the grammar cannot express, a value that the operator does not take.
    pub fn check(&self) -> Result<(), Error> {
        let Self { column, operator, value, .. } = self;
        if column.is_empty() {
            return Err(wrong(&["names no column. Write `column=operator.value`, as `supplier_id=eq.7`."]));
        }
        if has_any(column, b"=,()\"") || has_outer_space(column) {
            let sentence = "\", which the server cannot read: a column's name in a filter has no `=`, comma, \
                parenthesis or quote, and no space around it.";
            return Err(wrong(&["names the column \"", column, sentence]));
        }
        let refuse = |takes: &str| Err(wrong(&["compares \"", column, "\" by ", operator.as_str(), takes]));
        match (operator, value) {
            (Operator::In, Value::Many(values)) if values.is_empty() => {
                refuse(", which takes at least one value, as `status=in.(new,won)`.")
            }
            (Operator::In, Value::Many(values)) if values.len() > MOST_VALUES => {
                refuse(", which takes at most 100 values.")
            }
            (Operator::In, Value::Many(_)) => Ok(()),
            (Operator::In, Value::One(_)) => {
                refuse(", which takes a list of values: a string `in.(new,won)`, a condition an array.")
            }
            (_, Value::Many(_)) => refuse(", which takes one value. A list is for `in`."),
            (Operator::Is, Value::One(word))
                if !["null", "true", "false", "unknown"].contains(&word.as_str()) =>
            {
                refuse(", which takes null, true, false or unknown. Compare with other values by `eq`.")
            }
            (_, Value::One(_)) => Ok(()),
        }
    }

    fn write(&self, text: &mut String) {
        text.push_str(&self.column);
        text.push_str(if self.negated { "=not." } else { "=" });
        text.push_str(self.operator.as_str());
        text.push('.');
        match &self.value {
            Value::One(value) if has_any(value, b",()\"") || has_outer_space(value) => {
                quote(value, text);
            }
            Value::One(value) => text.push_str(value),
            Value::Many(values) => {
                for (index, value) in values.iter().enumerate() {
                    text.push(if index == 0 { '(' } else { ',' });
                    if must_be_quoted_in_a_list(value) {
                        quote(value, text);
                    } else {
                        text.push_str(value);
                    }
                }
                text.push(')');
            }
        }
    }
}

/// The conditions as the server reads them.
///
/// # Errors
/// `invalid_option`, as [`Condition::check`].
pub fn write(conditions: &[Condition]) -> Result<String, Error> {
    let mut text = String::new();
    for condition in conditions {
        condition.check()?;
        if !text.is_empty() {
            text.push(',');
        }
        condition.write(&mut text);
    }
    Ok(text)
}

/// An error about the option, whose message goes on with these words.
pub fn wrong(words: &[&str]) -> Error {
    Error::new(Code::InvalidOption, ["Option \"filter\" ", &words.concat()].concat())
}

fn must_be_quoted_in_a_list(value: &str) -> bool {
    value.is_empty()
        || has_any(value, b",()\"{}\\")
        || has_outer_space(value)
        || value.eq_ignore_ascii_case("null")
}

fn has_outer_space(text: &str) -> bool {
    text.len() != text.trim().len()
}

/// Whether one of these ASCII characters is in the text.
fn has_any(text: &str, characters: &[u8]) -> bool {
    text.bytes().any(|byte| characters.contains(&byte))
}

fn quote(value: &str, text: &mut String) {
    text.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(column: &str, operator: Operator, value: &str) -> Condition {
        Condition { column: column.into(), operator, value: Value::One(value.into()), negated: false }
    }

    fn many(values: &[&str]) -> Condition {
        let value = Value::Many(values.iter().map(|value| (*value).to_owned()).collect());
        Condition { column: "t".into(), operator: Operator::In, value, negated: false }
    }

    #[test]
    fn conditions_are_written_as_the_recordings_have_them() {
        use Operator::*;
        for (conditions, text) in [
            (vec![one("id", Gt, "1"), one("t", Like, "he%")], "id=gt.1,t=like.he%"),
            (vec![Condition { negated: true, ..one("t", Eq, "hello") }], "t=not.eq.hello"),
            (vec![one("t", Is, "null")], "t=is.null"),
            (vec![one("t", Isdistinct, "hello")], "t=isdistinct.hello"),
            (vec![one("t", Match, "^h")], "t=match.^h"),
            (vec![one("t", Ilike, "HE%")], "t=ilike.HE%"),
            (vec![many(&["hello", "a,b"])], "t=in.(hello,\"a,b\")"),
            (vec![], ""),
        ] {
            assert_eq!(write(&conditions).unwrap(), text);
        }
    }

    #[test]
    fn whatever_a_value_holds_it_is_read_as_it_was_written() {
        let values = [
            "",
            " ",
            "a",
            "a,b",
            "(",
            ")",
            "a(b)c",
            "\"",
            "5\" pipe",
            "\\",
            "\\\"",
            "^\\d{1,3}$",
            "not.eq.x",
            "=",
            "x=eq.1,y=eq.2",
            "null",
            "NULL",
            "{",
            "}",
            " led",
            "trailed ",
            "\u{a0}é\u{1f600}",
            "line\nbreak",
            "a.b",
        ];
        for operator in Operator::ALL.iter().copied().filter(|operator| !matches!(operator, Operator::Is)) {
            for value in values {
                let condition = match operator {
                    Operator::In => many(&[value, "other", value]),
                    _ => one("t", operator, value),
                };
                let conditions = [
                    condition.clone(),
                    Condition { negated: true, ..condition },
                    one("u", Operator::Eq, "1"),
                ];
                let text = write(&conditions).unwrap();
                assert_eq!(read(&text).unwrap(), conditions, "{text}");
            }
        }
    }

    #[test]
    fn what_the_grammar_cannot_express_is_refused_with_a_sentence() {
        let column = |name: &str| one(name, Operator::Eq, "1");
        for (condition, says) in [
            (column(""), "names no column"),
            (column("a,b"), "which the server cannot read"),
            (column("a=b"), "which the server cannot read"),
            (column(" a"), "which the server cannot read"),
            (many(&[]), "at least one value"),
            (many(&["x"; 101]), "at most 100"),
            (one("t", Operator::Is, "NULL"), "null, true, false or unknown"),
            (one("t", Operator::In, "x"), "a list of values"),
            (Condition { operator: Operator::Eq, ..many(&["x"]) }, "takes one value"),
        ] {
            let error = write(&[condition]).unwrap_err();
            assert_eq!(error.code, Code::InvalidOption);
            assert!(error.message.starts_with("Option \"filter\" "), "{}", error.message);
            assert!(error.message.contains(says), "{}", error.message);
        }
        assert!(write(&[many(&["x"; 100])]).is_ok());
    }
}
