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
    /// `column=operator.value`.
    pub filter: Option<String>,
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
        P::object(fields)
    }

    /// Whether the server's entry in its reply means this binding.
    pub fn matches<P: Payload>(&self, reply: &P) -> bool {
        let text = |name| reply.field(name).and_then(|value| value.as_text());
        text("event").is_some_and(|event| event.eq_ignore_ascii_case(&self.event))
            && text("schema").as_deref() == Some(self.schema.as_str())
            && text("table") == self.table
            && text("filter") == self.filter
    }

    /// The part that sets this binding's topic apart from the topics of others: FNV-1a, 64 bit
    /// (Fowler, Noll and Vo; RFC 9923), over its fields with a separator none of them can hold.
    pub fn digest(&self) -> u64 {
        let fields = [
            self.event.as_str(),
            self.schema.as_str(),
            self.table.as_deref().unwrap_or("\0"),
            self.filter.as_deref().unwrap_or("\0"),
        ];
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in fields.iter().flat_map(|field| field.bytes().chain([0xff])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(table: Option<&str>, filter: Option<&str>) -> Binding {
        Binding {
            event: "*".into(),
            schema: "public".into(),
            table: table.map(Into::into),
            filter: filter.map(Into::into),
        }
    }

    #[test]
    fn bindings_that_differ_have_digests_that_differ() {
        let all = [
            binding(None, None),
            binding(Some("a"), None),
            binding(None, Some("a")),
            binding(Some("ab"), None),
            binding(Some("a"), Some("b")),
        ];
        for (one, left) in all.iter().enumerate() {
            for right in &all[one + 1..] {
                assert_ne!(left.digest(), right.digest());
            }
        }
    }
}
