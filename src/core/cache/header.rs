//! What is stored beside a value, as one line.
//!
//! ```text
//! header = "1" flags stored ttl stale version bytes count (tag generation)*
//! ```
//! Fields are separated by spaces. Version and tags have `%`, spaces and whatever is not printable ASCII percent-encoded, so that
//! the line may be a header of HTTP. A version of `-` is none.

use std::rc::Rc;

use super::generation::Generation;

/// Begins the line; another form would begin otherwise.
const FORM: &str = "1";
/// The most tags an entry has, those that it has by itself included.
const MOST_TAGS: usize = 80;
const NO_VERSION: &str = "-";

/// That there is nothing under the key.
pub const NOTHING: u8 = 1;
/// The value is a structured clone, because JSON would not say all of it.
pub const CLONE: u8 = 2;
/// It is compressed.
pub const COMPRESSED: u8 = 4;
/// It is encrypted.
pub const ENCRYPTED: u8 = 8;

/// What an entry is, beside its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The sum of [`NOTHING`], [`CLONE`], [`COMPRESSED`] and [`ENCRYPTED`], as far as they are so.
    pub flags: u8,
    /// When its value was set, or its fetch began, in milliseconds of the wall clock.
    pub stored: u64,
    /// For how long it is fresh, in milliseconds.
    pub ttl: u64,
    /// For how long after that it is stale and may yet be shown, in milliseconds.
    pub stale: u64,
    /// The version that the application gave it.
    pub version: Option<Rc<str>>,
    /// Its size in bytes, as it is stored.
    pub bytes: u32,
    /// Its tags, with what their counters said before its fetch began.
    pub tags: Vec<(Rc<str>, Generation)>,
}

impl Header {
    /// As one line of ASCII.
    pub fn to_text(&self) -> String {
        let mut text = String::from(FORM);
        for number in [u64::from(self.flags), self.stored, self.ttl, self.stale] {
            push(&mut text, &number.to_string());
        }
        text.push(' ');
        match &self.version {
            Some(version) => escape(&mut text, version),
            None => text.push_str(NO_VERSION),
        }
        for number in [self.bytes as usize, self.tags.len()] {
            push(&mut text, &number.to_string());
        }
        for (tag, generation) in &self.tags {
            text.push(' ');
            escape(&mut text, tag);
            push(&mut text, &generation.to_text());
        }
        text
    }

    /// From such a line. It comes from a disk or a network and may be anything: `None` if it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut fields = text.split(' ');
        let mut next = || fields.next();
        if next()? != FORM {
            return None;
        }
        let flags = next()?.parse().ok().filter(|flags| *flags < 16)?;
        let stored = next()?.parse().ok()?;
        let ttl = next()?.parse().ok()?;
        let stale = next()?.parse().ok()?;
        let version = match next()? {
            NO_VERSION => None,
            version => Some(unescape(version)?),
        };
        let bytes = next()?.parse().ok()?;
        let count: usize = next()?.parse().ok().filter(|count| *count <= MOST_TAGS)?;
        let mut tags = Vec::new();
        for _ in 0..count {
            tags.push((unescape(next()?)?, Generation::from_text(next()?)?));
        }
        next().is_none().then_some(Self { flags, stored, ttl, stale, version, bytes, tags })
    }
}

/// The flags of such a line, for those who make the value of what is stored; those of no header's are unknown ones.
pub fn flags_of(text: &str) -> u8 {
    text.split(' ').nth(1).and_then(|flags| flags.parse().ok()).unwrap_or(u8::MAX)
}

/// The version of such a line, for them; `None` of no header's, too.
pub fn version_of(text: &str) -> Option<Rc<str>> {
    text.split(' ').nth(5).filter(|version| *version != NO_VERSION).and_then(unescape)
}

fn push(text: &mut String, field: &str) {
    text.push(' ');
    text.push_str(field);
}

/// A hyphen alone would be no version.
pub(super) fn escape(text: &mut String, field: &str) {
    for byte in field.bytes() {
        let is_plain = byte.is_ascii_graphic() && byte != b'%' && field != NO_VERSION;
        if is_plain {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for half in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
    }
}

pub(super) fn unescape(field: &str) -> Option<Rc<str>> {
    let mut bytes = Vec::new();
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut half = || char::from(rest.next()?).to_digit(16);
            (half()? * 16 + half()?) as u8
        } else {
            byte
        });
    }
    Some(String::from_utf8(bytes).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rng::Rng;

    fn header(version: Option<&str>, tags: &[&str]) -> Header {
        let tags =
            tags.iter().map(|tag| (Rc::from(*tag), Generation { epoch: 5, count: 2, origin: 1 })).collect();
        Header { flags: 4, stored: 9, ttl: 7, stale: 8, version: version.map(Rc::from), bytes: 12, tags }
    }

    #[test]
    fn a_header_is_read_back_as_it_was_written() {
        for version in [None, Some(""), Some("-"), Some("--"), Some("v 1"), Some("%20"), Some("Müller\n")] {
            for tags in [&[][..], &[""], &["a", "k[\"x\",\"y\"]", "s 1", "婚礼", "%", "a\u{0}b"]] {
                let header = header(version, tags);
                let text = header.to_text();
                assert!(text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{text}");
                assert_eq!(Header::from_text(&text), Some(header), "{text}");
            }
        }
        assert_eq!(header(Some("v"), &["a b"]).to_text(), "1 4 9 7 8 v 12 1 a%20b 5.2.1");
    }

    #[test]
    fn no_change_of_a_header_makes_its_reader_panic() {
        let mut rng = Rng::new(3);
        let line = header(Some("v1"), &["a", "b c"]).to_text();
        for _ in 0..20_000 {
            let mut bytes = line.as_bytes().to_vec();
            for _ in 0..=rng.up_to(4) {
                let at = rng.up_to(bytes.len() as u64 - 1) as usize;
                match rng.up_to(2) {
                    0 => bytes[at] = rng.up_to(127) as u8,
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, b" %9."[rng.up_to(3) as usize]),
                }
            }
            let text = String::from_utf8(bytes).expect("ASCII");
            if let Some(read) = Header::from_text(&text) {
                assert_eq!(Header::from_text(&read.to_text()), Some(read), "{text}");
            }
        }
        let many = vec!["t"; MOST_TAGS + 1];
        assert_eq!(Header::from_text(&header(None, &many).to_text()), None);
        let most = header(None, &many[1..]);
        assert_eq!(Header::from_text(&most.to_text()), Some(most));
    }
}
