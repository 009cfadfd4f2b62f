//! What keeps calls going through a bad network.

pub mod backoff;
pub mod limit;
pub mod pace;
