//! Whatever happens in the tabs of a user, who tell each other at once, they are one breaker.

use crate::rig::{DEFAULT, Rig};
use proptest::collection::vec;
use proptest::prelude::*;
use wedsync_dashboard::core::resilience::breaker::{Config, DetectorConfig, Outcome, Permit, Shared, State};
use wedsync_dashboard::core::rng::Rng;

const WALL: u64 = 1_790_000_000_000;

#[derive(Clone, Debug)]
enum Act {
    Wait(u64),
    /// A call begins in a tab.
    Begin(usize),
    /// One of those under way ends.
    End(usize, Outcome),
    /// A tab is loaded anew; its calls are lost.
    Reload(usize),
    Reset(usize),
}

struct Tabs {
    tabs: Vec<Rig>,
    config: Config,
    told: Option<Shared>,
    passed: u64,
    out: Vec<(usize, Permit)>,
    rounding: Rng,
    /// What the breaker was when the last call began.
    began: State,
}

impl Tabs {
    fn new(count: u64, config: Config) -> Self {
        let tabs =
            (0..count).map(|tab| Rig { now: 1_000_000 + tab * 77_777, ..Rig::new(config.clone()) }).collect();
        Self {
            tabs,
            config,
            told: None,
            passed: 0,
            out: Vec::new(),
            rounding: Rng::new(count),
            began: State::Closed,
        }
    }

    fn wait(&mut self, millis: u64) {
        self.passed += millis;
        self.tabs.iter_mut().for_each(|tab| tab.now += millis);
    }

    /// What a tab reads of the wall clock. It is rounded at other moments than the tab's own clock is.
    fn wall(&mut self) -> u64 {
        WALL + self.passed + self.rounding.up_to(1)
    }

    /// Each tells what the others must know, until nobody has anything to tell.
    fn tell(&mut self) {
        let mut is_news = true;
        while is_news {
            is_news = false;
            for teller in 0..self.tabs.len() {
                self.tabs[teller].state();
                if !self.tabs[teller].breaker.take_untold() {
                    continue;
                }
                is_news = true;
                let wall = self.wall();
                let shared = self.tabs[teller].breaker.shared(self.tabs[teller].at(), wall);
                self.told = Shared::from_text(&shared.to_text());
                let later = self.rounding.up_to(4);
                self.wait(later);
                for tab in (0..self.tabs.len()).filter(|tab| *tab != teller) {
                    let wall = self.wall();
                    let rig = &mut self.tabs[tab];
                    rig.breaker.adopt(rig.at(), wall, &shared);
                }
            }
        }
    }

    fn act(&mut self, act: Act) {
        let count = self.tabs.len();
        // What happens in the same millisecond has no order, and clocks are rounded.
        self.wait(3);
        match act {
            Act::Wait(millis) => self.wait(millis),
            Act::Begin(tab) => {
                let tab = tab % count;
                self.out.extend(self.tabs[tab].permit().ok().map(|permit| (tab, permit)));
                self.began = self.tabs[tab].state();
            }
            Act::End(which, outcome) if !self.out.is_empty() => {
                let (tab, permit) = self.out.swap_remove(which % self.out.len());
                self.tabs[tab].end(permit, outcome);
            }
            Act::End(..) => {}
            Act::Reload(tab) => {
                let tab = tab % count;
                self.out.retain(|(other, _)| *other != tab);
                self.tabs[tab] = Rig { now: 50, ..Rig::new(self.config.clone()) };
                if let Some(shared) = self.told {
                    let at = self.tabs[tab].at();
                    self.tabs[tab].breaker.adopt(at, WALL + self.passed, &shared);
                }
            }
            Act::Reset(tab) => {
                let tab = &mut self.tabs[tab % count];
                tab.breaker.reset(tab.at());
            }
        }
        self.tell();
    }
}

fn acts() -> impl Strategy<Value = Act> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Failure),
        2 => Just(Outcome::Success),
        1 => Just(Outcome::Neutral),
        1 => Just(Outcome::Answered)
    ];
    prop_oneof![
        4 => prop_oneof![1..3_000_u64, 1..40_000_u64].prop_map(Act::Wait),
        6 => (0..4_usize).prop_map(Act::Begin),
        6 => (0..50_usize, outcome).prop_map(|(which, outcome)| Act::End(which, outcome)),
        1 => (0..4_usize).prop_map(Act::Reload),
        1 => (0..4_usize).prop_map(Act::Reset),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn tabs_that_tell_each_other_are_one_breaker(
        count in 2..5_u64,
        timeout in 500..60_000_u64,
        probe_timeout in 500..60_000_u64,
        acts in vec(acts(), 1..150),
    ) {
        let detector = DetectorConfig::Consecutive { threshold: 2, reset_timeout: 60_000 };
        // With one success: a success among several gives the rest more time, which the others are not told.
        let config = Config { detector, successes: 1, timeout, max_timeout: 2 * timeout, probe_timeout, ..DEFAULT };
        let mut tabs = Tabs::new(count, config);
        for act in acts {
            tabs.act(act.clone());
            let states: Vec<State> = tabs.tabs.iter_mut().map(Rig::state).collect();
            let probing = tabs.tabs.iter_mut().filter_map(|tab| {
                let at = tab.at();
                Some(tab.breaker.metrics(at).probes).filter(|probes| *probes > 0)
            });
            let probing: Vec<u32> = probing.collect();
            prop_assert!(probing.len() <= 1 && probing.iter().all(|probes| *probes <= 3), "{probing:?} after {act:?}");
            let is_closed = |state: &State| *state == State::Closed;
            prop_assert!(states.iter().all(is_closed) || !states.iter().any(is_closed), "{states:?} after {act:?}");
            if let Act::Begin(tab) = act {
                // That others have heard of a probe is no reason to give it up.
                let tab = tab % tabs.tabs.len();
                let is_out = tabs.out.last().is_some_and(|(teller, _)| *teller == tab);
                prop_assert!(!is_out || tabs.began != State::HalfOpen || states[tab] == State::HalfOpen, "{states:?}");
            }
            let waits: Vec<u64> = tabs.tabs.iter_mut().filter_map(Rig::open_for).collect();
            let is_one_wait = waits.iter().all(|wait| wait.abs_diff(waits[0]) <= 2);
            prop_assert!(is_one_wait, "{waits:?} after {act:?}");
        }
        // And they heal together: when all are quiet, one call that succeeds is enough.
        tabs.act(Act::Wait(1_000_000));
        tabs.out.clear();
        tabs.act(Act::Begin(1));
        prop_assert_eq!(tabs.out.len(), 1);
        tabs.act(Act::End(0, Outcome::Success));
        prop_assert!(tabs.tabs.iter_mut().all(|tab| tab.state() == State::Closed));
    }
}
