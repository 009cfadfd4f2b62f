//! Reading which changes of the database are wanted.

use super::reader::Options;
use crate::api::filter;
use crate::core::realtime::binding::Binding;

/// Reads one binding.
pub(super) fn binding(options: &Options<'_>) -> Binding {
    let event = options.text("event").unwrap_or_else(|| "*".into());
    if !["*", "INSERT", "UPDATE", "DELETE"].contains(&event.as_str()) {
        options.wrong("event", "INSERT, UPDATE, DELETE or * with `table` or `schema`");
    }
    let schema = options.text("schema").unwrap_or_else(|| "public".into());
    let table = options.text("table");
    let (filter, select) = (options.get("filter"), options.get("select"));
    if filter.is_some() && table.is_none() {
        // The server, asked for the rows of a whole schema, takes no filter.
        options.wrong("filter", "given together with `table`");
    }
    let filter = filter.and_then(|value| options.include(filter::filter(&value)).flatten());
    if select.is_some() && (schema == "*" || table.as_deref().is_none_or(|table| table == "*")) {
        options.wrong("select", "given together with one `table` of one `schema`");
    }
    let select = select.and_then(|value| options.include(filter::select(&value)));
    Binding { event, schema, table, filter, select }
}
