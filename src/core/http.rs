//! How a request over HTTP ended.

use crate::core::payload::Payload;

/// How a request over HTTP ended.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpAnswer<P> {
    /// The status; 0 if nothing answered.
    pub status: u16,
    /// The body, if it is JSON.
    pub body: Option<P>,
    /// What `Retry-After` says, in milliseconds.
    pub retry_after: Option<u64>,
}

impl<P: Payload> HttpAnswer<P> {
    /// The message in its body, under any of the names that Supabase's services give it.
    pub fn message(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        let text = |name| body.field(name).and_then(|value| value.as_text());
        text("message").or_else(|| text("msg")).or_else(|| text("error"))
    }
}
