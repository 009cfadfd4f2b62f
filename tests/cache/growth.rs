//! What a thing costs does not grow with how much there is: of a hundred times as many entries each may cost thirty times as much at
//! most. That leaves room for look-ups that halve, for memory that is farther away and for bytes that are moved, and none for a list that
//! is gone through.

use std::time::{Duration, Instant as Clock};

use crate::asking::{keeping, key};
use wedsync_dashboard::core::cache::Cache;
use wedsync_dashboard::core::cache::input::{Command, Input, Key, Settings, Written};
use wedsync_dashboard::core::cache::output::Output;
use wedsync_dashboard::core::cache::policy::Keeping;
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

const FEW: usize = 100;
const MANY: usize = 10_000;
const MOST: u32 = 30;
const NOW: Instant = Instant::from_millis(1_000);

type P = u32;

fn cache() -> Cache<P> {
    let mut cache = Cache::new(1_790_000_000_000, Rng::new(1));
    let settings = Settings { memory: u64::MAX, has_remote: false, has_locks: false };
    cache.handle(NOW, Input::Begin(settings));
    cache
}

fn keys(count: usize) -> Vec<Key> {
    (0..count).map(|at| key(&format!("of a resource with a name {at:05}"))).collect()
}

/// Answers for the disk, one thing at a time, until there is nothing to be said.
fn answer(cache: &mut Cache<P>) {
    while let Some(output) = cache.poll() {
        let input = match output {
            Output::Encode { request, value, .. } => Input::Encoded { request, result: Ok((value, 0, 100)) },
            Output::Write { request, .. } => Input::Written { request, written: Written::Durable },
            Output::Count { request, .. } => Input::Counted { request, generation: None },
            Output::Load { request, .. } => Input::Read { request, found: None },
            _ => continue,
        };
        cache.handle(NOW, input);
    }
}

fn warm(cache: &mut Cache<P>, keys: &[Key], keeping: &Keeping) {
    let entries = keys.iter().map(|key| (key.clone(), 1, keeping.clone())).collect();
    cache.handle(NOW, Input::Command { call: CallId(1), command: Command::Warm { entries } });
}

fn invalidate(cache: &mut Cache<P>, tags: Vec<std::rc::Rc<str>>) {
    let command = Command::Invalidate { tags, supplier: Some("s1".into()) };
    cache.handle(NOW, Input::Command { call: CallId(2), command });
    answer(cache);
}

/// What one of so many costs: of several attempts that which was disturbed least.
fn cost(count: usize, attempt: &mut impl FnMut(usize) -> Duration) -> Duration {
    let rounds = if count == FEW { 20 } else { 5 };
    let times = (0..rounds).map(|_| attempt(count));
    times.min().expect("a round") / count as u32
}

fn assert_even(mut attempt: impl FnMut(usize) -> Duration) {
    let (few, many) = (cost(FEW, &mut attempt), cost(MANY, &mut attempt));
    println!("{few:?} of a hundred, {many:?} of ten thousand");
    assert!(many <= few * MOST, "{few:?} of a hundred, {many:?} of ten thousand");
}

fn looks(count: usize) -> (Duration, usize) {
    let (mut cache, keys) = (cache(), keys(count));
    warm(&mut cache, &keys, &keeping());
    answer(&mut cache);
    invalidate(&mut cache, vec!["another".into()]);
    let mut shown = 0;
    let began = Clock::now();
    for key in &keys {
        cache.handle(NOW, Input::Look { key: key.text.clone() });
        while let Some(output) = cache.poll() {
            shown += usize::from(matches!(output, Output::Put { .. }));
        }
    }
    (began.elapsed(), shown)
}

#[test]
fn a_look_at_what_still_holds_after_an_invalidation() {
    assert_even(|count| {
        let (time, shown) = looks(count);
        assert_eq!(shown, count, "each is in memory still, and known to hold");
        time
    });
}

#[test]
fn an_entry_of_a_batch_whose_counters_have_to_be_read() {
    assert_even(|count| {
        let (mut cache, keys) = (cache(), keys(count));
        let began = Clock::now();
        warm(&mut cache, &keys, &keeping());
        answer(&mut cache);
        began.elapsed()
    });
}

#[test]
fn what_is_in_memory_is_known_to_hold_however_many_other_keys_are_heard_of() {
    let (mut cache, keys) = (cache(), keys(12));
    warm(&mut cache, &keys, &keeping());
    answer(&mut cache);
    for (round, key) in keys.iter().enumerate() {
        let mut text = String::from("1 s1");
        for other in 0..1_000 {
            text.push_str(&format!(" kanother{round}-{other} 5.1.7"));
        }
        cache.handle(NOW, Input::Heard { text: text.into(), is_written: true });
        while cache.poll().is_some() {}
        cache.handle(NOW, Input::Look { key: key.text.clone() });
        assert!(matches!(cache.poll(), Some(Output::Put { .. })), "round {round}");
    }
}
