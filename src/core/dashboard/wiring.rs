//! Which machine is told what: an arm for each input of the dashboard, and for each output of a machine.

use super::{Dashboard, Input, Notification, Output, RequestId};
use crate::core::access::Change;
use crate::core::connectivity;
use crate::core::connectivity::link::HeldUp;
use crate::core::log::LogEntry;
use crate::core::payload::Payload;
use crate::core::realtime;
use crate::core::session::{self, names_key};
use crate::core::time::Instant;

impl<P: Payload> Dashboard<P> {
    /// What has happened outside.
    pub(super) fn take(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Subscribe { call, id, subscription, slot } => {
                self.realtime.handle(now, realtime::Input::Subscribe { call, id, subscription, slot });
            }
            Input::Unsubscribe { id } => self.realtime.handle(now, realtime::Input::Unsubscribe { id }),
            Input::Connect => self.realtime.handle(now, realtime::Input::Connect),
            Input::Disconnect => self.realtime.handle(now, realtime::Input::Disconnect),
            Input::Broadcast { call, id, event, payload, is_bytes } => {
                self.realtime.handle(now, realtime::Input::Broadcast { call, id, event, payload, is_bytes });
            }
            Input::HttpBroadcast(broadcast) => {
                self.realtime.handle(now, realtime::Input::HttpBroadcast(broadcast));
            }
            Input::Track { call, id, state } => {
                self.realtime.handle(now, realtime::Input::Track { call, id, state });
            }
            Input::Overflow { slot, count } => {
                self.realtime.handle(now, realtime::Input::Overflow { slot, count });
            }
            Input::Frame { socket, frame } => {
                self.realtime.handle(now, realtime::Input::Frame { socket, frame });
            }
            Input::SetToken { value, claims } => {
                self.session.handle(now, session::Input::SetToken { value, claims });
            }
            Input::Token { question, value, claims } => {
                self.session.handle(now, session::Input::Token { question, value, claims });
            }
            Input::TokenFailed { question, reason } => {
                self.session.handle(now, session::Input::TokenFailed { question, reason });
            }
            Input::Clock { ahead } => self.session.handle(now, session::Input::Clock { ahead }),
            Input::SocketOpened { socket, epoch } => {
                self.realtime.handle(now, realtime::Input::WallClock(epoch));
                self.connectivity.handle(now, connectivity::Input::Opened { socket });
            }
            Input::SocketClosed { socket, code } => {
                self.connectivity.handle(now, connectivity::Input::Closed { socket, code });
            }
            Input::Probed { answered } => {
                self.connectivity.handle(now, connectivity::Input::Probed { answered });
            }
            Input::HttpDone { request: RequestId::Credentials, answer } => {
                let (status, names_key) = (answer.status, names_key(&answer));
                self.session.handle(now, session::Input::Credentials { status, names_key });
            }
            Input::HttpDone { request: RequestId::Broadcast(call), answer } => {
                self.realtime.handle(now, realtime::Input::HttpDone { call, answer });
            }
            Input::Suspend => self.connectivity.handle(now, connectivity::Input::Suspend),
            Input::Resume => self.connectivity.handle(now, connectivity::Input::Resume),
            Input::Network { saves_data, effective_type } => {
                self.connectivity.handle(now, connectivity::Input::Network { saves_data, effective_type });
            }
            Input::Online => self.connectivity.handle(now, connectivity::Input::Online),
            Input::Offline => self.connectivity.handle(now, connectivity::Input::Offline),
            Input::Visible => self.connectivity.handle(now, connectivity::Input::Visible),
            Input::Hidden => self.connectivity.handle(now, connectivity::Input::Hidden),
            Input::Wake => {}
        }
    }

    pub(super) fn route_connectivity(&mut self, now: Instant, output: connectivity::Output) {
        use connectivity::Output as From;
        match output {
            From::Open { socket } => self.tell(Output::Open { socket }),
            From::Close { socket } => self.tell(Output::Close { socket }),
            From::Probe { within } => self.tell(Output::Probe { within }),
            From::SendHeartbeat => self.realtime.handle(now, realtime::Input::SendHeartbeat),
            From::Up { socket } => {
                self.session.handle(now, session::Input::Connected);
                self.realtime.handle(now, realtime::Input::SocketUp { socket });
            }
            From::Suspected => self.realtime.handle(now, realtime::Input::SocketSuspected),
            From::Down => self.realtime.handle(now, realtime::Input::SocketDown),
            From::Resumed { was_down } => {
                self.realtime.handle(now, realtime::Input::SocketResumed { was_down });
            }
            From::Lost(loss) => self.realtime.handle(now, realtime::Input::SocketLost(loss)),
            From::AttemptFailed { error, has_other } => {
                self.realtime.handle(now, realtime::Input::AttemptFailed { error, has_other });
            }
            From::HandshakeRefused => self.session.handle(now, session::Input::HandshakeRefused),
            From::Activity(activity) => {
                self.session.handle(now, session::Input::Activity(activity));
                self.realtime.handle(now, realtime::Input::Activity(activity));
            }
            From::Returned => self.session.handle(now, session::Input::Renew),
            From::Seen => self.session.handle(now, session::Input::Seen),
            From::Connection(state) => self.notify(Notification::Connection { state }),
            From::Connected => self.notify(Notification::Connected),
            From::Disconnected { code, reason } => self.notify(Notification::Disconnected { code, reason }),
            From::Heartbeat(heartbeat) => self.notify(Notification::Heartbeat(heartbeat)),
            From::Error(error) => self.notify(Notification::Error { id: None, error }),
            From::Log(entry) => self.log(entry),
        }
    }

    pub(super) fn route_session(&mut self, now: Instant, output: session::Output) {
        use session::Output as From;
        match output {
            From::AskToken { question } => self.tell(Output::AskToken { question }),
            From::AskCredentials { token } => {
                let (request, path) = (RequestId::Credentials, session::USER_PATH.to_owned());
                self.tell(Output::Http { request, path, body: None, token, within: self.http_timeout });
            }
            From::Access(access) => self.realtime.handle(now, realtime::Input::Access(access)),
            From::Given(change) => {
                if matches!(change, Change::User { .. }) {
                    self.notify(Notification::UserChanged);
                }
                self.realtime.handle(now, realtime::Input::TokenGiven(change));
            }
            From::NotGiven(error) => self.realtime.handle(now, realtime::Input::TokenNotGiven(error)),
            From::Delayed(error) => self.realtime.handle(now, realtime::Input::TokenDelayed(error)),
            From::Limited => self.connectivity.handle(now, connectivity::Input::Limited),
            From::Error(error) => self.notify(Notification::Error { id: None, error }),
            From::Log(entry) => self.log(entry),
        }
    }

    pub(super) fn route_realtime(&mut self, now: Instant, output: realtime::Output<P>) {
        use realtime::Output as From;
        match output {
            From::Send { socket, frame } => self.tell(Output::Send { socket, frame }),
            From::SendBroadcast { socket, header, payload, encoding } => {
                self.tell(Output::SendBroadcast { socket, header, payload, encoding });
            }
            From::HttpBroadcast { call, path, body, token } => {
                let (request, body) = (RequestId::Broadcast(call), Some(body));
                self.tell(Output::Http { request, path, body, token, within: self.http_timeout });
            }
            From::Route { topic, routes } => self.tell(Output::Route { topic, routes }),
            From::Unroute { topic } => self.tell(Output::Unroute { topic }),
            From::DropSlot { slot } => self.tell(Output::DropSlot { slot }),
            From::WantSocket => self.connectivity.handle(now, connectivity::Input::Want),
            From::UnwantSocket => self.connectivity.handle(now, connectivity::Input::Unwant),
            From::CloseSocket { reason } => {
                self.connectivity.handle(now, connectivity::Input::Close { reason });
            }
            From::ReplaceSocket { reason } => {
                self.connectivity.handle(now, connectivity::Input::Replace { reason });
            }
            From::Accepted => self.connectivity.handle(now, connectivity::Input::Accepted),
            From::HeartbeatAnswered => self.connectivity.handle(now, connectivity::Input::Answered),
            From::HeldUp { by_all, by_later } => {
                self.connectivity.handle(now, connectivity::Input::HeldUp(HeldUp { by_all, by_later }));
            }
            From::WantToken => self.session.handle(now, session::Input::Want),
            From::AwaitToken => self.session.handle(now, session::Input::Await),
            From::UnawaitToken => self.session.handle(now, session::Input::Unawait),
            From::TokenRefused { version } => {
                self.session.handle(now, session::Input::Refused { version });
            }
            From::Status { id, status } => self.notify(Notification::Status { id, status }),
            From::Continuity { id, continuity } => {
                self.notify(Notification::Continuity { id, continuity });
            }
            From::Error { id, error } => self.notify(Notification::Error { id: Some(id), error }),
            From::Failed { id, error } => self.notify(Notification::Failed { id, error }),
            From::Presence { id, event } => self.notify(Notification::Presence { id, event }),
            From::System { id, payload } => self.notify(Notification::System { id, payload }),
            From::Settled { call, result } => self.notify(Notification::Settled { call, result }),
            From::Log(entry) => self.log(entry),
        }
    }

    fn tell(&mut self, output: Output<P>) {
        self.outputs.push_back(output);
    }

    fn notify(&mut self, notification: Notification<P>) {
        self.tell(Output::Notify(notification));
    }

    fn log(&mut self, entry: LogEntry) {
        if self.has_log {
            self.tell(Output::Log(entry));
        }
    }
}
