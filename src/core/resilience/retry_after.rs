//! What `Retry-After` says (RFC 9110, 10.2.3): seconds, or a date in any of the three forms that HTTP has had (5.6.7).

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The mean length of a year in the Gregorian calendar, in seconds.
const YEAR: u64 = 31_556_952;

/// How long to wait, in milliseconds. A date is relative to the answer's own `Date`, because this machine's clock may be
/// wrong; to that clock, `wall`, in milliseconds since 1970, only if the answer has none. Nonsense and what is over say
/// nothing.
pub fn retry_after(value: &str, date: Option<&str>, wall: u64) -> Option<u64> {
    let value = value.trim();
    if is_number(value) {
        // More digits than fit is very long, too.
        return Some(value.parse().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let wall = wall / 1_000;
    let then = http_date(value, wall)?;
    let now = date.and_then(|date| http_date(date.trim(), wall)).unwrap_or(wall);
    Some(then.checked_sub(now)?.saturating_mul(1_000))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A date of HTTP in seconds since 1970; `wall` decides the century of a year that has two digits.
fn http_date(text: &str, wall: u64) -> Option<u64> {
    // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
    let mut parts = text.split([' ', ',', '-', ':']).filter(|part| !part.is_empty());
    let mut next = || parts.next();
    let (_, second, third) = (next()?, next()?, next()?);
    let is_asctime = !is_number(second);
    let (day, month) = if is_asctime { (third, second) } else { (second, third) };
    let early_year = if is_asctime { None } else { next() };
    let (hour, minute, second) = (next()?, next()?, next()?);
    let year = early_year.or_else(&mut next)?;
    if !is_asctime && next()? != "GMT" || next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let year = full_year(year, wall)?;
    let day = number(day, 31)?.checked_sub(1)?;
    let seconds = (number(hour, 23)? * 60 + number(minute, 59)?) * 60 + number(second, 60)?;
    Some((days_before(year, month) + day) * 86_400 + seconds)
}

fn number(text: &str, most: u64) -> Option<u64> {
    let value = if is_number(text) { text.parse().ok()? } else { return None };
    (value <= most).then_some(value)
}

/// A year from 1970 on. One of two digits is not more than fifty years ahead.
fn full_year(text: &str, wall: u64) -> Option<u64> {
    let year = number(text, 9_999)?;
    if text.len() > 2 {
        return (year >= 1_970).then_some(year);
    }
    let now = 1_970 + wall / YEAR;
    let year = now - now % 100 + year;
    Some(if year > now + 50 { year - 100 } else { year }).filter(|year| *year >= 1_970)
}

/// The days from 1970 to the first of a month, which is counted from 0 (after Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", 2021: years begin with March, so that the leap day is their last).
const fn days_before(year: u64, month: u64) -> u64 {
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days lie between the first of March of the year 0 and 1970.
    year * 365 + leap_days + (153 * month + 2) / 5 - 719_468
}
