//! What holds whatever happens.

use crate::world::{DAY, HOUR, MIDNIGHT, MINUTE, World, local, service};
use proptest::collection::vec;
use proptest::prelude::*;
use std::rc::Rc;
use wedsync_dashboard::core::health::{CheckConfig, History, Input, ProbeId, ProbeResult, Status, Timer};

const NAMES: [&str; 4] = ["a", "b", "c", "disk"];

/// A tab in which four of these are watched, one of them no service.
fn tab(seed: u64) -> World {
    let mut world = World::new(seed);
    world.put(Input::Wall { epoch: MIDNIGHT });
    for name in &NAMES[..3] {
        world.register(name, CheckConfig { slow: 500, ..service() });
    }
    world.register(NAMES[3], local());
    world.put(Input::Start { interval: MINUTE });
    world
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Sleep(u64),
    Put(Input),
}

fn statuses() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn inputs() -> impl Strategy<Value = Input> {
    let names = || prop::sample::select(NAMES.map(Rc::<str>::from).to_vec());
    let latencies = || prop::option::of(prop_oneof![0..1_000_u64, any::<u64>()]);
    prop_oneof![
        4 => (names(), any::<bool>(), latencies()).prop_map(|(name, is_ok, latency)| {
            Input::Observed { name, is_ok, latency, message: None }
        }),
        2 => (names(), statuses()).prop_map(|(name, status)| Input::Reported { name, status, message: None }),
        1 => any::<bool>().prop_map(Input::Online),
        1 => any::<bool>().prop_map(Input::Visible),
        1 => any::<bool>().prop_map(Input::Leading),
        1 => Just(Input::Stop),
        1 => (1_000..10 * MINUTE).prop_map(|interval| Input::Start { interval }),
        1 => names().prop_map(|name| Input::Unregister { name }),
        2 => names().prop_map(|name| Input::Register { name, config: service() }),
        1 => (0..500_u32).prop_map(|probe| {
            let result = ProbeResult::Failed { message: String::new() };
            Input::Probed { probe: ProbeId(probe), result }
        }),
        1 => (0..10 * DAY).prop_map(|epoch| Input::Wall { epoch: MIDNIGHT + epoch }),
        1 => "[0-o]{0,40}".prop_map(|text| Input::Loaded { text }),
        1 => "[0-o]{0,40}".prop_map(|text| Input::Heard { text }),
        1 => Just(Input::Wake),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..20 * MINUTE).prop_map(Step::Pass),
        1 => (0..5 * HOUR).prop_map(Step::Sleep),
        8 => inputs().prop_map(Step::Put),
    ];
    vec(step, 0..60)
}

fn act(world: &mut World, step: Step) {
    match step {
        Step::Pass(millis) => world.pass(millis),
        Step::Sleep(millis) => world.sleep(millis),
        Step::Put(input) => world.put(input),
    }
}

/// How everything is together, said in another way.
fn overall(world: &World) -> Status {
    let has = |is_meant: &dyn Fn(bool, Status) -> bool| {
        world.health.states().any(|(_, state)| is_meant(state.is_critical, state.status))
    };
    if has(&|is_critical, status| is_critical && status == Status::Unhealthy) {
        Status::Unhealthy
    } else if has(&|_, status| status.is_trouble()) {
        Status::Degraded
    } else {
        Status::Healthy
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn whatever_happens_it_stays_within_its_bounds(seed in any::<u64>(), steps in steps()) {
        let mut world = tab(seed);
        let mut is_leading = true;
        let mut is_monitoring = true;
        for step in steps {
            match &step {
                Step::Put(Input::Leading(leads)) => is_leading = *leads,
                Step::Put(Input::Start { .. }) => is_monitoring = true,
                Step::Put(Input::Stop) => is_monitoring = false,
                _ => {}
            }
            let before = (world.probes.len(), world.told.len(), world.keeps.len(), world.alerts.len());
            act(&mut world, step);
            let after = (world.probes.len(), world.told.len(), world.keeps.len(), world.alerts.len());
            if !is_leading {
                prop_assert!(before == after, "a follower does nothing");
            }
            if !is_monitoring {
                let is_quiet = before.0 == after.0 && before.3 == after.3;
                prop_assert!(is_quiet, "nothing is monitored");
                for timer in [Timer::Probe, Timer::Answer, Timer::Alert, Timer::Tick] {
                    prop_assert_eq!(world.health.deadline(timer), None);
                }
            }
            prop_assert_eq!(world.health.overall(), overall(&world));
            prop_assert!(world.health.states().count() <= NAMES.len());
            for name in NAMES {
                let history = world.history(name);
                prop_assert!(history.recent.len() <= 60 && history.hours.len() <= 168);
                for hour in &history.hours {
                    prop_assert!(hour.span.up + hour.span.degraded + hour.span.down <= HOUR);
                    let latency = hour.span.latency;
                    prop_assert!(latency.p50 <= latency.p95 && latency.p95 <= latency.p99);
                }
                let week = history.week;
                prop_assert!(week.uptime().is_none_or(|uptime| uptime <= 1_000));
            }
        }
    }

    #[test]
    fn a_day_is_read_as_it_was_stored(seed in any::<u64>(), steps in steps()) {
        let mut world = tab(seed);
        for step in steps {
            // What the clock makes of days has tests of its own.
            if !matches!(step, Step::Put(Input::Wall { .. } | Input::Loaded { .. } | Input::Heard { .. })) {
                act(&mut world, step);
            }
        }
        world.put(Input::Leading(true));
        world.put(Input::Start { interval: MINUTE });
        world.register(NAMES[3], local());
        world.observe(NAMES[3], true, None);
        world.pass_until_kept();
        let mut other = World::new(1);
        other.put(Input::Wall { epoch: MIDNIGHT + world.now - 5_000 });
        for text in world.kept.values() {
            other.put(Input::Loaded { text: text.clone() });
        }
        for name in NAMES {
            let before = History { recent: Vec::new(), ..world.history(name) };
            prop_assert_eq!(other.history(name), before, "{}", name);
        }
    }
}
