//! What a client's application is told, and whether it may be.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::connectivity::Connection;
use wedsync_dashboard::core::dashboard::Notification;
use wedsync_dashboard::core::error::Error;
use wedsync_dashboard::core::realtime::routes::Slot;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::{Continuity, News};

use crate::peer::{Effect, Peer};

impl Peer {
    pub fn is_routed_to(&self, slot: Slot) -> bool {
        self.router.routes().values().any(|routes| {
            let all = routes.events.values().chain(routes.changes.values());
            all.chain([&routes.any]).any(|slots| slots.contains(&slot))
        })
    }

    /// What the application is told. `due` are those that are live again, until they hear that they may have missed
    /// something.
    pub fn notice(&mut self, news: Notification<Value>, due: &mut BTreeSet<&'static str>) -> Option<Effect> {
        match news {
            Notification::Realtime(News::Status { id, status }) => {
                let id = self.told(&id, status)?;
                let topic = &self.wanted[id].1;
                self.forged.remove(topic);
                if !self.has_been_live.insert(id) {
                    due.insert(id);
                }
                return Some(Effect::Live(id));
            }
            Notification::Connectivity(connectivity::News::Disconnected { code: 0, .. }) => {
                return Some(Effect::Dead);
            }
            Notification::Connectivity(connectivity::News::Connection(state)) => {
                self.is_connected = state == Connection::Connected;
                if state == Connection::Idle && self.core().question() != Some(self.tokens.last_question()) {
                    // At rest nobody waits for an answer, unless a broadcast by HTTP does.
                    self.tokens.supersede();
                }
            }
            Notification::Realtime(News::Continuity { id, continuity }) => {
                let id_of = id.as_str();
                let is_due =
                    due.remove(id_of) || self.begun_anew.remove(id_of) || self.back_with_it.remove(id_of);
                assert!(is_due, "{id}: told of a gap where there was none");
                if continuity == Continuity::Resumed {
                    let (wish, _) =
                        self.menu.iter().find(|(wish, _)| wish.id == id).expect("an id of the menu");
                    return Some(Effect::Resumed(wish.id));
                }
            }
            Notification::Realtime(News::Settled { call, result }) => {
                assert!(self.unsettled.remove(&call.0), "{call:?} is settled twice");
                let subscribed = self.subscribing.remove(&call.0);
                assert!(
                    result.is_err() || subscribed.is_none_or(|id| self.is_live(id)),
                    "{subscribed:?} is said to be live and is not"
                );
            }
            Notification::Realtime(News::Presence { id, .. } | News::System { id, .. }) => {
                assert!(
                    self.wanted.contains_key(id.as_str()),
                    "{id} is told of something and nobody wants it"
                );
            }
            Notification::Realtime(News::Failed { id, error }) => {
                let (wish, topic) =
                    self.wanted.get(id.as_str()).expect("given up, and nobody wants it").clone();
                let is_forged = is_forged(&error) && self.forged.contains(&topic);
                assert!(is_forged || self.forbidden.contains(wish.channel), "{id} was given up: {error:?}");
                self.forget(&id);
                return Some(Effect::GivenUp(wish.kind));
            }
            Notification::Realtime(News::Error { id, error }) if is_forged(&error) => {
                self.forged.extend(self.wanted.get(id.as_str()).map(|(_, topic)| topic.clone()));
            }
            _ => {}
        }
        None
    }

    /// The id, if the subscription has become live.
    pub fn told(&mut self, id: &str, status: Status) -> Option<&'static str> {
        let (wish, _) = self.menu.iter().find(|(wish, _)| wish.id == id).expect("an id of the menu");
        let before = self.status.insert(wish.id, status);
        if status == Status::Joining {
            // It is another one from now on.
            self.has_been_live.remove(wish.id);
        }
        let is_live = status == Status::Live && before != Some(Status::Live);
        is_live.then(|| {
            assert!(self.wanted.contains_key(wish.id), "{id} is live and nobody wants it");
            wish.id
        })
    }

    /// Who is on a channel as the client says, in the server's shape.
    pub fn presence(&self, id: &str) -> Value {
        let mut people = self.core().presence(id).expect("a subscription to presence");
        for metas in people.as_object_mut().expect("people by key").values_mut() {
            for meta in metas.as_array_mut().expect("a list") {
                meta["phx_ref"] = meta["presence_ref"].take();
                meta.as_object_mut().expect("an object").remove("presence_ref");
            }
            *metas = json!({ "metas": metas });
        }
        people
    }
}

/// The server has said that a token's signature is wrong: another token mends that at most once.
fn is_forged(error: &Error) -> bool {
    error.message.contains("JwtSignatureError") || error.message.contains(":signature_error")
}
