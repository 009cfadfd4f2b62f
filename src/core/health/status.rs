//! How something is, and how much that matters.

/// How something is. The order is from best to worst, and what is not known comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It works.
    Healthy,
    /// It works, but slowly or not in full.
    Degraded,
    /// It does not work.
    Unhealthy,
    /// Nothing is known of it at the moment.
    #[default]
    Unknown,
}

impl Status {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Unhealthy, Self::Unknown];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
            Self::Unknown => "unknown",
        }
    }

    /// Whether this is worth an alert.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Degraded | Self::Unhealthy)
    }

    /// From the lowest two bits of a number.
    pub(super) const fn of_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::Healthy,
            1 => Self::Degraded,
            2 => Self::Unhealthy,
            _ => Self::Unknown,
        }
    }
}

/// How much an alert matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is over.
    Info,
    /// Something is degraded, or something is down that is not critical.
    Warning,
    /// Something critical is down.
    Critical,
}

impl Severity {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// From the lowest two bits of a number.
    pub(super) const fn of_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::Info,
            1 => Self::Warning,
            _ => Self::Critical,
        }
    }
}
