//! How long things are kept, and how long is waited for what.

use std::rc::Rc;

/// How an entry is kept. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// For how long it is fresh, at least 1.
    pub ttl: u64,
    /// For how long after that it may yet be shown.
    pub stale: u64,
    /// The tags that the application gave it, and what it depends on.
    pub tags: Vec<Rc<str>>,
    /// The version that the application gave it.
    pub version: Option<Rc<str>>,
    /// Whether it is compressed from a certain size on.
    pub compresses: bool,
}

/// How a value is got that may have to be fetched. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetching {
    /// How what is fetched is kept.
    pub keeping: Keeping,
    /// For how long it is remembered that there is nothing; 0 for not at all.
    pub negative_ttl: u64,
    /// How long is waited for a fetch while there is a stale value; then that is given, and the fetch goes on.
    pub soft_timeout: u64,
    /// How long is waited for a fetch while there is nothing to show; then the call fails, and the fetch goes on.
    pub hard_timeout: u64,
    /// The percentage of its time for which a value is fresh, after which it is fetched anew while it is yet given; 100 for never.
    pub eager: u8,
    /// Whether it is fetched although what there is is fresh.
    pub is_forced: bool,
    /// For how long a fetch is not repeated that has failed, while there is a stale value.
    pub throttle: u64,
}
