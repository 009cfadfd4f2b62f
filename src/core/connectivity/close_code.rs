//! What to do about the code that a socket closes with.

/// What the end of a socket asks of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseRemedy {
    /// The server ended it: many clients come back now, so after the backoff.
    Backoff,
    /// The server limits joins or connections: not before a minute is over.
    SlowDown,
    /// Nobody said why: most likely the way to the server is gone, so find out when it is back.
    FindOut,
}

/// Close codes as recorded; none of them has a reason.
const CLOSE_CODES: &[(u16, CloseRemedy)] = &[
    // Found dead by the client itself.
    (0, CloseRemedy::FindOut),
    // Idle for a minute: the page was frozen.
    (1000, CloseRemedy::Backoff),
    (1001, CloseRemedy::SlowDown),
    // No code in the close frame, and no close frame.
    (1005, CloseRemedy::FindOut),
    (1006, CloseRemedy::FindOut),
    // A frame over 5,000,000 bytes.
    (1009, CloseRemedy::Backoff),
    (1011, CloseRemedy::Backoff),
    (1012, CloseRemedy::Backoff),
    (1013, CloseRemedy::SlowDown),
];

impl CloseRemedy {
    /// The remedy for a close code; an unknown one is the server's.
    pub fn of(code: u16) -> Self {
        CLOSE_CODES.iter().find(|row| row.0 == code).map_or(Self::Backoff, |row| row.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_close_code_has_its_remedy_and_an_unknown_one_backs_off() {
        for (code, remedy) in CLOSE_CODES {
            assert_eq!(CloseRemedy::of(*code), *remedy, "{code}");
        }
        assert_eq!(CloseRemedy::of(4_999), CloseRemedy::Backoff);
    }
}
