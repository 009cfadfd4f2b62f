//! Reading a filter's text, as the server does; what it would misread is refused.

use super::{Condition, Operator, Value, has_any, wrong};
use crate::core::error::Error;

const NO_CONDITION: &str = "\" where a condition must be: `column=operator.value`, as `supplier_id=eq.7`. A value with a \
    comma goes in quotes.";
const NO_QUOTE: &str = "has a quote that is not at the beginning of a value. Put the whole value in quotes and write `\\\"` \
    for the quote, as `size=eq.\"5\\\" pipe\"`.";
const OPEN_QUOTE: &str =
    "has a quote that does not close. Within quotes write `\\\"` for a quote and `\\\\` for a backslash.";
const UNBALANCED: &str =
    "has a parenthesis without its other half. Put the value in quotes, as `name=eq.\"a (b\"`.";
/// `or=(…)` and `and=(…)` are the grammar of the project's REST interface.
const OR: &str = "has `or=(…)`, and the server has no OR: all conditions of a filter must hold. Give each alternative an entry \
    of its own in `changes`; of one column's values write `status=in.(new,won)`.";
const AND: &str =
    "has `and=(…)`: separate the conditions by commas, as `a=eq.1,b=eq.2`. All of them must hold anyway.";

/// The conditions of a filter's text. A text of spaces has none, as the server has it.
///
/// # Errors
/// `invalid_option` for what the server would refuse, and for what it would read otherwise than it looks: a quote or
/// parenthesis that does not close, characters after a closing quote, a list with a gap or a bare `null`.
pub fn read(text: &str) -> Result<Vec<Condition>, Error> {
    let (mut reader, mut conditions) = (Reader { complaint: None }, Vec::new());
    if !text.trim().is_empty() {
        for part in reader.split(text, 0) {
            conditions.push(reader.condition(part.trim()));
        }
    }
    match reader.complaint {
        None => Ok(conditions),
        Some(error) => Err(error),
    }
}

/// Reads on whatever is wrong, and keeps the first complaint: to stop at each would be most of the code.
struct Reader {
    complaint: Option<Error>,
}

impl Reader {
    fn complain(&mut self, words: &[&str]) {
        self.keep(wrong(words));
    }

    fn keep(&mut self, error: Error) {
        self.complaint.get_or_insert(error);
    }

    /// Splits at the commas outside of quotes and parentheses. `edge` is what a part is taken to follow: a list's value
    /// may begin with a quote, a condition begins with its column.
    fn split<'a>(&mut self, text: &'a str, edge: u8) -> Vec<&'a str> {
        let mut parts = Vec::new();
        let (mut start, mut depth, mut former) = (0, 0u32, edge);
        let (mut is_quoted, mut is_escaped) = (false, false);
        // All that matters is ASCII, of which no part of another character has a byte.
        for (at, byte) in text.bytes().enumerate() {
            if is_quoted {
                is_quoted = is_escaped || byte != b'"';
                is_escaped = !is_escaped && byte == b'\\';
                continue;
            }
            match byte {
                b'"' if matches!(former, b'.' | b'(' | b',') => is_quoted = true,
                b'"' => self.complain(&[NO_QUOTE]),
                b'(' => depth += 1,
                b')' if depth == 0 => self.complain(&[UNBALANCED]),
                b')' => depth -= 1,
                b',' if depth == 0 => {
                    parts.push(text.get(start..at).unwrap_or_default());
                    start = at + 1;
                    former = edge;
                    continue;
                }
                _ => {}
            }
            former = byte;
        }
        if is_quoted {
            self.complain(&[OPEN_QUOTE]);
        }
        if depth > 0 {
            self.complain(&[UNBALANCED]);
        }
        parts.push(text.get(start..).unwrap_or_default());
        parts
    }

    fn condition(&mut self, text: &str) -> Condition {
        if text.is_empty() {
            self.complain(&["has a comma too many: write `a=eq.1,b=eq.2`."]);
        }
        let group = text.split_once('(').map_or("", |(word, _)| word.strip_suffix('=').unwrap_or(word));
        match group.strip_prefix("not.").unwrap_or(group) {
            "or" => self.complain(&[OR]),
            "and" => self.complain(&[AND]),
            _ => {}
        }
        let (column, rest) = text.split_once('=').unwrap_or_default();
        let positive = rest.strip_prefix("not.");
        let (name, value) = positive.unwrap_or(rest).split_once('.').unwrap_or_else(|| {
            self.complain(&["has \"", text, NO_CONDITION]);
            ("", "")
        });
        let operator = Operator::named(name).unwrap_or_else(|error| {
            self.keep(error);
            Operator::Eq
        });
        let list = value.strip_prefix('(').and_then(|value| value.strip_suffix(')'));
        let value = match (operator, list) {
            (Operator::In, Some(list)) => Value::Many(self.items(list)),
            (Operator::In, None) => Value::One(value.to_owned()),
            _ => Value::One(self.plain(value)),
        };
        let condition = Condition { column: column.to_owned(), operator, value, negated: positive.is_some() };
        if let Err(error) = condition.check() {
            self.keep(error);
        }
        condition
    }

    /// What a value stands for: what its quotes hold, or itself.
    fn plain(&mut self, value: &str) -> String {
        let Some(quoted) = value.strip_prefix('"') else { return value.to_owned() };
        let mut plain = String::new();
        let mut characters = quoted.chars();
        while let Some(character) = characters.next() {
            match character {
                // One that ends the text has been complained of.
                '\\' => plain.push(characters.next().unwrap_or_default()),
                '"' if characters.as_str().is_empty() => return plain,
                '"' => break,
                _ => plain.push(character),
            }
        }
        self.complain(&[
            "has characters after the closing quote of ",
            value,
            ". Put the whole value in quotes.",
        ]);
        plain
    }

    /// The values of a list, which PostgreSQL reads as an array's.
    fn items(&mut self, list: &str) -> Vec<String> {
        let mut items = Vec::new();
        if list.is_empty() {
            return items;
        }
        for item in self.split(list, b',') {
            let item = item.trim();
            let is_bare = !item.starts_with('"');
            if item.is_empty() || item.eq_ignore_ascii_case("null") || is_bare && has_any(item, b"(){}\\") {
                let sentence = "\" in a list of `in`. Put it in quotes; null is found by `is.null` alone.";
                self.complain(&["has \"", item, sentence]);
            }
            items.push(self.plain(item));
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let shown = read(text).unwrap().into_iter().map(|Condition { column, operator, value, negated }| {
            let value = match value {
                Value::One(value) => format!("<{value}>"),
                Value::Many(values) => format!("{values:?}"),
            };
            format!("{column} {}{} {value}", if negated { "not " } else { "" }, operator.as_str())
        });
        shown.collect::<Vec<_>>().join(" and ")
    }

    #[test]
    fn filters_are_read_as_the_server_reads_them() {
        for (text, conditions) in [
            ("id=eq.1", "id eq <1>"),
            ("id=gt.1,t=like.he%", "id gt <1> and t like <he%>"),
            (" id=gt.1, t=not.eq.hello ", "id gt <1> and t not eq <hello>"),
            ("t=is.null,b=not.is.true", "t is <null> and b not is <true>"),
            ("t=in.(\"hello\",\"a,b\")", "t in [\"hello\", \"a,b\"]"),
            ("id=in.(1, 2)", "id in [\"1\", \"2\"]"),
            ("t=not.in.(a,\"\")", "t not in [\"a\", \"\"]"),
            ("t=eq.\"a,b=eq.1\",u=eq.2", "t eq <a,b=eq.1> and u eq <2>"),
            ("t=eq.\"say \\\"a\\\" \\\\\"", "t eq <say \"a\" \\>"),
            // A backslash outside of quotes is one, and parentheses that close need no quotes.
            ("t=match.^(a|b)\\d+$,u=eq.1", "t match <^(a|b)\\d+$> and u eq <1>"),
            ("t=eq.", "t eq <>"),
            ("t=eq.1.5.2", "t eq <1.5.2>"),
            ("a b=eq.x=y", "a b eq <x=y>"),
            // A column may have such a name.
            ("or=eq.(1),and=in.(2)", "or eq <(1)> and and in [\"2\"]"),
            ("", ""),
            ("  ", ""),
        ] {
            assert_eq!(shown(text), conditions, "{text}");
        }
    }

    #[test]
    fn what_the_server_would_refuse_or_misread_is_refused_with_what_to_write() {
        for (text, says) in [
            ("id", "has \"id\" where a condition must be: `column=operator.value`"),
            ("id=eq", "where a condition must be"),
            ("=eq.1", "names no column"),
            ("id =eq.1", "names the column \"id \""),
            ("id=zz.1", "has no operator \"zz\". There are: eq, neq, lt"),
            ("id=not.not.eq.1", "has no operator \"not\""),
            ("id=EQ.1", "has no operator \"EQ\""),
            ("or=(id.eq.1,id.eq.2)", "the server has no OR"),
            ("id=eq.1,or=(a.eq.1,and(b.eq.2,c.eq.3))", "the server has no OR"),
            ("not.or=(id.eq.1,id.eq.2)", "the server has no OR"),
            ("or(id.eq.1,id.eq.2)", "the server has no OR"),
            ("and=(id.eq.1,id.eq.2)", "separate the conditions by commas"),
            ("t=eq.a,b", "A value with a comma goes in quotes"),
            ("id=eq.1,", "a comma too many"),
            ("id=eq.1,,id=eq.2", "a comma too many"),
            ("t=is.nothing", "null, true, false or unknown"),
            ("t=is.NULL", "null, true, false or unknown"),
            ("t=in.()", "at least one value"),
            ("t=in.a", "a list of values"),
            ("t=in.(a,,b)", "in a list of `in`"),
            ("t=in.(a,null)", "null is found by `is.null`"),
            ("t=in.({a})", "in a list of `in`"),
            ("t=in.(f(x),a)", "in a list of `in`"),
            ("t=in.(a", "without its other half"),
            ("t=eq.a)", "without its other half"),
            ("t=eq.\"a", "does not close"),
            ("t=eq.\"a\\\"", "does not close"),
            ("t=eq.\"a\"b", "after the closing quote"),
            ("t=in.(\"a\"b)", "after the closing quote"),
            ("t=eq.5\" pipe", "not at the beginning of a value"),
            ("t=in.(a, \"b\")", "not at the beginning of a value"),
            ("\"t\"=eq.1", "not at the beginning of a value"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.message.starts_with("Option \"filter\" "), "{}", error.message);
            assert!(error.message.contains(says), "{text}: {}", error.message);
        }
        let many = |count| format!("t=in.({})", vec!["1"; count].join(","));
        assert!(read(&many(100)).is_ok());
        assert!(read(&many(101)).unwrap_err().message.contains("at most 100"));
    }

    #[test]
    fn no_text_makes_the_reader_panic_and_what_it_reads_it_writes_back() {
        let mut rng = crate::core::rng::Rng::new(7);
        let pieces = ["t", "=", "eq", "in", "not", ".", ",", "(", ")", "\"", "\\", " ", "null", "é", "{"];
        let mut taken = 0;
        for _ in 0..200_000 {
            let mut text = String::from(if rng.up_to(1) == 0 { "t=in.(" } else { "t=eq." });
            for _ in 0..rng.up_to(7) {
                text.push_str(pieces[rng.up_to(pieces.len() as u64 - 1) as usize]);
            }
            let Ok(conditions) = read(&text) else { continue };
            taken += 1;
            let written = super::super::write(&conditions).expect(&text);
            assert_eq!(read(&written).expect(&written), conditions, "{text} became {written}");
        }
        assert!(taken > 1_000, "{taken}");
    }
}
