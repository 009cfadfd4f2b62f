//! The tokens that an application has given its client, as far as the client has reason to trust them.

use std::collections::BTreeSet;

use crate::server::Millis;

/// So many are remembered.
const MOST: usize = 8;

#[derive(Debug, Default)]
pub struct Tokens {
    /// Given as fresh ones, by a clock that is right.
    plain: BTreeSet<String>,
    /// The application has set one by itself since it was asked: the answer no longer counts.
    is_superseded: bool,
    /// When the client was given its last one, and when that runs out.
    last: Option<(Millis, Millis)>,
}

impl Tokens {
    /// The client asks.
    pub fn asked(&mut self) {
        self.is_superseded = false;
    }

    /// The application answers.
    pub fn given(&mut self, now: Millis, token: &str, lifetime: i64, skew: i64) {
        self.remember(token, lifetime, skew);
        if !self.is_superseded {
            self.hold(now, lifetime, skew);
        }
    }

    /// The application sets one by itself.
    pub fn set(&mut self, now: Millis, token: &str, lifetime: i64, skew: i64) {
        self.remember(token, lifetime, skew);
        self.is_superseded = true;
        self.hold(now, lifetime, skew);
    }

    fn remember(&mut self, token: &str, lifetime: i64, skew: i64) {
        if self.plain.len() > MOST {
            self.plain.clear();
        }
        if skew == 0 && lifetime > 0 {
            self.plain.insert(token.to_owned());
        } else {
            self.plain.remove(token);
        }
    }

    fn hold(&mut self, now: Millis, lifetime: i64, skew: i64) {
        self.last = (skew == 0 && lifetime > 0).then(|| (now, now.saturating_add_signed(lifetime)));
    }

    /// Whether the client has reason to believe that a token runs out when it does.
    pub fn knows(&self, token: &str) -> bool {
        self.plain.contains(token)
    }

    /// For how long the client has had a token that is good at this time.
    pub fn good_for(&self, now: Millis) -> Option<Millis> {
        self.last.filter(|(_, end)| *end > now).map(|(given, _)| now - given)
    }
}
