//! A binding to the database's changes.

use crate::core::payload::Payload;

/// Which changes of which rows: one entry of a join's `postgres_changes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// `INSERT`, `UPDATE`, `DELETE` or `*`.
    pub event: String,
    /// The schema's name.
    pub schema: String,
    /// The table's name; `None` for all of the schema's.
    pub table: Option<String>,
    /// Conditions that a row must meet, as [`filter::write`](super::filter::write) writes them.
    pub filter: Option<String>,
    /// The columns that a change carries; `None` for all. With `table` only.
    pub select: Option<Vec<String>>,
}

impl Binding {
    /// The entry of the join's `config.postgres_changes`.
    pub fn to_payload<P: Payload>(&self) -> P {
        let mut fields = vec![("event", P::string(&self.event)), ("schema", P::string(&self.schema))];
        if let Some(table) = &self.table {
            fields.push(("table", P::string(table)));
        }
        if let Some(filter) = &self.filter {
            fields.push(("filter", P::string(filter)));
        }
        if let Some(select) = &self.select {
            fields.push(("select", P::array(select.iter().map(|column| P::string(column)).collect())));
        }
        P::object(fields)
    }

    /// Whether the server's entry in its reply means this binding.
    pub fn matches<P: Payload>(&self, reply: &P) -> bool {
        let text = |name| reply.field(name).and_then(|value| value.as_text());
        text("event").is_some_and(|event| event.eq_ignore_ascii_case(&self.event))
            && text("schema").as_deref() == Some(self.schema.as_str())
            && text("table") == self.table
            && text("filter") == self.filter
            && self.selects(reply)
    }

    fn selects<P: Payload>(&self, reply: &P) -> bool {
        // A server may as well say `null` as nothing, as of the other fields.
        let columns = reply.field("select").filter(|columns| columns.length().is_some());
        columns.map_or(Some(None), |columns| names(&columns).map(Some)).as_ref() == Some(&self.select)
    }

    /// What sets the topic of these bindings apart from the topics of others: FNV-1a, 64 bit
    /// (Fowler, Noll and Vo; RFC 9923), over their fields with separators none of them can hold.
    pub fn digest(bindings: &[Self]) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut take = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        for Self { event, schema, table, filter, select } in bindings {
            let optional = [table, filter].map(|field| field.as_deref().unwrap_or("\0"));
            let columns = select.iter().flatten().map(String::as_str);
            for field in [event.as_str(), schema].into_iter().chain(optional).chain(columns) {
                take(field.as_bytes());
                take(&[0xff]);
            }
            take(&[0xfe]);
        }
        hash
    }
}

/// The names in an array; `None` if it is no array of names.
fn names<P: Payload>(array: &P) -> Option<Vec<String>> {
    (0..array.length()?).map(|index| array.item(index)?.as_text()).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn binding(table: Option<&str>, filter: Option<&str>) -> Binding {
        Binding {
            event: "*".into(),
            schema: "public".into(),
            table: table.map(Into::into),
            filter: filter.map(Into::into),
            select: None,
        }
    }

    fn select(columns: &[&str]) -> Binding {
        let select = Some(columns.iter().map(|column| (*column).to_owned()).collect());
        Binding { select, ..binding(Some("a"), None) }
    }

    #[test]
    fn bindings_that_differ_have_digests_that_differ() {
        let all = [
            binding(None, None),
            binding(Some("a"), None),
            binding(None, Some("a")),
            binding(Some("ab"), None),
            binding(Some("a"), Some("b")),
            select(&["b"]),
            select(&["b", "c"]),
            select(&["bc"]),
            Binding { filter: Some("b".into()), ..select(&["c"]) },
        ];
        let mut sets: Vec<Vec<Binding>> = all.iter().map(|binding| vec![binding.clone()]).collect();
        sets.extend(all.iter().map(|binding| vec![binding.clone(), binding.clone()]));
        sets.extend(all.windows(2).map(<[Binding]>::to_vec));
        for (one, left) in sets.iter().enumerate() {
            for right in &sets[one + 1..] {
                assert_ne!(Binding::digest(left), Binding::digest(right), "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn a_reply_means_a_binding_only_with_the_same_columns_in_the_same_order() {
        let reply = |binding: &Binding| binding.to_payload::<serde_json::Value>();
        let wanted = select(&["id", "t"]);
        assert!(wanted.matches(&reply(&wanted)));
        for other in [select(&["t", "id"]), select(&["id"]), binding(Some("a"), None)] {
            assert!(!wanted.matches(&reply(&other)) && !other.matches(&reply(&wanted)), "{other:?}");
        }
        let null = serde_json::json!({ "event": "*", "schema": "public", "table": "a", "filter": null, "select": null });
        assert!(binding(Some("a"), None).matches(&null) && !wanted.matches(&null));
        let malformed =
            serde_json::json!({ "event": "*", "schema": "public", "table": "a", "select": ["id", 1] });
        assert!(!wanted.matches(&malformed));
    }
}
