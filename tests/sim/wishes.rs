//! What the application of one client wants, and which messages are for it.

use serde_json::{Value, json};
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::rng::Rng;

/// One subscription of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: &'static str,
    pub channel: &'static str,
    pub private: bool,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Broadcasts { event: Option<&'static str>, own: bool },
    Rows { table: &'static str, supplier: Option<u64> },
}

const MENU: &[Wish] = &[
    Wish::LOBBY,
    Wish {
        id: "greetings",
        channel: "lobby",
        private: false,
        kind: Kind::Broadcasts { event: Some("hi"), own: false },
    },
    Wish {
        id: "echo", channel: "écho ✓", private: false, kind: Kind::Broadcasts { event: None, own: true }
    },
    Wish { id: "room", channel: "room:1", private: true, kind: Kind::Broadcasts { event: None, own: false } },
    Wish {
        id: "rows",
        channel: "rows",
        private: false,
        kind: Kind::Rows { table: "activity", supplier: None },
    },
    Wish {
        id: "rows of 7",
        channel: "rows",
        private: false,
        kind: Kind::Rows { table: "activity", supplier: Some(7) },
    },
    Wish {
        id: "private rows",
        channel: "room:2",
        private: true,
        kind: Kind::Rows { table: "clients", supplier: None },
    },
];

/// What one message is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    Broadcast { event: String },
    Row { table: String, supplier: u64 },
}

impl Wish {
    pub const LOBBY: Self = Self {
        id: "lobby",
        channel: "lobby",
        private: false,
        kind: Kind::Broadcasts { event: None, own: false },
    };

    /// Some of the menu, at least one; private ones need a token.
    pub fn some(rng: &mut Rng, has_token: bool) -> Vec<Self> {
        let menu: Vec<Self> = MENU.iter().copied().filter(|wish| has_token || !wish.private).collect();
        let chosen: Vec<Self> = menu.iter().copied().filter(|_| rng.up_to(1) == 0).collect();
        if chosen.is_empty() { vec![menu[rng.up_to(menu.len() as u64 - 1) as usize]] } else { chosen }
    }

    pub fn subscription(&self) -> Subscription {
        let source = match self.kind {
            Kind::Broadcasts { event, own } => Source::Broadcast { event: event.map(str::to_owned), own },
            Kind::Rows { table, supplier } => Source::Changes(Binding {
                event: "*".into(),
                schema: "public".into(),
                table: Some(table.into()),
                filter: supplier.map(|supplier| format!("supplier_id=eq.{supplier}")),
            }),
        };
        Subscription {
            channel: self.channel.into(),
            private: self.private,
            source,
            auto_reconnect: true,
            max_reconnect_attempts: None,
        }
    }

    /// Its topic on the wire.
    pub fn topic(&self) -> String {
        self.subscription().topic()
    }

    /// Whether it is to get a message of its topic.
    pub fn wants(&self, about: &About) -> bool {
        match (self.kind, about) {
            (Kind::Broadcasts { event: wanted, .. }, About::Broadcast { event }) => {
                wanted.is_none_or(|wanted| wanted == event)
            }
            (Kind::Rows { table: wanted, supplier: only }, About::Row { table, supplier }) => {
                wanted == table && only.is_none_or(|only| only == *supplier)
            }
            _ => false,
        }
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
    Some((About::Broadcast { event }, message["payload"]["n"].as_u64()?))
}

impl Kind {
    pub fn hears(self, name: &str) -> bool {
        matches!(self, Self::Broadcasts { event, .. } if event.is_none_or(|wanted| wanted == name))
    }

    pub fn hears_itself(self) -> bool {
        matches!(self, Self::Broadcasts { own: true, .. })
    }
}
