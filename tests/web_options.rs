//! Bad input gets a clear error at the call.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use std::cell::RefCell;
use std::rc::Rc;

use browser::{always, object, subscription, text};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::options;
use wedsync_dashboard::api::realtime::RealtimeClient;
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::error::Error;
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::subscriptions::Source;
use wedsync_dashboard::core::resilience::backoff::Jitter;

wasm_bindgen_test_configure!(run_in_browser);

fn refused(options: &JsValue) -> (String, String) {
    let error = RealtimeClient::new(options, Function::new_no_args("")).err().expect("it is refused");
    (text(&error, "code"), text(&error, "message"))
}

fn with(fields: &[(&str, JsValue)]) -> JsValue {
    let usual = object(&[("url", "https://project.supabase.co".into()), ("key", "key".into())]);
    js_sys::Object::<JsValue>::assign(usual.unchecked_ref(), object(fields).unchecked_ref()).into()
}

#[wasm_bindgen_test]
fn wrong_options_of_the_manager_are_named_with_what_they_must_be() {
    let nan = JsValue::from_f64(f64::NAN);
    for (options, code, says) in [
        (JsValue::UNDEFINED, "invalid_option", "takes an object of options"),
        (JsValue::from("url"), "invalid_option", "takes an object of options"),
        (with(&[("url", JsValue::UNDEFINED)]), "invalid_url", "https://<project>.supabase.co"),
        (with(&[("url", "not a url".into())]), "invalid_url", "missing or no URL"),
        (with(&[("url", "ftp://x.example".into())]), "invalid_url", "missing or no URL"),
        (with(&[("key", JsValue::UNDEFINED)]), "missing_key", "publishable (anon) key"),
        (with(&[("key", " ".into())]), "missing_key", "publishable (anon) key"),
        (with(&[("urll", "x".into())]), "unknown_option", "no option \"urll\". It knows: url, key"),
        (with(&[("accessToken", 5.into())]), "invalid_option", "a function that returns one"),
        (with(&[("heartbeatIntervalMs", nan.clone())]), "invalid_option", "whole number from 1000 to 50000"),
        (
            with(&[("heartbeatIntervalMs", 60_000.into())]),
            "invalid_option",
            "whole number from 1000 to 50000",
        ),
        (with(&[("joinTimeoutMs", "5".into())]), "invalid_option", "whole number"),
        (with(&[("connectTimeoutMs", 0.5.into())]), "invalid_option", "whole number"),
        (with(&[("reconnectBaseMs", JsValue::NULL)]), "invalid_option", "whole number"),
        (
            with(&[("jitter", "none".into())]),
            "invalid_option",
            "\"spaced\", \"full\", \"equal\" or \"decorrelated\"",
        ),
        (with(&[("joinsPerSecond", 0.into())]), "invalid_option", "whole number from 1 to 10000"),
        (with(&[("pushTimeoutMs", nan.clone())]), "invalid_option", "whole number from 1000"),
        (with(&[("httpTimeoutMs", "9".into())]), "invalid_option", "whole number from 1000"),
        (with(&[("disconnectWhenIdleMs", (-1).into())]), "invalid_option", "whole number from 0"),
        (with(&[("onLog", true.into())]), "invalid_option", "a function"),
        (
            with(&[("reconnectBaseMs", 500.into()), ("reconnectCapMs", 100.into())]),
            "invalid_option",
            "at least `reconnectBaseMs`",
        ),
    ] {
        let (found, message) = refused(&options);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[wasm_bindgen_test]
fn each_jitter_is_known_and_the_core_has_the_default() {
    for (name, jitter) in [
        ("spaced", Jitter::Spaced),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ] {
        let read = options::realtime(&with(&[("jitter", name.into())])).ok().unwrap();
        assert_eq!(read.config.jitter, jitter);
    }
    let read = options::realtime(&with(&[])).ok().unwrap();
    assert_eq!(read.config.jitter, Config::default().jitter);
}

#[wasm_bindgen_test]
fn a_key_is_never_in_an_error() {
    for (url, key) in [("nonsense", "secret-key"), ("secret-key", "https://project.supabase.co")] {
        let options = with(&[("key", key.into()), ("url", url.into())]);
        assert!(!refused(&options).1.contains("secret-key"));
    }
}

#[wasm_bindgen_test]
fn the_sockets_url_is_made_of_any_project_url() {
    for (url, socket) in [
        ("https://project.supabase.co", "wss://project.supabase.co/realtime/v1/websocket"),
        ("http://127.0.0.1:54321/", "ws://127.0.0.1:54321/realtime/v1/websocket"),
        ("wss://example.com/base/", "wss://example.com/base/realtime/v1/websocket"),
    ] {
        let options = options::realtime(&with(&[("url", url.into()), ("key", "a b&c".into())])).ok().unwrap();
        assert_eq!(options.url, format!("{socket}?apikey=a%20b%26c&vsn=2.0.0"));
    }
}

#[wasm_bindgen_test]
fn wrong_options_of_a_subscription_are_named_with_what_they_must_be() {
    let text_of = |length: usize| JsValue::from("x".repeat(length));
    let columns = |count: usize| {
        let names: js_sys::Array = (0..count).map(|index| JsValue::from(format!("c{index}"))).collect();
        JsValue::from(names)
    };
    for (fields, code, says) in [
        (vec![("channel", JsValue::UNDEFINED)], "invalid_option", "1 to 220 bytes"),
        (vec![("channel", "".into())], "invalid_option", "a string that is not empty"),
        (vec![("channel", text_of(300))], "invalid_option", "1 to 220 bytes"),
        (vec![("channel", "é".repeat(111).into())], "invalid_option", "1 to 220 bytes"),
        (vec![("channel", "realtime:x".into())], "invalid_option", "without the prefix"),
        (vec![("onData", JsValue::UNDEFINED)], "invalid_option", "a function"),
        (vec![("onError", 1.into())], "invalid_option", "a function"),
        (vec![("onDate", JsValue::NULL)], "unknown_option", "no option \"onDate\""),
        (
            vec![("table", "t".into()), ("event", "insert".into())],
            "invalid_option",
            "INSERT, UPDATE, DELETE or *",
        ),
        (vec![("table", "t".into()), ("filter", "id".into())], "invalid_option", "column=operator.value"),
        (vec![("table", "t".into()), ("filter", 7.into())], "invalid_option", "made by `filter()`"),
        (vec![("table", "t".into()), ("filter", JsValue::NULL)], "invalid_option", "made by `filter()`"),
        (
            vec![("schema", "s".into()), ("filter", "id=eq.1".into())],
            "invalid_option",
            "together with `table`",
        ),
        (
            vec![("table", "t".into()), ("select", "id".into())],
            "invalid_option",
            "1 to 1,000 names of columns",
        ),
        (
            vec![("table", "t".into()), ("select", columns(0))],
            "invalid_option",
            "1 to 1,000 names of columns",
        ),
        (
            vec![("table", "t".into()), ("select", columns(1_001))],
            "invalid_option",
            "1 to 1,000 names of columns",
        ),
        (
            vec![("schema", "s".into()), ("select", columns(1))],
            "invalid_option",
            "one `table` of one `schema`",
        ),
        (
            vec![("table", "*".into()), ("select", columns(1))],
            "invalid_option",
            "one `table` of one `schema`",
        ),
        (vec![("select", columns(1))], "invalid_option", "together with `table`"),
        (vec![("table", "t".into()), ("self", true.into())], "invalid_option", "about broadcasts"),
        (vec![("filter", "id=eq.1".into())], "invalid_option", "together with `table`"),
        (vec![("event", text_of(256))], "invalid_option", "at most 255 bytes"),
        (vec![("ack", 1.into())], "invalid_option", "true or false"),
        (vec![("onSystem", 1.into())], "invalid_option", "a function"),
        (vec![("private", "yes".into())], "invalid_option", "true or false"),
        (vec![("maxReconnectAttempts", (-1).into())], "invalid_option", "whole number from 0"),
    ] {
        let error = options::subscription("id", &subscription(&fields)).expect_err("it is refused");
        assert_eq!(error.code.as_str(), code, "{}", error.message);
        assert!(error.message.contains(says), "{}", error.message);
    }
}

fn made(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::NULL).unwrap()
}

fn source_of(fields: &[(&str, JsValue)]) -> Result<Source, Error> {
    options::subscription("id", &subscription(fields)).map(|subscription| subscription.source)
}

fn binding_of(filter: &JsValue) -> Result<Binding, Error> {
    match source_of(&[("table", "t".into()), ("filter", filter.clone())])? {
        Source::Changes(mut bindings) => Ok(bindings.remove(0)),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
fn conditions_become_the_wires_filter() {
    for (conditions, filter) in [
        ("[{ column: 'id', operator: 'eq', value: 7 }]", "id=eq.7"),
        (
            "[{ column: 'id', operator: 'gt', value: 9007199254740993n, not: true }]",
            "id=not.gt.9007199254740993",
        ),
        ("[{ column: 'x', operator: 'lt', value: 1e300 }]", "x=lt.1e+300"),
        ("[{ column: 'b', operator: 'eq', value: false, not: undefined }]", "b=eq.false"),
        ("[{ column: 'd', operator: 'gte', value: new Date(0) }]", "d=gte.1970-01-01T00:00:00.000Z"),
        ("[{ column: 't', operator: 'is', value: null }]", "t=is.null"),
        ("[{ column: 'b', operator: 'is', value: true }]", "b=is.true"),
        (
            "[{ column: 't', operator: 'in', value: ['a,b', 'c', 1] }, { column: 'u', operator: 'eq', value: '(' }]",
            "t=in.(\"a,b\",c,1),u=eq.\"(\"",
        ),
    ] {
        let plain = made(&format!("return {conditions}"));
        assert_eq!(binding_of(&plain).unwrap().filter.as_deref(), Some(filter));
        let built = object(&[("conditions", plain)]);
        assert_eq!(binding_of(&built).unwrap().filter.as_deref(), Some(filter));
    }
    for none in ["return []", "return { conditions: [] }", "return ''", "return ' '"] {
        assert_eq!(binding_of(&made(none)).unwrap().filter, None, "{none}");
    }
}

#[wasm_bindgen_test]
fn conditions_that_mean_nothing_are_refused() {
    for (conditions, says) in [
        ("[7]", "not `{ column, operator, value }`"),
        ("[{ operator: 'eq', value: 1 }]", "not `{ column, operator, value }`"),
        ("[{ column: 'id', operator: 'near', value: 1 }]", "no operator \"near\""),
        ("[{ column: 'id', operator: 'eq' }]", "compares \"id\" by eq with something else"),
        ("[{ column: 'id', operator: 'eq', value: NaN }]", "a finite number"),
        ("[{ column: 'id', operator: 'eq', value: {} }]", "something else than a string"),
        ("[{ column: 'id', operator: 'eq', value: null }]", "Null is found by `is`"),
        ("[{ column: 'id', operator: 'in', value: [1, null] }]", "Null is found by `is`"),
        ("[{ column: 'id', operator: 'in', value: 1 }]", "a list of values"),
        ("[{ column: 'id', operator: 'in', value: [] }]", "at least one value"),
        ("[{ column: 'id', operator: 'eq', value: [1] }]", "takes one value"),
        ("[{ column: 'id', operator: 'eq', value: 1, not: 'yes' }]", "neither true nor false"),
        ("[{ column: 'a,b', operator: 'eq', value: 1 }]", "which the server cannot read"),
        ("[{ column: 'd', operator: 'eq', value: new Date(NaN) }]", "a valid Date"),
    ] {
        let error = binding_of(&made(&format!("return {conditions}"))).expect_err(conditions);
        assert_eq!(error.code.as_str(), "invalid_option", "{}", error.message);
        assert!(error.message.contains(says), "{conditions}: {}", error.message);
    }
}

#[wasm_bindgen_test]
fn a_payload_that_json_cannot_hold_is_refused_and_its_code_runs_only_then() {
    for body in [
        "return { n: 1n }",
        "const circle = {}; circle.self = circle; return circle",
        "return undefined",
        "return () => 1",
    ] {
        let error = options::content(&made(body)).err().expect(body);
        assert!(error.message.contains("JSON can hold"));
    }
    let counted = made("globalThis.calls = 0; return { toJSON() { calls += 1; return { calls }; } }");
    let json = options::content(&counted).unwrap();
    assert!(!json.is_bytes);
    for _ in 0..2 {
        assert_eq!(String::from(js_sys::JSON::stringify(&json.value).unwrap()), r#"{"calls":1}"#);
    }
}

#[wasm_bindgen_test]
fn bytes_are_copied_at_the_call_and_of_a_view_those_it_shows() {
    for body in [
        "return new Uint8Array([1, 2]).buffer",
        "return new Uint8Array([0, 1, 2, 3]).subarray(1, 3)",
        "return new DataView(new Uint8Array([0, 1, 2]).buffer, 1)",
    ] {
        let given = made(body);
        let content = options::content(&given).expect(body);
        assert!(content.is_bytes);
        let buffer = js_sys::Reflect::get(&given, &"buffer".into()).unwrap();
        let buffer = if buffer.is_undefined() { given } else { buffer };
        js_sys::Uint8Array::new(&buffer).fill(9, 0, 4);
        assert_eq!(js_sys::Uint8Array::new(&content.value).to_vec(), [1, 2], "{body}");
    }
}

#[wasm_bindgen_test]
fn a_payload_over_the_servers_limit_is_refused() {
    for (body, is_taken) in [
        ("return 'x'.repeat(2_999_998)", true),
        ("return 'x'.repeat(2_999_999)", false),
        ("return 'é'.repeat(1_499_999)", true),
        ("return 'é'.repeat(1_500_000)", false),
        ("return 'é'.repeat(2_900_000)", false),
        ("return '😀'.repeat(749_999)", true),
        ("return '😀'.repeat(750_000)", false),
        ("return { a: '€'.repeat(1_000_000) }", false),
        ("return new Uint8Array(3_000_000)", true),
        ("return new ArrayBuffer(3_000_001)", false),
    ] {
        let content = options::content(&made(body));
        assert_eq!(content.as_ref().is_ok(), is_taken, "{body}");
        if let Err(error) = content {
            assert_eq!(error.code.as_str(), "payload_too_large");
        }
    }
}

#[wasm_bindgen_test]
fn what_is_listened_to_follows_from_the_options() {
    let plain = |body: &str| made(&format!("return {body}"));
    let Ok(Source::Presence { key, is_chosen: false, enabled: true }) =
        source_of(&[("presence", true.into())])
    else {
        panic!()
    };
    assert_eq!(key, "dashboard-id");
    let presence = plain("({ key: 'amelia', enabled: false })");
    let Ok(Source::Presence { key, is_chosen: true, enabled: false }) = source_of(&[("presence", presence)])
    else {
        panic!()
    };
    assert_eq!(key, "amelia");
    let many = plain("[{ table: 'a', filter: 'id=eq.1' }, { schema: 's', event: 'DELETE' }]");
    let Ok(Source::Changes(bindings)) = source_of(&[("changes", many)]) else { panic!() };
    let shown: Vec<_> = bindings
        .iter()
        .map(|Binding { event, schema, table, filter, .. }| {
            (event.as_str(), schema.as_str(), table.as_deref(), filter.as_deref())
        })
        .collect();
    assert_eq!(shown, [("*", "public", Some("a"), Some("id=eq.1")), ("DELETE", "s", None, None)]);
    for (option, value, says) in [
        ("presence", "'yes'", "true, or an object"),
        ("presence", "({ name: 'x' })", "no option \"name\""),
        ("changes", "[]", "1 to 100 objects"),
        ("changes", "Array(101).fill({ table: 'a' })", "1 to 100 objects"),
        ("changes", "[{ event: 'INSERT' }]", "unless `schema` is given"),
        ("changes", "[{ table: 'a', filter: 'id' }]", "column=operator.value"),
        ("replay", "({ since: 0 })", "private channels only"),
    ] {
        let error = source_of(&[(option, plain(value))]).expect_err(value);
        assert!(error.message.contains(says), "{value}: {}", error.message);
    }
    for (one, other) in
        [("presence", "table"), ("presence", "event"), ("changes", "table"), ("changes", "self")]
    {
        let text = JsValue::from("x");
        let first = if one == "presence" { JsValue::TRUE } else { plain("[{ table: 'a' }]") };
        let error = source_of(&[(one, first), (other, text)]).expect_err(other);
        assert!(error.message.contains(&format!("left out with `{one}`")), "{}", error.message);
    }
}

#[wasm_bindgen_test]
fn a_replay_begins_at_a_time_that_there_is() {
    let replay = |body: &str| {
        let fields = [("private", JsValue::TRUE), ("replay", made(&format!("return ({body})")))];
        options::subscription("id", &subscription(&fields)).map(|subscription| subscription.replay.unwrap())
    };
    let read = replay("{ since: new Date(5_000) }").unwrap();
    assert_eq!((read.since, read.limit), (5_000, 25));
    let read = replay("{ since: 7, limit: 3 }").unwrap();
    assert_eq!((read.since, read.limit), (7, 3));
    for (body, says) in [
        ("{}", "a Date, or milliseconds since 1970"),
        ("{ since: '2026' }", "a Date, or milliseconds since 1970"),
        ("{ since: new Date(NaN) }", "a Date, or milliseconds since 1970"),
        ("{ since: -1 }", "a Date, or milliseconds since 1970"),
        ("{ since: 0, limit: 26 }", "whole number from 1 to 25"),
        ("{ since: 0, limit: 0 }", "whole number from 1 to 25"),
        ("true", "takes an object of options"),
    ] {
        let error = replay(body).expect_err(body);
        assert!(error.message.contains(says), "{body}: {}", error.message);
    }
}

#[wasm_bindgen_test]
fn what_is_no_text_is_refused_at_each_call_and_nothing_is_left_borrowed() {
    let client = RealtimeClient::new(&with(&[]), Function::new_no_args("")).ok().unwrap();
    let nothing = JsValue::UNDEFINED;
    for odd in [
        "''",
        "7",
        "undefined",
        "null",
        "{}",
        "[]",
        "true",
        "Symbol()",
        "new String('s')",
        "() => 1",
        "1n",
        LONE,
        THROWS,
    ] {
        let odd = made(&format!("return {odd}"));
        let (id, event) = (JsValue::from("id"), JsValue::from("event"));
        for (call, result, says) in [
            (
                "subscribe",
                client.subscribe(&odd, &subscription(&[]), &Function::new_no_args(""), &always()),
                "first argument",
            ),
            ("unsubscribe", client.unsubscribe(&odd), "first argument"),
            ("send to", client.send(1, &odd, &event, &nothing), "first argument"),
            ("send", client.send(1, &id, &odd, &nothing), "second argument"),
            ("httpSend to", client.http_send(1, &odd, &event, &nothing, &nothing), "first argument"),
            ("httpSend", client.http_send(1, &id, &odd, &nothing, &nothing), "second argument"),
            ("track", client.track(1, &odd, &object(&[])), "first argument"),
            ("presenceState", client.presence_state(&odd).map(|_| ()), "first argument"),
        ] {
            let error = result.expect_err(call);
            assert_eq!(text(&error, "code"), "invalid_option", "{call}");
            assert!(text(&error, "message").contains(says), "{call}: {}", text(&error, "message"));
        }
        if !odd.is_null() {
            assert!(text(&client.set_auth(&odd).unwrap_err(), "message").contains("setAuth takes"));
        }
        client.release(&odd);
    }
}

/// A string that Rust would read as another.
const LONE: &str = r"'a\ud800'";

#[wasm_bindgen_test]
fn a_text_with_a_lone_surrogate_is_refused_wherever_one_is_taken() {
    for (body, says) in [
        ("{ channel: LONE }", "\"channel\""),
        ("{ event: LONE }", "\"event\""),
        ("{ schema: LONE }", "\"schema\""),
        ("{ table: LONE }", "\"table\""),
        ("{ presence: { key: LONE } }", "\"key\""),
        ("{ table: 't', filter: 'id=eq.' + LONE }", "\"filter\""),
        ("{ table: 't', filter: [{ column: LONE, operator: 'eq', value: 1 }] }", "\"filter\""),
        ("{ table: 't', filter: [{ column: 'id', operator: LONE, value: 1 }] }", "\"filter\""),
        ("{ table: 't', filter: [{ column: 'id', operator: 'eq', value: LONE }] }", "lone surrogate"),
        ("{ table: 't', filter: [{ column: 'id', operator: 'in', value: [LONE] }] }", "lone surrogate"),
        ("{ table: 't', select: [LONE] }", "\"select\""),
        ("{ changes: [{ table: LONE }] }", "\"table\""),
        ("{ deliver: { latestBy: LONE } }", "\"latestBy\""),
        ("{ deliver: LONE }", "\"deliver\""),
    ] {
        let given =
            made(&format!("const LONE = {LONE}; return {{ channel: 'x', onData() {{}}, ...{body} }}"));
        let read = options::subscription("id", &given).and_then(|_| options::delivery(&given).map(|_| ()));
        let error = read.expect_err(body);
        assert_eq!(error.code.as_str(), "invalid_option", "{body}");
        assert!(error.message.contains(says), "{body}: {}", error.message);
    }
    for option in ["key", "accessToken", "vsn", "jitter"] {
        let (code, message) = refused(&with(&[(option, made(&format!("return {LONE}")))]));
        assert!(code == "invalid_option" && message.contains(option), "{option}: {code} {message}");
    }
    // The character that stands for one is a character like any other, and so is a pair.
    let whole = subscription(&[("channel", "a\u{fffd}".into()), ("event", "😀".into())]);
    assert_eq!(options::subscription("id", &whole).ok().unwrap().channel, "a\u{fffd}");
}

#[wasm_bindgen_test]
fn a_token_or_key_of_any_size_is_not_sent() {
    let client = RealtimeClient::new(&with(&[]), Function::new_no_args("")).ok().unwrap();
    let (longest, longer) = (JsValue::from("x".repeat(100_000)), JsValue::from("x".repeat(100_001)));
    assert!(client.set_auth(&longest).is_ok());
    let error = client.set_auth(&longer).unwrap_err();
    assert!(text(&error, "code") == "invalid_option" && text(&error, "message").contains("100,000 bytes"));
    for option in ["key", "accessToken"] {
        assert!(options::realtime(&with(&[(option, longest.clone())])).is_ok());
        let (code, message) = refused(&with(&[(option, longer.clone())]));
        assert!(code == "invalid_option" && message.contains("100,000 bytes"), "{option}: {message}");
        assert!(!message.contains("xxx"));
    }
}

#[wasm_bindgen_test]
fn what_is_not_wanted_any_more_once_its_options_are_read_is_not_subscribed() {
    let news = Rc::new(RefCell::new(Vec::new()));
    let keep = {
        let news = Rc::clone(&news);
        Closure::<dyn FnMut(js_sys::Array)>::new(move |batch: js_sys::Array| {
            news.borrow_mut().extend(batch.iter())
        })
    };
    let client = RealtimeClient::new(&with(&[]), keep.into_js_value().unchecked_into()).ok().unwrap();
    let told = Rc::new(RefCell::new(Vec::new()));
    for wanted in [false, true, false] {
        let take = {
            let told = Rc::clone(&told);
            Closure::<dyn FnMut(bool) -> bool>::new(move |is_same| {
                told.borrow_mut().push(is_same);
                wanted
            })
        };
        let nothing = Function::new_no_args("");
        let take = take.as_ref().unchecked_ref();
        client.subscribe(&"id".into(), &subscription(&[]), &nothing, take).unwrap();
    }
    assert_eq!(news.borrow().iter().filter(|news| text(news, "status") == "joining").count(), 1);
    assert_eq!(*told.borrow(), [false, false, true]);
    client.disconnect();
}

/// Whatever is done with it throws.
const THROWS: &str = "new Proxy({}, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => \
    [name, () => { throw new TypeError('the application throws'); }])))";

#[wasm_bindgen_test]
fn options_that_throw_are_refused_by_name() {
    let thrower = made(&format!("return {THROWS}"));
    assert!(refused(&thrower).1.contains("cannot be read"));
    assert_eq!(refused(&made("return { get url() { throw 1; }, key: 'key' }")).0, "invalid_url");
    let error = options::subscription("id", &thrower).expect_err("it is refused");
    assert!(error.message.contains("cannot be read"), "{}", error.message);
    for name in ["private", "filter", "changes", "presence", "deliver", "onError"] {
        let getter =
            format!("return {{ table: 't', channel: 'x', onData() {{}}, get {name}() {{ throw 1; }} }}");
        let given = made(&getter);
        let read = options::subscription("id", &given).and_then(|_| options::delivery(&given).map(|_| ()));
        let error = read.expect_err(name);
        assert!(error.message.contains(name), "{name}: {}", error.message);
    }
}

#[wasm_bindgen_test]
fn a_payload_is_taken_whole_or_refused_with_what_would_be_lost() {
    for (body, says) in [
        ("new Map([[1, 2]])", "it is of the kind Map"),
        ("{ photo: new Blob(['x']) }", "\"photo\" is of the kind Blob"),
        ("[{ cause: new TypeError('x') }]", "\"cause\" is of the kind Error"),
        ("{ at: new Date(NaN) }", "\"at\" is an invalid Date"),
        ("{ n: NaN }", "\"n\" is NaN"),
        ("{ n: new Number(NaN) }", "\"n\" is NaN"),
        ("[Object(-Infinity)]", "\"0\" is -Infinity"),
        ("[undefined]", "\"0\" is undefined"),
        ("new (class { #x = 1; })()", "without fields"),
    ] {
        let error = options::content(&made(&format!("return {body}"))).err().expect(body);
        assert_eq!(error.code.as_str(), "invalid_option");
        assert!(error.message.contains(says), "{body}: {}", error.message);
    }
    for (body, json) in [
        ("{ at: new Date(0), none: undefined }", r#"{"at":"1970-01-01T00:00:00.000Z"}"#),
        ("new (class { x = 1; })()", r#"{"x":1}"#),
        ("[new Number(1), new String('s'), new Boolean(false)]", r#"[1,"s",false]"#),
        ("Object.assign(Object.create(null), { a: [1, null] })", r#"{"a":[1,null]}"#),
    ] {
        let content = options::content(&made(&format!("return {body}"))).expect(body);
        assert_eq!(String::from(js_sys::JSON::stringify(&content.value).unwrap()), json);
    }
}

#[wasm_bindgen_test]
fn the_address_of_one_service_and_secret_keys_are_refused() {
    for path in [
        "/realtime/v1",
        "/rest/v1/",
        "/realtime/v1/websocket",
        "/realtime/v1//websocket",
        "/base//realtime//v1/websocket//",
    ] {
        let (code, message) =
            refused(&with(&[("url", ["https://project.supabase.co", path].concat().into())]));
        assert!(code == "invalid_url" && message.contains("one of the project's services"), "{message}");
    }
    // `{"role":"service_role"}`
    let service = "e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln";
    for key in ["sb_secret_abc", " sb_secret_abc", service] {
        for option in ["key", "accessToken"] {
            let (code, message) = refused(&with(&[(option, key.into())]));
            assert!(code == "invalid_option" && message.contains("secret key"), "{option}: {message}");
            assert!(!message.contains(key.trim()));
        }
    }
}
