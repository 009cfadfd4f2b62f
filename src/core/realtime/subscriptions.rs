//! What the application asked for, by the ids it chose.

use crate::core::sorted_map::SortedMap;

use crate::core::ids::CallId;
pub use crate::core::news::Status;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::frame::TOPIC_PREFIX;
use crate::core::realtime::http_broadcast::push_hex;
use crate::core::realtime::routes::Slot;

/// What a subscription listens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Broadcasts of the topic.
    Broadcast {
        /// The name; `None` for all.
        event: Option<String>,
        /// Whether one's own come back.
        own: bool,
    },
    /// Changes in the database: those of any of these bindings, at least one.
    Changes(Vec<Binding>),
    /// Who is on the channel.
    Presence {
        /// The name under which this client is tracked.
        key: String,
        /// Whether the application chose it. One that was made up gives way to the one that the channel has.
        is_chosen: bool,
        /// Whether to be told of others; without it one can only be tracked.
        enabled: bool,
    },
}

/// Broadcasts that the database kept, to be given at the join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Not older than this, in milliseconds since 1970.
    pub since: u64,
    /// The newest so many, 1 to 25.
    pub limit: u32,
}

/// One subscription, validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic as the user names it.
    pub channel: String,
    /// Whether the join is authorized by policies.
    pub private: bool,
    /// What it listens to.
    pub source: Source,
    /// Whether the server acknowledges what is sent on it.
    pub ack: bool,
    /// Which kept broadcasts it wants first.
    pub replay: Option<Replay>,
    /// Whether it is live only once the server says that its connection for database broadcasts is.
    pub replication_ready: bool,
    /// Whether it joins again after a loss.
    pub auto_reconnect: bool,
    /// Failed attempts in a row that it bears; `None` for any number.
    pub max_reconnect_attempts: Option<u32>,
}

impl Subscription {
    /// To `source` on a public channel: nothing else is asked for, and it joins again after a loss.
    pub fn to(channel: impl Into<String>, source: Source) -> Self {
        Self {
            channel: channel.into(),
            private: false,
            source,
            ack: false,
            replay: None,
            replication_ready: false,
            auto_reconnect: true,
            max_reconnect_attempts: None,
        }
    }

    /// The topic on the wire. Each set of bindings to the database has a topic of its own, so that another subscription's
    /// coming or going never interrupts it; a private topic stays as it is, because policies look at its name.
    pub fn topic(&self) -> String {
        let mut topic = String::from(TOPIC_PREFIX);
        topic.push_str(&self.channel);
        if let (Source::Changes(bindings), false) = (&self.source, self.private) {
            topic.push(':');
            topic.push_str(&hex(Binding::digest(bindings)));
        }
        topic
    }
}

fn hex(value: u64) -> String {
    let mut hex = String::new();
    for byte in value.to_be_bytes() {
        push_hex(&mut hex, byte >> 4, b'a');
        push_hex(&mut hex, byte & 15, b'a');
    }
    hex
}

/// A subscription's entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was asked for.
    pub subscription: Subscription,
    /// Its callback.
    pub slot: Slot,
    /// The calls that are settled once it is live, or has ended.
    pub waiting: Vec<CallId>,
    /// Its channel's topic on the wire.
    pub topic: String,
    /// Failed attempts in a row.
    pub attempts: u32,
    /// Whether it has been live before.
    pub has_been_live: bool,
    /// Its state as last told.
    pub status: Status,
}

/// All subscriptions, by id.
#[derive(Debug, Default)]
pub struct Subscriptions {
    entries: SortedMap<String, Entry>,
    /// The ids of each topic, in the order in which they came.
    by_topic: SortedMap<String, Vec<String>>,
}

impl Subscriptions {
    /// Adds one whose id is free.
    pub fn insert(&mut self, id: String, subscription: Subscription, slot: Slot, waiting: Vec<CallId>) {
        let topic = subscription.topic();
        let status = Status::Joining;
        if let Some(ids) = self.by_topic.get_or_insert_with(topic.clone(), Vec::new) {
            ids.push(id.clone());
        }
        let entry = Entry { subscription, slot, waiting, topic, attempts: 0, has_been_live: false, status };
        self.entries.insert(id, entry);
    }

    /// Looks one up.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Looks one up to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.entries.get_mut(id)
    }

    /// Takes one out.
    pub fn remove(&mut self, id: &str) -> Option<Entry> {
        let entry = self.entries.remove(id)?;
        if let Some(ids) = self.by_topic.get_mut(&entry.topic) {
            if let Some(place) = ids.iter().position(|other| other == id) {
                ids.remove(place);
            }
            if ids.is_empty() {
                self.by_topic.remove(&entry.topic);
            }
        }
        Some(entry)
    }

    /// All ids.
    pub fn ids(&self) -> Vec<String> {
        self.entries.keys().as_slice().to_vec()
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Entry)> {
        self.entries.iter()
    }

    /// The ids of a topic.
    pub fn ids_of(&self, topic: &str) -> Vec<String> {
        self.by_topic.get(topic).cloned().unwrap_or_default()
    }

    /// The entries of a topic.
    pub fn of<'a>(&'a self, topic: &str) -> impl Iterator<Item = (&'a String, &'a Entry)> + use<'a> {
        let ids = self.by_topic.get(topic).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| Some((id, self.entries.get(id)?)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(private: bool, source: Source) -> String {
        Subscription { private, ..Subscription::to("feed", source) }.topic()
    }

    #[test]
    fn only_public_bindings_get_a_topic_of_their_own() {
        let binding = |table: &str| Binding {
            event: "*".into(),
            schema: "public".into(),
            table: Some(table.into()),
            filter: None,
            select: None,
        };
        let broadcast = Source::Broadcast { event: None, own: false };
        assert_eq!(topic(false, broadcast.clone()), "realtime:feed");
        assert_eq!(topic(true, broadcast), "realtime:feed");
        assert_eq!(topic(true, Source::Changes(vec![binding("a")])), "realtime:feed");
        let one = topic(false, Source::Changes(vec![binding("a")]));
        let two = topic(false, Source::Changes(vec![binding("a"), binding("b")]));
        assert_eq!(one.len(), "realtime:feed:".len() + 16);
        assert_ne!(one, two);
    }

    #[test]
    fn a_topic_knows_its_ids_as_they_come_and_go() {
        let mut subscriptions = Subscriptions::default();
        for id in ["b", "a", "c"] {
            let channel = if id == "c" { "other" } else { "feed" };
            let source = Source::Broadcast { event: None, own: false };
            subscriptions.insert(id.into(), Subscription::to(channel, source), 1, Vec::new());
        }
        assert_eq!(subscriptions.ids_of("realtime:feed"), ["b", "a"]);
        subscriptions.remove("b");
        subscriptions.remove("nobody");
        assert_eq!(subscriptions.of("realtime:feed").map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a"]);
        subscriptions.remove("a");
        assert_eq!((subscriptions.ids_of("realtime:feed").len(), subscriptions.by_topic.len()), (0, 1));
    }

    #[test]
    fn hex_pads_to_sixteen_digits() {
        assert_eq!(hex(0xab), "00000000000000ab");
        assert_eq!(hex(u64::MAX), "ffffffffffffffff");
    }
}
