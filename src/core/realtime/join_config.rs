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
    /// Whether both cannot be: the application chose a key for each, and not the same.
    fn contradicts(&self, other: &Self) -> bool {
        self.is_chosen && other.is_chosen && self.key != other.key
    }

    /// Takes in what another wants too.
    fn add(&mut self, other: &Self) {
        if other.is_chosen && !self.is_chosen {
            self.key.clone_from(&other.key);
        }
        self.is_chosen |= other.is_chosen;
        self.enabled |= other.enabled;
    }

    /// Whether this is all that the other wants.
    fn serves(&self, other: &Self) -> bool {
        (self.is_chosen || !other.is_chosen) && (self.enabled || !other.enabled)
    }
}

/// What a join asks for: the wishes of all subscriptions of a topic together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
            Source::Changes(bindings) => config.add_bindings(bindings),
            Source::Presence { key, is_chosen, enabled } => {
                let (is_chosen, enabled) = (*is_chosen, *enabled);
                config.presence = Some(PresenceConfig { key: key.clone(), is_chosen, enabled });
            }
        }
        config
    }

    /// Whether both cannot be on one channel.
    pub fn contradicts(&self, other: &Self) -> bool {
        let is_own_other = matches!((self.own, other.own), (Some(one), Some(another)) if one != another);
        let is_key_other = match (&self.presence, &other.presence) {
            (Some(one), Some(another)) => one.contradicts(another),
            _ => false,
        };
        self.private != other.private || is_own_other || is_key_other
    }

    /// Takes in what another needs too, which does not contradict it.
    pub fn add(&mut self, other: &Self) {
        self.own = self.own.or(other.own);
        self.ack |= other.ack;
        self.replication_ready |= other.replication_ready;
        match (&mut self.presence, &other.presence) {
            (Some(one), Some(another)) => one.add(another),
            (None, Some(another)) => self.presence = Some(another.clone()),
            (_, None) => {}
        }
        match (&mut self.replay, other.replay) {
            (Some(one), Some(another)) => {
                one.since = one.since.min(another.since);
                one.limit = one.limit.max(another.limit);
            }
            (None, another) => self.replay = another,
            (Some(_), None) => {}
        }
        self.add_bindings(&other.bindings);
    }

    fn add_bindings(&mut self, bindings: &[Binding]) {
        for binding in bindings {
            if !self.bindings.contains(binding) {
                self.bindings.push(binding.clone());
            }
        }
    }

    /// How many bytes its bindings and its presence key have, before JSON escapes some of them.
    pub fn size(&self) -> usize {
        let mut size = self.presence.as_ref().map_or(0, |presence| presence.key.len());
        for binding in &self.bindings {
            size += binding.size();
        }
        size
    }

    /// Whether a channel joined with this serves a subscription that needs `other`.
    pub fn serves(&self, other: &Self) -> bool {
        // One's own broadcasts do not come back by default, so who cares for that needs nothing more.
        let own = self.own.is_some() || other.own != Some(true);
        let presence = match (&self.presence, &other.presence) {
            (Some(one), Some(another)) => one.serves(another),
            (None, another) => another.is_none(),
            (Some(_), None) => true,
        };
        let replay = match (self.replay, other.replay) {
            (Some(one), Some(another)) => one.since <= another.since && one.limit >= another.limit,
            (None, another) => another.is_none(),
            (Some(_), None) => true,
        };
        let simple = (self.ack || !other.ack) && (self.replication_ready || !other.replication_ready);
        !self.contradicts(other) && own && presence && replay && simple && self.has_bindings(&other.bindings)
    }

    fn has_bindings(&self, bindings: &[Binding]) -> bool {
        for binding in bindings {
            if !self.bindings.contains(binding) {
                return false;
            }
        }
        true
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
        let mut bindings = Vec::new();
        for binding in &self.bindings {
            bindings.push(binding.to_payload());
        }
        let (key, enabled) =
            self.presence.as_ref().map_or(("", false), |presence| (&presence.key, presence.enabled));
        let config = P::object(vec![
            ("broadcast", P::object(broadcast)),
            ("presence", P::object(vec![("key", P::string(key)), ("enabled", P::boolean(enabled))])),
            ("postgres_changes", P::array(bindings)),
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

    fn both(one: &JoinConfig, other: &JoinConfig) -> JoinConfig {
        assert!(!one.contradicts(other), "{one:?} {other:?}");
        let mut both = one.clone();
        both.add(other);
        both
    }

    #[test]
    fn wishes_add_up_and_contradictions_are_told() {
        let both = both(&broadcast(true), &presence("a"));
        assert_eq!(
            (both.own, both.presence.as_ref().map(|presence| presence.enabled)),
            (Some(true), Some(true))
        );
        assert!(broadcast(true).contradicts(&broadcast(false)));
        assert!(presence("a").contradicts(&presence("b")));
        assert!(broadcast(true).contradicts(&JoinConfig { private: true, ..broadcast(true) }));
    }

    #[test]
    fn a_join_serves_what_it_asked_for_and_no_more() {
        let both = both(&broadcast(false), &presence("a"));
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
            assert_eq!(key(&both(one, other)).as_deref(), Some(expected));
        }
        assert!(
            chosen.serves(&made_up) && made_up.serves(&another),
            "a subscription that only watches needs no rejoin"
        );
        assert!(!made_up.serves(&chosen));
    }
}
