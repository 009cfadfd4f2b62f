//! One opening of a database, with its listeners; dropping it closes it and drops them.

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use wasm_bindgen::prelude::*;
use web_sys::IdbVersionChangeEvent;

/// What happens to an opening.
pub enum HandleEvent {
    /// The browser has closed it.
    Closed,
    /// Somebody waits for it to be closed.
    VersionChange {
        /// To delete the database, not to open a newer version.
        is_deletion: bool,
    },
}

/// An opening.
pub struct Handle {
    database: Database,
    _closed: Closure<dyn FnMut()>,
    _version_change: Closure<dyn FnMut(IdbVersionChangeEvent)>,
}

impl Handle {
    /// Takes over an open database.
    pub fn listen(database: Database, listener: impl Fn(HandleEvent) + Clone + 'static) -> Self {
        let on_close = listener.clone();
        let closed = Closure::<dyn FnMut()>::new(move || on_close(HandleEvent::Closed));
        let version_change =
            Closure::<dyn FnMut(IdbVersionChangeEvent)>::new(move |event: IdbVersionChangeEvent| {
                listener(HandleEvent::VersionChange { is_deletion: event.new_version().is_none() });
            });
        let inner = database.as_sys();
        inner.set_onclose(Some(closed.as_ref().unchecked_ref()));
        inner.set_onversionchange(Some(version_change.as_ref().unchecked_ref()));
        Self { database, _closed: closed, _version_change: version_change }
    }

    /// The database; whoever holds it beyond this finds it closed.
    pub fn database(&self) -> Database {
        self.database.clone()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let inner = self.database.as_sys();
        inner.set_onclose(None);
        inner.set_onversionchange(None);
        inner.close();
    }
}
