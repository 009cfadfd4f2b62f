//! What the stores of a user's tabs tell each other.

use crate::core::payload::Payload;
use crate::core::realtime::routes::whole;
use crate::core::store::names::Kind;
use crate::core::tabs::relay::Portable;

/// What a tab has done with what they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

/// What of a user's is the same for all tabs.
const SHARED: [Kind; 4] = [Kind::Outbox, Kind::Data, Kind::Cache, Kind::Epoch];

impl<P: Payload> Portable<P> for Aside {
    fn to_payload(&self) -> P {
        let number = |number: u64| P::number(number as f64);
        P::object(match self {
            Self::Written { database, through, generation } => vec![
                ("written", P::string(database.as_str())),
                ("through", number(*through)),
                ("generation", number(*generation)),
            ],
            Self::Wiped { incarnation } => vec![("wiped", number(*incarnation))],
        })
    }

    fn from_payload(value: &P) -> Option<Self> {
        let number = |name| whole(value.field(name)?.as_number()?);
        if let Some(incarnation) = number("wiped") {
            return Some(Self::Wiped { incarnation });
        }
        let name = value.field("written")?.as_text()?;
        let database = *SHARED.iter().find(|kind| kind.as_str() == name)?;
        Some(Self::Written { database, through: number("through")?, generation: number("generation")? })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_told_comes_back_as_it_was() {
        let written = SHARED.map(|database| Aside::Written { database, through: 7, generation: 2 });
        for aside in written.into_iter().chain([Aside::Wiped { incarnation: 3 }]) {
            let value: Value = aside.to_payload();
            assert_eq!(Aside::from_payload(&value), Some(aside), "{value}");
        }
        for other in [json!(null), json!({ "written": "spill", "through": 1, "generation": 1 })] {
            assert_eq!(Aside::from_payload(&other), None);
        }
    }
}
