//! The fields of a checked object.

use crate::core::payload::Payload;

/// A checked object, read field by field.
pub(super) struct Fields<'a, P>(pub(super) &'a P);

impl<P: Payload> Fields<'_, P> {
    /// A field that is an object, or an array.
    pub(super) fn get(&self, name: &str) -> Option<P> {
        self.0.field(name)
    }

    /// A string, if there is one.
    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_text()
    }

    /// A string.
    pub(super) fn text(&self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    /// A whole number that is not negative, if there is one.
    pub(super) fn optional_number(&self, name: &str) -> Option<u64> {
        Some(self.get(name)?.as_number()? as u64)
    }

    /// A whole number that is not negative.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.optional_number(name).unwrap_or_default()
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(|value| value.as_boolean()).unwrap_or_default()
    }
}

/// The items of an array.
pub(super) fn items<P: Payload>(array: &P) -> Vec<P> {
    let mut items = Vec::new();
    while let Some(item) = array.item(items.len()) {
        items.push(item);
    }
    items
}

/// The strings of an array.
pub(super) fn texts<P: Payload>(array: &P) -> Vec<String> {
    let mut texts = Vec::new();
    for item in items(array) {
        texts.extend(item.as_text());
    }
    texts
}
