//! What happens outside the caches: what they ask for is done, and they hear of it.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::world::{Disk, Ended, Event, FAR, P, Post, World};
use wedsync_dashboard::core::cache::input::{Found, Input, Value, Written};
use wedsync_dashboard::core::cache::output::{Output, Write};
use wedsync_dashboard::core::error::Error;

/// After so many milliseconds the store does not wait any more for what is read.
const GIVES_UP: u64 = 10_000;

impl Disk {
    pub fn commit(&mut self, writes: &[Write<P>]) {
        for write in writes {
            match write {
                Write::Entry { key, header, value, .. } => {
                    self.entries.insert(key.to_string(), (header.clone(), value.clone()));
                }
                Write::Remove { key } => {
                    self.entries.remove(&**key);
                }
                Write::Count { tag, generation, .. } => {
                    self.counts.insert(tag.to_string(), generation.clone());
                }
            }
        }
    }
}

impl World {
    pub fn perform(&mut self, tab: usize, output: Output<P>) {
        let (device, life) = (self.tabs[tab].device, self.tabs[tab].life);
        let faults = self.faults;
        if self.is_traced {
            println!("{} {tab}    -> {output:?}", self.now);
        }
        match output {
            Output::Put { key, slot } => {
                self.tabs[tab].table.insert(key.to_string(), slot);
            }
            Output::Drop { key } => {
                self.tabs[tab].table.remove(&*key);
            }
            Output::Clear => self.tabs[tab].table.clear(),
            Output::Doubt => self.tabs[tab].table.values_mut().for_each(|slot| slot.until = 0),
            Output::Encode { request, key, value, .. } => {
                let bytes = value.len() as u32;
                let time = if self.laborious.as_deref() == Some(&*key) { 50 } else { 0 };
                let unfit = self.unfit.as_ref().filter(|(unfit, _)| **unfit == *key);
                let result = match unfit {
                    Some((_, code)) => Err(Error::new(*code, "it cannot be stored")),
                    None => Ok((value, 0, bytes)),
                };
                self.later(time, Event::Input(tab, life, Input::Encoded { request, result }));
            }
            Output::Load { request, key, is_latest } => {
                let former = self.tabs[tab].former.get(&*key).filter(|_| !is_latest).cloned();
                let found = former.unwrap_or_else(|| self.disks[device].entries.get(&*key).cloned());
                let fails = self.chance(faults.reads_fail);
                if fails {
                    self.tabs[tab].unread = self.now;
                }
                let found = found.filter(|_| !fails);
                let found = found.map(|(header, value)| Found { header: header.into(), value, age: None });
                let time = self.disk_time();
                let input =
                    if time < GIVES_UP { Input::Read { request, found } } else { Input::Unread { request } };
                self.later(time.min(GIVES_UP), Event::Input(tab, life, input));
            }
            Output::Count { request, tag } => {
                self.counted += 1;
                let generation = self.disks[device].counts.get(&*tag).map(|text| text.as_str().into());
                let time = self.disk_time();
                let is_said = time < GIVES_UP && !self.chance(faults.counts_fail);
                let input =
                    if is_said { Input::Counted { request, generation } } else { Input::Unread { request } };
                self.later(time.min(GIVES_UP), Event::Input(tab, life, input));
            }
            Output::Write { request, writes } => {
                let is_refused = |write: &Write<P>| matches!(write, Write::Entry { key, .. } if Some(&**key) == self.refused.as_deref());
                let is_written = !writes.iter().any(is_refused) && !self.chance(faults.writes_fail);
                // The disk takes what it is given in its order, and gives it to who reads from then on.
                if is_written {
                    self.keep_former(tab, &writes);
                    self.disks[device].commit(&writes);
                }
                let time = self.within(faults.disk);
                self.later(time, Event::Written { tab, life, request, writes, is_written });
            }
            Output::Lock { flight, key, within } => {
                let is_over = Input::Locked { flight, was_contended: true };
                self.later(within, Event::Input(tab, life, is_over));
                let key = (device, key.to_string());
                let waiting = self.locks.entry(key.clone()).or_default();
                waiting.push_back((tab, life, flight));
                if waiting.len() == 1 {
                    self.next_lock(&key, false);
                }
            }
            Output::Unlock { flight } => {
                for key in self.locks.keys().cloned().collect::<Vec<_>>() {
                    let waiting = self.locks.get_mut(&key).expect("it is there");
                    let was_held = waiting.front() == Some(&(tab, life, flight));
                    waiting.retain(|one| *one != (tab, life, flight));
                    if was_held {
                        self.next_lock(&key, true);
                    }
                }
            }
            Output::Fetch { flight, fetcher } => {
                *self.fetched.entry(fetcher.clone()).or_default() += 1;
                let version = *self.server.entry(fetcher.clone()).or_insert(1);
                self.tabs[tab].flights.insert(flight.0, fetcher.clone());
                // Of a second or more, as a test says; else by chance.
                let time = if faults.fetch >= 1_000 { faults.fetch } else { self.within(faults.fetch) };
                self.later(time, Event::Fetched { tab, life, flight, key: fetcher, version });
            }
            Output::AbortFetch { flight } => {
                if self.tabs[tab].flights.remove(&flight.0).is_some() {
                    self.tabs[tab].aborted += 1;
                }
            }
            Output::Remote { request, ask, within } => {
                let arrives = self.within(20);
                let answers = self.within(20);
                let (fails, slow) = (self.chance(faults.remote_fails), self.chance(faults.remote_slow));
                if fails || slow {
                    self.later(within, Event::Input(tab, life, Input::Remote { request, answer: None }));
                }
                // Whoever gives up does not know whether it was heard.
                if slow || !fails || self.chance(50) {
                    let (arrives, answers) =
                        if slow { (within + arrives, None) } else { (arrives, (!fails).then_some(answers)) };
                    self.later(arrives, Event::Asked { tab, life, request, ask, answers });
                }
            }
            Output::Publish { text, .. } => self.publish(tab, &text),
            Output::Settled { call, outcome } => {
                let ended = Ended { at: self.now, outcome };
                let former = self.tabs[tab].ended.insert(call.0, ended);
                assert_eq!(former, None, "call {} was settled twice", call.0);
            }
            Output::Tiers { disk, is_disk_silent, is_remote_well } => {
                self.tiers.push((disk, is_disk_silent, is_remote_well));
            }
        }
    }

    /// How long the disk takes to answer.
    fn disk_time(&mut self) -> u64 {
        let time = if self.chance(self.faults.disk_slow) { self.within(12_000) } else { 0 };
        self.within(self.faults.disk) + time.max(self.faults.silence)
    }

    /// The user's other tabs hear it, and the other devices, if it is not lost.
    fn publish(&mut self, tab: usize, text: &str) {
        let device = self.tabs[tab].device;
        let mut post =
            Post { from: tab, at: self.now, text: text.into(), coming: Vec::new(), lost: Vec::new() };
        for other in (0..self.tabs.len()).filter(|other| *other != tab) {
            let life = self.tabs[other].life;
            if self.tabs[other].device == device {
                let time = self.within(self.faults.message);
                let heard = Input::Heard { text: text.into(), is_written: true };
                self.later(time, Event::Input(other, life, heard));
            }
            if self.remote.is_none() {
                continue;
            }
            if self.chance(self.faults.lost) {
                post.lost.push(other);
            } else {
                post.coming.push(other);
                let time = self.within(FAR);
                self.later(time, Event::Heard { tab: other, life, post: self.posts.len() });
            }
        }
        self.posts.push(post);
    }

    /// Other tabs hear later of what one of them writes.
    fn keep_former(&mut self, tab: usize, writes: &[Write<P>]) {
        let device = self.tabs[tab].device;
        for write in writes {
            let (Write::Entry { key, .. } | Write::Remove { key }) = write else { continue };
            let former = self.disks[device].entries.get(&**key).cloned();
            for (other, there) in self.tabs.iter_mut().enumerate().filter(|(_, there)| there.device == device)
            {
                if other == tab {
                    there.former.remove(&**key);
                } else {
                    there.former.entry(key.to_string()).or_insert_with(|| former.clone());
                }
            }
        }
    }

    pub fn next_lock(&mut self, key: &(usize, String), was_contended: bool) {
        let Some(&(tab, life, flight)) = self.locks.get(key).and_then(VecDeque::front) else { return };
        self.later(1, Event::Input(tab, life, Input::Locked { flight, was_contended }));
    }

    pub fn happen(&mut self, event: Event) {
        match event {
            Event::Input(tab, life, input) if self.tabs[tab].life == life => {
                if let Input::Disk { keys } = &input {
                    self.tabs[tab]
                        .former
                        .retain(|key, _| !keys.iter().any(|told| told.strip_prefix('e') == Some(key)));
                }
                if matches!(input, Input::Unread { .. }) {
                    self.tabs[tab].unread = self.now;
                }
                self.tell(tab, input);
            }
            Event::Written { tab, life, request, writes, is_written } => {
                if is_written {
                    // The store tells other tabs what has changed on the disk.
                    let mut keys: Vec<Rc<str>> = Vec::new();
                    for write in &writes {
                        keys.push(match write {
                            Write::Entry { key, .. } | Write::Remove { key } => format!("e{key}").into(),
                            Write::Count { tag, .. } => format!("g{tag}").into(),
                        });
                    }
                    let device = self.tabs[tab].device;
                    for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                        if self.tabs[other].device != device {
                            continue;
                        }
                        let life = self.tabs[other].life;
                        let time = self.within(self.faults.message);
                        self.later(time, Event::Input(other, life, Input::Disk { keys: keys.clone() }));
                    }
                }
                if self.tabs[tab].life == life {
                    let written = if is_written { Written::Durable } else { Written::Refused };
                    self.tell(tab, Input::Written { request, written });
                }
            }
            Event::Fetched { tab, life, flight, key, version } => {
                let is_awaited =
                    self.tabs[tab].life == life && self.tabs[tab].flights.remove(&flight.0).is_some();
                if is_awaited {
                    let fails = self.chance(self.faults.fetches_fail);
                    let value = format!("{key}#{version}");
                    let result = if fails { Err("failed".into()) } else { Ok(Value::Some(value)) };
                    self.tell(tab, Input::Fetched { flight, result });
                }
            }
            Event::Asked { tab, life, request, ask, answers } => {
                let remote = self.remote.as_mut().expect("there is one");
                let answer = Some(remote.answer(self.now, ask));
                if let Some(time) = answers {
                    self.later(time, Event::Input(tab, life, Input::Remote { request, answer }));
                }
            }
            Event::Heard { tab, life, post } => {
                let text = self.posts[post].text.as_str().into();
                self.posts[post].coming.retain(|other| *other != tab);
                if self.tabs[tab].life == life {
                    self.tell(tab, Input::Heard { text, is_written: false });
                } else {
                    // It was on its way to the page that was there before.
                    self.posts[post].lost.push(tab);
                }
            }
            Event::Input(..) => {}
        }
    }
}
