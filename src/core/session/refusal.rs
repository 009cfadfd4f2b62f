//! Why a handshake may have been refused, by what the project's auth server says of key and token.

/// Why a handshake may have been refused, which a browser shows as close code 1006 and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The project did not answer at all.
    Unreachable,
    /// The project answers, and takes key and token: Realtime itself is away or refuses.
    NotTheToken,
    /// The key is not the project's, or no longer.
    Key,
    /// The access token has expired or is not valid.
    Token,
    /// The project limits requests.
    Limited,
}

impl Refusal {
    /// By the status of `GET /auth/v1/user` with the key and the access token; 0 if nothing answered. `names_key` says
    /// whether the answer's message is about the key (the gateway's "Invalid API key", "No API key found").
    pub const fn of(status: u16, has_token: bool, names_key: bool) -> Self {
        match status {
            0 | 500.. => Self::Unreachable,
            401 | 403 if names_key => Self::Key,
            // Without a token this is what a good key is answered.
            401 | 403 if has_token => Self::Token,
            429 => Self::Limited,
            _ => Self::NotTheToken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auth_server_tells_an_expired_token_from_a_project_out_of_reach() {
        let rows = [
            (0, true, false, Refusal::Unreachable),
            (502, true, false, Refusal::Unreachable),
            (401, true, true, Refusal::Key),
            (401, false, true, Refusal::Key),
            (401, true, false, Refusal::Token),
            (403, true, false, Refusal::Token),
            (401, false, false, Refusal::NotTheToken),
            (429, true, false, Refusal::Limited),
            (200, true, false, Refusal::NotTheToken),
            (404, true, false, Refusal::NotTheToken),
        ];
        for (status, has_token, names_key, refusal) in rows {
            assert_eq!(
                Refusal::of(status, has_token, names_key),
                refusal,
                "{status} {has_token} {names_key}"
            );
        }
    }
}
