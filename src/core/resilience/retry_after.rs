//! What `Retry-After` says (RFC 9110, 10.2.3): seconds, or a date in any of the three forms that HTTP has had (5.6.7).

/// Three letters each.
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
/// The mean length of a year in the Gregorian calendar, in seconds.
const YEAR: u64 = 31_556_952;
/// No more digits are read of a number that has come so far: it is very long in any case.
const ENOUGH: u64 = 1 << 50;

/// How long to wait, in milliseconds. A date is relative to the answer's own `Date`, because this machine's clock may be
/// wrong; to that clock, `wall`, in milliseconds since 1970, only if the answer has none. Nonsense and what is over say
/// nothing.
pub fn retry_after(value: &str, date: Option<&str>, wall: u64) -> Option<u64> {
    let value = value.as_bytes().trim_ascii();
    let seconds = number(value).or_else(|| {
        let wall = wall / 1_000;
        let now = date.and_then(|date| http_date(date.as_bytes(), wall)).unwrap_or(wall);
        http_date(value, wall)?.checked_sub(now)
    })?;
    Some(seconds * 1_000)
}

/// The value of digits; of nothing else.
fn number(text: &[u8]) -> Option<u64> {
    let mut value = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        if value < ENOUGH {
            value = value * 10 + u64::from(digit);
        }
    }
    (!text.is_empty()).then_some(value)
}

/// A date of HTTP in seconds since 1970; `wall` decides the century of a year that has two digits.
fn http_date(text: &[u8], wall: u64) -> Option<u64> {
    // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
    let (mut numbers, mut count, mut words, mut last) = ([0; 5], 0, 0, text);
    let (mut month, mut is_asctime) = (None, false);
    for part in text.split(|byte| matches!(byte, b' ' | b',' | b'-' | b':')) {
        if let Some(number) = number(part) {
            *numbers.get_mut(count)? = number;
            count += 1;
        } else if !part.is_empty() {
            words += 1;
            if words == 2 {
                month = MONTHS.chunks_exact(3).position(|name| name == part);
                is_asctime = count == 0;
            }
            last = part;
        }
    }
    let [day, a, b, c, d] = numbers;
    let (year, hour, minute, second) = if is_asctime { (d, a, b, c) } else { (a, b, c, d) };
    let is_whole = count == 5 && if is_asctime { words == 2 } else { words == 3 && last == b"GMT" };
    let is_moment = day.wrapping_sub(1) < 31 && hour < 24 && minute < 60 && second <= 60;
    let year = full_year(year, wall);
    if !is_whole || !is_moment || !(1_970..10_000).contains(&year) {
        return None;
    }
    Some(((days_before(year, month? as u64) + day - 1) * 24 + hour) * 3_600 + minute * 60 + second)
}

/// One of two digits is not more than fifty years ahead.
const fn full_year(year: u64, wall: u64) -> u64 {
    if year > 99 {
        return year;
    }
    let now = 1_970 + wall / YEAR;
    let year = now - now % 100 + year;
    if year > now + 50 { year - 100 } else { year }
}

/// The days from 1970 to the first of a month, which is counted from 0 (after Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", 2021: years begin with March, so that the leap day is their last).
const fn days_before(year: u64, month: u64) -> u64 {
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days lie between the first of March of the year 0 and 1970.
    year * 365 + leap_days + (153 * month + 2) / 5 - 719_468
}
