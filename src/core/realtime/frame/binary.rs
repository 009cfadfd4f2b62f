//! The binary frames of protocol 2.0.0: a kind, the lengths of the fields in UTF-8 bytes, the fields, the payload.
//!
//! | kind | from | lengths, one byte each |
//! |---|---|---|
//! | 0, push | server | join_ref, topic, event |
//! | 1, reply | server | join_ref, ref, topic, status |
//! | 2, broadcast of the server's framework | server | topic, event |
//! | 3, broadcast | client | join_ref, ref, topic, event, metadata; then the encoding |
//! | 4, broadcast | server | topic, event, metadata; then the encoding |

use super::Reference;

/// How the payload of a binary broadcast is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes, to be handed on as they are.
    Binary,
    /// JSON text in UTF-8.
    Json,
}

/// A broadcast to the server as a kind-3 frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroadcastPush<'a> {
    /// The join it belongs to.
    pub join_ref: Reference,
    /// Its own number, which the reply repeats if the channel asked for acknowledgements.
    pub reference: Reference,
    /// The topic on the wire.
    pub topic: &'a str,
    /// The broadcast's name.
    pub event: &'a str,
    /// How the payload behind the header is written.
    pub encoding: Encoding,
}

impl BroadcastPush<'_> {
    const KIND: u8 = 3;

    /// All of the frame but its payload; `None` if topic or event is longer than the 255 bytes that a length can say.
    pub fn header(&self) -> Option<Vec<u8>> {
        let (join_ref, reference) = (self.join_ref.0.to_string(), self.reference.0.to_string());
        // There are no metadata: the server drops those of a kind-3 frame.
        let fields = [&join_ref, &reference, self.topic, self.event, ""];
        let mut header = vec![Self::KIND];
        for field in fields {
            header.push(u8::try_from(field.len()).ok()?);
        }
        header.push(u8::from(self.encoding == Encoding::Json));
        for field in fields {
            header.extend_from_slice(field.as_bytes());
        }
        Some(header)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn push<'a>(topic: &'a str, event: &'a str) -> BroadcastPush<'a> {
        let (join_ref, reference) = (Reference(6), Reference(10));
        BroadcastPush { join_ref, reference, topic, event, encoding: Encoding::Json }
    }

    #[test]
    fn a_header_counts_bytes_and_has_none_for_more_than_255() {
        let header = push("realtime:größe", "✓").header();
        assert_eq!(header, Some([&[3, 1, 2, 16, 3, 0, 1][..], "610realtime:größe✓".as_bytes()].concat()));
        // 127 characters of two bytes each fit, and 128 do not.
        for (characters, fits) in [(127, true), (128, false)] {
            let long = "é".repeat(characters);
            assert_eq!(push(&long, "e").header().is_some(), fits);
            assert_eq!(push("t", &long).header().is_some(), fits);
        }
    }
}
