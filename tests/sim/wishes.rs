//! What the application of one client wants, and which messages are for it.

use serde_json::{Value, json};
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::subscriptions::{Replay, Source, Subscription};
use wedsync_dashboard::core::rng::Rng;

/// One subscription of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: &'static str,
    pub channel: &'static str,
    pub private: bool,
    pub kind: Kind,
}

/// The rows of a binding: a table's, and of them only one supplier's.
pub type Rows = (&'static str, Option<u64>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Broadcasts {
        event: Option<&'static str>,
        own: bool,
    },
    /// Those that the database keeps, what was missed included.
    Kept,
    Rows(&'static [Rows]),
    Presence,
}

pub const fn wish(id: &'static str, channel: &'static str, private: bool, kind: Kind) -> Wish {
    Wish { id, channel, private, kind }
}

pub const ALL: Kind = Kind::Broadcasts { event: None, own: false };

/// What clients may want.
pub const MENU: &[Wish] = &[
    Wish::LOBBY,
    wish("greetings", "lobby", false, Kind::Broadcasts { event: Some("hi"), own: false }),
    wish("people", "lobby", false, Kind::Presence),
    wish("echo", "écho ✓", false, Kind::Broadcasts { event: None, own: true }),
    wish("rows", "rows", false, Kind::Rows(&[("activity", None)])),
    wish("rows of 7", "rows", false, Kind::Rows(&[("activity", Some(7))])),
    wish(
        "several",
        "rows",
        false,
        Kind::Rows(&[("activity", Some(8)), ("clients", None), ("activity", Some(7))]),
    ),
    wish("room", "room:1", true, ALL),
    wish("people in the room", "room:1", true, Kind::Presence),
    wish("private rows", "room:2", true, Kind::Rows(&[("clients", None)])),
    wish("more private rows", "room:2", true, Kind::Rows(&[("activity", Some(8)), ("clients", Some(7))])),
    wish("beside private rows", "room:2", true, ALL),
    wish("kept", "room:3", true, Kind::Kept),
];

/// What one message is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    Broadcast { event: String },
    Row { table: String, supplier: u64 },
}

impl Wish {
    pub const LOBBY: Self = wish("lobby", "lobby", false, ALL);

    /// Some of the menu, at least one; private ones need a token.
    pub fn some(rng: &mut Rng, has_token: bool) -> Vec<Self> {
        let menu: Vec<Self> = MENU.iter().copied().filter(|wish| has_token || !wish.private).collect();
        let chosen: Vec<Self> = menu.iter().copied().filter(|_| rng.up_to(2) == 0).collect();
        if chosen.is_empty() { vec![menu[rng.up_to(menu.len() as u64 - 1) as usize]] } else { chosen }
    }

    /// The same id with other options, where the menu has a second choice.
    pub fn varied(self) -> Self {
        let kind = match self.id {
            "greetings" => Kind::Broadcasts { event: Some("bye"), own: false },
            "rows of 7" => Kind::Rows(&[("activity", Some(8))]),
            "more private rows" => Kind::Rows(&[("clients", Some(8))]),
            _ => self.kind,
        };
        Self { kind, ..self }
    }

    /// As the client is told; `user` is the key under which it is tracked.
    pub fn subscription(&self, user: &str) -> Subscription {
        let source = match self.kind {
            Kind::Broadcasts { event, own } => Source::Broadcast { event: event.map(str::to_owned), own },
            Kind::Kept => Source::Broadcast { event: None, own: false },
            Kind::Presence => Source::Presence { key: user.into(), is_chosen: true, enabled: true },
            Kind::Rows(rows) => Source::Changes(rows.iter().map(binding).collect()),
        };
        let replay = (self.kind == Kind::Kept).then_some(Replay { since: 0, limit: 25 });
        let ack = self.id == "lobby" || self.id == "room";
        Subscription { private: self.private, replay, ack, ..Subscription::to(self.channel, source) }
    }

    /// Whether it is to get a message of its topic.
    pub fn wants(&self, about: &About) -> bool {
        match about {
            About::Broadcast { event } => self.kind.hears(event),
            About::Row { table, supplier } => self.kind.sees(table, *supplier),
        }
    }

    /// Whether one can send broadcasts with it.
    pub fn sends(&self) -> bool {
        matches!(self.kind, Kind::Broadcasts { .. } | Kind::Kept)
    }
}

impl Kind {
    pub fn hears(self, name: &str) -> bool {
        match self {
            Self::Broadcasts { event, .. } => event.is_none_or(|wanted| wanted == name),
            Self::Kept => true,
            Self::Rows(_) | Self::Presence => false,
        }
    }

    pub fn hears_itself(self) -> bool {
        matches!(self, Self::Broadcasts { own: true, .. })
    }

    pub fn sees(self, table: &str, supplier: u64) -> bool {
        let Self::Rows(rows) = self else { return false };
        rows.iter().any(|(wanted, only)| *wanted == table && only.is_none_or(|only| only == supplier))
    }
}

fn binding((table, supplier): &Rows) -> Binding {
    Binding {
        event: "*".into(),
        schema: "public".into(),
        table: Some((*table).into()),
        filter: supplier.map(|supplier| format!("supplier_id=eq.{supplier}")),
        select: None,
    }
}

/// A committed row that tells its number.
pub fn row(table: &str, supplier: u64, number: u64) -> Value {
    json!({
        "schema": "public", "table": table, "type": "INSERT", "commit_timestamp": "2026-11-23T07:32:06.114Z",
        "columns": [{ "name": "n", "type": "int8" }, { "name": "supplier_id", "type": "int8" }],
        "errors": null, "record": { "n": number, "supplier_id": supplier },
    })
}

/// What a message is about, and its number.
pub fn read(message: &Value) -> Option<(About, u64)> {
    if let Some(table) = message["table"].as_str() {
        let record = &message["record"];
        let supplier = record["supplier_id"].as_u64()?;
        return Some((About::Row { table: table.into(), supplier }, record["n"].as_u64()?));
    }
    let event = message["event"].as_str()?.into();
    let payload = &message["payload"];
    let number = match payload.as_array() {
        Some(bytes) => bytes.iter().try_fold(0, |all, byte| Some(all << 8 | byte.as_u64()?)),
        None => payload["n"].as_u64(),
    };
    Some((About::Broadcast { event }, number?))
}

/// A number as the payload of a binary broadcast.
pub fn as_bytes(number: u64) -> Value {
    json!(number.to_be_bytes())
}
