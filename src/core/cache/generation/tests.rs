//! Generations, alone.

use std::rc::Rc;

use super::{Generation, Generations, MOST_KNOWN};

fn generation(epoch: u64, count: u32, origin: u32) -> Generation {
    Generation { epoch, count, origin }
}

#[test]
fn a_generation_is_read_back_as_it_was_written() {
    for one in
        [generation(0, 0, 0), generation(1_790_000_000_000, 7, 3), generation(1 << 53, u32::MAX, u32::MAX)]
    {
        assert_eq!(Generation::from_text(&one.to_text()), Some(one));
    }
    for text in [
        "",
        ".",
        "1",
        "1.",
        ".1",
        "1.2",
        "-1.2.3",
        "1.2.3.4",
        "a.b.c",
        "1.99999999999.1",
        "9007199254740993.1.1",
    ] {
        assert_eq!(Generation::from_text(text), None, "{text}");
    }
}

#[test]
fn a_counter_goes_on_with_the_clock_and_never_back() {
    let (mut generations, tag) = (Generations::new(1), Rc::from("x"));
    assert_eq!(generations.raise(&tag, 50), generation(50, 1, 1));
    assert_eq!(generations.raise(&tag, 50), generation(50, 2, 1), "twice in a moment");
    assert_eq!(generations.raise(&tag, 60), generation(60, 1, 1));
    assert_eq!(generations.raise(&tag, 40), generation(60, 2, 1), "the clock was set back");
    generations.clear();
    assert_eq!(generations.raise(&tag, 70), generation(70, 1, 1), "lost");
    generations.learn(&tag, generation(90, u32::MAX, 2), 80);
    assert_eq!(generations.raise(&tag, 80), generation(91, 1, 1), "full, by a clock that is ahead");
}

#[test]
fn two_tabs_that_raise_a_tag_at_once_both_count() {
    let (mut ours, mut theirs, tag) = (Generations::new(1), Generations::new(2), Rc::from("x"));
    for one in [&mut ours, &mut theirs] {
        one.learn(&tag, generation(50, 3, 1), 60);
    }
    let (mine, other) = (ours.raise(&tag, 60), theirs.raise(&tag, 60));
    assert!(!mine.holds(other) && !other.holds(mine), "neither has heard of the other");
    assert_eq!(ours.hear(&tag, other, 60), None, "the other one goes on");
    let next = theirs.hear(&tag, mine, 60).expect("it is told");
    assert_eq!(next, generation(60, 2, 2));
    assert_eq!(ours.hear(&tag, next, 60), None);
    assert!(!mine.holds(ours.least(&tag)) && !other.holds(ours.least(&tag)));
    assert_eq!(ours.least(&tag), theirs.least(&tag));
    // A third hears of both, one after the other, or has read what one of them has written.
    let mut third = Generations::new(3);
    assert_eq!(third.hear(&tag, mine, 60), None);
    assert_eq!(third.hear(&tag, mine, 60), None, "twice");
    assert_eq!(third.hear(&tag, other, 60), None);
    assert_eq!(third.hear(&tag, mine, 60), Some(generation(60, 2, 3)), "late");
    let mut third = Generations::new(3);
    third.learn(&tag, other, 60);
    assert_eq!(third.learn(&tag, mine, 60), Some(generation(60, 2, 3)));
}

#[test]
fn what_is_doubted_is_not_known_and_does_not_go_back() {
    let (mut generations, tag) = (Generations::new(1), Rc::from("x"));
    generations.learn(&tag, generation(50, 3, 2), 60);
    generations.doubt("x");
    assert_eq!(generations.get("x"), None);
    generations.hear(&tag, generation(50, 4, 2), 60);
    assert_eq!(generations.get("x"), None, "there may be more than was heard");
    generations.learn(&tag, generation(50, 2, 2), 60);
    assert_eq!(generations.get("x"), Some(generation(50, 4, 2)));
    generations.doubt_all();
    assert_eq!(generations.raise(&tag, 50), generation(50, 5, 1));
}

#[test]
fn what_is_known_is_bounded_and_what_is_used_stays() {
    let mut generations = Generations::new(1);
    let kept: Rc<str> = Rc::from("kept");
    generations.raise(&kept, 1);
    for tag in 0..20_000 {
        generations.raise(&tag.to_string().into(), 1);
        assert_eq!(generations.get("kept"), Some(generation(1, 1, 1)));
        assert!(generations.known.len() <= MOST_KNOWN);
    }
}
