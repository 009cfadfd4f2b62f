//! What depends on tables and their rows.

use crate::asking::fetching;
use crate::world::{NONE, WALL, World};
use wedsync_dashboard::core::cache::input::Input;
use wedsync_dashboard::core::cache::{SOME_ROW, table_tag};

#[test]
fn a_change_of_a_table_is_one_change_on_all_devices() {
    let mut world = World::of(&[1, 1], true, NONE, 10);
    let depends = |tags: &[(&str, Option<&str>)]| {
        let mut policy = fetching();
        let tag = |(table, row): &(&str, Option<&str>)| table_tag("s1", table, *row);
        policy.keeping.tags = tags.iter().map(tag).collect();
        policy
    };
    let policies =
        [depends(&[("clients", None)]), depends(&[("clients", Some("7"))]), depends(&[("tasks", None)])];
    for (name, policy) in ["a", "b", "c"].iter().zip(&policies) {
        world.fetch_with(0, name, policy.clone());
    }
    world.wait(200);
    let changed = |row: &str, at: u64| Input::Changed {
        supplier: "s1".into(),
        table: "clients".into(),
        row: Some(row.into()),
        at: Some(WALL + 10_000 + at),
    };
    for tab in 0..2 {
        world.tell(tab, changed("8", 50));
        world.wait(20);
    }
    for (place, name) in ["a", "b", "c"].iter().enumerate() {
        let call = world.fetch_with(0, name, policies[place].clone());
        world.wait(200);
        assert!(world.got(0, call).is_some());
        assert_eq!(world.fetched[*name], if place == 0 { 2 } else { 1 }, "{name}");
    }
    // What the first has fetched since then holds for the second, which has heard of the same change.
    let call = world.fetch_with(1, "a", policies[0].clone());
    world.wait(200);
    assert_eq!((world.got(1, call).is_some(), world.fetched["a"]), (true, 2));
    // Heard again, late, it is nothing new; and the row that is shown alone is another one.
    world.tell(0, changed("8", 40));
    world.tell(0, changed("7", 60));
    for (place, name) in ["a", "b", "c"].iter().enumerate() {
        world.fetch_with(0, name, policies[place].clone());
        world.wait(200);
        assert_eq!(world.fetched[*name], [3, 2, 1][place], "{name}");
    }
}

#[test]
fn a_change_of_nobody_knows_which_row_is_one_of_each() {
    let mut world = World::of(&[1], true, NONE, 11);
    let depends = |rows: &[Option<&str>]| {
        let mut policy = fetching();
        policy.keeping.tags = rows.iter().map(|row| table_tag("s1", "clients", *row)).collect();
        policy
    };
    let policies =
        [depends(&[None]), depends(&[Some("7"), Some(SOME_ROW)]), depends(&[Some("8"), Some(SOME_ROW)])];
    let changed = |row: Option<&str>| Input::Changed {
        supplier: "s1".into(),
        table: "clients".into(),
        row: row.map(Into::into),
        at: None,
    };
    let fetched = |world: &mut World| {
        for (name, policy) in ["a", "b", "c"].iter().zip(&policies) {
            world.fetch_with(0, name, policy.clone());
            world.wait(200);
        }
        ["a", "b", "c"].map(|name| world.fetched[name])
    };
    assert_eq!(fetched(&mut world), [1, 1, 1]);
    world.tell(0, changed(Some("7")));
    assert_eq!(fetched(&mut world), [2, 2, 1]);
    world.tell(0, changed(None));
    assert_eq!(fetched(&mut world), [3, 3, 2]);
}
