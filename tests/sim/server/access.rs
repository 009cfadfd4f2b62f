//! Tokens, and what they allow. A token is its own label, as in the recordings:
//! `jwt-ROLE[-USER]-exp(SECONDS|none)`.

use serde_json::Value;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub role: String,
    /// Seconds since 1970.
    pub expires: u64,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Malformed,
    Forged,
    Incomplete,
    /// It ran out so many seconds ago.
    Expired(u64),
}

impl Flaw {
    /// The reason of a refused join.
    pub fn refusal(self) -> String {
        match self {
            Self::Malformed => "MalformedJWT: The token provided is not a valid JWT".into(),
            Self::Forged => "JwtSignatureError: Failed to validate JWT signature".into(),
            Self::Incomplete | Self::Expired(_) => format!("InvalidJWTToken: {}", self.complaint()),
        }
    }

    /// The message of the `system` event that closes a channel.
    pub fn complaint(self) -> String {
        match self {
            Self::Malformed => "The token provided is not a valid JWT".into(),
            Self::Forged => ":signature_error".into(),
            Self::Incomplete => "Fields `role` and `exp` are required in JWT".into(),
            Self::Expired(seconds) => format!("Token has expired {seconds} seconds ago"),
        }
    }
}

/// The label of a user's token that runs out at `expires`, seconds since 1970.
pub fn token(user: &str, expires: u64) -> String {
    format!("jwt-authenticated-{user}-exp{expires}")
}

/// Reads a token at a time of the wall clock, in milliseconds.
pub fn read(token: &str, wall: u64) -> Result<Claims, Flaw> {
    let mut parts = token.split('-');
    if parts.next() != Some("jwt") {
        return Err(Flaw::Malformed);
    }
    let role = parts.next().unwrap_or_default().to_owned();
    if role == "forged" {
        return Err(Flaw::Forged);
    }
    let expires = parts.next_back().and_then(|part| part.strip_prefix("exp")?.parse().ok());
    let Some(expires) = expires.filter(|_| role != "norole") else {
        return Err(Flaw::Incomplete);
    };
    let now = wall / 1_000;
    if expires <= now { Err(Flaw::Expired(now - expires)) } else { Ok(Claims { role, expires }) }
}

/// The token that a payload brings; what is no text, and a publishable key, count as none.
pub fn token_in(payload: &Value) -> Option<String> {
    let given = payload.get("access_token").filter(|token| !token.is_null()).or(payload.get("user_token"));
    given.and_then(Value::as_str).filter(|token| !token.starts_with("sb_")).map(str::to_owned)
}

/// Whether the policies let a role read a private topic.
pub fn may_read(claims: &Claims, topic: &str) -> bool {
    claims.role != "anon" && !topic.ends_with("denied")
}

/// Whether they let it write.
pub fn may_write(topic: &str) -> bool {
    !topic.ends_with("readonly")
}
