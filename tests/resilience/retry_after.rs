//! What servers write into `Retry-After`.

use proptest::prelude::*;
use wedsync_dashboard::core::resilience::backoff::{Backoff, Jitter};
use wedsync_dashboard::core::resilience::retry::{Config, Failure, Next, Retry};
use wedsync_dashboard::core::resilience::retry_after::retry_after;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

/// Mon, 30 Nov 2026 12:00:00 GMT.
const WALL: u64 = 1_796_040_000_000;
const DATE: &str = "Mon, 30 Nov 2026 12:00:00 GMT";
const HOUR: u64 = 3_600_000;

/// Scenario 18.
#[test]
fn every_form_of_retry_after() {
    let config = Config {
        max_retries: 3,
        backoff: Backoff::new(1_000, 10_000, Jitter::Full),
        deadline: None,
        most_retry_after: 300_000,
    };
    for wall in [WALL, WALL - HOUR, WALL + HOUR] {
        for (value, millis, capped) in [
            ("120", Some(120_000), false),
            ("Mon, 30 Nov 2026 12:02:00 GMT", Some(120_000), false),
            ("Monday, 30-Nov-26 12:02:00 GMT", Some(120_000), false),
            ("Mon Nov 30 12:02:00 2026", Some(120_000), false),
            // From here on the backoff decides.
            ("Mon, 30 Nov 2026 11:58:00 GMT", None, false),
            ("soon", None, false),
            ("-5", None, false),
            // A day, in each form.
            ("86400", Some(300_000), true),
            ("Tue, 01 Dec 2026 12:00:00 GMT", Some(300_000), true),
            ("Tuesday, 01-Dec-26 12:00:00 GMT", Some(300_000), true),
            ("Tue Dec  1 12:00:00 2026", Some(300_000), true),
        ] {
            let failure = Failure { is_retryable: true, retry_after: retry_after(value, Some(DATE), wall) };
            let now = Instant::from_millis(1);
            match Retry::begin(&config, now).failed(now, failure, None, &mut Rng::new(3)) {
                Next::Wait { millis: wait, capped: is_capped } => {
                    assert_eq!(is_capped, capped, "{value} at {wall}");
                    assert!(wait == millis.unwrap_or(wait.min(1_000)), "{value} at {wall}: {wait}");
                }
                next => panic!("{value} at {wall}: {next:?}"),
            }
        }
    }
}

#[test]
fn seconds() {
    for (value, expected) in [
        ("0", Some(0)),
        ("1", Some(1_000)),
        (" 120 ", Some(120_000)),
        ("007", Some(7_000)),
        ("", None),
        (" ", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("NaN", None),
        ("Infinity", None),
        ("1,000", None),
        ("120s", None),
        ("\u{661}", None),
    ] {
        assert_eq!(retry_after(value, None, WALL), expected, "{value}");
    }
    for long in ["9999999999999999", "18446744073709551615", "99999999999999999999999999", &"9".repeat(900)] {
        assert!(retry_after(long, None, WALL) > Some(31_556_952_000 * 100), "{long}: a century and more");
    }
}

#[test]
fn a_date_is_relative_to_the_answer_s_own() {
    for (value, date, wall, expected) in [
        ("Mon, 30 Nov 2026 12:00:30 GMT", Some(DATE), 0, Some(30_000)),
        ("Mon, 30 Nov 2026 12:00:30 GMT", Some("Monday, 30-Nov-26 12:00:00 GMT"), WALL + HOUR, Some(30_000)),
        ("Mon, 30 Nov 2026 12:00:30 GMT", Some("Mon Nov 30 12:00:00 2026"), WALL - HOUR, Some(30_000)),
        // None, or none that can be read: this machine's clock.
        ("Mon, 30 Nov 2026 12:00:30 GMT", None, WALL, Some(30_000)),
        ("Mon, 30 Nov 2026 12:00:30 GMT", Some("today"), WALL + 10_000, Some(20_000)),
        ("Mon, 30 Nov 2026 12:00:30 GMT", None, WALL + HOUR, None),
        (DATE, Some(DATE), WALL, Some(0)),
    ] {
        assert_eq!(retry_after(value, date, wall), expected, "{value}, {date:?}, {wall}");
    }
}

#[test]
fn the_dates_of_the_specification_are_one_moment_and_leap_days_count() {
    let epoch = Some("Thu, 01 Jan 1970 00:00:00 GMT");
    for (value, seconds) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Sat, 28 Feb 2026 00:00:00 GMT", 1_772_236_800),
        ("Sun, 01 Mar 2026 00:00:00 GMT", 1_772_323_200),
        ("Mon, 30 Nov 2026 12:00:00 GMT", WALL / 1_000),
        ("Thu, 31 Dec 2026 23:59:60 GMT", 1_798_761_600),
        ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        // Two digits: not more than fifty years ahead.
        ("Tuesday, 01-Dec-76 00:00:00 GMT", 3_374_006_400),
        ("Thursday, 01-Dec-77 00:00:00 GMT", 249_782_400),
    ] {
        assert_eq!(retry_after(value, epoch, WALL), Some(seconds * 1_000), "{value}");
    }
}

#[test]
fn what_is_no_date_says_nothing() {
    for value in [
        "Mon, 30 Nov 2026 12:02:00",
        "Mon, 30 Nov 2026 12:02:00 PST",
        "Mon, 30 Nov 2026 12:02:00 GMT+1",
        "Mon, 30 Nov 2026 12:02:00 GMT GMT",
        "Mon, 30 Nov 2026 12:02 GMT",
        "Mon, 30 Now 2026 12:02:00 GMT",
        "Mon, 0 Nov 2026 12:02:00 GMT",
        "Mon, 32 Nov 2026 12:02:00 GMT",
        "Mon, 30 Nov 2026 24:02:00 GMT",
        "Mon, 30 Nov 2026 12:60:00 GMT",
        "Mon, 30 Nov 2026 12:02:61 GMT",
        "Mon, 30 Nov 99999 12:02:00 GMT",
        "Mon, 30 Nov 1969 12:02:00 GMT",
        "Mon Nov 30 12:02:00 2026 GMT",
        "2026-11-30T12:02:00Z",
        "30 Nov 2026",
        ":::",
        "Mon, 30 Növ 2026 12:02:00 GMT",
    ] {
        assert_eq!(retry_after(value, Some("Thu, 01 Jan 1970 00:00:00 GMT"), WALL), None, "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_text_makes_it_panic(value in ".{0,60}", date in ".{0,60}", wall: u64) {
        retry_after(&value, Some(&date), wall);
        retry_after(&value, None, wall);
    }

    #[test]
    fn nothing_that_looks_like_a_date_makes_it_panic(
        value in "[A-Z][a-z]{2,8},? [0-9]{1,3}[ -](Jan|Feb|Nov|Dec)[ -][0-9]{1,5} [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2} GMT",
        wall: u64,
    ) {
        retry_after(&value, Some(&value), wall);
        retry_after(&value, None, wall);
    }

    /// Day by day, as one counts on one's fingers.
    #[test]
    fn each_date_is_as_many_days_after_1970_as_one_counts(days in 0..60_000_u64) {
        let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let (mut year, mut month, mut left) = (1_970, 0, days);
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        loop {
            let length = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
            if left < length {
                break;
            }
            left -= length;
            month = (month + 1) % 12;
            year += u64::from(month == 0);
        }
        let value = format!("Day, {:02} {} {year} 00:00:00 GMT", left + 1, names[month]);
        prop_assert_eq!(retry_after(&value, Some("Thu, 01 Jan 1970 00:00:00 GMT"), 0), Some(days * 86_400_000));
    }
}
