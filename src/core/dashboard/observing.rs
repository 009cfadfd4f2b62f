//! What health is told of the machines: each of them is a check.

use super::Dashboard;
use crate::core::connectivity::{self, Heartbeat};
use crate::core::health::{CheckConfig, Health, Input, Status};
use crate::core::page::{PageEvent, Ticking};
use crate::core::payload::Payload;
use crate::core::rng::Rng;
use crate::core::session;
use crate::core::store::output::{Durability, Status as StoreStatus};
use crate::core::time::Instant;

/// A clock that is further away than this from the server's shows wrong times to the user, in milliseconds.
const CLOCK_OFF: i64 = 60_000;

const REALTIME: &str = "realtime";
const STORAGE: &str = "storage";
const CLOCK: &str = "clock";
const HEARTBEATS: &str = "heartbeats";
const SESSION: &str = "session";
const CACHE: &str = "cache";

/// Health, with the checks of the machines. A tab that shares nothing `leads`.
pub(super) fn watched(wall: u64, leads: bool, rng: Rng) -> Health {
    let mut health = Health::new(rng);
    let start = Instant::from_millis(0);
    health.handle(start, Input::Wall { epoch: wall });
    health.handle(start, Input::Leading(leads));
    for name in [REALTIME, STORAGE, CLOCK, HEARTBEATS, SESSION, CACHE] {
        let config = CheckConfig { is_remote: name == REALTIME, ..CheckConfig::default() };
        health.handle(start, Input::Register { name: name.into(), config });
    }
    health
}

impl<P: Payload> Dashboard<P> {
    pub(super) fn observe_page(&mut self, now: Instant, event: &PageEvent) {
        let input = match event {
            PageEvent::Online => Input::Online(true),
            PageEvent::Offline => Input::Online(false),
            PageEvent::Visible => Input::Visible(true),
            PageEvent::Hidden => Input::Visible(false),
            _ => return,
        };
        self.health.handle(now, input);
    }

    /// A heartbeat that was answered, or an attempt to connect that was not.
    pub(super) fn observe_connection(&mut self, now: Instant, output: &connectivity::Output) {
        use connectivity::{News, Output};
        let (is_ok, latency, message) = match output {
            Output::News(News::Heartbeat(Heartbeat::Answered(millis))) => (true, Some(*millis), None),
            Output::News(News::Connected) => (true, None, None),
            Output::News(News::Heartbeat(Heartbeat::TimedOut)) => {
                (false, None, Some("The server did not answer a heartbeat.".into()))
            }
            Output::AttemptFailed { error, .. } => (false, None, Some(error.message.clone())),
            _ => return,
        };
        self.health.handle(now, Input::Observed { name: REALTIME.into(), is_ok, latency, message });
    }

    pub(super) fn observe_clock(&mut self, now: Instant, ahead: i64) {
        let is_off = !(-CLOCK_OFF..=CLOCK_OFF).contains(&ahead);
        let seconds = (ahead.unsigned_abs() / 1_000).to_string();
        let side = if ahead < 0 { " s behind the server's." } else { " s ahead of the server's." };
        self.report(now, CLOCK, is_off, Some(&["This device's clock is ", &seconds, side].concat()));
    }

    /// Whether the application gives a token when it is asked.
    pub(super) fn observe_session(&mut self, now: Instant, output: &session::Output) {
        match output {
            session::Output::Given(_) => self.report(now, SESSION, false, None),
            session::Output::NotGiven(error) | session::Output::Delayed(error) => {
                self.report(now, SESSION, true, Some(&error.message));
            }
            _ => {}
        }
    }

    pub(super) fn observe_ticking(&mut self, now: Instant, ticking: Ticking) {
        let message = (ticking == Ticking::InPage).then_some(
            "The page keeps the time itself: no worker runs, and heartbeats are late while it is hidden.",
        );
        self.report(now, HEARTBEATS, false, message);
    }

    pub(super) fn observe_storage(&mut self, now: Instant, status: &StoreStatus) {
        let message = match status.durability {
            Durability::Opening => return,
            Durability::Memory => Some("Nothing outlives this page: the browser gives no storage."),
            Durability::Disk if status.is_spilling => Some("Another tab holds up the shared database."),
            Durability::Disk if [status.outbox, status.data, status.cache].iter().any(Option::is_some) => {
                Some("A database of the browser's has trouble.")
            }
            Durability::Disk => None,
        };
        self.report(now, STORAGE, message.is_some(), message);
    }

    /// Whether the tiers of the cache answer, and take what they are given.
    pub(super) fn observe_tiers(
        &mut self,
        now: Instant,
        disk: u32,
        is_disk_silent: bool,
        is_remote_well: bool,
    ) {
        let message = if disk > 0 {
            Some("This device does not take what is cached: it is kept in memory, and written later.")
        } else if is_disk_silent {
            Some("This device's disk does not answer: what is cached there is fetched anew.")
        } else if is_remote_well {
            None
        } else {
            Some("The shared cache is not reached.")
        };
        self.report(now, CACHE, message.is_some(), message);
    }

    fn report(&mut self, now: Instant, name: &str, is_degraded: bool, message: Option<&str>) {
        let status = if is_degraded { Status::Degraded } else { Status::Healthy };
        let message = message.map(str::to_owned);
        self.health.handle(now, Input::Reported { name: name.into(), status, message });
    }
}
