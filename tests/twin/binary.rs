//! The binary frames of a server, of which `wedsync_dashboard::core::realtime::frame` tells the layouts: the twin of what
//! `src/shell/router/frames.js` makes of them.

use wedsync_dashboard::core::realtime::frame::Encoding;

/// What a binary frame of the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Kinds 0, 2 and 4. The first two are of the server's framework: their payload is bytes, and metadata they have none.
    Broadcast {
        /// The broadcast's name.
        event: &'a str,
        /// How the payload is written.
        encoding: Encoding,
    },
    /// Kind 1, the answer to a push; its payload is bytes.
    Reply {
        /// The join it belongs to, as the server wrote it.
        join_ref: &'a str,
        /// The number of the message it answers, as the server wrote it.
        reference: &'a str,
        /// `ok` or `error`.
        status: &'a str,
    },
}

/// A binary frame of the server, of which the header has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryFrame<'a> {
    /// The topic on the wire.
    pub topic: &'a str,
    /// What it is.
    pub kind: Kind<'a>,
    /// Where the broadcast's name begins, in bytes; it ends where the metadata begin.
    pub event_start: usize,
    /// Where the metadata, JSON or nothing, begin, in bytes.
    pub meta_start: usize,
    /// Where the payload begins and the metadata end, in bytes.
    pub payload_start: usize,
}

impl<'a> BinaryFrame<'a> {
    /// Reads the header at the start of `bytes`; `None` if this is no binary frame of a server.
    pub fn scan(bytes: &'a [u8]) -> Option<Self> {
        match *bytes {
            [0, join_ref, topic, event, ..] => {
                let [_, topic, event] = fields(bytes, 4, [join_ref, topic, event])?;
                Some(Self::broadcast(topic, event, Encoding::Binary))
            }
            [1, join_ref, reference, topic, status, ..] => {
                let [join_ref, reference, topic, status] =
                    fields(bytes, 5, [join_ref, reference, topic, status])?;
                Some(Self {
                    topic: topic.text,
                    kind: Kind::Reply {
                        join_ref: join_ref.text,
                        reference: reference.text,
                        status: status.text,
                    },
                    event_start: status.start,
                    meta_start: status.end(),
                    payload_start: status.end(),
                })
            }
            [2, topic, event, ..] => {
                let [topic, event] = fields(bytes, 3, [topic, event])?;
                Some(Self::broadcast(topic, event, Encoding::Binary))
            }
            [4, topic, event, meta, encoding, ..] => {
                let [topic, event] = fields(bytes, 5, [topic, event])?;
                let payload_start = event.end() + usize::from(meta);
                // Whether the metadata are text is seen by whom they are wanted.
                bytes.get(event.end()..payload_start)?;
                let frame = Self::broadcast(topic, event, encoding_of(encoding)?);
                Some(Self { payload_start, ..frame })
            }
            _ => None,
        }
    }

    fn broadcast(topic: Field<'a>, event: Field<'a>, encoding: Encoding) -> Self {
        Self {
            topic: topic.text,
            kind: Kind::Broadcast { event: event.text, encoding },
            event_start: event.start,
            meta_start: event.end(),
            payload_start: event.end(),
        }
    }
}

#[derive(Clone, Copy)]
struct Field<'a> {
    start: usize,
    text: &'a str,
}

impl Field<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The fields of these lengths, one behind the other; `None` where the frame ends before, or where one is not UTF-8.
fn fields<const COUNT: usize>(
    bytes: &[u8],
    start: usize,
    lengths: [u8; COUNT],
) -> Option<[Field<'_>; COUNT]> {
    let mut fields = [Field { start, text: "" }; COUNT];
    let mut start = start;
    for (field, length) in fields.iter_mut().zip(lengths) {
        let end = start + usize::from(length);
        *field = Field { start, text: std::str::from_utf8(bytes.get(start..end)?).ok()? };
        start = end;
    }
    Some(fields)
}

fn encoding_of(byte: u8) -> Option<Encoding> {
    match byte {
        0 => Some(Encoding::Binary),
        1 => Some(Encoding::Json),
        _ => None,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_each_kind_says_whose_it_is_and_where_its_payload_begins() {
        let broadcast = |encoding| Kind::Broadcast { event: "näh", encoding };
        let topic = "realtime:größe";
        let text = [topic, "näh"].concat();
        let (topic_length, event_length) = (topic.len() as u8, 4);
        let fits = |header: &[u8], fields: &str, kind, meta: usize| {
            let bytes = [header, fields.as_bytes(), b"\xff"].concat();
            let frame = BinaryFrame::scan(&bytes);
            assert!(frame.is_some_and(|frame| frame.topic == topic
                && frame.kind == kind
                && frame.payload_start == bytes.len() - 1
                && frame.meta_start == frame.payload_start - meta));
        };
        let joined = ["7", &text].concat();
        fits(&[0, 1, topic_length, event_length], &joined, broadcast(Encoding::Binary), 0);
        fits(&[2, topic_length, event_length], &text, broadcast(Encoding::Binary), 0);
        fits(&[4, topic_length, event_length, 0, 0], &text, broadcast(Encoding::Binary), 0);
        let with_meta = [&text, "{}"].concat();
        fits(&[4, topic_length, event_length, 2, 1], &with_meta, broadcast(Encoding::Json), 2);
        let reply = Kind::Reply { join_ref: "7", reference: "12", status: "ok" };
        fits(&[1, 1, 2, topic_length, 2], &["712", topic, "ok"].concat(), reply, 0);
    }

    #[test]
    fn truncated_and_foreign_binary_frames_are_none() {
        for whole in [
            &[&[0, 1, 1, 2][..], b"7tev"].concat(),
            &[&[1, 1, 1, 1, 2][..], b"78tok"].concat(),
            &[&[2, 1, 2][..], b"tev"].concat(),
            &[&[4, 1, 2, 1, 1][..], b"tev{"].concat(),
        ] {
            assert!(BinaryFrame::scan(whole).is_some());
            for length in 0..whole.len() {
                assert_eq!(BinaryFrame::scan(&whole[..length]), None, "{whole:?} {length}");
            }
            // The last byte is metadata in kind 4, which are not read here.
            for position in [0, whole.len() - 2] {
                let mut broken = whole.clone();
                broken[position] = 0xff;
                assert_eq!(BinaryFrame::scan(&broken), None, "{broken:?}");
            }
        }
        for kind in [3, 5, 0xff] {
            assert_eq!(BinaryFrame::scan(&[&[kind, 1, 2, 0, 1][..], b"tevx"].concat()), None);
        }
        assert_eq!(BinaryFrame::scan(&[&[4, 1, 2, 0, 2][..], b"tevx"].concat()), None);
    }
}
