//! What the browser says of the page and of the network.

/// What has become of the page, or of the network below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// The page is put away or frozen: whatever is open closes.
    Suspend,
    /// The page is back.
    Resume,
    /// What the browser says of the connection.
    Network {
        /// The user asks for less traffic (`Save-Data`).
        saves_data: bool,
        /// `slow-2g`, `2g`, `3g` or `4g`, where the browser knows.
        effective_type: Option<String>,
    },
    /// The browser says that there is a network again.
    Online,
    /// The browser says that there is none.
    Offline,
    /// The page has become visible.
    Visible,
    /// Nobody sees the page any more.
    Hidden,
    /// It has turned out who keeps the time.
    Ticking(Ticking),
}

/// Who keeps the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticking {
    /// A worker, whose timers are on time in a hidden page too.
    InWorker,
    /// The page, whose timers are up to a minute late while it is hidden: workers are forbidden, or do not run.
    InPage,
}
