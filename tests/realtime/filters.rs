//! Filters and column selections of the recorded bindings.

use serde_json::Value;
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::filter;

use crate::recording::{Data, Line, from_client, from_server};

const RECORDINGS: [&str; 3] =
    ["postgres_changes_select_and_filters_v2", "postgres_changes_filters", "postgres_changes_errors"];

fn json(line: &Line) -> Option<Value> {
    match &line.data {
        Data::Text(text) => serde_json::from_str(text).ok(),
        Data::Binary(_) => None,
    }
}

/// Each recorded binding with the server's entry for it and what its `system` message said.
fn bindings() -> Vec<(Value, Value, String)> {
    let mut found = Vec::new();
    for name in RECORDINGS {
        let server: Vec<Value> = from_server(name, 1).iter().filter_map(json).collect();
        let said =
            |topic: &Value, event: &str| server.iter().find(|frame| &frame[2] == topic && frame[3] == event);
        for join in from_client(name, 1).iter().filter(|frame| frame[3] == "phx_join") {
            let reply = said(&join[2], "phx_reply").unwrap();
            let system = said(&join[2], "system").unwrap()[4]["message"].as_str().unwrap();
            let entries = reply[4]["response"]["postgres_changes"].as_array().unwrap();
            let asked = join[4]["config"]["postgres_changes"].as_array().unwrap();
            assert_eq!(asked.len(), entries.len());
            found.extend(
                asked
                    .iter()
                    .zip(entries)
                    .map(|(asked, entry)| (asked.clone(), entry.clone(), system.to_owned())),
            );
        }
    }
    found
}

#[test]
fn a_filter_is_refused_at_the_call_if_and_only_if_the_server_could_not_parse_it() {
    let (mut taken, mut refused) = (0, 0);
    for (asked, _, system) in bindings() {
        let Some(text) = asked["filter"].as_str() else { continue };
        let read = filter::read(text);
        assert_eq!(read.is_err(), system.starts_with("Error parsing `filter` params"), "{text}: {system}");
        match read {
            Ok(conditions) => {
                // What is written again may be quoted otherwise, but means the same.
                let written = filter::write(&conditions).unwrap();
                assert_eq!(filter::read(&written).unwrap(), conditions);
                taken += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert_eq!((taken, refused), (17, 2));
}

#[test]
fn a_binding_is_asked_for_as_recorded_and_known_again_in_the_reply() {
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let (mut checked, mut selecting) = (0, 0);
    let all = bindings();
    for (asked, entry, _) in &all {
        // Without a schema, with a null filter or with a text as `select` the module never asks.
        let (Some(event), Some(schema)) = (text(asked, "event"), text(asked, "schema")) else { continue };
        if asked["filter"].is_null() && asked.get("filter").is_some() || asked["select"].is_string() {
            continue;
        }
        let columns = asked["select"].as_array();
        let select =
            columns.map(|columns| columns.iter().map(|name| name.as_str().unwrap().to_owned()).collect());
        selecting += u32::from(select.is_some());
        let binding =
            Binding { event, schema, table: text(asked, "table"), filter: text(asked, "filter"), select };
        assert_eq!(&binding.to_payload::<Value>(), asked);
        assert!(binding.matches(entry), "{entry}");
        checked += 1;
        let is_null = |entry: &Value| entry.get("filter").is_some_and(Value::is_null);
        let same = |other: &Value| {
            // The server's own view of them: an event in any case.
            let event = |binding: &Value| binding["event"].as_str().map(str::to_uppercase);
            event(other) == event(asked)
                && ["schema", "table", "filter", "select"].iter().all(|name| other[name] == asked[name])
        };
        for (other, entry, _) in all.iter().filter(|(other, ..)| !is_null(other)) {
            assert_eq!(binding.matches(entry), same(other), "{entry}");
        }
    }
    assert_eq!((checked, selecting), (30, 3));
}
