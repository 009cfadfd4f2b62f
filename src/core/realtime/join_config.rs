//! What a join asks for.

use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};

/// How a channel takes part in presence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceConfig {
    /// The name under which this client is tracked.
    pub key: String,
    /// Whether the application chose it: any other gives way.
    pub is_chosen: bool,
    /// Whether the server tells of others.
    pub enabled: bool,
}

impl PresenceConfig {
    /// What both want; `None` if they chose different keys.
    fn with(&self, other: &Self) -> Option<Self> {
        let (one, another) = (self.is_chosen, other.is_chosen);
        if one && another && self.key != other.key {
            return None;
        }
        let key = if another && !one { &other.key } else { &self.key };
        Some(Self { key: key.clone(), is_chosen: one || another, enabled: self.enabled || other.enabled })
    }
}

/// What a join asks for: the wishes of all subscriptions of a topic together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinConfig {
    /// Whether policies authorize it.
    pub private: bool,
    /// Whether one's own broadcasts come back; `None` if no subscription says.
    pub own: Option<bool>,
    /// Whether broadcasts are acknowledged.
    pub ack: bool,
    /// The part in presence, if anybody wants one.
    pub presence: Option<PresenceConfig>,
    /// The bindings to the database's changes.
    pub bindings: Vec<Binding>,
    /// Which kept broadcasts come first.
    pub replay: Option<Replay>,
    /// Whether the server says when its connection for database broadcasts is there.
    pub replication_ready: bool,
}

impl JoinConfig {
    /// What a subscription needs.
    pub fn of(subscription: &Subscription) -> Self {
        let mut config = Self {
            private: subscription.private,
            own: None,
            ack: subscription.ack,
            presence: None,
            bindings: Vec::new(),
            replay: subscription.replay,
            replication_ready: subscription.replication_ready,
        };
        match &subscription.source {
            Source::Broadcast { own, .. } => config.own = Some(*own),
            Source::Changes(bindings) => {
                for binding in bindings
                    .iter()
                    .filter(|binding| !config.bindings.contains(binding))
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    config.bindings.push(binding);
                }
            }
            Source::Presence { key, is_chosen, enabled } => {
                let (is_chosen, enabled) = (*is_chosen, *enabled);
                config.presence = Some(PresenceConfig { key: key.clone(), is_chosen, enabled });
            }
        }
        config
    }

    /// What both need; `None` if they contradict each other.
    pub fn with(&self, other: &Self) -> Option<Self> {
        let own = match (self.own, other.own) {
            (Some(one), Some(another)) if one != another => return None,
            (one, another) => one.or(another),
        };
        let presence = match (&self.presence, &other.presence) {
            (Some(one), Some(another)) => Some(one.with(another)?),
            (one, another) => one.clone().or_else(|| another.clone()),
        };
        let replay = match (self.replay, other.replay) {
            (Some(one), Some(another)) => {
                Some(Replay { since: one.since.min(another.since), limit: one.limit.max(another.limit) })
            }
            (one, another) => one.or(another),
        };
        if self.private != other.private {
            return None;
        }
        let mut bindings = self.bindings.clone();
        bindings.extend(other.bindings.iter().filter(|binding| !self.bindings.contains(binding)).cloned());
        Some(Self {
            private: self.private,
            own,
            ack: self.ack || other.ack,
            presence,
            bindings,
            replay,
            replication_ready: self.replication_ready || other.replication_ready,
        })
    }

    /// How many bytes its bindings and its presence key have, before JSON escapes some of them.
    pub fn size(&self) -> usize {
        let of_binding = |binding: &Binding| {
            let optional = [&binding.table, &binding.filter].map(|text| text.as_ref().map_or(0, String::len));
            let columns: usize = binding.select.iter().flatten().map(String::len).sum();
            binding.event.len() + binding.schema.len() + optional.iter().sum::<usize>() + columns
        };
        let key = self.presence.as_ref().map_or(0, |presence| presence.key.len());
        self.bindings.iter().map(of_binding).sum::<usize>() + key
    }

    /// Whether a channel joined with this serves a subscription that needs `other`.
    pub fn serves(&self, other: &Self) -> bool {
        self.with(other).is_some_and(|both| {
            // One's own broadcasts do not come back by default, so who cares for that needs nothing more.
            let own = both.own.unwrap_or(false) == self.own.unwrap_or(false);
            own && Self { own: self.own, ..both } == *self
        })
    }

    /// The payload of `phx_join`. `replay_since` is where the replay begins this time.
    pub fn to_payload<P: Payload>(&self, access_token: Option<&str>, replay_since: Option<u64>) -> P {
        let mut broadcast =
            vec![("ack", P::boolean(self.ack)), ("self", P::boolean(self.own.unwrap_or(false)))];
        if let (Some(replay), Some(since)) = (self.replay, replay_since) {
            let replay =
                vec![("since", P::number(since as f64)), ("limit", P::number(f64::from(replay.limit)))];
            broadcast.push(("replay", P::object(replay)));
        }
        if self.replication_ready {
            broadcast.push(("replication_ready", P::boolean(true)));
        }
        let (key, enabled) =
            self.presence.as_ref().map_or(("", false), |presence| (&presence.key, presence.enabled));
        let config = P::object(vec![
            ("broadcast", P::object(broadcast)),
            ("presence", P::object(vec![("key", P::string(key)), ("enabled", P::boolean(enabled))])),
            ("postgres_changes", P::array(self.bindings.iter().map(Binding::to_payload).collect())),
            ("private", P::boolean(self.private)),
        ]);
        let mut fields = vec![("config", config)];
        if let Some(token) = access_token {
            fields.push(("access_token", P::string(token)));
        }
        P::object(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broadcast(own: bool) -> JoinConfig {
        JoinConfig::of(&Subscription::to("room", Source::Broadcast { event: None, own }))
    }

    fn presence(key: &str) -> JoinConfig {
        present(key, true)
    }

    fn present(key: &str, is_chosen: bool) -> JoinConfig {
        JoinConfig::of(&Subscription::to(
            "room",
            Source::Presence { key: key.into(), is_chosen, enabled: true },
        ))
    }

    #[test]
    fn wishes_add_up_and_contradictions_are_told() {
        let both = broadcast(true).with(&presence("a")).expect("they go together");
        assert_eq!(
            (both.own, both.presence.as_ref().map(|presence| presence.enabled)),
            (Some(true), Some(true))
        );
        assert_eq!(broadcast(true).with(&broadcast(false)), None);
        assert_eq!(presence("a").with(&presence("b")), None);
        assert_eq!(broadcast(true).with(&JoinConfig { private: true, ..broadcast(true) }), None);
    }

    #[test]
    fn a_join_serves_what_it_asked_for_and_no_more() {
        let both = broadcast(false).with(&presence("a")).expect("they go together");
        assert!(both.serves(&broadcast(false)) && both.serves(&presence("a")) && both.serves(&both));
        assert!(!broadcast(false).serves(&presence("a")));
        assert!(presence("a").serves(&broadcast(false)), "one's own do not come back anyway");
        assert!(!presence("a").serves(&broadcast(true)));
    }

    #[test]
    fn a_key_that_nobody_chose_gives_way_to_the_channels() {
        let (made_up, another, chosen) = (present("a", false), present("b", false), present("c", true));
        let key = |config: &JoinConfig| config.presence.as_ref().map(|presence| presence.key.clone());
        for (one, other, expected) in [
            (&made_up, &another, "a"),
            (&another, &made_up, "b"),
            (&made_up, &chosen, "c"),
            (&chosen, &made_up, "c"),
        ] {
            assert_eq!(one.with(other).as_ref().and_then(key).as_deref(), Some(expected));
        }
        assert!(
            chosen.serves(&made_up) && made_up.serves(&another),
            "a subscription that only watches needs no rejoin"
        );
        assert!(!made_up.serves(&chosen));
    }
}
