//! What tabs tell each other, and a page the next one. Each tab has a clock of its own beside the wall clock.

use crate::rig::{DEFAULT, Rig};
use wedsync_dashboard::core::resilience::breaker::{Config, Event, Outcome, Reason, Shared, State};

/// What the wall clock says when a tab's own clock says 0.
const WALL: u64 = 1_790_000_000_000;

/// Two tabs, the second of which was opened a quarter of an hour later.
struct Tabs {
    first: Rig,
    second: Rig,
}

const OFFSET: u64 = 900_000;

impl Tabs {
    fn new(config: Config) -> Self {
        let mut second = Rig::new(config.clone());
        second.now -= OFFSET;
        Self { first: Rig::new(config), second }
    }

    fn wait(&mut self, millis: u64) {
        self.first.now += millis;
        self.second.now += millis;
    }

    fn states(&mut self) -> (State, State) {
        (self.first.state(), self.second.state())
    }

    fn first_tells(&mut self) {
        let wall = WALL + self.first.now;
        adopt(&mut self.second, wall, tell(&self.first, wall));
    }

    fn second_tells(&mut self) {
        let wall = WALL + self.first.now;
        adopt(&mut self.first, wall, tell(&self.second, wall));
    }
}

fn tell(rig: &Rig, wall: u64) -> Shared {
    let shared = rig.breaker.shared(rig.at(), wall);
    let text = shared.to_text();
    assert!(text.len() < 60, "{text}");
    assert_eq!(Shared::from_text(&text), Some(shared));
    shared
}

fn adopt(rig: &mut Rig, wall: u64, shared: Shared) {
    rig.breaker.adopt(rig.at(), wall, &shared);
}

/// One that has just been loaded, when the wall clock says `wall`.
fn loaded(wall: u64, shared: Shared) -> Rig {
    let mut rig = Rig::new(DEFAULT);
    rig.now = 80;
    adopt(&mut rig, wall, shared);
    rig
}

#[test]
fn all_tabs_open_and_close_together() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(5, Outcome::Failure);
    tabs.wait(3);
    tabs.first_tells();
    assert_eq!(tabs.states(), (State::Open, State::Open));
    assert_eq!((tabs.first.open_for(), tabs.second.open_for()), (Some(29_997), Some(29_997)));
    tabs.wait(29_997);
    tabs.first.calls(1, Outcome::Success);
    tabs.first_tells();
    tabs.first.calls(2, Outcome::Success);
    tabs.wait(100);
    tabs.first_tells();
    assert_eq!(tabs.states(), (State::Closed, State::Closed));
    let reasons: Vec<_> = tabs
        .second
        .events()
        .into_iter()
        .filter_map(
            |event| if let Event::Changed { reason, to, .. } = event { Some((to, reason)) } else { None },
        )
        .collect();
    assert_eq!(
        reasons,
        [(State::Open, Reason::Shared), (State::HalfOpen, Reason::Elapsed), (State::Closed, Reason::Shared)]
    );
}

#[test]
fn while_one_tab_probes_the_others_wait_until_its_probes_must_be_back() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(5, Outcome::Failure);
    tabs.first_tells();
    tabs.wait(30_000);
    let probes: Vec<_> = (0..50).filter_map(|_| tabs.first.permit().ok()).collect();
    assert_eq!(probes.len(), 3);
    tabs.first_tells();
    assert!((0..50).all(|_| tabs.second.permit().is_err()), "one tab's permits are all");
    tabs.wait(9_999);
    assert_eq!(tabs.states(), (State::HalfOpen, State::Open));
    // The first tab is frozen with its probes: the second finds out by itself.
    tabs.wait(1);
    assert_eq!(tabs.second.state(), State::HalfOpen);
    tabs.second.calls(3, Outcome::Success);
    assert_eq!(tabs.second.state(), State::Closed);
}

#[test]
fn what_a_tab_closes_within_the_millisecond_of_its_probe_is_closed_everywhere() {
    let mut tabs = Tabs::new(Config { successes: 1, ..DEFAULT });
    tabs.first.calls(5, Outcome::Failure);
    tabs.first_tells();
    tabs.wait(30_000);
    let probe = tabs.first.permit().unwrap();
    tabs.first_tells();
    assert_eq!(tabs.states(), (State::HalfOpen, State::Open));
    tabs.first.end(probe, Outcome::Success);
    tabs.first_tells();
    assert_eq!(tabs.states(), (State::Closed, State::Closed));
}

#[test]
fn once_a_tabs_probe_has_failed_the_others_wait_no_longer_than_it_does() {
    for (within, retry_after) in [(0, None), (40, None), (40, Some(3_000))] {
        let mut tabs = Tabs::new(Config { timeout: 1_000, max_timeout: 1_000, ..DEFAULT });
        tabs.first.calls(5, Outcome::Failure);
        tabs.first_tells();
        tabs.wait(1_000);
        let probe = tabs.first.permit().unwrap();
        tabs.first_tells();
        assert_eq!(tabs.second.open_for(), Some(10_000), "the probe may take as long");
        tabs.wait(within);
        tabs.first.breaker.outcome(tabs.first.at(), probe, Outcome::Failure, within, retry_after);
        tabs.first_tells();
        let open = tabs.first.open_for();
        assert_eq!((open, tabs.second.open_for()), (Some(retry_after.unwrap_or(1_000)), open));
    }
}

#[test]
fn what_a_server_has_asked_for_is_waited_for_although_another_tab_probes_before() {
    let mut tabs = Tabs::new(Config { timeout: 1_000, max_timeout: 1_000, ..DEFAULT });
    tabs.second.calls(5, Outcome::Failure);
    tabs.second_tells();
    tabs.wait(1_000);
    let probe = tabs.second.permit().unwrap();
    tabs.second.breaker.outcome(tabs.second.at(), probe, Outcome::Failure, 0, Some(60_000));
    // Nobody tells the first of this.
    tabs.wait(1_000);
    let probe = tabs.first.permit().unwrap();
    tabs.first_tells();
    assert_eq!(tabs.second.open_for(), Some(59_000));
    tabs.first.end(probe, Outcome::Failure);
    tabs.first_tells();
    assert_eq!((tabs.first.open_for(), tabs.second.open_for()), (Some(1_000), Some(59_000)));
}

#[test]
fn a_half_open_tab_that_nobody_calls_holds_no_other_back() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(5, Outcome::Failure);
    tabs.first_tells();
    tabs.wait(30_000);
    assert_eq!(tabs.first.state(), State::HalfOpen);
    tabs.first_tells();
    tabs.second.calls(3, Outcome::Success);
    tabs.wait(100);
    tabs.second_tells();
    assert_eq!(tabs.states(), (State::Closed, State::Closed));
}

#[test]
fn the_later_change_wins_and_the_longer_of_two_open_times() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(5, Outcome::Failure);
    let opened = tell(&tabs.first, WALL + tabs.first.now);
    tabs.first_tells();
    tabs.wait(1_000);
    tabs.second.breaker.reset(tabs.second.at());
    let (at, wall) = (tabs.second.at(), WALL + tabs.first.now);
    tabs.second.breaker.adopt(at, wall, &opened);
    assert_eq!(tabs.second.state(), State::Closed, "what came before is over");
    // Each opens by itself, and the server has asked the first for more time.
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(4, Outcome::Failure);
    let permit = tabs.first.permit().unwrap();
    tabs.first.breaker.outcome(tabs.first.at(), permit, Outcome::Failure, 0, Some(120_000));
    tabs.wait(1_000);
    tabs.second.calls(5, Outcome::Failure);
    tabs.second_tells();
    tabs.first_tells();
    tabs.second_tells();
    assert_eq!((tabs.first.open_for(), tabs.second.open_for()), (Some(119_000), Some(119_000)));
}

#[test]
fn hearing_the_same_again_changes_nothing() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.calls(5, Outcome::Failure);
    let wall = WALL + tabs.first.now;
    let shared = tell(&tabs.first, wall);
    tabs.first_tells();
    for drift in 0..40 {
        let before = tabs.second.breaker.metrics(tabs.second.at()).generation;
        adopt(&mut tabs.second, wall + drift, shared);
        adopt(&mut tabs.second, wall - drift, shared);
        assert_eq!(tabs.second.breaker.metrics(tabs.second.at()).generation, before);
    }
}

#[test]
fn isolation_and_its_end_are_everywhere() {
    let mut tabs = Tabs::new(DEFAULT);
    tabs.first.breaker.isolate(tabs.first.at());
    tabs.first_tells();
    assert_eq!(tabs.states(), (State::Isolated, State::Isolated));
    tabs.wait(60_000);
    // A tab that has heard nothing of it.
    let wall = WALL + tabs.first.now;
    adopt(&mut tabs.second, wall, Shared { state: State::Open, changed: wall, until: wall + 9, openings: 1 });
    adopt(&mut tabs.second, wall, Shared { state: State::HalfOpen, changed: wall, until: wall, openings: 1 });
    assert_eq!(tabs.states(), (State::Isolated, State::Isolated));
    tabs.second.breaker.reset(tabs.second.at());
    tabs.second_tells();
    assert_eq!(tabs.states(), (State::Closed, State::Closed));
}

#[test]
fn the_next_page_load_goes_on_where_the_last_one_was() {
    let mut rig = Rig::opened(DEFAULT);
    rig.now += rig.open_for().unwrap();
    rig.calls(1, Outcome::Failure);
    let wall = WALL + rig.now;
    let open = rig.open_for().unwrap();
    let shared = tell(&rig, wall);
    let mut next = loaded(wall + 2_000, shared);
    assert_eq!((next.state(), next.open_for()), (State::Open, Some(open - 2_000)));
    next.now += open - 2_000;
    next.calls(1, Outcome::Failure);
    assert_eq!(next.breaker.metrics(next.at()).openings, 3, "in a row over the pages");
    // Its time is over when the page is loaded: it probes.
    assert_eq!(loaded(wall + open, shared).state(), State::HalfOpen);
    assert_eq!(loaded(wall + open + 3_600_000, shared).state(), State::HalfOpen);
    // A day later it says nothing of the service.
    assert_eq!(loaded(wall + 86_400_000, shared).state(), State::Closed);
    // One that was half-open when its page went: its probes may be on their way.
    let mut rig = Rig::half_open(DEFAULT);
    assert_eq!(loaded(wall, tell(&rig, wall)).state(), State::HalfOpen);
    rig.permit().unwrap();
    assert_eq!(loaded(wall, tell(&rig, wall)).open_for(), Some(10_000));
}

#[test]
fn no_clock_and_no_text_keeps_it_open_for_long() {
    let shared = |changed, until, state| Shared { state, changed, until, openings: 1 };
    let (wall, year) = (WALL, 31_536_000_000);
    for (name, line, at_most) in [
        ("set back by a year", shared(wall + year, wall + year + 30_000, State::Open), 30_000),
        ("ahead by a minute then", shared(wall - 60_000, wall - 30_000, State::Open), 0),
        ("open for a year", shared(wall, wall + year, State::Open), 3_600_000),
        ("open since 1970 for ever", shared(0, (1 << 53) - 1, State::Open), 3_600_000),
        ("probes that take a year", shared(wall, wall + year, State::HalfOpen), 10_000),
        ("probes of next year", shared(wall + year, wall + year + 10_000, State::HalfOpen), 10_000),
    ] {
        let mut rig = loaded(wall, line);
        assert!(rig.open_for().unwrap_or_default() <= at_most, "{name}: {:?}", rig.open_for());
        rig.now += at_most;
        assert_eq!(rig.state(), State::HalfOpen, "{name}");
        rig.calls(3, Outcome::Success);
        assert_eq!(rig.state(), State::Closed, "{name}");
    }
    let garbage = Shared { state: State::Open, changed: wall, until: wall + 5_000, openings: u32::MAX };
    let mut rig = loaded(wall, garbage);
    rig.now += 5_000;
    rig.calls(1, Outcome::Failure);
    assert!(rig.open_for().unwrap() <= 300_000);
}
