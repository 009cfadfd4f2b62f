//! What has to be true of each frame.

use crate::frames::{Seen, data_frame};
use crate::network::Link;
use crate::peer::Arrival;
use crate::server::{Conn, Data, Version};
use crate::watch::{JOINS_A_MINUTE, LIMITS, MINUTE, count};
use crate::wishes::{self, About, Kind, Wish};
use crate::world::World;

impl World {
    pub fn before_sending(&mut self, peer: usize, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        if !["\"phx_leave\"", "\"phx_join\"", "\"access_token\""].iter().any(|event| text.contains(event)) {
            return;
        }
        let frame = Seen::of(data, self.peers[peer].version).expect("a frame");
        if frame.event == "phx_join" {
            let joined = |other: &Link| other.peer == peer && !other.is_abandoned && !other.joined.is_empty();
            let both = self.links.iter().any(|(other, link)| *other != conn && joined(link));
            assert!(!both, "client {peer} joins on two sockets: {frame:?}");
        }
        let link = self.links.get_mut(&conn).expect("a link");
        if frame.event == "access_token" {
            let right = self.peers[peer].tokens.right.as_deref();
            assert_eq!(frame.payload["access_token"].as_str(), right, "an earlier token: {frame:?}");
            link.refreshed.insert(frame.topic);
            return;
        }
        if frame.event == "phx_leave" {
            link.joined.remove(&frame.topic);
            return;
        }
        let reference = frame.join_ref.as_str().expect("a reference").to_owned();
        assert!(link.join_refs.insert(reference.clone()), "a second join with one reference: {frame:?}");
        link.joining.insert(reference);
        link.joined.insert(frame.topic.clone(), frame.join_ref.clone());
        link.limited.remove(&frame.topic);
        link.refreshed.remove(&frame.topic);
        link.standing.remove(&frame.topic);
        self.check_join(peer, frame);
    }

    pub fn check_join(&mut self, peer: usize, frame: Seen) {
        assert_eq!(frame.join_ref, frame.reference, "a join's reference is its join_ref");
        let client = &self.peers[peer];
        let token = frame.payload["access_token"].as_str();
        let has_token = token.is_some();
        assert!(
            has_token || frame.payload["config"]["private"] == false,
            "private, without a token: {frame:?}"
        );
        assert_eq!(token, client.tokens.right.as_deref(), "another token than the application's: {frame:?}");
        if frame.payload["config"]["private"] == true {
            let is_over = self.server.had_run_out(token.unwrap_or_default(), client.unnoticed());
            assert!(
                !is_over || !token.is_some_and(|token| client.tokens.knows(token)),
                "a token that is over: {frame:?}"
            );
        }
        let is_wanted = client.wanted.values().any(|(_, wanted)| *wanted == frame.topic);
        assert!(is_wanted, "a join that nobody wants: {frame:?}");
        let key = (peer, frame.topic);
        let joins = count(self.watch.joins.entry(key.clone()).or_default(), self.now);
        assert!(joins <= JOINS_A_MINUTE, "client {peer} hammers {}: {joins} joins a minute", key.1);
        assert!(!self.watch.refused.contains(&key), "client {peer} may not have {}, and joins again", key.1);
        let limited = self.watch.limited.get(&key).is_some_and(|until| *until > self.now);
        assert!(!limited, "client {peer} joined {} within a minute of being told to slow down", key.1);
    }

    pub fn before_arrival(&mut self, peer: usize, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        let is_complaint = LIMITS.iter().any(|limit| text.contains(limit));
        if is_complaint || text.contains("RateLimitReached") {
            self.watch.told_to_wait = Some(self.now);
        }
        let is_close = text.contains("\"phx_close\"");
        let is_subscribed = text.contains("Subscribed to PostgreSQL");
        if !is_complaint && !is_close && !is_subscribed && !text.contains("\"phx_reply\"") {
            return;
        }
        let Some(frame) = Seen::of(data, self.peers[peer].version) else { return };
        let link = self.links.get_mut(&conn).expect("a link");
        if is_subscribed {
            self.before_subscribed(peer, conn, &frame);
        } else if is_complaint {
            link.limited.insert(frame.topic);
        } else if is_close {
            // One of an earlier join says nothing of this one.
            let was_limited = link.limited.remove(&frame.topic);
            if was_limited && link.joined.get(&frame.topic) == Some(&frame.reference) {
                self.watch.limited.insert((peer, frame.topic), self.now + MINUTE);
            }
        } else if let Some(reference) = frame.reference.as_str() {
            link.joining.remove(reference);
            let is_taken =
                link.joined.get(&frame.topic) == Some(&frame.reference) && frame.payload["status"] == "ok";
            let changes = frame.payload["response"]["postgres_changes"].as_array();
            let anothers = &mut self.peers[peer].anothers;
            if is_taken && changes.is_some_and(Vec::is_empty) {
                // The server will say no more of it: all of the topic is the present user's.
                anothers.remove(&frame.topic);
            } else if let Some(answered) = anothers.get_mut(&frame.topic).filter(|_| is_taken) {
                *answered = true;
            }
            let reason = frame.payload["response"]["reason"].as_str().unwrap_or_default();
            if reason.starts_with("Unauthorized") && link.joined.get(&frame.topic) == Some(&frame.reference) {
                self.watch.refused.insert((peer, frame.topic));
            }
        }
    }

    /// The server's subscription to the database's changes stands: for the first time since the join, with a fresh token,
    /// or anew by itself, which those that are live are to be told.
    pub fn before_subscribed(&mut self, peer: usize, conn: Conn, frame: &Seen) {
        let (client, link) = (&mut self.peers[peer], self.links.get_mut(&conn).expect("a link"));
        let is_current = match client.version {
            Version::One => true,
            Version::Two => link.joined.get(&frame.topic) == Some(&frame.join_ref),
        };
        if !is_current {
            return;
        }
        if client.anothers.get(&frame.topic) == Some(&true) {
            client.anothers.remove(&frame.topic);
        }
        let was_refreshed = link.refreshed.remove(&frame.topic);
        if !link.standing.insert(frame.topic.clone()) && !was_refreshed {
            let is_meant =
                |(wish, topic): &&(Wish, String)| matches!(wish.kind, Kind::Rows(_)) && *topic == frame.topic;
            let meant = client.wanted.values().filter(is_meant).map(|(wish, _)| wish.id);
            (client.begun_anew, client.back_with_it) = meant.partition(|id| client.is_live(id));
        }
    }

    /// Whether a message went to those whom it is for, and to nobody else.
    pub fn judge(&mut self, peer: usize, data: &Data, arrival: Arrival) {
        let client = &self.peers[peer];
        let (ids, is_new) = match arrival {
            Arrival::Nothing => return,
            Arrival::Delivered(ids) => (ids, true),
            Arrival::Unrouted => (Vec::new(), true),
            Arrival::Duplicate => (Vec::new(), false),
        };
        let Some((topic, message)) = data_frame(data, client.version) else { return };
        // A frame that names another join than the one that counts is an earlier one's.
        let named =
            Seen::of(data, client.version).map(|frame| frame.join_ref).filter(|named| !named.is_null());
        let joined = self.current[peer].and_then(|conn| self.links.get(&conn)?.joined.get(&topic));
        let is_earlier = named.as_ref().is_some_and(|named| Some(named) != joined);
        // While none counts, the same user's last one may still bring something.
        assert!(
            !is_earlier || joined.is_none() || ids.is_empty(),
            "client {peer} was given what an earlier join asked for: {message}"
        );
        let Some((about, number)) = wishes::read(&message) else { panic!("not of this world: {message}") };
        if let Some(answered) = client.anothers.get(&topic).filter(|_| !ids.is_empty()) {
            let is_row = matches!(about, About::Row { .. });
            assert!(*answered && !is_row, "client {peer} was given what was a former user's: {message}");
        }
        for (id, (wish, wished)) in &client.wanted {
            let got = ids.iter().filter(|given| *given == id).count();
            let wants = *wished == topic && wish.wants(&about);
            assert!(got == 0 || wants, "{id} was given what is not for it: {message}");
            assert!(got <= 1, "{id} was given it twice: {message}");
            let had_it = !is_new && self.watch.kept.get(&(peer, number)).is_none_or(|times| *times > 0);
            let may_miss = had_it || is_earlier || !client.is_live(id);
            assert!(got == 1 || !wants || may_miss, "{id} is live and was not given {message}");
        }
        for id in ids {
            assert!(client.wanted.contains_key(id), "a callback of {id}, which nobody wants");
            if let Some(received) = &mut self.watch.received {
                *received.entry((peer, id, number)).or_default() += 1;
            }
            if client.wanted[id].0.kind == Kind::Kept
                && let Some(times) = self.watch.kept.get_mut(&(peer, number))
            {
                *times += 1;
            }
        }
    }
}
