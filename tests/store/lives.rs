//! Tabs that sleep, crash, and take the lead.

use wedsync_dashboard::core::store::input::Input;

use crate::browser::TabId;
use crate::world::{Life, World};

impl World {
    pub fn sleep(&mut self, tab: TabId, life: Life) {
        self.say(|| format!("tab {tab} becomes {life:?}"));
        self.tabs[tab].life = life;
        for call in self.tabs[tab].calls.values_mut() {
            call.has_slept = true;
        }
        if life == Life::Stopped {
            self.browser.stop(tab);
        }
    }

    /// It goes on: messages come first, then the browser's answers, and last that it has lost the lock.
    pub fn thaw(&mut self, tab: TabId) {
        self.say(|| format!("tab {tab} goes on"));
        self.browser.go_on(tab);
        self.tabs[tab].life = Life::Awake;
        let mut inbox = std::mem::take(&mut self.tabs[tab].inbox);
        inbox.sort_by_key(|input| match input {
            Input::Announced { .. } | Input::Wiped { .. } => 0,
            Input::NotLeading => 2,
            _ => 1,
        });
        for input in inbox {
            self.deliver(tab, input);
        }
    }

    pub fn crash(&mut self, tab: TabId) {
        self.say(|| format!("tab {tab} crashes"));
        self.tabs[tab].life = Life::Dead;
        if self.holder == Some(tab) {
            self.holder = None;
        }
        self.browser.crash(self.now, tab);
        self.collect();
    }

    /// The lock of the leader goes to this tab, from whoever has it.
    pub fn crown(&mut self, tab: TabId) {
        if self.holder == Some(tab) || self.tabs[tab].is_ended {
            return;
        }
        self.say(|| format!("tab {tab} takes the lead from {:?}", self.holder));
        if let Some(former) = self.holder.replace(tab) {
            // It may have to do other things first.
            let late = if self.rng.up_to(9) < 4 { self.rng.up_to(5_000) } else { self.rng.up_to(30) };
            self.tell(former, Input::NotLeading, late);
        }
        self.tabs[tab].drawing = true;
        self.handle(tab, Input::DrawEpoch { above: 0 });
    }
}
