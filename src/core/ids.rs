//! Names that are given to things whose news comes later, so that it is known what it is about.

/// Names one call of the application's, so that its promise can be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId(pub u32);

/// Names one socket of the driver's, so that late events of a former one are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// Names the callback of one subscription.
pub type Slot = u32;

/// Names one tab, for as long as its page lives: a number of 52 bits that it has drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TabId(pub u64);
