//! What keeps calls going through a bad network.

pub mod backoff;
pub mod breaker;
pub mod limit;
pub mod pace;
