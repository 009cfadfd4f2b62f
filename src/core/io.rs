//! What goes into the client and what comes out of it.

mod input;
mod log;
mod notification;
mod output;

pub use input::Input;
pub use log::{Level, LogEntry};
pub use notification::{Connection, Continuity, Heartbeat, Notification};
pub use output::Output;

pub use crate::core::realtime::attempts::SocketId;
pub use crate::core::realtime::presence::PresenceEvent;
pub use crate::core::realtime::subscriptions::Status;
pub use crate::core::realtime::token::{Claims, QuestionId};

/// Names one call of the application's, so that its promise can be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(pub u32);

/// Names one request over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);
