//! What the cache gives up when it is full, and what it keeps.

use wedsync_dashboard::core::store::segment::{Content, PINNED};

use super::*;

impl World {
    /// Writes a value of the cache that takes about a fifth of what it may hold.
    fn derive(&mut self, tab: TabId, key: &str, expires: u64) {
        let write = self.derived(tab, key, 120, expires);
        self.write(tab, Kind::Cache, vec![write], false);
        self.wait(50);
    }

    fn derived(&mut self, tab: TabId, key: &str, bytes: u32, expires: u64) -> Write<Value> {
        match self.value(tab, Kind::Cache, key, false) {
            Write::Put { key, value, .. } => Write::Put { key, value: Encoded { bytes, ..value }, expires },
            Write::Remove { .. } => unreachable!(),
        }
    }

    /// The keys that live, as a tab knows them.
    fn kept(&self, tab: TabId) -> Vec<String> {
        let index = self.tabs[tab].store.index(Kind::Cache).unwrap();
        let live = index.slots().filter(|(_, slot)| matches!(slot.state, State::Live { .. }));
        live.map(|(key, _)| key.to_string()).collect()
    }
}

#[test]
fn the_cache_gives_up_what_has_expired_and_then_what_was_used_longest_ago() {
    let mut world = world();
    let tab = world.settled_tab();
    for (key, expires) in [("old", 0), ("used", 0), ("expired", 1_000_001), ("new", 0)] {
        world.derive(tab, key, expires);
    }
    world.get(tab, Kind::Cache, "used");
    for key in ["more0", "more1", "more2"] {
        world.derive(tab, key, 0);
    }
    world.wait(200);
    assert_eq!(world.kept(tab), ["used", "new", "more0", "more1", "more2"]);
    let (_, live, _) = world.tabs[tab].store.sizes(Kind::Cache);
    assert!(live <= LIMITS.cache, "{live} bytes");
}

#[test]
fn what_is_pinned_stays_while_everything_else_comes_and_goes() {
    let mut world = world();
    let tab = world.settled_tab();
    world.derive(tab, "pinned", u64::MAX);
    for at in 0..20 {
        world.derive(tab, &format!("row{at}"), at % 2);
    }
    world.wait(5_000);
    let kept = world.kept(tab);
    assert!(kept.contains(&"pinned".to_owned()) && kept.len() > 2, "{kept:?}");
    let mut written = world.base(Kind::Cache).log.values().flat_map(|segment| &segment.entries);
    let pinned = written.find(|entry| &*entry.key == "pinned").unwrap();
    // Records hold numbers, and those above this one not exactly.
    assert!(matches!(pinned.content, Content::Put { expires: PINNED, .. }));
    world.crash(tab);
    let next = world.settled_tab();
    for at in 20..40 {
        world.derive(next, &format!("row{at}"), 0);
    }
    assert!(
        world.kept(next).contains(&"pinned".to_owned()),
        "nor is it given up after the page was loaded again"
    );
}

#[test]
fn too_much_that_is_pinned_goes_with_everything_else() {
    for (count, bytes) in [(LIMITS.pinned + 1, 1), (6, 150)] {
        let mut world = world();
        let tab = world.settled_tab();
        world.derive(tab, "row", 0);
        for at in 0..count {
            assert!(world.kept(tab).contains(&"row".to_owned()), "{at} are not too many");
            let write = world.derived(tab, &at.to_string(), bytes, u64::MAX);
            world.write(tab, Kind::Cache, vec![write], false);
            if at == 3 && bytes > 1 {
                break;
            }
            world.wait(50);
        }
        if bytes > 1 {
            let writes = (4..count).map(|at| world.derived(tab, &at.to_string(), bytes, u64::MAX)).collect();
            world.write(tab, Kind::Cache, writes, false);
        }
        world.wait(500);
        assert!(world.kept(tab).is_empty(), "{:?}", world.kept(tab));
        world.derive(tab, "row", 0);
        assert_eq!(world.kept(tab), ["row"], "it goes on");
    }
}

/// A full cache after whose last directory its oldest value was read; the page is loaded again, and a value is written.
fn read_before_reload(reads: usize) -> Vec<String> {
    let mut world = world();
    let tab = world.settled_tab();
    for key in ["a", "b", "c", "d", "e"] {
        world.derive(tab, key, 0);
    }
    world.wait(5_000);
    world.operations();
    for at in 0..reads {
        world.get(tab, Kind::Cache, ["a", "b"][at % 2]);
        world.wait(10);
    }
    world.wait(5_000);
    assert_eq!(appends(&world.operations()), 0, "no value is written again");
    world.crash(tab);
    let next = world.settled_tab();
    world.derive(next, "f", 0);
    world.wait(500);
    world.kept(next)
}

#[test]
fn what_was_read_is_kept_also_after_the_page_was_loaded_again() {
    assert_eq!(read_before_reload(120), ["a", "b", "d", "e", "f"]);
    assert_eq!(read_before_reload(0), ["b", "c", "d", "e", "f"]);
}

#[test]
fn values_of_the_cache_that_are_written_in_one_turn_are_one_commit() {
    let mut world = world();
    let tab = world.settled_tab();
    world.operations();
    let mut calls = Vec::new();
    for call in 0..3 {
        let writes = (0..3).map(|at| world.derived(tab, &format!("{call}.{at}"), 10, at)).collect();
        calls.push(world.write(tab, Kind::Cache, writes, false));
    }
    world.wait(50);
    assert_eq!(appends(&world.operations()), 1);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
    assert_eq!(world.kept(tab).len(), 9);
}

#[test]
fn what_a_tab_has_read_is_kept_though_another_has_compacted_the_log_since() {
    let mut world = world();
    let leader = world.settled_tab();
    let reader = world.open_tab();
    for key in ["a", "b", "c", "d", "e"] {
        world.derive(leader, key, 0);
    }
    world.wait(5_000);
    world.get(reader, Kind::Cache, "a");
    let before = world.base(Kind::Cache).head.generation;
    for _ in 0..10 {
        world.derive(leader, "e", 0);
    }
    world.wait(5_000);
    assert!(world.base(Kind::Cache).head.generation > before, "it has been compacted");
    world.crash(leader);
    world.crown(reader);
    world.wait(500);
    world.derive(reader, "f", 0);
    world.wait(500);
    let mut kept = world.kept(reader);
    kept.sort_unstable();
    assert_eq!(kept, ["a", "c", "d", "e", "f"]);
}
