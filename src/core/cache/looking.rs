//! Looking: JavaScript's table has something of a key, and does not know whether it still holds.

use std::rc::Rc;

use super::Cache;
use super::output::Output;
use super::serving::Look;
use crate::core::time::Instant;

impl<P: Clone> Cache<P> {
    /// Writes the table's entry of a key anew, or removes it if it does not hold, or if that has to be read first.
    pub(super) fn look_for_table(&mut self, now: Instant, text: &Rc<str>) {
        let Some(key) = self.entries.get(&**text).map(|entry| entry.key.clone()) else { return };
        match self.look(now, &key) {
            Look::There(_) => self.show(now, text),
            Look::Nothing => {}
            Look::Unknown => {
                self.outputs.push(Output::Drop { key: text.clone() });
                self.look_at(now, &key);
            }
        }
    }
}
