//! What the machine counts.

/// Messages that were dropped, and changes of the lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// What was no message.
    pub malformed: u32,
    /// Of another group, or of a protocol that this build does not speak.
    pub foreign: u32,
    /// Of a leader of an earlier epoch, or about an earlier one.
    pub stale: u32,
    /// How often this tab has come to lead.
    pub led: u32,
    /// How often it took the lead from a tab that was silent or of an older build.
    pub stolen: u32,
}
