//! What tabs pass on to each other, as the machines between which they stand know it.

mod aside;
mod link;
mod routes;
mod subscription;

use std::marker::PhantomData;

use crate::core::payload::Payload;
use crate::core::realtime::routes::TopicRoutes;
use crate::core::realtime::subscriptions::Subscription;
use crate::core::session::token::Claims;
use crate::core::tabs::relay::{Fields, Portable, Relay};
pub use aside::Aside;
pub use link::Told;

/// The types.
#[derive(Debug)]
pub struct Relayed<P>(PhantomData<P>);

impl<P: Payload> Relay for Relayed<P> {
    type Payload = P;
    type Subscription = Subscription;
    type Routes = TopicRoutes;
    type Link = Told;
}

/// A token that the application has set, for the tab that holds the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetToken {
    /// The token; `None` for the key's own role.
    pub value: Option<String>,
    /// What it says of itself.
    pub claims: Claims,
}

impl<P: Payload> Portable<P> for SetToken {
    fn blank() -> Self {
        Self { value: None, claims: Claims::default() }
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.optional_text(&mut self.value);
        fields.optional_text(&mut self.claims.user);
        fields.optional_number(&mut self.claims.lifetime);
        fields.optional_number(&mut self.claims.age);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_token_comes_back_as_it_was() {
        let claims = Claims { user: Some("alice".into()), lifetime: Some(-5_000), age: Some(60_000) };
        for (value, claims) in [(Some("a.b.c".into()), claims), (None, Claims::default())] {
            let token = SetToken { value, claims };
            let written: Value = token.clone().to_payload();
            assert_eq!(SetToken::from_payload(&written), Some(token), "{written}");
        }
        for other in [json!(null), json!([1, "a.b.c"]), json!([0, 0, 0, 1, 0.5])] {
            assert_eq!(SetToken::from_payload(&other), None);
        }
    }
}
