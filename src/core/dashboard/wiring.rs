//! Which machine is told what: an arm for each input of the dashboard, and for each output of a machine.

use super::relayed::{Aside, Relayed, SetToken, Told};
use super::vault;
use super::{Dashboard, Input, Notification, Output, RequestId};
use crate::core::access::Change;
use crate::core::cache;
use crate::core::connectivity;
use crate::core::connectivity::link::HeldUp;
use crate::core::health;
use crate::core::log::LogEntry;
use crate::core::news::{News, PresenceEvent};
use crate::core::page::PageEvent;
use crate::core::payload::Payload;
use crate::core::realtime::{self, Traffic};
use crate::core::session::{self, names_key};
use crate::core::store;
use crate::core::store::names::Kind;
use crate::core::tabs;
use crate::core::tabs::names::owner;
use crate::core::tabs::relay::Portable;
use crate::core::tabs::role::Role;
use crate::core::time::Instant;
use crate::core::user::User;

impl<P: Payload> Dashboard<P> {
    /// What has happened outside.
    pub(super) fn take(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Realtime(command) => self.tabs.handle(now, tabs::Input::Command(command)),
            Input::Traffic(Traffic::Overflow { slot, count }) => {
                self.tabs.handle(now, tabs::Input::Overflow { slot, count });
            }
            Input::Traffic(traffic) => self.realtime.handle(now, realtime::Input::Traffic(traffic)),
            Input::Session(event) => self.take_session(now, event),
            Input::Connectivity(event) => self.connectivity.handle(now, connectivity::Input::Event(event)),
            Input::Page(event) => {
                match event {
                    PageEvent::Visible => self.vault.set_hidden(now, false),
                    PageEvent::Hidden => self.vault.set_hidden(now, true),
                    PageEvent::Suspend => self.vault.set_put_away(now, true),
                    PageEvent::Resume => self.vault.set_put_away(now, false),
                    PageEvent::Online | PageEvent::Offline | PageEvent::Network { .. } => {}
                    PageEvent::Ticking(ticking) => {
                        self.ticking = Some(ticking);
                        self.tell_ticking(now);
                    }
                }
                if event == PageEvent::Suspend {
                    // So that it is told why, before another tab holds the connection.
                    self.connectivity.handle(now, connectivity::Input::Page(event.clone()));
                    self.pass_on(now);
                }
                if let Some(input) = of_page(&event) {
                    self.tabs.handle(now, input);
                }
                self.observe_page(now, &event);
                match event {
                    PageEvent::Online | PageEvent::Visible => {
                        self.cache.handle(now, cache::input::Input::Retry)
                    }
                    PageEvent::Resume => self.cache.handle(now, cache::input::Input::Gap),
                    _ => {}
                }
                self.connectivity.handle(now, connectivity::Input::Page(event));
            }
            Input::Health(input) => {
                if matches!(input, health::Input::Start { .. }) {
                    self.tabs.handle(now, tabs::Input::Start);
                }
                self.health.handle(now, input);
            }
            Input::Cache(input) => {
                self.tabs.handle(now, tabs::Input::Start);
                self.cache.handle(now, input);
            }
            Input::OpenStore => {
                self.vault.open(now);
                self.tabs.handle(now, tabs::Input::Start);
            }
            Input::Tabs { membership, event } => {
                self.tabs.handle(now, tabs::Input::Event { membership, event });
            }
            Input::Store { call, command } => {
                self.vault.call(now, call, command);
                self.tabs.handle(now, tabs::Input::Start);
            }
            Input::Storage(event) => self.vault.event(now, event),
            Input::SocketOpened { socket, epoch } => {
                self.realtime.handle(now, realtime::Input::WallClock(epoch));
                self.connectivity.handle(now, connectivity::Input::Opened { socket });
            }
            Input::HttpDone { request: RequestId::Credentials, answer } => {
                let (status, names_key) = (answer.status, names_key(&answer));
                self.session.handle(now, session::Input::Credentials { status, names_key });
            }
            Input::HttpDone { request: RequestId::Broadcast(call), answer } => {
                self.realtime.handle(now, realtime::Input::HttpDone { call, answer });
            }
            Input::Wake => {}
        }
    }

    /// A token that the application sets is for whichever tab holds the connection.
    fn take_session(&mut self, now: Instant, event: session::Event) {
        if let session::Event::Clock { ahead } = event {
            self.observe_clock(now, ahead);
        }
        let token = match &event {
            session::Event::SetToken { value, claims } if self.is_shared => {
                Some(SetToken { value: value.clone(), claims: claims.clone() }.to_payload())
            }
            _ => None,
        };
        self.session.handle(now, session::Input::Event(event));
        if let Some(token) = token {
            // It has to be known whose it is first.
            self.pass_on(now);
            self.tabs.handle(now, tabs::Input::Token(token));
        }
    }

    pub(super) fn route_tabs(&mut self, now: Instant, output: tabs::Output<Relayed<P>>) {
        use tabs::Output as From;
        match output {
            From::Apply(command) => self.realtime.handle(now, realtime::Input::Command(command)),
            From::Overflow { slot, count } => {
                self.realtime.handle(now, realtime::Input::Traffic(Traffic::Overflow { slot, count }));
            }
            From::News(news) => self.notify(Notification::Realtime(news)),
            From::Link(Told::Connectivity(news)) => self.notify(Notification::Connectivity(news)),
            From::Link(Told::Ticking(ticking)) => self.notify(Notification::Ticking(ticking)),
            From::Link(Told::Error(error)) => self.notify(Notification::Error(error)),
            From::Routes(edit) => self.tell(Output::Routes(edit)),
            output => self.route_sharing(now, output),
        }
    }

    /// What there is only where tabs share a connection.
    fn route_sharing(&mut self, now: Instant, output: tabs::Output<Relayed<P>>) {
        use tabs::Output as From;
        match output {
            From::Forward { topic, tabs } => self.tell(Output::Forward { topic, tabs }),
            From::Deliver(echo) => self.tell(Output::Deliver(echo)),
            From::SetToken(token) => {
                if let Some(SetToken { value, claims }) =
                    SetToken::from_payload(&token).filter(|token| self.is_of_user(token))
                {
                    let event = session::Event::SetToken { value, claims };
                    self.session.handle(now, session::Input::Event(event));
                }
            }
            From::AskUser => self.session.handle(now, session::Input::WantUser),
            From::Action(action) => self.tell(Output::Tabs(action)),
            From::Draw { membership, above } => {
                self.drawing = Some((membership, above));
                self.vault.draw_epoch(now, above);
            }
            From::Aside(aside) => self.take_aside(now, &aside),
            From::Health(health) => {
                let epoch = match health.role {
                    Role::Leading { epoch } => epoch,
                    _ => None,
                };
                self.vault.set_alone(now, matches!(health.role, Role::Alone(_)));
                self.vault.lead(now, epoch);
                let leads = matches!(health.role, Role::Leading { .. } | Role::Alone(_));
                self.health.handle(now, health::Input::Leading(leads));
                if self.is_shared {
                    self.notify(Notification::Tabs(health));
                    self.tell_ticking(now);
                }
            }
            // These go straight through, whether or not anything is shared.
            From::Apply(_) | From::Overflow { .. } | From::News(_) | From::Link(_) | From::Routes(_) => {}
        }
    }

    /// Whoever holds the connection tells the others who keeps its time.
    fn tell_ticking(&mut self, now: Instant) {
        if let Some(ticking) = self.ticking {
            self.observe_ticking(now, ticking);
            self.tabs.handle(now, tabs::Input::Link(Told::Ticking(ticking)));
        }
    }

    /// Whether a token that came from another tab is the present user's.
    fn is_of_user(&self, SetToken { value, claims }: &SetToken) -> bool {
        match self.session.user() {
            User::Known(user) => value.is_some() && claims.user.as_ref() == Some(user),
            User::Nobody => value.is_none(),
            User::Unknown | User::Presumed(_) | User::Unclear => false,
        }
    }

    pub(super) fn route_connectivity(&mut self, now: Instant, output: connectivity::Output) {
        use connectivity::Output as From;
        self.observe_connection(now, &output);
        match output {
            From::Action(action) => self.tell(Output::Connectivity(action)),
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
            From::News(news) => self.tabs.handle(now, tabs::Input::Link(Told::Connectivity(news))),
            From::Error(error) => self.tabs.handle(now, tabs::Input::Link(Told::Error(error))),
            From::Log(entry) => self.log(entry),
        }
    }

    pub(super) fn route_session(&mut self, now: Instant, output: session::Output) {
        use session::Output as From;
        self.observe_session(now, &output);
        match output {
            From::AskToken { question } => self.tell(Output::AskToken { question }),
            From::AskCredentials { token } => {
                let (request, path) = (RequestId::Credentials, session::USER_PATH.to_owned());
                self.tell(Output::Http { request, path, body: None, token, within: self.http_timeout });
            }
            From::Access(access) => self.realtime.handle(now, realtime::Input::Access(access)),
            From::User(user) => {
                if let User::Known(user) = &user {
                    self.tell(Output::RememberUser(Some(user.clone())));
                }
                self.set_cache_owner(now, vault::owner_of(&self.vault.project(), &user));
                self.vault.set_user(now, user.clone());
                self.tabs.handle(now, tabs::Input::User(user));
            }
            From::Given(change) => {
                if matches!(change, Change::User { .. }) {
                    self.notify(Notification::UserChanged);
                }
                self.realtime.handle(now, realtime::Input::TokenGiven(change));
            }
            From::NotGiven(error) => self.realtime.handle(now, realtime::Input::TokenNotGiven(error)),
            From::Delayed(error) => self.realtime.handle(now, realtime::Input::TokenDelayed(error)),
            From::Limited => self.connectivity.handle(now, connectivity::Input::Limited),
            From::Error(error) => self.tabs.handle(now, tabs::Input::Link(Told::Error(error))),
            From::Log(entry) => self.log(entry),
        }
    }

    /// The store of another tab of this user's says something.
    fn take_aside(&mut self, now: Instant, aside: &P) {
        match Aside::from_payload(aside) {
            Some(Aside::Written { database, through, generation }) => {
                self.vault.announced(now, database, through, generation);
            }
            Some(Aside::Wiped { incarnation }) => self.vault.wiped(now, incarnation),
            Some(Aside::Health(text)) => self.health.handle(now, health::Input::Heard { text }),
            Some(Aside::Cache(text)) => {
                let heard = cache::input::Input::Heard { text: text.into(), is_written: true };
                self.cache.handle(now, heard);
            }
            None => {}
        }
    }

    /// The user's other tabs are told.
    pub(super) fn tell_others(&mut self, now: Instant, aside: Aside) {
        self.tabs.handle(now, tabs::Input::Aside(aside.to_payload()));
    }

    pub(super) fn route_vault(&mut self, now: Instant, output: vault::Output<P>) {
        use store::output::Output as From;
        let output = match output {
            vault::Output::WantUser => return self.session.handle(now, session::Input::WantUser),
            vault::Output::Renew => return self.tell(Output::RenewStorage),
            vault::Output::Store(output) => output,
        };
        match output {
            From::Operation { id, operation } => self.tell(Output::Storage { id, operation }),
            From::News(news) => {
                match &news {
                    store::output::News::Settled { call, outcome }
                        if self.settle_cache(now, *call, outcome) =>
                    {
                        return;
                    }
                    store::output::News::Status(status) => self.observe_storage(now, status),
                    _ => {}
                }
                self.notify(Notification::Store(news));
            }
            From::Changed { database: Kind::Cache, keys, is_own: false } => {
                self.cache.handle(now, cache::input::Input::Disk { keys });
            }
            // Nothing else is built on the store yet.
            From::Changed { .. } => {}
            From::Wiped { incarnation } => {
                self.end_cache(now);
                self.tell(Output::RememberUser(None));
                self.tell_others(now, Aside::Wiped { incarnation });
            }
            From::Announce { database, through, generation } => {
                self.tell_others(now, Aside::Written { database, through, generation });
            }
            From::Epoch(epoch) => {
                if let Some((membership, above)) = self.drawing.take() {
                    // Without a place to keep it the highest that was heard of has to do.
                    let epoch = epoch.unwrap_or_else(|| above.saturating_add(1));
                    self.tabs.handle(now, tabs::Input::Drawn { membership, epoch });
                } else if let Some(epoch) = epoch {
                    self.vault.lead_alone(now, epoch);
                }
            }
            From::Fenced { epoch } => self.tabs.handle(now, tabs::Input::Fenced(epoch)),
        }
    }

    pub(super) fn route_health(&mut self, now: Instant, output: health::Output) {
        match output {
            health::Output::Tell { text } => self.tell_others(now, Aside::Health(text)),
            output => self.notify(Notification::Health(output)),
        }
    }

    pub(super) fn route_realtime(&mut self, now: Instant, output: realtime::Output<P>) {
        use realtime::Output as From;
        match output {
            From::Action(action) => self.tell(Output::Realtime(action)),
            From::Routes(edit) => self.tabs.handle(now, tabs::Input::Routes(edit)),
            From::News(news) => {
                let state = self.state_for_another(&news);
                self.tabs.handle(now, tabs::Input::News { news, state });
            }
            From::HttpBroadcast { call, path, body, token } => {
                let (request, body) = (RequestId::Broadcast(call), Some(body));
                self.tell(Output::Http { request, path, body, token, within: self.http_timeout });
            }
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
            From::Log(entry) => self.log(entry),
        }
    }

    /// Who is there, for the tab whose subscription is told that this is known now.
    fn state_for_another(&self, news: &News<P>) -> Option<P> {
        match news {
            News::Presence { id, event: PresenceEvent::Sync } if owner(id).0.is_some() => {
                self.realtime.presence(id)
            }
            _ => None,
        }
    }

    fn tell(&mut self, output: Output<P>) {
        self.outputs.push(output);
    }

    pub(super) fn notify(&mut self, notification: Notification<P>) {
        self.tell(Output::Notify(notification));
    }

    fn log(&mut self, entry: LogEntry) {
        if self.has_log {
            self.tell(Output::Log(entry));
        }
    }
}

/// What the tabs are told of the page.
fn of_page<P: Payload>(event: &PageEvent) -> Option<tabs::Input<Relayed<P>>> {
    Some(match event {
        PageEvent::Visible => tabs::Input::Visible,
        PageEvent::Hidden => tabs::Input::Hidden,
        PageEvent::Suspend => tabs::Input::Suspend,
        PageEvent::Resume => tabs::Input::Resume,
        _ => return None,
    })
}
