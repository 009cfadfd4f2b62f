//! A binding to the database's changes.

use crate::core::payload::Payload;

/// Which changes of which rows: one entry of a join's `postgres_changes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// What it says, by the names on the wire; the columns apart.
    fn texts(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("event", Some(&self.event)),
            ("schema", Some(&self.schema)),
            ("table", self.table.as_deref()),
            ("filter", self.filter.as_deref()),
        ]
    }

    fn columns(&self) -> &[String] {
        self.select.as_deref().unwrap_or_default()
    }

    /// How many bytes that is.
    pub fn size(&self) -> usize {
        let mut size = 0;
        for (_, text) in self.texts() {
            size += text.map_or(0, str::len);
        }
        for column in self.columns() {
            size += column.len();
        }
        size
    }

    /// The entry of the join's `config.postgres_changes`.
    pub fn to_payload<P: Payload>(&self) -> P {
        let mut fields = Vec::new();
        for (name, text) in self.texts() {
            if let Some(text) = text {
                fields.push((name, P::string(text)));
            }
        }
        if let Some(select) = &self.select {
            let mut columns = Vec::new();
            for column in select {
                columns.push(P::string(column));
            }
            fields.push(("select", P::array(columns)));
        }
        P::object(fields)
    }

    /// Whether the server's entry in its reply means this binding.
    pub fn matches<P: Payload>(&self, reply: &P) -> bool {
        for (name, wanted) in self.texts() {
            let said = reply.field(name).and_then(|value| value.as_text());
            let is_same = match (said, wanted) {
                (Some(said), Some(wanted)) if name == "event" => said.eq_ignore_ascii_case(wanted),
                (said, wanted) => said.as_deref() == wanted,
            };
            if !is_same {
                return false;
            }
        }
        self.selects(reply)
    }

    fn selects<P: Payload>(&self, reply: &P) -> bool {
        // A server may as well say `null` as nothing, as of the other fields.
        let columns = reply.field("select").filter(|columns| columns.length().is_some());
        let (Some(columns), Some(select)) = (&columns, &self.select) else {
            return columns.is_none() && self.select.is_none();
        };
        for (index, column) in select.iter().enumerate() {
            if columns.item(index).and_then(|said| said.as_text()).as_ref() != Some(column) {
                return false;
            }
        }
        columns.length() == Some(select.len())
    }

    /// What sets the topic of these bindings apart from the topics of others: FNV-1a, 64 bit
    /// (Fowler, Noll and Vo; RFC 9923), over their fields with separators none of them can hold.
    pub fn digest(bindings: &[Self]) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325;
        for binding in bindings {
            for (_, text) in binding.texts() {
                hash = hashed(hash, text.unwrap_or("\0"), 0xff);
            }
            for column in binding.columns() {
                hash = hashed(hash, column, 0xff);
            }
            hash = hashed(hash, "", 0xfe);
        }
        hash
    }
}

fn hashed(mut hash: u64, text: &str, separator: u8) -> u64 {
    for byte in text.bytes() {
        hash = with_byte(hash, byte);
    }
    with_byte(hash, separator)
}

fn with_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
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
