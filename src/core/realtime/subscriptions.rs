//! What the application asked for, by the ids it chose.

use litemap::LiteMap;

use crate::core::realtime::binding::Binding;
use crate::core::realtime::frame::TOPIC_PREFIX;
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
    /// Changes in the database.
    Changes(Binding),
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
    /// Whether it joins again after a loss.
    pub auto_reconnect: bool,
    /// Failed attempts in a row that it bears; `None` for any number.
    pub max_reconnect_attempts: Option<u32>,
}

impl Subscription {
    /// The topic on the wire. Each binding to the database has a topic of its own, so that another subscription's
    /// coming or going never interrupts it; a private topic stays as it is, because policies look at its name.
    pub fn topic(&self) -> String {
        let mut topic = String::from(TOPIC_PREFIX);
        topic.push_str(&self.channel);
        if let (Source::Changes(binding), false) = (&self.source, self.private) {
            topic.push(':');
            topic.push_str(&hex(Binding::digest(std::slice::from_ref(binding))));
        }
        topic
    }
}

fn hex(value: u64) -> String {
    (0..16).rev().filter_map(|digit| char::from_digit((value >> (4 * digit)) as u32 & 0xf, 16)).collect()
}

/// A subscription's entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was asked for.
    pub subscription: Subscription,
    /// Its callback.
    pub slot: Slot,
    /// Its channel's topic on the wire.
    pub topic: String,
    /// Failed attempts in a row.
    pub attempts: u32,
    /// Whether it has been live before.
    pub was_live: bool,
    /// Whether it has been told that its fixed token has expired.
    pub told: bool,
    /// Its state as last told.
    pub status: Status,
}

/// The state of one subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Wanted, not yet live.
    Joining,
    /// Live.
    Live,
    /// Was refused or lost, and is tried again.
    Reconnecting,
    /// Given up.
    Failed,
    /// Ended by the application.
    Closed,
}

impl Status {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

/// All subscriptions, by id.
#[derive(Debug, Default)]
pub struct Subscriptions {
    entries: LiteMap<String, Entry>,
}

impl Subscriptions {
    /// Adds or replaces.
    pub fn insert(&mut self, id: String, subscription: Subscription, slot: Slot) {
        let topic = subscription.topic();
        let status = Status::Joining;
        let entry = Entry { subscription, slot, topic, attempts: 0, was_live: false, told: false, status };
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

    /// Each may be told again that its token has expired.
    pub fn forget_told(&mut self) {
        self.entries.iter_mut().for_each(|(_, entry)| entry.told = false);
    }

    /// Takes one out.
    pub fn remove(&mut self, id: &str) -> Option<Entry> {
        self.entries.remove(id)
    }

    /// All ids.
    pub fn ids(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// The ids of a topic.
    pub fn ids_of(&self, topic: &str) -> Vec<String> {
        self.of(topic).map(|(id, _)| id.clone()).collect()
    }

    /// The entries of a topic.
    pub fn of<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        self.entries.iter().filter(move |(_, entry)| entry.topic == topic)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(private: bool, source: Source) -> Subscription {
        Subscription {
            channel: "feed".into(),
            private,
            source,
            auto_reconnect: true,
            max_reconnect_attempts: None,
        }
    }

    #[test]
    fn only_public_bindings_get_a_topic_of_their_own() {
        let binding = Binding {
            event: "*".into(),
            schema: "public".into(),
            table: Some("activity".into()),
            filter: None,
            select: None,
        };
        let broadcast = Source::Broadcast { event: None, own: false };
        assert_eq!(subscription(false, broadcast.clone()).topic(), "realtime:feed");
        assert_eq!(subscription(true, broadcast).topic(), "realtime:feed");
        assert_eq!(subscription(true, Source::Changes(binding.clone())).topic(), "realtime:feed");
        let topic = subscription(false, Source::Changes(binding)).topic();
        assert_eq!(topic.len(), "realtime:feed:".len() + 16);
    }

    #[test]
    fn hex_pads_to_sixteen_digits() {
        assert_eq!(hex(0xab), "00000000000000ab");
        assert_eq!(hex(u64::MAX), "ffffffffffffffff");
    }
}
