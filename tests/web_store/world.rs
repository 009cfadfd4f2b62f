//! A storage with what it told, and the same databases as another library reads them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Float64Array, Reflect};
use rexie::{Rexie, TransactionMode};
use wasm_bindgen::prelude::*;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{
    Answer, Durability, Failure, From, HandleId, Operation, OperationId, Slice,
};
use wedsync_dashboard::core::store::segment::{Content, Entry, EntryId, Segment, VERSION};
use wedsync_dashboard::shell::store::Storage;
use wedsync_dashboard::shell::store::encode::encode;

pub type Outcome = Result<Answer<JsValue>, Failure>;

/// The identity that databases are made with here.
pub const IDENTITY: u64 = 9_007_199_254_740_991;

#[derive(Default)]
struct Heard {
    events: VecDeque<Event<JsValue>>,
    waker: Option<Waker>,
}

pub struct World {
    storage: RefCell<Option<Storage>>,
    heard: Rc<RefCell<Heard>>,
    last: Cell<u32>,
}

/// A name that no other test has, and no earlier run.
pub fn name() -> Rc<str> {
    let unique = js_sys::Math::random().to_string();
    ["wedsync/test/", unique.trim_start_matches("0."), "/0/data"].concat().into()
}

impl World {
    pub fn new() -> Self {
        let heard = Rc::<RefCell<Heard>>::default();
        let hears = Rc::clone(&heard);
        let storage = Storage::new(move |event| {
            let mut heard = hears.borrow_mut();
            heard.events.push_back(event);
            if let Some(waker) = heard.waker.take() {
                waker.wake();
            }
        });
        Self { storage: RefCell::new(Some(storage)), heard, last: Cell::new(0) }
    }

    fn next(&self) -> u32 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    /// Begins an operation.
    pub fn begin(&self, operation: Operation<JsValue>) -> OperationId {
        let id = OperationId(self.next());
        let before = self.heard.borrow().events.len();
        self.storage.borrow().as_ref().unwrap().execute(id, operation);
        assert_eq!(self.heard.borrow().events.len(), before, "nothing is told before the call returns");
        id
    }

    /// The first event that is wanted.
    pub async fn event(&self, wanted: impl Fn(&Event<JsValue>) -> bool) -> Event<JsValue> {
        poll_fn(|context| {
            let mut heard = self.heard.borrow_mut();
            if let Some(found) = heard.events.iter().position(&wanted) {
                return Poll::Ready(heard.events.remove(found).unwrap());
            }
            heard.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// The answer to an operation.
    pub async fn answer(&self, id: OperationId) -> Outcome {
        let is_its =
            |event: &Event<JsValue>| matches!(event, Event::Done { operation, .. } if *operation == id);
        let Event::Done { result, .. } = self.event(is_its).await else { unreachable!() };
        result
    }

    /// What was told and not looked at.
    pub fn rest(&self) -> Vec<Event<JsValue>> {
        self.heard.borrow_mut().events.drain(..).collect()
    }

    pub async fn run(&self, operation: Operation<JsValue>) -> Outcome {
        self.answer(self.begin(operation)).await
    }

    /// Begins to open a database.
    pub fn begin_open(&self, name: &Rc<str>, version: Option<u32>) -> (HandleId, OperationId) {
        let handle = HandleId(self.next());
        let name = Rc::clone(name);
        (handle, self.begin(Operation::Open { handle, name, version, identity: IDENTITY }))
    }

    pub async fn try_open(
        &self,
        name: &Rc<str>,
        version: Option<u32>,
    ) -> Result<(HandleId, bool, u32), Failure> {
        let (handle, id) = self.begin_open(name, version);
        match self.answer(id).await? {
            Answer::Opened { was_made, version } => Ok((handle, was_made, version)),
            other => panic!("{other:?}"),
        }
    }

    pub async fn open(&self, name: &Rc<str>) -> HandleId {
        self.try_open(name, Some(VERSION)).await.unwrap().0
    }

    pub async fn append(
        &self,
        handle: HandleId,
        durability: Durability,
        segments: &[Segment<JsValue>],
    ) -> Outcome {
        let segments = Rc::new(segments.to_vec());
        self.run(Operation::Append { handle, durability, segments }).await
    }

    pub async fn try_read(&self, handle: HandleId, from: From, most: u32) -> Result<Slice<JsValue>, Failure> {
        match self.run(Operation::Read { handle, from, most }).await? {
            Answer::Read(slice) => Ok(slice),
            other => panic!("{other:?}"),
        }
    }

    pub async fn read(&self, handle: HandleId, from: From, most: u32) -> Slice<JsValue> {
        self.try_read(handle, from, most).await.unwrap()
    }

    /// Deletes a database. Connections that are closed just before may be in the way of it for a moment, which the
    /// browser may tell: whether it does depends on how soon it closes them, so it is not left for [`World::rest`].
    pub async fn delete(&self, name: &Rc<str>) {
        let id = self.begin(Operation::Delete { name: Rc::clone(name) });
        assert_eq!(self.answer(id).await, Ok(Answer::Done));
        self.heard.borrow_mut().events.retain(|event| *event != Event::Blocked { operation: id });
    }

    /// Ends it.
    pub fn end(&self) {
        self.storage.take();
    }
}

/// An entry with a value.
pub fn put(key: &str, number: u64, value: &JsValue) -> Entry<JsValue> {
    let value = encode(value).unwrap();
    Entry { key: key.into(), id: EntryId { origin: 7, number }, content: Content::Put { value, expires: 0 } }
}

/// An entry that removes another.
pub fn remove(key: &str, number: u64, of: EntryId) -> Entry<JsValue> {
    Entry { key: key.into(), id: EntryId { origin: 7, number }, content: Content::Remove { of } }
}

pub fn segment(entries: Vec<Entry<JsValue>>) -> Segment<JsValue> {
    Segment { epoch: 0, entries, seen: vec![] }
}

/// A segment of one value.
pub fn single(key: &str, number: u64) -> Segment<JsValue> {
    segment(vec![put(key, number, &JsValue::from_str(key))])
}

/// All records of an object store with their keys, by another library.
pub async fn records(name: &str, store: &str) -> Vec<(f64, JsValue)> {
    let database = Rexie::builder(name).build().await.unwrap();
    let transaction = database.transaction(&[store], TransactionMode::ReadOnly).unwrap();
    let found = transaction.store(store).unwrap().scan(None, None, None, None).await.unwrap();
    transaction.done().await.unwrap();
    database.close();
    found.into_iter().map(|(key, record)| (key.as_f64().unwrap(), record)).collect()
}

/// A field of a record.
pub fn field(record: &JsValue, name: &str) -> JsValue {
    Reflect::get(record, &name.into()).unwrap()
}

pub fn number(record: &JsValue, name: &str) -> f64 {
    field(record, name).as_f64().unwrap()
}

pub fn table(record: &JsValue, name: &str) -> Vec<f64> {
    field(record, name).dyn_into::<Float64Array>().unwrap().to_vec()
}

pub fn items(record: &JsValue, name: &str) -> Vec<JsValue> {
    field(record, name).dyn_into::<Array>().unwrap().iter().collect()
}

/// The names of a record's fields.
pub fn fields(record: &JsValue) -> String {
    let mut names: Vec<_> = js_sys::Object::keys(record.unchecked_ref::<js_sys::Object>())
        .iter()
        .filter_map(|name| name.as_string())
        .collect();
    names.sort();
    names.concat()
}

impl World {
    /// Closes and deletes.
    pub async fn delete_open(&self, handle: HandleId, name: &Rc<str>) {
        self.begin(Operation::Close { handle });
        self.delete(name).await;
    }
}
