//! Calls at once, and those who wait.

use proptest::collection::vec;
use proptest::prelude::*;
use wedsync_dashboard::core::resilience::bulkhead::{Bulkhead, Entry};

#[test]
fn so_many_enter_so_many_wait_and_the_rest_is_refused() {
    let mut bulkhead = Bulkhead::new(2, 3);
    let entries: Vec<_> = (0..7).map(|ticket| bulkhead.enter(ticket)).collect();
    let (entered, queued, full) = (Entry::Entered, Entry::Queued, Entry::Full);
    assert_eq!(entries, [entered, entered, queued, queued, queued, full, full]);
    assert_eq!(bulkhead.leave(), Some(2), "first come, first served");
    assert_eq!(bulkhead.enter(7), Entry::Queued);
    assert!(bulkhead.give_up(3));
    assert!(!bulkhead.give_up(3), "once");
    assert!(!bulkhead.give_up(2), "it has entered, and must leave");
    assert_eq!([bulkhead.leave(), bulkhead.leave(), bulkhead.leave()], [Some(4), Some(7), None]);
    assert_eq!((bulkhead.inside(), bulkhead.waiting()), (1, 0));
}

#[test]
fn without_a_queue_nobody_waits_and_a_limit_of_none_is_one() {
    let mut bulkhead = Bulkhead::new(0, 0);
    assert_eq!([bulkhead.enter(1), bulkhead.enter(2)], [Entry::Entered, Entry::Full]);
    assert_eq!((bulkhead.leave(), bulkhead.leave(), bulkhead.inside()), (None, None, 0));
    assert_eq!(bulkhead.enter(3), Entry::Entered);
}

#[derive(Clone, Debug)]
enum Act {
    Enter,
    Leave,
    GiveUp(u32),
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// Nobody is lost, nobody overtakes, the limit holds, and no place is free while somebody waits.
    #[test]
    fn everybody_gets_a_turn_in_order(
        limit in 1..5_u32,
        most in 0..5_u32,
        acts in vec(prop_oneof![3 => Just(Act::Enter), 2 => Just(Act::Leave), 1 => (0..100_u32).prop_map(Act::GiveUp)], 1..100),
    ) {
        let mut bulkhead = Bulkhead::new(limit, most);
        let (mut inside, mut waiting, mut last) = (0, Vec::new(), 0);
        for act in acts {
            match act {
                Act::Enter => {
                    last += 1;
                    match bulkhead.enter(last) {
                        Entry::Entered => inside += 1,
                        Entry::Queued => waiting.push(last),
                        Entry::Full => prop_assert_eq!(waiting.len(), most as usize),
                    }
                }
                Act::Leave if inside > 0 => match bulkhead.leave() {
                    Some(next) => prop_assert_eq!(next, waiting.remove(0)),
                    None => inside -= 1,
                },
                Act::Leave => {}
                Act::GiveUp(ticket) => {
                    let is_there = waiting.contains(&ticket);
                    waiting.retain(|other| *other != ticket);
                    prop_assert_eq!(bulkhead.give_up(ticket), is_there);
                }
            }
            prop_assert_eq!((bulkhead.inside(), bulkhead.waiting()), (inside, waiting.len()));
            prop_assert!(inside <= limit && waiting.len() <= most as usize);
            prop_assert!(waiting.is_empty() || inside == limit);
        }
    }
}
