//! What the client writes down of itself.

/// How much an entry of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The ordinary course of things.
    Debug,
    /// A change of state.
    Info,
    /// Something went wrong and is being dealt with.
    Warn,
}

impl Level {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }
}

/// One thing that happened. Never holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// How much it matters.
    pub level: Level,
    /// What happened, as a stable word.
    pub event: &'static str,
    /// The topic on the wire, if one is meant.
    pub topic: Option<String>,
    /// A number that goes with it: a close code, milliseconds.
    pub number: Option<u64>,
    /// The server's words, if it gave any.
    pub detail: Option<String>,
}
