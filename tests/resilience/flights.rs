//! One request for all who ask for the same at once.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use wedsync_dashboard::core::resilience::flights::{FlightId, Flights, Joined};
use wedsync_dashboard::core::time::Instant;

const GRACE: u64 = 10;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn started(joined: Joined) -> FlightId {
    let Joined::Start(id) = joined else { panic!("{joined:?}") };
    id
}

/// Scenario 16.
#[test]
fn five_share_one_request_one_leaves() {
    let mut flights = Flights::new(GRACE);
    let id = started(flights.join("suppliers", at(0)));
    for _ in 0..4 {
        assert_eq!(flights.join("suppliers", at(1)), Joined::Join(id));
    }
    // One aborts: the others go on.
    flights.leave(id, at(2));
    assert_eq!((flights.deadline(), flights.take_abandoned(at(1_000))), (None, None));
    assert!(flights.ended(id), "the answer counts");
    assert!(flights.is_empty());
    // StrictMode: mounted, unmounted and mounted again within a tick.
    let id = started(flights.join("suppliers", at(2_000)));
    flights.leave(id, at(2_000));
    assert_eq!(flights.join("suppliers", at(2_000)), Joined::Join(id));
    assert_eq!(flights.take_abandoned(at(3_000)), None);
    // All leave: after the grace it is aborted, once.
    flights.leave(id, at(3_000));
    assert_eq!(flights.deadline(), Some(at(3_000 + GRACE)));
    assert_eq!(flights.take_abandoned(at(3_000 + GRACE - 1)), None);
    assert_eq!(flights.take_abandoned(at(3_000 + GRACE)), Some(id));
    assert_eq!((flights.take_abandoned(at(9_000)), flights.deadline()), (None, None));
    // A newcomer does not join it, and its clean-up leaves the newer one alone.
    let newer = started(flights.join("suppliers", at(3_020)));
    assert!(!flights.ended(id));
    assert_eq!(flights.join("suppliers", at(3_030)), Joined::Join(newer));
    assert!(flights.ended(newer));
}

#[test]
fn a_newcomer_never_joins_what_is_about_to_be_aborted() {
    let mut flights = Flights::new(GRACE);
    let old = started(flights.join("a", at(0)));
    flights.leave(old, at(0));
    // The timer is late: nobody has taken the abandoned one yet.
    let newer = started(flights.join("a", at(GRACE)));
    assert_ne!(old, newer);
    flights.leave(old, at(GRACE));
    assert_eq!(flights.take_abandoned(at(GRACE)), Some(old));
    assert_eq!(flights.take_abandoned(at(60_000)), None);
    assert_eq!(flights.join("a", at(60_000)), Joined::Join(newer));
}

#[test]
fn who_asks_after_a_change_does_not_join_the_flight_of_before() {
    let mut flights = Flights::new(GRACE);
    let other = started(flights.join("b", at(0)));
    let old = started(flights.join("a", at(0)));
    flights.change("a");
    let newer = started(flights.join("a", at(1)));
    assert!(!flights.ended(old), "its own readers may have it, and nobody else");
    assert_eq!(flights.join("a", at(2)), Joined::Join(newer));
    assert!(flights.ended(newer) && flights.ended(other));
}

#[test]
fn keys_are_apart_and_a_call_too_many_is_harmless() {
    let mut flights = Flights::new(GRACE);
    let (a, b) = (started(flights.join("a", at(0))), started(flights.join("b", at(0))));
    for _ in 0..3 {
        flights.leave(a, at(5));
        flights.leave(FlightId(99), at(5));
        flights.change("c");
    }
    assert_eq!(flights.deadline(), Some(at(5 + GRACE)), "the first time counts");
    assert_eq!(flights.take_abandoned(at(5 + GRACE)), Some(a));
    assert_eq!(flights.join("b", at(99)), Joined::Join(b));
    assert!(!flights.ended(FlightId(99)));
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_what_nobody_waits_for() {
    let mut flights = Flights::new(GRACE);
    let id = started(flights.join("a", at(3_600_000)));
    flights.leave(id, at(3_600_000));
    assert_eq!(flights.take_abandoned(at(0)), Some(id));
}

#[derive(Clone, Debug)]
enum Act {
    Join(usize),
    Leave(usize),
    Change(usize),
    End(usize),
    Wait(u64),
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// Whatever happens, a reader waits for a flight that is under way and began after the last change of its key, at most
    /// one such flight of a key is under way, and none that somebody waits for is aborted.
    #[test]
    fn nobody_waits_for_nothing(acts in vec(prop_oneof![
        4 => (0..3_usize).prop_map(Act::Join),
        4 => (0..50_usize).prop_map(Act::Leave),
        1 => (0..3_usize).prop_map(Act::Change),
        1 => (0..50_usize).prop_map(Act::End),
        3 => (0..15_u64).prop_map(Act::Wait),
    ], 1..150)) {
        let mut flights = Flights::new(GRACE);
        let (mut now, mut changes) = (0, [0; 3]);
        let mut readers: Vec<u32> = Vec::new();
        // Of each flight under way: its key, and how often that had changed before.
        let mut under_way: HashMap<u32, (usize, u32)> = HashMap::new();
        for act in acts {
            match act {
                Act::Join(key) => {
                    let id = match flights.join(["a", "b", "c"][key], at(now)) {
                        Joined::Start(FlightId(id)) => {
                            let has_readers = |(id, begun): (&u32, &(usize, u32))| {
                                *begun == (key, changes[key]) && readers.contains(id)
                            };
                            prop_assert!(!under_way.iter().any(has_readers), "one could be shared");
                            prop_assert!(under_way.insert(id, (key, changes[key])).is_none());
                            id
                        }
                        Joined::Join(FlightId(id)) => id,
                    };
                    prop_assert_eq!(under_way.get(&id), Some(&(key, changes[key])));
                    readers.push(id);
                }
                Act::Leave(which) if !readers.is_empty() => {
                    let id = readers.swap_remove(which % readers.len());
                    flights.leave(FlightId(id), at(now));
                }
                Act::Leave(_) => {}
                Act::Change(key) => {
                    changes[key] += 1;
                    flights.change(["a", "b", "c"][key]);
                }
                Act::End(which) if !readers.is_empty() => {
                    let id = readers[which % readers.len()];
                    readers.retain(|other| *other != id);
                    let (key, begun) = under_way.remove(&id).unwrap();
                    prop_assert_eq!(flights.ended(FlightId(id)), begun == changes[key]);
                }
                Act::End(_) => {}
                Act::Wait(millis) => now += millis,
            }
            while let Some(FlightId(id)) = flights.take_abandoned(at(now)) {
                prop_assert!(!readers.contains(&id), "aborted under a reader");
                prop_assert!(under_way.remove(&id).is_some());
            }
            prop_assert_eq!(flights.len(), under_way.len());
            prop_assert!(flights.deadline().is_none_or(|deadline| deadline > at(now)));
        }
    }
}
