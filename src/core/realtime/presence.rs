//! Who is on a channel: the state that the server's messages make, and what each of them changed.

use crate::core::sorted_map::SortedMap;

pub use crate::core::news::PresenceEvent;
use crate::core::payload::Payload;

/// One presence: what somebody tracks on one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta<P> {
    /// The server's name for it; another after each update.
    reference: String,
    /// What is tracked, with `presence_ref`.
    pub value: P,
}

type People<P> = SortedMap<String, Vec<Meta<P>>>;

/// The presences of one channel, by key.
#[derive(Clone, Debug)]
pub struct Presence<P> {
    people: People<P>,
    /// Diffs that came before the state of the present join, which they build on.
    early: Vec<P>,
    has_state: bool,
}

impl<P> Default for Presence<P> {
    fn default() -> Self {
        Self { people: SortedMap::new(), early: Vec::new(), has_state: false }
    }
}

/// The server's own names in what is tracked. `presence_ref` is what applications are given for `phx_ref`.
const RESERVED: &[&str] = &["presence_ref", "phx_ref", "phx_ref_prev"];

/// Diffs kept until the state comes; a server that sends more first is not followed.
const MOST_EARLY: usize = 1_000;

impl<P: Payload> Presence<P> {
    /// A new join is out: its state is still to come. What is known stays until then.
    pub fn rejoin(&mut self) {
        self.has_state = false;
        self.early.clear();
    }

    /// An earlier join of the channel has ended only now: what came before may be of it, and its end nobody was told.
    pub fn forget_early(&mut self) {
        self.early.clear();
    }

    /// Whether the state of the present join has come.
    pub fn is_synced(&self) -> bool {
        self.has_state
    }

    /// Whether nobody is known to be there.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Takes `presence_state`: what differs from what was known comes out as joins, leaves and updates, then a sync.
    pub fn state(&mut self, payload: &P) -> Vec<PresenceEvent<P>> {
        let mut events = Vec::new();
        if !payload.is_object() {
            return events;
        }
        let mut state = people(payload);
        for key in keys_of(&self.people, &state) {
            let metas = take(&mut state, &key);
            self.apply(key, metas, None, &mut events);
        }
        self.has_state = true;
        for diff in std::mem::take(&mut self.early) {
            self.change(&diff, &mut events);
        }
        events.push(PresenceEvent::Sync);
        events
    }

    /// Takes `presence_diff`.
    pub fn diff(&mut self, payload: &P) -> Vec<PresenceEvent<P>> {
        let mut events = Vec::new();
        if !self.has_state {
            if self.early.len() < MOST_EARLY {
                self.early.push(payload.clone());
            }
        } else if self.change(payload, &mut events) {
            events.push(PresenceEvent::Sync);
        }
        events
    }

    /// Whether it is a diff.
    fn change(&mut self, payload: &P, events: &mut Vec<PresenceEvent<P>>) -> bool {
        let (Some(joins), Some(leaves)) = (payload.field("joins"), payload.field("leaves")) else {
            return false;
        };
        if !joins.is_object() || !leaves.is_object() {
            return false;
        }
        let (mut joins, mut leaves) = (people(&joins), people(&leaves));
        for key in keys_of(&joins, &leaves) {
            let (joins, leaves) = (take(&mut joins, &key), take(&mut leaves, &key));
            self.apply(key, joins, Some(&leaves), events);
        }
        true
    }

    /// Takes in what is there under a key. Without `leaves` that is all there is.
    fn apply(
        &mut self,
        key: String,
        there: Vec<Meta<P>>,
        leaves: Option<&[Meta<P>]>,
        events: &mut Vec<PresenceEvent<P>>,
    ) {
        let before = take(&mut self.people, &key);
        let (mut metas, mut left, mut joined) = (Vec::new(), Vec::new(), Vec::new());
        for meta in &before {
            let has_left = match leaves {
                Some(leaves) => has(leaves, meta),
                None => !has(&there, meta),
            };
            if has_left {
                left.push(meta.value.clone());
            } else {
                metas.push(meta.clone());
            }
        }
        let mut current = values(&metas);
        for meta in there {
            if !has(&before, &meta) {
                joined.push(meta.value.clone());
                metas.push(meta);
            }
        }
        if !left.is_empty() {
            current = values(&metas);
        }
        if metas.is_empty() {
            self.people.remove(&key);
        } else {
            self.people.insert(key.clone(), metas);
        }
        if !joined.is_empty() || !left.is_empty() {
            events.push(PresenceEvent::Change { key, current, joined, left });
        }
    }

    /// `{ key: [presence, …] }`, each presence with its `presence_ref`.
    pub fn to_payload(&self) -> P {
        let mut fields = Vec::new();
        for (key, metas) in &self.people {
            fields.push((key.as_str(), P::array(values(metas))));
        }
        P::dictionary(fields)
    }
}

/// The keys of both, each once.
fn keys_of<P>(one: &People<P>, other: &People<P>) -> Vec<String> {
    let mut keys = one.keys().as_slice().to_vec();
    for key in other.keys() {
        if !one.contains_key(key) {
            keys.push(key.clone());
        }
    }
    keys
}

fn take<P>(people: &mut People<P>, key: &str) -> Vec<Meta<P>> {
    people.get_mut(key).map(std::mem::take).unwrap_or_default()
}

fn values<P: Clone>(metas: &[Meta<P>]) -> Vec<P> {
    let mut values = Vec::new();
    for meta in metas {
        values.push(meta.value.clone());
    }
    values
}

fn has<P>(metas: &[Meta<P>], wanted: &Meta<P>) -> bool {
    metas.iter().any(|meta| meta.reference == wanted.reference)
}

/// Reads `{ key: { metas: [{ phx_ref, … }, …] } }`; entries of another shape are left out.
fn people<P: Payload>(payload: &P) -> People<P> {
    let mut people = People::new();
    for (key, entry) in payload.entries().unwrap_or_default() {
        let Some(metas) = entry.field("metas") else { continue };
        let mut known = Vec::new();
        for index in 0..metas.length().unwrap_or(0) {
            if let Some(meta) = metas.item(index).as_ref().and_then(meta) {
                known.push(meta);
            }
        }
        people.insert(key, known);
    }
    people
}

fn meta<P: Payload>(meta: &P) -> Option<Meta<P>> {
    let reference = meta.field("phx_ref")?.as_text()?;
    let entries = meta.entries()?;
    let fields = vec![("presence_ref", P::string(&reference))];
    Some(Meta { value: with_told(fields, &entries), reference })
}

/// What is tracked, without the names that are the server's: under those others would not find who this is.
pub fn trackable<P: Payload>(state: P) -> P {
    let entries = state.entries().unwrap_or_default();
    if entries.iter().any(|(name, _)| is_reserved(name)) { with_told(Vec::new(), &entries) } else { state }
}

/// These fields, and those that are not the server's.
fn with_told<'a, P: Payload>(mut fields: Vec<(&'a str, P)>, entries: &'a [(String, P)]) -> P {
    for (name, value) in entries {
        if !is_reserved(name) {
            fields.push((name, value.clone()));
        }
    }
    P::dictionary(fields)
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
