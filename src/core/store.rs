//! Store: a machine that keeps a user's values in the browser's databases.
//!
//! What it asks of the browser is in [`operation`], what it is told of it in [`event`], what lies on the disk in
//! [`segment`], and what everything is called in [`names`].

pub mod event;
pub mod names;
pub mod operation;
pub mod segment;
