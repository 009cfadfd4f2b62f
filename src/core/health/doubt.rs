//! Whether it is us: nothing that depends on the network can be told of while the network is gone.

use super::status::Status;
use crate::core::time::Instant;

/// How often one of all services is probed while the browser says that there is no network, in milliseconds: behind some
/// VPNs it says so though there is one.
const OFFLINE_PAUSE: u64 = 60_000;

/// What is believed of the network.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// The browser says that there is none.
    is_said: bool,
    /// That, and nothing has answered since.
    is_offline: bool,
    /// Since when everything fails.
    all: Option<Instant>,
    /// When something has answered first, since the network was last known to be gone.
    answered: Option<Instant>,
    /// When one of all is probed.
    pub(super) due: Option<Instant>,
    /// How many were, since it began.
    asked: u32,
}

impl Doubt {
    /// Whether nothing is known of what depends on the network.
    pub(super) const fn is_on(&self) -> bool {
        self.is_offline || self.all.is_some()
    }

    /// The browser says whether there is a network; whether that changes what is believed.
    pub(super) fn online(&mut self, is_online: bool) -> bool {
        let is_news = self.is_said == is_online;
        if is_news {
            self.is_said = !is_online;
            self.is_offline = !is_online;
            self.asked = 0;
        }
        is_news
    }

    /// Everything fails at once.
    pub(super) const fn begin(&mut self, now: Instant) {
        self.all = Some(now);
        self.asked = 0;
        self.forget();
    }

    /// Another tab says that nothing answers: what has answered before says nothing of now.
    pub(super) const fn forget(&mut self) {
        self.answered = None;
    }

    /// Something has answered, whatever the browser says. Whether that ends a doubt.
    pub(super) fn end(&mut self, now: Instant) -> bool {
        let was_on = self.is_on();
        self.answered.get_or_insert(now);
        if was_on {
            self.is_offline = false;
            self.all = None;
            self.due = None;
        }
        was_on
    }

    /// How the network is, as an alert is decided by it, and since when. That a browser is offline its user knows.
    pub(super) fn network(&self, now: Instant) -> (Status, Instant) {
        match self.all {
            _ if self.is_offline => (Status::Unknown, now),
            Some(since) => (Status::Unhealthy, since),
            None => self.answered.map_or((Status::Unknown, now), |at| (Status::Healthy, at)),
        }
    }

    /// How long until the next of all is probed, where `soon` is how long a quick one takes. In milliseconds.
    pub(super) fn pause(&mut self, soon: u64) -> u64 {
        let pause =
            if self.is_offline { OFFLINE_PAUSE } else { (soon << self.asked.min(6)).min(OFFLINE_PAUSE) };
        self.asked = self.asked.saturating_add(1);
        pause
    }
}
