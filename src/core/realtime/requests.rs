//! Broadcasts by HTTP.

use super::{Output, Realtime};
use crate::core::error::Error;
use crate::core::payload::Payload;
use crate::core::realtime::http_broadcast::HttpBroadcast;
use crate::core::time::Instant;

impl<P: Payload> Realtime<P> {
    /// Sends a broadcast by HTTP, once there is a token to send it with.
    pub(super) fn http_broadcast(&mut self, now: Instant, broadcast: HttpBroadcast<P>) {
        if self.access.is_ready && !self.access.is_doubted(now) {
            self.send_http_broadcast(broadcast);
        } else {
            self.held_broadcasts.push(broadcast);
            self.tell(Output::AwaitToken);
        }
    }

    fn send_http_broadcast(&mut self, broadcast: HttpBroadcast<P>) {
        let path = broadcast.path();
        let (call, body, token) = (broadcast.call, broadcast.payload, self.access.value.clone());
        self.tell(Output::HttpBroadcast { call, path, body, token });
    }

    /// There is a token: what has waited for it goes out.
    pub(super) fn send_held(&mut self) {
        for broadcast in std::mem::take(&mut self.held_broadcasts) {
            self.send_http_broadcast(broadcast);
        }
    }

    /// There is no token to be had.
    pub(super) fn refuse_held(&mut self, error: &Error) {
        for broadcast in std::mem::take(&mut self.held_broadcasts) {
            self.settle_call(broadcast.call, Err(error.clone()));
        }
    }
}
