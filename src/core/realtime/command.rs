//! What the application asks of realtime.

use crate::core::command;
use crate::core::realtime::subscriptions::Subscription;

/// What the application asks for.
pub type Command<P> = command::Command<Subscription, P>;
