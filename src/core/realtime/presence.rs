//! Who is on a channel: the state that the server's messages make, and what each of them changed.

use litemap::LiteMap;

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

type People<P> = LiteMap<String, Vec<Meta<P>>>;

/// The presences of one channel, by key.
#[derive(Clone, Debug)]
pub struct Presence<P> {
    people: People<P>,
    /// Diffs that came before the state of the present join, which they build on.
    early: Vec<(People<P>, People<P>)>,
    has_state: bool,
}

impl<P> Default for Presence<P> {
    fn default() -> Self {
        Self { people: LiteMap::new(), early: Vec::new(), has_state: false }
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
        let Some(state) = people(payload) else { return Vec::new() };
        let keys: Vec<String> = self.people.keys().chain(state.keys()).cloned().collect();
        let mut events = Vec::new();
        for key in keys {
            let new = state.get(&key).map_or(&[][..], Vec::as_slice);
            let old = self.people.get(&key).cloned().unwrap_or_default();
            let joins = without(new, &old);
            let leaves = without(&old, new);
            self.apply(&key, joins, &leaves, &mut events);
        }
        self.has_state = true;
        for (joins, leaves) in std::mem::take(&mut self.early) {
            self.change(joins, leaves, &mut events);
        }
        events.push(PresenceEvent::Sync);
        events
    }

    /// Takes `presence_diff`.
    pub fn diff(&mut self, payload: &P) -> Vec<PresenceEvent<P>> {
        let part = |name| payload.field(name).as_ref().and_then(people);
        let (Some(joins), Some(leaves)) = (part("joins"), part("leaves")) else { return Vec::new() };
        let mut events = Vec::new();
        if self.has_state {
            self.change(joins, leaves, &mut events);
            events.push(PresenceEvent::Sync);
        } else if self.early.len() < MOST_EARLY {
            self.early.push((joins, leaves));
        }
        events
    }

    fn change(&mut self, joins: People<P>, mut leaves: People<P>, events: &mut Vec<PresenceEvent<P>>) {
        for (key, joins) in joins {
            let leaves = leaves.remove(&key).unwrap_or_default();
            self.apply(&key, joins, &leaves, events);
        }
        for (key, leaves) in leaves {
            self.apply(&key, Vec::new(), &leaves, events);
        }
    }

    fn apply(
        &mut self,
        key: &str,
        joins: Vec<Meta<P>>,
        leaves: &[Meta<P>],
        events: &mut Vec<PresenceEvent<P>>,
    ) {
        let before = self.people.remove(key).unwrap_or_default();
        let joins = without(&joins, &before);
        let mut metas = without(&before, leaves);
        let stayed = values(&metas);
        let left = values(&without(&before, &metas));
        let joined = values(&joins);
        metas.extend(joins);
        let current = values(&metas);
        if !metas.is_empty() {
            self.people.insert(key.to_owned(), metas);
        }
        let key = key.to_owned();
        match (joined.is_empty(), left.is_empty()) {
            (true, true) => {}
            (false, true) => events.push(PresenceEvent::Join { key, current: stayed, joined }),
            (true, false) => events.push(PresenceEvent::Leave { key, current, left }),
            (false, false) => events.push(PresenceEvent::Update { key, current, joined, left }),
        }
    }

    /// `{ key: [presence, …] }`, each presence with its `presence_ref`.
    pub fn to_payload(&self) -> P {
        let people = self.people.iter().map(|(key, metas)| (key.as_str(), P::array(values(metas))));
        P::dictionary(people.collect())
    }
}

fn values<P: Clone>(metas: &[Meta<P>]) -> Vec<P> {
    metas.iter().map(|meta| meta.value.clone()).collect()
}

fn without<P: Clone>(metas: &[Meta<P>], others: &[Meta<P>]) -> Vec<Meta<P>> {
    let is_other = |meta: &Meta<P>| others.iter().any(|other| other.reference == meta.reference);
    metas.iter().filter(|meta| !is_other(meta)).cloned().collect()
}

/// Reads `{ key: { metas: [{ phx_ref, … }, …] } }`; entries of another shape are left out.
fn people<P: Payload>(payload: &P) -> Option<People<P>> {
    let mut people = People::new();
    for (key, entry) in payload.entries()? {
        let Some(metas) = entry.field("metas") else { continue };
        let metas = (0..metas.length().unwrap_or(0)).filter_map(|index| meta(&metas.item(index)?)).collect();
        people.insert(key, metas);
    }
    Some(people)
}

fn meta<P: Payload>(meta: &P) -> Option<Meta<P>> {
    let reference = meta.field("phx_ref")?.as_text()?;
    let entries = meta.entries()?;
    let mut fields = vec![("presence_ref", P::string(&reference))];
    let told = entries.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
    fields.extend(told.map(|(name, value)| (name.as_str(), value.clone())));
    Some(Meta { value: P::dictionary(fields), reference })
}

/// What is tracked, without the names that are the server's: under those others would not find who this is.
pub fn trackable<P: Payload>(state: P) -> P {
    let entries = state.entries().unwrap_or_default();
    let is_reserved = |(name, _): &(String, P)| RESERVED.contains(&name.as_str());
    if !entries.iter().any(is_reserved) {
        return state;
    }
    let kept = entries.iter().filter(|entry| !is_reserved(entry));
    P::dictionary(kept.map(|(name, value)| (name.as_str(), value.clone())).collect())
}
