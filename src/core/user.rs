//! Whose page this is.

/// Whose page this is, by the application's access token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum User {
    /// That is not known yet: the application has not been asked for a token, or has not answered.
    #[default]
    Unknown,
    /// That is not known, and the application takes long to say it, or cannot. The user of the last token on this device is shown what
    /// this device has kept, and nothing is sent in their name.
    Presumed(String),
    /// Nobody is signed in.
    Nobody,
    /// This user's, by the token's `sub`.
    Known(String),
    /// Somebody's who cannot be told from others: the token does not say whose it is, or the application cannot give one and
    /// no user is remembered.
    Unclear,
}
