//! Options that `js/options` has checked, as `npm run docs` writes them down, read into what the core is told.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod defaults;
mod policies;

use crate::defaults::{defaults, example};
use serde_json::{Value, json};
use wedsync_dashboard::api::checked;
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::subscriptions::{Replay, Source, Subscription};
use wedsync_dashboard::core::resilience::backoff::Jitter;

fn read(name: &str) -> Subscription {
    checked::subscription(&example(name)).unwrap()
}

#[test]
fn each_option_of_a_manager_reaches_the_core() {
    let millis = [
        ("heartbeatIntervalMs", 25_000),
        ("visibleHeartbeatIntervalMs", 5_000),
        ("joinTimeoutMs", 15_000),
        ("connectTimeoutMs", 10_000),
        ("pushTimeoutMs", 10_000),
        ("httpTimeoutMs", 10_000),
        ("reconnectBaseMs", 1_000),
        ("reconnectCapMs", 30_000),
        ("joinsPerSecond", 50),
        ("disconnectWhenIdleMs", 10_000),
    ];
    let figures = |config: &Config| {
        [
            config.heartbeat_interval,
            config.visible_heartbeat_interval,
            config.join_timeout,
            config.connect_timeout,
            config.push_timeout,
            config.http_timeout,
            config.reconnect_base,
            config.reconnect_cap,
            u64::from(config.joins_per_second),
            config.idle_timeout,
        ]
    };
    let before = figures(&defaults());
    assert_eq!(before, millis.map(|(_, by_default)| by_default));
    for (index, (name, by_default)) in millis.into_iter().enumerate() {
        let mut options = example("manager");
        options[name] = (by_default + 1).into();
        let mut expected = before;
        expected[index] += 1;
        assert_eq!(figures(&checked::config(&options)), expected, "{name}");
    }
}

#[test]
fn each_word_of_a_manager_has_its_meaning() {
    let with = |name: &str, word: &str| {
        let mut options = example("manager");
        options[name] = word.into();
        checked::config(&options)
    };
    for (word, jitter) in [
        ("spaced", Jitter::Spaced),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ] {
        assert_eq!(with("jitter", word).jitter, jitter);
    }
    assert_eq!(with("vsn", "1.0.0").protocol, Protocol::V1);
    assert_eq!(with("vsn", "2.0.0").protocol, Protocol::V2);
}

#[test]
fn a_subscription_listens_to_what_was_asked_for() {
    let presence = |key: &str, is_chosen, enabled| Source::Presence { key: key.into(), is_chosen, enabled };
    assert_eq!(read("broadcasts"), Subscription::to("test", Source::Broadcast { event: None, own: false }));
    assert_eq!(read("presence"), Subscription::to("test", presence("dashboard-test", false, true)));
    assert_eq!(read("presenceByKey"), Subscription::to("test", presence("amelia", true, false)));
    let one = Subscription {
        private: true,
        ack: true,
        replay: Some(Replay { since: 5_000, limit: 3 }),
        replication_ready: true,
        auto_reconnect: false,
        max_reconnect_attempts: Some(2),
        ..Subscription::to("test", Source::Broadcast { event: Some("moved".into()), own: true })
    };
    assert_eq!(read("oneBroadcast"), one);
}

#[test]
fn changes_are_read_with_their_filters_as_the_wire_has_them() {
    let binding = |event: &str, schema: &str, table: Option<&str>, filter: Option<&str>| Binding {
        event: event.into(),
        schema: schema.into(),
        table: table.map(str::to_owned),
        filter: filter.map(str::to_owned),
        select: None,
    };
    let select = Some(vec!["id".into(), "status".into()]);
    let table = Binding { select, ..binding("*", "public", Some("clients"), Some("supplier_id=eq.7")) };
    let conditions =
        "id=not.gt.9007199254740993,t=in.(\"a,b\",c,1),d=gte.1970-01-01T00:00:00.000Z,t=is.null,x=lt.1e+300";
    for (name, bindings) in [
        ("table", vec![table]),
        ("schema", vec![binding("*", "sales", None, None)]),
        (
            "changes",
            vec![
                binding("INSERT", "public", Some("a"), None),
                binding("*", "s", Some("b"), Some(conditions)),
            ],
        ),
    ] {
        assert_eq!(read(name).source, Source::Changes(bindings), "{name}");
    }
}

#[test]
fn a_filter_that_the_servers_grammar_does_not_express_is_refused() {
    let refused = |filter: Value| {
        let mut options = example("table");
        options["changes"][0]["filter"] = filter;
        checked::subscription(&options).map_err(|error| error.message.to_string())
    };
    let condition = |column: &str, operator: &str, value: Value| json!([{ "column": column, "operator": operator, "value": value, "not": false }]);
    for (filter, says) in [
        (json!("id"), "column=operator.value"),
        (condition("id", "near", json!("1")), "no operator \"near\""),
        (condition("id", "in", json!("1")), "a list of values"),
        (condition("id", "in", json!([])), "at least one value"),
        (condition("id", "eq", json!(["1"])), "takes one value"),
        (condition("a,b", "eq", json!("1")), "which the server cannot read"),
        (condition("", "eq", json!("1")), "names no column"),
    ] {
        let message = refused(filter.clone()).expect_err("it is refused");
        assert!(message.contains(says), "{filter}: {message}");
    }
    for none in [json!(""), json!(" "), json!([])] {
        let Ok(Subscription { source: Source::Changes(bindings), .. }) = refused(none) else { panic!() };
        assert_eq!(bindings[0].filter, None);
    }
}
