//! What the tabs' ids, calls and callbacks are called in the machine of the one that serves them all.

use litemap::LiteMap;

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
    Some(Party { tab: TabId(tab.parse().ok()?), hello: hello.parse().ok()? })
}

/// A number of another tab's and what it stands for.
pub type Owned<T> = (Party, T);

/// The other tabs' calls and callbacks.
#[derive(Debug)]
pub struct Names {
    last: u32,
    calls: LiteMap<CallId, Owned<CallId>>,
    slots: LiteMap<Slot, Owned<Slot>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { last: GIVEN, calls: LiteMap::new(), slots: LiteMap::new() }
    }
}

impl Names {
    /// A number that nothing else has.
    pub fn number(&mut self) -> u32 {
        self.last = self.last.wrapping_add(1) | GIVEN;
        self.last
    }

    /// A name for another tab's call.
    pub fn call(&mut self, party: Party, call: CallId) -> CallId {
        let name = CallId(self.number());
        self.calls.insert(name, (party, call));
        name
    }

    /// Whose call this was. It is not known any more.
    pub fn settle(&mut self, name: CallId) -> Option<Owned<CallId>> {
        self.calls.remove(&name)
    }

    /// The name of another tab's callback.
    pub fn slot(&mut self, party: Party, slot: Slot) -> Slot {
        let known = self.slots.iter().find(|(_, owned)| **owned == (party, slot));
        if let Some((name, _)) = known {
            return *name;
        }
        let name = self.number();
        self.slots.insert(name, (party, slot));
        name
    }

    /// Whose callback this is, if it is another tab's.
    pub fn owner_of_slot(&self, name: Slot) -> Option<Owned<Slot>> {
        self.slots.get(&name).copied()
    }

    /// Nothing more goes to another tab's callback.
    pub fn drop_slot(&mut self, name: Slot) -> Option<Owned<Slot>> {
        self.slots.remove(&name)
    }

    /// All other tabs are gone.
    pub fn clear(&mut self) {
        self.calls.clear();
        self.slots.clear();
    }
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
        assert_eq!(names.owner_of_slot(one), Some((party(1), 5)));
    }
}
