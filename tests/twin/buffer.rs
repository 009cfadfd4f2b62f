//! What waits for a subscription that is handed several messages at once: the twin of `src/shell/router/slots.js`.

use litemap::LiteMap;
use wedsync_dashboard::core::payload::Payload;
use wedsync_dashboard::core::realtime::delivery::Delivery;

/// So many messages, or so many keys' latest, wait for one subscription at most; beyond it the oldest is dropped and
/// counted.
pub const MOST_BUFFERED: usize = 10_000;

/// What messages are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Boolean(bool),
    Number(u64),
    Text(String),
}

impl Key {
    fn of<P: Payload>(message: &P, by: &[String]) -> Option<Self> {
        let value = by.iter().try_fold(message.clone(), |value, name| value.field(name))?;
        // Adding zero makes one of the two zeros.
        let number = value.as_number().map(|number| Self::Number((number + 0.0).to_bits()));
        number.or_else(|| value.as_boolean().map(Self::Boolean)).or_else(|| value.as_text().map(Self::Text))
    }
}

/// What is handed over at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<P> {
    /// The messages, the oldest first.
    pub messages: Vec<P>,
    /// How many were dropped since the last, because the buffer was full.
    pub dropped: usize,
}

/// The messages that wait for one subscription.
#[derive(Clone, Debug)]
pub struct Buffer<P> {
    by: Vec<String>,
    waiting: LiteMap<u64, (Option<Key>, P)>,
    places: LiteMap<Key, u64>,
    next: u64,
    dropped: usize,
}

impl<P: Payload> Buffer<P> {
    /// An empty buffer; `None` if each message is handed over as it comes.
    pub fn new(delivery: &Delivery) -> Option<Self> {
        let by = match delivery {
            Delivery::Each => return None,
            Delivery::Batch => Vec::new(),
            Delivery::Latest { by, .. } => by.clone(),
        };
        Some(Self { by, waiting: LiteMap::new(), places: LiteMap::new(), next: 0, dropped: 0 })
    }

    /// Takes in a message, in the place of an earlier one of its key.
    pub fn push(&mut self, message: P) {
        let key = Key::of(&message, &self.by);
        let known = key.as_ref().and_then(|key| self.places.get(key));
        if let Some((_, waiting)) = known.and_then(|place| self.waiting.get_mut(place)) {
            *waiting = message;
            return;
        }
        if let Some(key) = &key {
            self.places.insert(key.clone(), self.next);
        }
        self.waiting.insert(self.next, (key, message));
        self.next += 1;
        if self.waiting.len() > MOST_BUFFERED {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.waiting.first().map(|(place, _)| *place);
        let Some((key, _)) = oldest.and_then(|place| self.waiting.remove(&place)) else { return };
        if let Some(key) = key {
            self.places.remove(&key);
        }
        self.dropped += 1;
    }

    /// What is to be handed over; `None` if nothing waits.
    pub fn take(&mut self) -> Option<Batch<P>> {
        if self.waiting.is_empty() {
            return None;
        }
        self.places = LiteMap::new();
        let waiting = std::mem::take(&mut self.waiting);
        let messages = waiting.into_iter().map(|(_, (_, message))| message).collect();
        Some(Batch { messages, dropped: std::mem::take(&mut self.dropped) })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn latest() -> Option<Buffer<Value>> {
        let by = vec!["payload".to_owned(), "key".to_owned()];
        Buffer::new(&Delivery::Latest { by, every_ms: 0 })
    }

    fn taken(buffer: &mut Buffer<Value>) -> Vec<Value> {
        buffer.take().map(|batch| batch.messages).unwrap_or_default()
    }

    #[test]
    fn a_batch_is_all_that_has_come_since_the_last() {
        let mut buffer = Buffer::new(&Delivery::Batch).unwrap();
        for n in 0..3 {
            buffer.push(json!(n));
        }
        assert_eq!(taken(&mut buffer), [0, 1, 2]);
        assert_eq!(buffer.take(), None);
        assert!(Buffer::<Value>::new(&Delivery::Each).is_none());
    }

    #[test]
    fn the_latest_of_each_key_comes_in_the_order_of_the_keys() {
        let mut buffer = latest().unwrap();
        let message = |key: Value, n: u32| json!({ "payload": { "key": key, "n": n } });
        let keys =
            [json!("a"), json!(1), json!("1"), json!(true), json!("a"), json!(1.0), json!(0), json!(-0.0)];
        for (n, key) in (0..).zip(&keys) {
            buffer.push(message(key.clone(), n));
        }
        let numbers: Vec<_> =
            taken(&mut buffer).iter().map(|message| message["payload"]["n"].clone()).collect();
        assert_eq!(numbers, [4, 5, 2, 3, 7]);
        buffer.push(message(json!("a"), 8));
        assert_eq!(taken(&mut buffer).len(), 1, "a new beginning");
    }

    #[test]
    fn messages_without_a_key_never_replace_one_another() {
        let mut buffer = latest().unwrap();
        let messages = [
            json!({ "payload": { "key": null } }),
            json!({ "payload": { "key": {} } }),
            json!({ "payload": { "key": null } }),
            json!({ "payload": "key" }),
            json!({}),
        ];
        for message in &messages {
            buffer.push(message.clone());
        }
        assert_eq!(taken(&mut buffer), messages);
    }

    #[test]
    fn beyond_ten_thousand_the_oldest_is_dropped_and_counted() {
        let mut buffer = latest().unwrap();
        for n in 0..MOST_BUFFERED + 3 {
            buffer.push(json!({ "payload": { "key": n } }));
        }
        // The first three are gone: 0 is a new key again, and drops 3; 4 is still waiting.
        buffer.push(json!({ "payload": { "key": 0 } }));
        buffer.push(json!({ "payload": { "key": 4, "again": true } }));
        let batch = buffer.take().unwrap();
        assert_eq!((batch.messages.len(), batch.dropped), (MOST_BUFFERED, 4));
        assert_eq!(batch.messages[0], json!({ "payload": { "key": 4, "again": true } }));
        assert_eq!(batch.messages.last(), Some(&json!({ "payload": { "key": 0 } })));
        buffer.push(json!({}));
        assert_eq!(buffer.take().unwrap().dropped, 0, "told once");
    }
}
