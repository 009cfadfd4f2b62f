//! How an entry of the cache is kept and fetched.

use super::fields::{Fields, texts};
use crate::core::cache::policy::{Fetching, Keeping};
use crate::core::cache::{SOME_ROW, given_tag, table_tag};
use crate::core::payload::Payload;

/// From `CheckedKeeping` in `js/options/cache.ts`. Dependencies are tables, or a table and a row's key after a colon.
pub fn keeping<P: Payload>(options: &P, supplier: &str) -> Keeping {
    let fields = Fields(options);
    let list = |name: &str| options.field(name).as_ref().map(texts).unwrap_or_default();
    let mut tags: Vec<_> = list("tags").iter().map(|tag| given_tag(tag)).collect();
    for depends in list("dependsOn") {
        match depends.split_once(':') {
            Some((table, row)) => {
                tags.push(table_tag(supplier, table, Some(row)));
                tags.push(table_tag(supplier, table, Some(SOME_ROW)));
            }
            None => tags.push(table_tag(supplier, &depends, None)),
        }
    }
    Keeping {
        ttl: fields.number("ttlMs"),
        stale: fields.number("staleMs"),
        tags,
        version: fields.optional_text("version").map(Into::into),
        compresses: fields.flag("compress"),
    }
}

/// From `CheckedFetching`.
pub fn fetching<P: Payload>(options: &P, supplier: &str) -> Fetching {
    let fields = Fields(options);
    Fetching {
        keeping: keeping(options, supplier),
        negative_ttl: fields.number("negativeMs"),
        soft_timeout: fields.number("softTimeoutMs"),
        hard_timeout: fields.number("hardTimeoutMs"),
        eager: fields.number("eagerPercent").min(100) as u8,
        is_forced: fields.flag("force"),
        throttle: fields.number("throttleMs"),
    }
}
