//! What happens to pages.

use serde_json::json;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::tabs::{self, Input};

use crate::browser::Browser;
use crate::page::{Event, Page};
use crate::relayed::Wish;

/// The ids that an application uses.
const IDS: [&str; 4] = ["feed", "desk", "hall", "\u{1}odd"];
const TOPICS: [&str; 3] = ["a", "b", "c"];
const USERS: [Option<&str>; 3] = [None, Some("alice"), Some("bob")];

fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.up_to(from.len() as u64 - 1) as usize]
}

impl Browser {
    /// Opens a page, which asks for something at once.
    pub fn open(&mut self) -> usize {
        let user = *pick(&mut self.rng, &USERS);
        let (build, protocol) = match self.rng.up_to(9) {
            0 => (2, 1),
            1 => (3, 2),
            _ => (1, 1),
        };
        let seed = self.rng.next_u64();
        let page = self.add(Page::new(user, build, protocol, seed));
        self.pages[page].throttle = if self.rng.up_to(2) == 0 { 60_000 } else { 1_000 };
        self.want(page);
        page
    }

    pub fn add(&mut self, page: Page) -> usize {
        self.pages.push(page);
        self.pages.len() - 1
    }

    fn some_awake(&mut self) -> Option<usize> {
        let awake: Vec<usize> = (0..self.pages.len()).filter(|page| self.pages[*page].is_awake()).collect();
        (!awake.is_empty()).then(|| *pick(&mut self.rng, &awake))
    }

    pub fn want(&mut self, page: usize) {
        let id = *pick(&mut self.rng, &IDS);
        let topic = *pick(&mut self.rng, &TOPICS);
        // The same options everywhere, so that nothing is refused but what is meant to be.
        let wish = Wish { topic: topic.into(), own: topic == "c" };
        let outside = self.pages[page].subscribe(self.now, id, wish);
        self.perform(page, outside);
    }

    /// One thing that an application does, or that goes wrong.
    pub fn act(&mut self) {
        let Some(page) = self.some_awake() else {
            self.open();
            return;
        };
        let act = self.rng.up_to(21);
        self.note(|| format!("act {act} on {page}"));
        match act {
            0..=1 if self.alive() < 7 => drop(self.open()),
            0..=4 => self.want(page),
            5..=6 => {
                let id = *pick(&mut self.rng, &IDS);
                let outside = self.pages[page].unsubscribe(self.now, id);
                self.perform(page, outside);
            }
            7..=8 => self.say(page),
            9 => {
                let id = *pick(&mut self.rng, &IDS);
                let state = (self.rng.up_to(2) > 0).then(|| json!({ "at": self.now }));
                if self.pages[page].app.wants.contains_key(id) {
                    let outside = self.pages[page].track(self.now, id, state);
                    self.perform(page, outside);
                }
            }
            10 => {
                let outside = self.pages[page].disconnect(self.now);
                self.perform(page, outside);
            }
            11 => self.close(page),
            12 => self.remove(page),
            13..=14 => self.pages[page].is_frozen = true,
            15 => self.thaw_one(),
            16 => self.put_away(page),
            17 => self.show_one(),
            18 => {
                let is_visible = !self.pages[page].is_visible;
                self.pages[page].is_visible = is_visible;
                self.input(page, if is_visible { Input::Visible } else { Input::Hidden });
            }
            19 => {
                let user = *pick(&mut self.rng, &USERS);
                self.change_user(page, user);
            }
            20 => {
                let millis = self.rng.up_to(100_000);
                self.sleep(millis);
            }
            _ => self.confuse(page),
        }
    }

    pub fn alive(&self) -> usize {
        self.pages.iter().filter(|page| !page.is_gone).count()
    }

    pub fn say(&mut self, page: usize) {
        let ids: Vec<String> = self.pages[page].app.wants.keys().cloned().collect();
        if !ids.is_empty() {
            let (id, number) = (pick(&mut self.rng, &ids).clone(), self.rng.next_u64() >> 12);
            let (_, outside) = self.pages[page].broadcast(self.now, &id, number);
            self.perform(page, outside);
        }
    }

    pub fn close(&mut self, page: usize) {
        self.input(page, Input::Suspend);
        self.remove(page);
    }

    fn put_away(&mut self, page: usize) {
        self.input(page, Input::Suspend);
        self.pages[page].is_put_away = true;
    }

    fn thaw_one(&mut self) {
        let frozen: Vec<usize> = (0..self.pages.len())
            .filter(|page| self.pages[*page].is_frozen && !self.pages[*page].is_gone)
            .collect();
        if !frozen.is_empty() {
            let page = *pick(&mut self.rng, &frozen);
            self.thaw(page);
        }
    }

    pub fn show(&mut self, page: usize) {
        self.pages[page].is_put_away = false;
        self.input(page, Input::Resume);
        self.catch_up(page);
    }

    fn show_one(&mut self) {
        let away: Vec<usize> = (0..self.pages.len())
            .filter(|page| self.pages[*page].is_put_away && !self.pages[*page].is_gone)
            .collect();
        if !away.is_empty() {
            let page = *pick(&mut self.rng, &away);
            self.show(page);
        }
    }

    pub fn change_user(&mut self, page: usize, user: Option<&str>) {
        self.pages[page].user = user.map(str::to_owned);
        let outside = self.pages[page].told(self.now, Event::User);
        self.perform(page, outside);
    }

    /// Something comes that is no message, or none of this group.
    fn confuse(&mut self, page: usize) {
        let Some((membership, group)) = self.pages[page].open.clone() else { return };
        for message in [
            json!(null),
            json!([group, 1, 1]),
            json!([group, 1, 1, 1, 99]),
            json!(["another's", 1, 1, 1, 2, 9e12, 1]),
        ] {
            let outside =
                self.pages[page].told(self.now, Event::Tabs(membership, tabs::Event::Said(message)));
            self.perform(page, outside);
        }
    }
}
