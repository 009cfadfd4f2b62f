//! What tabs pass on to each other, as the machines between which they stand know it.

mod aside;
mod link;
mod routes;
mod subscription;

use std::marker::PhantomData;

use crate::core::payload::Payload;
use crate::core::realtime::routes::TopicRoutes;
use crate::core::realtime::subscriptions::Subscription;
use crate::core::session;
use crate::core::session::token::Claims;
use crate::core::tabs::relay::Relay;
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
pub(super) fn write_token<P: Payload>(value: Option<&str>, claims: &Claims) -> P {
    let millis = |millis: i64| P::number(millis as f64);
    let mut fields = Vec::new();
    fields.extend(value.map(|value| ("value", P::string(value))));
    fields.extend(claims.user.as_deref().map(|user| ("user", P::string(user))));
    fields.extend(claims.lifetime.map(|lifetime| ("lifetime", millis(lifetime))));
    fields.extend(claims.age.map(|age| ("age", millis(age))));
    P::object(fields)
}

/// `None` if it is none.
pub(super) fn read_token<P: Payload>(token: &P) -> Option<session::Event> {
    let text = |name| token.field(name).and_then(|value| value.as_text());
    let millis = |name| token.field(name).and_then(|value| value.as_number()).map(|millis| millis as i64);
    let claims = Claims { user: text("user"), lifetime: millis("lifetime"), age: millis("age") };
    token.is_object().then(|| session::Event::SetToken { value: text("value"), claims })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_token_comes_back_as_it_was() {
        let claims = Claims { user: Some("alice".into()), lifetime: Some(-5_000), age: Some(60_000) };
        for (value, claims) in [(Some("a.b.c"), claims), (None, Claims::default())] {
            let written: Value = write_token(value, &claims);
            let read = read_token(&written);
            assert!(
                matches!(&read, Some(session::Event::SetToken { value: read, claims: of }) if read.as_deref() == value && *of == claims),
                "{read:?}"
            );
        }
        assert!(read_token(&json!(null)).is_none());
    }
}
