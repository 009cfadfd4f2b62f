//! Numbers and texts in one line: how a day is stored, and how followers are told.
//!
//! A number is written five bits at a time, the lowest first, each as one of the 64 characters from `0` to `o`; all but the
//! last have the sixth bit set. So what is below 32 takes one character. A text is its length in bytes and itself.
//!
//! One description writes a thing and reads it: it names each part in turn, and a part is written from what is there, or read
//! into it. After the first part that is none, everything is left as it is, and whoever reads asks once at the end.

use std::rc::Rc;

use super::MOST_NAME;

/// The first of the 64 characters.
const ZERO: u8 = b'0';
/// Bits of a number in a character.
const BITS: u32 = 5;
/// Set in a character after which the number goes on.
const MORE: u64 = 1 << BITS;

/// Parts that are written, or read.
#[derive(Debug, Default)]
pub(super) struct Text<'a> {
    written: String,
    /// What is left to be read.
    left: &'a str,
    is_read: bool,
    is_wrong: bool,
}

impl<'a> Text<'a> {
    /// Nothing yet.
    pub(super) fn writing() -> Self {
        Self::default()
    }

    /// What was written.
    pub(super) fn reading(left: &'a str) -> Self {
        Self { left, is_read: true, ..Self::default() }
    }

    pub(super) fn written(self) -> String {
        self.written
    }

    /// Whether all that was read was there, and nothing else.
    pub(super) const fn is_whole(&self) -> bool {
        !self.is_wrong && self.left.is_empty()
    }

    /// What is read is nothing that is known.
    pub(super) const fn refuse(&mut self) {
        self.is_wrong = true;
    }

    /// A number that is at most `most`.
    pub(super) fn number(&mut self, number: &mut u64, most: u64) {
        if !self.is_read {
            self.write(*number);
        } else if !self.is_wrong {
            match self.read().filter(|read| *read <= most) {
                Some(read) => *number = read,
                None => self.is_wrong = true,
            }
        }
    }

    /// A smaller one.
    pub(super) fn small(&mut self, small: &mut u32, most: u32) {
        let mut number = u64::from(*small);
        self.number(&mut number, u64::from(most));
        *small = number as u32;
    }

    /// A number that may be missing: 0 if it is, otherwise one more.
    pub(super) fn maybe(&mut self, number: &mut Option<u64>) {
        let mut more = number.map_or(0, |number| number.saturating_add(1));
        self.number(&mut more, u64::MAX);
        *number = more.checked_sub(1);
    }

    /// A text of at most so many characters.
    pub(super) fn text(&mut self, text: &mut Rc<str>, most: usize) {
        let mut length = text.len() as u64;
        self.number(&mut length, 4 * most as u64);
        if !self.is_read {
            self.written.push_str(text);
        } else if !self.is_wrong {
            match self.left.split_at_checked(length as usize) {
                Some((read, left)) if cut(read, most) == read => (*text, self.left) = (read.into(), left),
                _ => self.is_wrong = true,
            }
        }
    }

    /// The name of a check.
    pub(super) fn name(&mut self, name: &mut Rc<str>) {
        self.text(name, MOST_NAME);
        self.is_wrong |= name.is_empty();
    }

    /// Any number of these, at most `most`; what is read begins as `blank`.
    pub(super) fn each<T>(
        &mut self,
        list: &mut Vec<T>,
        most: u64,
        blank: &dyn Fn() -> T,
        pass: &mut dyn FnMut(&mut Self, &mut T),
    ) {
        let mut count = list.len() as u64;
        self.number(&mut count, most);
        for at in 0..count {
            if self.is_read && !self.is_wrong {
                list.push(blank());
            }
            if let Some(item) = list.get_mut(at as usize) {
                pass(self, item);
            }
        }
    }

    fn write(&mut self, mut number: u64) {
        loop {
            let low = number & (MORE - 1);
            number >>= BITS;
            let digit = if number > 0 { low | MORE } else { low };
            self.written.push(char::from(ZERO + digit as u8));
            if number == 0 {
                return;
            }
        }
    }

    fn read(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let digit = u64::from(self.left.as_bytes().first()?.checked_sub(ZERO)?);
            if digit >= 2 * MORE || shift > 60 {
                return None;
            }
            // All characters that a number has are one byte long.
            self.left = self.left.get(1..)?;
            number |= (digit & (MORE - 1)) << shift;
            shift += BITS;
            if digit < MORE {
                return Some(number);
            }
        }
    }
}

/// A text up to so many characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(text: &mut Text<'_>, number: &mut u64, name: &mut Rc<str>, maybe: &mut Option<u64>) {
        text.number(number, u64::MAX);
        text.text(name, 8);
        text.maybe(maybe);
    }

    #[test]
    fn what_is_written_is_read() {
        let numbers = [0, 1, 31, 32, 1_023, 1_024, 3_600_000, u64::MAX - 1, u64::MAX];
        let name: Rc<str> = "fête: 🎉".into();
        let mut writing = Text::writing();
        let maybe = |number: u64| (number & 1 == 0).then_some(number);
        for mut number in numbers {
            let mut other = maybe(number);
            pass(&mut writing, &mut number, &mut name.clone(), &mut other);
        }
        let text = writing.written();
        let mut reading = Text::reading(&text);
        for expected in numbers {
            let (mut number, mut read, mut other) = (7, Rc::from(""), None);
            pass(&mut reading, &mut number, &mut read, &mut other);
            assert_eq!((number, &read, other), (expected, &name, maybe(expected)));
        }
        assert!(reading.is_whole());
        reading.number(&mut 0, 9);
        assert!(!reading.is_whole(), "there is no more");
    }

    #[test]
    fn what_is_none_is_left_as_it_is() {
        for wrong in [
            ("oooooooooooooooooooo", "endless"),
            ("é", "not of these characters"),
            ("p", "just beyond them"),
            ("/", "just before them"),
            (":", "more than the most"),
        ] {
            let mut text = Text::reading(wrong.0);
            let mut number = 5;
            text.number(&mut number, 9);
            assert!(!text.is_whole() && number == 5, "{}", wrong.1);
        }
        for (text, most, read) in [
            ("1é", 9, None),
            ("5abc", 9, None),
            ("5abcde", 4, None),
            ("5abcde", 5, Some("abcde")),
            ("2é", 1, Some("é")),
            ("4éé", 1, None),
        ] {
            let (mut reading, mut name) = (Text::reading(text), Rc::from("as it was"));
            reading.text(&mut name, most);
            assert_eq!(reading.is_whole(), read.is_some(), "{text}");
            assert_eq!(&*name, read.unwrap_or("as it was"));
        }
        for (text, is_name) in [("0", false), ("1a", true)] {
            let (mut reading, mut name) = (Text::reading(text), Rc::from(""));
            reading.name(&mut name);
            assert_eq!(reading.is_whole(), is_name, "{text}");
        }
    }
}
