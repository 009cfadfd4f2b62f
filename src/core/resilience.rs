//! What keeps calls going through a bad network.

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod bulkhead;
pub mod flights;
pub mod limit;
pub mod pace;
pub mod retry;
pub mod retry_after;
mod steady;
pub mod verdict;
