//! Numbers of database changes that a double would round.

use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::rng::Rng;

use crate::both::Both;
use crate::frame::{Frame, one_of, recorded};

const TYPES: [&str; 6] = ["int8", "numeric", "_int8", "_numeric", "float8", "text"];

#[wasm_bindgen_test]
fn the_recorded_change_brings_its_own_digits() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        // Three times: the columns are known from the third on.
        for _ in 0..3 {
            let outcomes =
                recorded(protocol).iter().map(|frame| both.take(frame).concat()).collect::<String>();
            assert!(
                outcomes.contains(r#""i8":"9007199254740993""#) && outcomes.contains(r#""num":12345.6789}"#)
            );
        }
    }
}

#[wasm_bindgen_test]
fn both_routers_give_the_same_numbers_as_text() {
    let both = Both::new(Protocol::V2);
    let mut rng = Rng::new(11);
    let mut exact = 0;
    for _ in 0..2_000 {
        let columns =
            (0..4).map(|n| format!(r#"{{"name": "c{n}", "type": "{}"}}"#, one_of(&TYPES, &mut rng)));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let mut row = || {
            let values = (0..4).map(|n| format!(r#""c{n}": {}"#, value(&mut rng)));
            values.collect::<Vec<_>>().join(", ")
        };
        let (record, old_record) = (row(), row());
        let outcome = both.take(&Frame::Text(format!(
            r#"[null,null,"realtime:db1","postgres_changes",{{"data":{{"record":{{{record}}},"columns":[{columns}],"note":"a \" 12345678901234567890","old_record":{{{old_record}}}}},"ids":[19164736]}}]"#
        )));
        assert_eq!(outcome.len(), 2, "it is delivered");
        exact += usize::from(outcome[0].contains(r#":"-"#) || outcome[0].contains(r#":"1"#));
    }
    assert!((400..1_950).contains(&exact), "some are rounded, some are not: {exact}");
}

fn value(rng: &mut Rng) -> String {
    match rng.up_to(7) {
        0 => "null".into(),
        1 => r#""NaN""#.into(),
        2 => format!("[{}, [{}], null]", number(rng), number(rng)),
        3 => format!(r#"{{"c1": {}}}"#, number(rng)),
        _ => number(rng),
    }
}

fn number(rng: &mut Rng) -> String {
    let digits = |count: u64, rng: &mut Rng| -> String {
        (0..count).map(|_| char::from(b'0' + (rng.up_to(19).saturating_sub(10)) as u8)).collect()
    };
    let sign = one_of(&["", "-"], rng);
    let count = rng.up_to(20);
    let whole = if rng.up_to(3) == 0 { "0".to_owned() } else { format!("1{}", digits(count, rng)) };
    let count = rng.up_to(22);
    match rng.up_to(5) {
        0..=2 => format!("{sign}{whole}"),
        3 | 4 => format!("{sign}{whole}.{}{}", digits(count, rng), one_of(&["0", "7"], rng)),
        _ => {
            format!("{sign}{whole}.{}0E{}{}", digits(count, rng), one_of(&["", "-", "+"], rng), rng.up_to(30))
        }
    }
}
