//! What the applications do on their own: subscribe, change their minds, track, write and send.

use serde_json::json;

use crate::server::{Change, Version};
use crate::wishes::{Kind, Wish, as_bytes, row};
use crate::world::World;

impl World {
    pub fn change_wish(&mut self, peer: usize) {
        if self.asleep[peer].is_some() {
            return;
        }
        let lot = self.rng.up_to(self.peers[peer].menu.len() as u64 - 1) as usize;
        let (wish, _) = self.peers[peer].menu[lot].clone();
        if !self.peers[peer].wanted.contains_key(wish.id) {
            return self.want(peer, wish);
        }
        if wish.kind == Kind::Kept {
            self.watch.forget_kept(peer);
        }
        self.hear(peer);
        let effects = self.peers[peer].no_longer_want(self.now, wish.id);
        self.perform(peer, effects);
    }

    pub fn track(&mut self, peer: usize) {
        let ids: Vec<_> = self.peers[peer].wanted.values().map(|(wish, _)| *wish).collect();
        let Some(wish) = ids.into_iter().find(|wish| wish.kind == Kind::Presence) else { return };
        if self.asleep[peer].is_none() {
            let state = (self.rng.up_to(3) > 0).then(|| json!({ "mood": self.rng.up_to(2) }));
            let effects = self.peers[peer].track(self.now, wish.id, state);
            self.perform(peer, effects);
        }
    }

    pub fn vary_wish(&mut self, peer: usize) {
        let wanted: Vec<_> = self.peers[peer].wanted.values().cloned().collect();
        if self.asleep[peer].is_some() || wanted.is_empty() {
            return;
        }
        let (wish, _) = wanted[self.rng.up_to(wanted.len() as u64 - 1) as usize].clone();
        self.want(peer, wish.varied());
    }

    fn want(&mut self, peer: usize, wish: Wish) {
        let topic = wish.subscription(&self.peers[peer].user).topic();
        self.watch.forget_refusal(peer, &topic);
        self.hear(peer);
        let effects = self.peers[peer].want(self.now, wish);
        self.perform(peer, effects);
    }

    /// Everything of the menu is wanted again.
    pub fn want_all(&mut self, peer: usize) {
        for (wish, _) in self.peers[peer].menu.clone() {
            self.want(peer, wish);
        }
        self.settle();
    }

    /// Somebody writes or sends: the number of the message, and who is to get it now if all goes well.
    pub fn traffic(&mut self) -> (u64, Vec<(usize, &'static str)>) {
        self.watch.messages += 1;
        let number = self.watch.messages;
        let payload = json!({ "n": number });
        let event = ["hi", "bye"][self.rng.up_to(1) as usize];
        match self.rng.up_to(7) {
            lot @ 0..=2 => {
                let (table, supplier) = [("activity", 7), ("activity", 8), ("clients", 7)][lot as usize];
                self.server.commit(Change { data: row(table, supplier, number) });
                (number, self.wanting(|_, wish| wish.kind.sees(table, supplier)))
            }
            lot @ 3..=5 => {
                let channel = ["lobby", "room:1", "room:3"][lot as usize - 3];
                self.server.send(channel, channel != "lobby", event, payload);
                let to = self.wanting(|_, wish| wish.channel == channel && wish.kind.hears(event));
                let timeless = &self.watch.timeless;
                let kept = to.iter().filter(|(peer, id)| *id == "kept" && !timeless.contains(peer));
                self.watch.kept.extend(kept.map(|(peer, _)| ((*peer, number), 0)));
                (number, to)
            }
            _ => {
                let peer = self.rng.up_to(self.peers.len() as u64 - 1) as usize;
                let client = &self.peers[peer];
                let sends = |(wish, _): &&(Wish, String)| wish.sends() && client.is_live(wish.id);
                let wishes: Vec<Wish> = client.wanted.values().filter(sends).map(|(wish, _)| *wish).collect();
                if wishes.is_empty() || self.asleep[peer].is_some() {
                    return (number, Vec::new());
                }
                let wish = wishes[self.rng.up_to(wishes.len() as u64 - 1) as usize];
                // Protocol 1 neither sends bytes nor gets any.
                let is_bytes = self.peers[peer].version == Version::Two && self.rng.up_to(3) == 0;
                let payload = if is_bytes { as_bytes(number) } else { payload };
                let effects = self.peers[peer].broadcast(self.now, wish.id, event, payload);
                self.perform(peer, effects);
                let to = self.wanting(|other, heard| {
                    let is_told = other != peer || heard.kind.hears_itself();
                    let can_read = !is_bytes || self.peers[other].version == Version::Two;
                    heard.channel == wish.channel && heard.kind.hears(event) && is_told && can_read
                });
                (number, to)
            }
        }
    }

    fn wanting(&self, is_for: impl Fn(usize, &Wish) -> bool) -> Vec<(usize, &'static str)> {
        let mut all = Vec::new();
        for (number, peer) in self.peers.iter().enumerate() {
            let wishes = peer.wanted.values().filter(|(wish, _)| is_for(number, wish));
            all.extend(wishes.map(|(wish, _)| (number, wish.id)));
        }
        all
    }
}
