//! A key that is found in a text is the one that parsing gives.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::rng::Rng;

use crate::frame::{broken_text, one_of};

#[wasm_bindgen(module = "/src/shell/router/key.js")]
extern "C" {
    #[wasm_bindgen(js_name = keyIn)]
    fn key_in(text: &str, start: u32, end: u32, field: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = fieldOf)]
    fn field_of(name: &str) -> JsValue;
}

const TEXTS: [&str; 14] = [
    r#"{"key":"a"}"#,
    r#"{"n":1,"key":"client-1","guests":60,"rows":[],"note":"xx"}"#,
    r#"{"rows":[{"key":"b"},["key",{"key":"c"}]],"key":-12.5e3}"#,
    r#"{"key":true,"a":"key","b":{"key":false}}"#,
    r#"{"a":"\\\"","key":"d","b":"\\"}"#,
    r#"{"a":"\"key\":\"x\"","key":"e"}"#,
    r#"{"key":"f","key":"g"}"#,
    r#"{"key" : "h" , "x" : [ 1 , 2 ] }"#,
    r#"{"k\u0065y":"i","key":"j"}"#,
    r#"{"key":"j","\u006bey":"k"}"#,
    r#"{"key":"\u0041","a":1}"#,
    r#"{"a":"a string that is longer than is short, with \"key\":1 and \\","key":"l"}"#,
    r#"{"key":"a long key, as long as this one is, with an end of \\\\\\\" its own"}"#,
    r#"{"key":null,"a":{"key":"m"}}"#,
];

#[wasm_bindgen_test]
fn a_key_that_is_found_in_a_text_is_the_one_that_parsing_gives() {
    let mut rng = Rng::new(5);
    let (mut found, mut compared) = (0, 0);
    for round in 0..20_000 {
        let text = *one_of(&TEXTS, &mut rng);
        let text = if round % 3 == 0 { text.to_owned() } else { broken_text(text, &mut rng) };
        let surrounded = format!("{{\"key\":{text},\"key\":\"z\"}}");
        let end = 7 + text.encode_utf16().count() as u32;
        let key = key_in(&surrounded, 7, end, &field_of("key"));
        let Ok(parsed) = JSON::parse(&text) else { continue };
        compared += 1;
        if key.is_undefined() {
            continue;
        }
        assert!(
            parsed.is_object() && Object::has_own(parsed.unchecked_ref::<Object>(), &"key".into()),
            "{text}"
        );
        let expected = Reflect::get(&parsed, &"key".into()).unwrap();
        assert!(Object::is(&key, &expected), "{text}: {key:?}, not {expected:?}");
        found += 1;
    }
    assert!(found > 3_000 && compared > found, "{found} of {compared}");
}

#[wasm_bindgen_test]
fn the_usual_texts_are_not_parsed_for_their_key() {
    for (text, is_found) in TEXTS
        .iter()
        .zip([true, true, true, true, true, true, true, true, false, false, false, true, false, false])
    {
        let key = key_in(text, 0, text.encode_utf16().count() as u32, &field_of("key"));
        assert_eq!(!key.is_undefined(), is_found, "{text}: {key:?}");
    }
}

#[wasm_bindgen_test]
fn an_object_behind_another_value_is_not_searched() {
    for text in [
        r#""s","q":{"key":"a"}"#,
        r#"1,"meta":{"key":"a","replayed":true}"#,
        r#""s"},{"y":{"key":5}"#,
        r#"[{"key":"a"}]"#,
        r#"null,{"key":"a"}"#,
        r#" {"key":"a"}"#,
    ] {
        assert!(key_in(text, 0, text.len() as u32, &field_of("key")).is_undefined(), "{text}");
    }
}

#[wasm_bindgen_test]
fn a_text_in_which_more_follows_the_object_has_no_key() {
    for text in
        [r#"{"key":"a"},"b":{}"#, r#"{"key":"a"}}"#, r#"{"key":"a"} "#, r#"{"key":"a""#, r#"{"key":"#, "{"]
    {
        assert!(key_in(text, 0, text.len() as u32, &field_of("key")).is_undefined(), "{text}");
    }
}
