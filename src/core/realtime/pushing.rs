//! Messages to the server and their answers.

use super::{Action, Output, Realtime, Timer};
use crate::core::error::{Code, Error};
use crate::core::ids::{CallId, SocketId};
use crate::core::payload::Payload;
use crate::core::realtime::frame::{BroadcastPush, Encoding, Inbound, Protocol, Reference};
use crate::core::realtime::pushes::{Purpose, Push};
use crate::core::realtime::subscriptions::Source;
use crate::core::time::Instant;

/// What the server answers a message to a channel that it does not know.
const UNMATCHED: &str = "unmatched topic";

impl<P: Payload> Realtime<P> {
    /// Sends a broadcast on the channel of a subscription. With `ack` the server's answer settles the call, otherwise
    /// that it was handed to the socket.
    pub(super) fn broadcast(
        &mut self,
        now: Instant,
        call: CallId,
        id: &str,
        event: &str,
        payload: P,
        is_bytes: bool,
    ) {
        match self.try_broadcast(now, call, id, event, payload, is_bytes) {
            Ok(true) => {}
            Ok(false) => self.settle_call(call, Ok(())),
            Err(error) => self.settle_call(call, Err(error)),
        }
    }

    /// Whether an answer is awaited.
    fn try_broadcast(
        &mut self,
        now: Instant,
        call: CallId,
        id: &str,
        event: &str,
        payload: P,
        is_bytes: bool,
    ) -> Result<bool, Error> {
        let entry = self.subscriptions.get(id).ok_or_else(|| unknown(id))?;
        if matches!(entry.subscription.source, Source::Changes(_)) {
            let pieces = [
                "\"",
                id,
                "\" listens to changes of the database; send on a subscription to broadcasts of the channel.",
            ];
            return Err(Error::of(Code::InvalidOption, &pieces));
        }
        let is_acknowledged = entry.subscription.ack;
        let topic = entry.topic.clone();
        let channel = self.channels.get(&topic).filter(|channel| channel.is_joined());
        let (Some(socket), Some(join_ref)) =
            (self.connected_socket(), channel.and_then(|channel| channel.join_ref()))
        else {
            return Err(not_joined(id));
        };
        let reference = self.send_broadcast(socket, &topic, join_ref, event, payload, is_bytes)?;
        if is_acknowledged {
            self.expect_answer(now, reference, &topic, Purpose::Broadcast(call));
        }
        Ok(is_acknowledged)
    }

    /// On protocol 2 a broadcast is a binary frame, on protocol 1 a text, which holds no bytes.
    fn send_broadcast(
        &mut self,
        socket: SocketId,
        topic: &str,
        join_ref: Reference,
        event: &str,
        payload: P,
        is_bytes: bool,
    ) -> Result<Reference, Error> {
        if self.config.protocol == Protocol::V1 {
            if is_bytes {
                let message = "Protocol 1.0.0 has no bytes: send JSON, or use `vsn: '2.0.0'`.";
                return Err(Error::new(Code::InvalidOption, message));
            }
            let payload = P::object(vec![
                ("type", P::string("broadcast")),
                ("event", P::string(event)),
                ("payload", payload),
            ]);
            return Ok(self.push(socket, topic, join_ref, "broadcast", payload));
        }
        let reference = self.next_reference();
        let encoding = if is_bytes { Encoding::Binary } else { Encoding::Json };
        let header =
            BroadcastPush { join_ref, reference, topic, event, encoding }.header().ok_or_else(|| {
                let message = "A broadcast's name has at most 255 bytes of UTF-8. Choose a shorter one.";
                Error::new(Code::InvalidOption, message)
            })?;
        self.stats.sent += 1;
        self.tell(Output::Action(Action::SendBroadcast { socket, header, payload, encoding }));
        Ok(reference)
    }

    /// A message waits for its answer.
    pub(super) fn expect_answer(
        &mut self,
        now: Instant,
        reference: Reference,
        topic: &str,
        purpose: Purpose,
    ) {
        self.pushes.add(reference, topic.to_owned(), purpose);
        // A refused join silences the server for the others too.
        let timeout = self.config.push_timeout + self.silence(0);
        self.timers.set(Timer::Push(reference), now.after(timeout));
    }

    /// Takes a reply, if it is the answer to a message.
    pub(super) fn push_answered(&mut self, now: Instant, frame: &Inbound<P>) -> bool {
        let Some(push) = frame.reference.and_then(|reference| self.pushes.take(reference)) else {
            return false;
        };
        self.timers.clear(&Timer::Push(push.reference));
        let is_ok =
            frame.payload.field("status").and_then(|status| status.as_text()).as_deref() == Some("ok");
        let result = if is_ok { Ok(()) } else { Err(refused(&frame.payload)) };
        self.settle(&push, &result);
        if reason_of(&frame.payload).as_deref() == Some(UNMATCHED) {
            // The server knows of no such channel: it was lost without a word.
            self.lost_unnoticed(now, &push.topic);
        } else {
            self.tell_tracking(now, &push.topic);
        }
        true
    }

    /// The answer to a message has not come in time.
    pub(super) fn push_timed_out(&mut self, now: Instant, reference: Reference) {
        if let Some(push) = self.pushes.take(reference) {
            let message = "The server did not answer a message in time. On a private channel it never answers who may \
                not write there.";
            self.settle(&push, &Err(Error::new(Code::PushTimeout, message)));
            self.tell_tracking(now, &push.topic);
        }
    }

    /// The channel of these messages is down: they will not be answered. What is tracked is told anew after the next
    /// join, and settles its calls then.
    pub(super) fn drop_pushes(&mut self, topic: &str) {
        if self.pushes.is_empty() {
            return;
        }
        for push in self.pushes.take_of(topic) {
            self.timers.clear(&Timer::Push(push.reference));
            if matches!(push.purpose, Purpose::Broadcast(_)) {
                let message = "The channel was lost before the server acknowledged a broadcast: it may have been sent, \
                    or not.";
                self.settle(&push, &Err(Error::new(Code::Disconnected, message)));
            }
        }
    }

    fn settle(&mut self, push: &Push, result: &Result<(), Error>) {
        let calls = match push.purpose {
            Purpose::Broadcast(call) => vec![call],
            Purpose::Tracking => self
                .channels
                .get_mut(&push.topic)
                .map(|channel| channel.tracking.answered(push.reference))
                .unwrap_or_default(),
        };
        self.settle_calls(calls, result);
    }
}

fn reason_of<P: Payload>(payload: &P) -> Option<String> {
    let response = payload.field("response")?;
    response.field("reason").and_then(|reason| reason.as_text()).or_else(|| response.as_text())
}

fn refused<P: Payload>(payload: &P) -> Error {
    match reason_of(payload) {
        Some(reason) if reason == "payload_size_exceeded" => {
            let message = "The server refused a message: its payload is over the project's limit.";
            Error::new(Code::PayloadTooLarge, message)
        }
        Some(reason) => Error::of(Code::PushRefused, &["The server refused a message: ", &reason]),
        None => {
            let message = "The server refused a message without a reason: most likely the policies of the private \
                channel do not let this user write.";
            Error::new(Code::PushRefused, message)
        }
    }
}

pub(super) fn not_joined(id: &str) -> Error {
    let pieces = ["The channel of \"", id, "\" is not joined at the moment; send again once it is live."];
    Error::of(Code::NotJoined, &pieces)
}

pub(super) fn unknown(id: &str) -> Error {
    let pieces = ["There is no subscription \"", id, "\"; subscribe before you send."];
    Error::of(Code::UnknownSubscription, &pieces)
}
