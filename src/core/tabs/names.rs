//! What the tabs' ids, calls and callbacks are called in the machine of the one that serves them all.

use crate::core::ids::{CallId, Slot, TabId};

/// Sets another tab's ids apart. An own id that begins like that gets one more.
const MARK: char = '\u{1}';
/// Numbers from here on are given here; the application's own are below.
const GIVEN: u32 = 0x8000_0000;

/// A tab that follows, since one of its hellos: what it wanted before that is not what it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// The tab.
    pub tab: TabId,
    /// By which hello it follows.
    pub hello: u32,
}

/// Another tab's id, as it is called here.
pub fn id_of(party: Party, id: &str) -> String {
    [&prefix(party), id].concat()
}

/// What comes before another tab's ids.
pub fn prefix(party: Party) -> String {
    let (tab, hello) = (party.tab.0.to_string(), party.hello.to_string());
    ["\u{1}", &tab, ".", &hello, "\u{1}"].concat()
}

/// This tab's own id, as it is called here.
pub fn own_id(id: &str) -> String {
    let mark = if id.starts_with(MARK) { "\u{1}" } else { "" };
    [mark, id].concat()
}

/// Whose id this is, `None` for an own one, and what it is called there.
pub fn owner(id: &str) -> (Option<Party>, &str) {
    let Some(rest) = id.strip_prefix(MARK) else { return (None, id) };
    let foreign = rest.split_once(MARK).and_then(|(party, id)| Some((read(party)?, id)));
    foreign.map_or((None, rest), |(party, id)| (Some(party), id))
}

fn read(party: &str) -> Option<Party> {
    let (tab, hello) = party.split_once('.')?;
    let number = |text: &str| text.parse::<u64>().ok();
    Some(Party { tab: TabId(number(tab)?), hello: number(hello)?.try_into().ok()? })
}

/// A number of another tab's and what it stands for.
pub type Owned<T> = (Party, T);

/// A number that was given here, and whose it is: what it is called there.
type Given = (u32, Owned<u32>);

/// The other tabs' calls and callbacks.
#[derive(Debug)]
pub struct Names {
    last: u32,
    calls: Vec<Given>,
    slots: Vec<Given>,
}

impl Default for Names {
    fn default() -> Self {
        Self { last: GIVEN, calls: Vec::new(), slots: Vec::new() }
    }
}

impl Names {
    /// A number that nothing else has.
    pub const fn number(&mut self) -> u32 {
        self.last = self.last.wrapping_add(1) | GIVEN;
        self.last
    }

    /// A name for another tab's call.
    pub fn call(&mut self, party: Party, call: CallId) -> CallId {
        let name = self.number();
        self.calls.push((name, (party, call.0)));
        CallId(name)
    }

    /// Whose call this was. It is not known any more.
    pub fn settle(&mut self, name: CallId) -> Option<Owned<CallId>> {
        let (party, call) = take(&mut self.calls, name.0)?;
        Some((party, CallId(call)))
    }

    /// The name of another tab's callback.
    pub fn slot(&mut self, party: Party, slot: Slot) -> Slot {
        for (name, owned) in &self.slots {
            if *owned == (party, slot) {
                return *name;
            }
        }
        let name = self.number();
        self.slots.push((name, (party, slot)));
        name
    }

    /// What a tab calls a callback, `None` for this one; `None` if it is not that tab's.
    pub fn slot_of(&self, party: Option<Party>, name: Slot) -> Option<Slot> {
        let Some(party) = party else { return (!is_given(name)).then_some(name) };
        let (_, (owner, slot)) = self.slots.get(at(&self.slots, name)?)?;
        (*owner == party).then_some(*slot)
    }

    /// Nothing more goes to another tab's callback.
    pub fn drop_slot(&mut self, name: Slot) -> Option<Owned<Slot>> {
        take(&mut self.slots, name)
    }

    /// All other tabs are gone.
    pub fn clear(&mut self) {
        self.calls.clear();
        self.slots.clear();
    }
}

fn at(given: &[Given], name: u32) -> Option<usize> {
    given.iter().position(|(given, _)| *given == name)
}

fn take(given: &mut Vec<Given>, name: u32) -> Option<Owned<u32>> {
    let at = at(given, name)?;
    Some(given.swap_remove(at).1)
}

/// Whether a number was given here, and is none of the application's.
pub const fn is_given(number: u32) -> bool {
    number >= GIVEN
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn party(tab: u64) -> Party {
        Party { tab: TabId(tab), hello: 1 }
    }

    #[test]
    fn any_id_comes_back_as_it_was_from_whosever_it_is() {
        for id in ["feed", "", "\u{1}", "\u{1}7.1\u{1}feed", "\u{1}\u{1}feed", "a\u{1}b", "\u{1}.\u{1}"] {
            assert_eq!(owner(&own_id(id)), (None, id));
            assert_eq!(owner(&id_of(party(7), id)), (Some(party(7)), id));
        }
        assert_ne!(own_id("\u{1}7.1\u{1}feed"), id_of(party(7), "feed"));
    }

    #[test]
    fn a_callback_keeps_its_name_and_no_two_share_one() {
        let mut names = Names::default();
        let one = names.slot(party(1), 5);
        assert_eq!(names.slot(party(1), 5), one);
        assert_ne!(names.slot(party(2), 5), one);
        assert!(is_given(one) && !is_given(5));
        assert_eq!(names.slot_of(Some(party(1)), one), Some(5));
        assert_eq!((names.slot_of(Some(party(2)), one), names.slot_of(None, one)), (None, None));
        assert_eq!(names.slot_of(None, 5), Some(5));
    }
}
