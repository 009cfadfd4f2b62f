//! How a database is opened, made and deleted.

use std::rc::{Rc, Weak};

use indexed_db_futures::Build;
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::IdbOpenDbRequest;

use super::failure::of_opening;
use super::handle::{Handle, HandleEvent};
use super::manifest::pack_head;
use super::{Inner, Outcome, site, tell};
use crate::core::store::event::Event;
use crate::core::store::operation::{Answer, Failure, HandleId, OperationId};
use crate::core::store::segment::{Head, VERSION};

#[wasm_bindgen(module = "/src/shell/store/opening.js")]
extern "C" {
    /// Makes the object stores of a new database and puts its head there; without a head there shall be no new one.
    /// Gives a function that says whether one was made.
    fn prepare(request: &IdbOpenDbRequest, head: &JsValue) -> Function;
}

/// Opens a database, and keeps it as this opening.
pub async fn open(
    storage: Weak<Inner>,
    id: OperationId,
    handle: HandleId,
    name: Rc<str>,
    version: Option<u32>,
    identity: u64,
) -> Outcome {
    let opened = request(&storage, id, &name, version, identity).await;
    let (database, was_made) = opened.inspect_err(|_| {
        if let Some(inner) = storage.upgrade() {
            inner.forget(handle);
        }
    })?;
    let version = database.as_sys().version() as u32;
    let told = storage.clone();
    // If it has been given up meanwhile, dropping this closes it.
    let opened = Handle::listen(database, move |event| {
        let Some(inner) = told.upgrade() else { return };
        inner.forget(handle);
        (inner.tell)(match event {
            HandleEvent::Closed => Event::Closed { handle },
            HandleEvent::VersionChange { is_deletion } => Event::VersionChange { handle, is_deletion },
        });
    });
    let inner = storage.upgrade().ok_or(Failure::Dead)?;
    *inner.handles.borrow_mut().get_mut(&handle).ok_or(Failure::Dead)? = Some(opened);
    Ok(Answer::Opened { was_made, version })
}

/// The database, and whether it was made.
async fn request(
    storage: &Weak<Inner>,
    id: OperationId,
    name: &str,
    version: Option<u32>,
    identity: u64,
) -> Result<(Database, bool), Failure> {
    let opening = Database::open(name);
    let (request, head) = match version {
        None => (opening.build(), JsValue::UNDEFINED),
        Some(version) => {
            site::note(name);
            let head = Head { identity, oldest_reader: VERSION, ..Head::default() };
            (opening.with_version(version).build(), pack_head(&head))
        }
    };
    let request = request.map_err(of_opening)?;
    let was_made = prepare(request.as_sys(), &head);
    let blocked = on_blocked(storage, id, request.as_sys());
    let opened = request.await;
    drop(blocked);
    let database = opened.map_err(of_opening)?;
    Ok((database, was_made.call0(&JsValue::NULL).is_ok_and(|made| made.is_truthy())))
}

/// Deletes a database.
pub async fn delete(storage: Weak<Inner>, id: OperationId, name: Rc<str>) -> Outcome {
    let request = Database::delete_by_name(&name).map_err(of_opening)?;
    let blocked = on_blocked(&storage, id, request.as_sys().unchecked_ref());
    let deleted = request.await;
    drop(blocked);
    deleted.map_err(|error| of_opening(error.into()))?;
    site::unnote(&name);
    Ok(Answer::Done)
}

/// Tells that a request waits for others to close the database, as long as this is held.
fn on_blocked(storage: &Weak<Inner>, id: OperationId, request: &IdbOpenDbRequest) -> Closure<dyn FnMut()> {
    let storage = storage.clone();
    let blocked = Closure::<dyn FnMut()>::new(move || tell(&storage, Event::Blocked { operation: id }));
    request.set_onblocked(Some(blocked.as_ref().unchecked_ref()));
    blocked
}
