//! Numbers and texts in one line: how a day is stored, and how followers are told.
//!
//! A number is written five bits at a time, the lowest first, each as one of the 64 characters from `0` to `o`; all but the
//! last have the sixth bit set. So what is below 32 takes one character. A text is its length in bytes and itself.

/// The first of the 64 characters.
const ZERO: u8 = b'0';
/// Bits of a number in a character.
const BITS: u32 = 5;
/// Set in a character after which the number goes on.
const MORE: u64 = 1 << BITS;

/// Writes them.
#[derive(Debug, Default)]
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn number(&mut self, mut number: u64) {
        loop {
            let low = number & (MORE - 1);
            number >>= BITS;
            let digit = if number > 0 { low | MORE } else { low };
            self.0.push(char::from(ZERO + digit as u8));
            if number == 0 {
                return;
            }
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.push_str(text);
    }

    /// A number that may be missing: 0 if it is, otherwise one more.
    pub(super) fn maybe(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number.saturating_add(1)));
    }

    pub(super) fn written(self) -> String {
        self.0
    }
}

/// Reads them; `None` where they are not what is asked for.
#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a str);

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let digit = u64::from(self.0.as_bytes().first()?.checked_sub(ZERO)?);
            if digit >= 2 * MORE || shift > 60 {
                return None;
            }
            // All characters that a number has are one byte long.
            self.0 = self.0.get(1..)?;
            number |= (digit & (MORE - 1)) << shift;
            shift += BITS;
            if digit < MORE {
                return Some(number);
            }
        }
    }

    /// A number that is at most `most`.
    pub(super) fn up_to(&mut self, most: u64) -> Option<u64> {
        self.number().filter(|number| *number <= most)
    }

    /// As [`Writer::maybe`] has written it.
    pub(super) fn maybe(&mut self) -> Option<Option<u64>> {
        self.number().map(|number| number.checked_sub(1))
    }

    /// A text of at most so many bytes.
    pub(super) fn text(&mut self, most: usize) -> Option<&'a str> {
        let length = self.up_to(most as u64)? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

/// A text up to so many characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let numbers = [0, 1, 31, 32, 1_023, 1_024, 3_600_000, u64::MAX - 1, u64::MAX];
        let mut writer = Writer::default();
        for number in numbers {
            writer.number(number);
            writer.text("fête: 🎉");
            writer.maybe((number % 2 == 0).then_some(number));
        }
        let text = writer.written();
        let mut reader = Reader(&text);
        for number in numbers {
            assert_eq!(reader.number(), Some(number));
            assert_eq!(reader.text(20), Some("fête: 🎉"));
            assert_eq!(reader.maybe(), Some((number % 2 == 0).then_some(number)));
        }
        assert!(reader.is_at_end());
        assert_eq!(reader.number(), None);
    }

    #[test]
    fn what_is_none_is_none() {
        assert_eq!(Reader("oooooooooooooooooooo").number(), None, "endless");
        assert_eq!(Reader("é").number(), None, "not of these characters");
        assert_eq!(Reader("p").number(), None, "just beyond them");
        assert_eq!(Reader("/").number(), None, "just before them");
        assert_eq!(Reader("1é").text(9), None, "in the middle of a character");
        assert_eq!(Reader("5abc").text(9), None, "shorter than it says");
        assert_eq!(Reader("5abcdef").text(4), None, "longer than it may be");
        assert_eq!(Reader("5abcdef").text(5), Some("abcde"));
    }
}
