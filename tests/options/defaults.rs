//! The defaults, which the schemas in `js/options` have: `npm run docs` writes down what they give.

use serde_json::Value;
use wedsync_dashboard::api::checked;
use wedsync_dashboard::core::dashboard::Config;

/// Options as the module is given them, by the example's name.
pub fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("checked.json")).unwrap();
    all[name].clone()
}

/// What the core is told of a manager whose options are left out.
pub fn defaults() -> Config {
    checked::config(&example("manager"))
}
