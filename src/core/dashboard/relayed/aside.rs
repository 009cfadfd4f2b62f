//! What the stores of a user's tabs tell each other, and what their leader says of health.

use crate::core::payload::Payload;
use crate::core::store::names::Kind;
use crate::core::tabs::relay::{Fields, Portable};

/// What a tab has done with what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aside {
    /// It has written.
    Written {
        /// The database.
        database: Kind,
        /// The highest key of its log.
        through: u64,
        /// Its generation.
        generation: u64,
    },
    /// It has wiped everything.
    Wiped {
        /// The incarnation that counts from now on.
        incarnation: u64,
    },
    /// How everything is, as the leader knows it.
    Health(String),
    /// What the counters of the cache say.
    Cache(String),
}

/// What of a user's is the same for all tabs.
const SHARED: [Kind; 4] = [Kind::Outbox, Kind::Data, Kind::Cache, Kind::Epoch];

impl<P: Payload> Portable<P> for Aside {
    fn blank() -> Self {
        Self::Wiped { incarnation: 0 }
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        let kind = match self {
            Self::Wiped { .. } => 0,
            Self::Written { .. } => 1,
            Self::Health(_) => 2,
            Self::Cache(_) => 3,
        };
        fields.kind(self, kind, |kind| match kind {
            0 => Some(Self::Wiped { incarnation: 0 }),
            1 => Some(Self::Written { database: Kind::Data, through: 0, generation: 0 }),
            2 => Some(Self::Health(String::new())),
            3 => Some(Self::Cache(String::new())),
            _ => None,
        });
        match self {
            Self::Wiped { incarnation } => fields.large(incarnation),
            Self::Health(text) | Self::Cache(text) => fields.text(text),
            Self::Written { database, through, generation } => {
                let place = SHARED.iter().position(|kind| kind == database);
                fields.one_of(database, place.unwrap_or(SHARED.len()), &SHARED);
                fields.large(through);
                fields.large(generation);
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_told_comes_back_as_it_was() {
        let written = SHARED.map(|database| Aside::Written { database, through: 7, generation: 2 });
        let others =
            [Aside::Wiped { incarnation: 3 }, Aside::Health("all well".into()), Aside::Cache("1".into())];
        for aside in written.into_iter().chain(others) {
            let value: Value = aside.clone().to_payload();
            assert_eq!(Aside::from_payload(&value), Some(aside), "{value}");
        }
        for other in [json!(null), json!([1, 4, 1, 1]), json!([2, 1]), json!([3, 1])] {
            assert_eq!(Aside::from_payload(&other), None);
        }
    }
}
