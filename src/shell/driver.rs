//! The driver: one pump, one timer. It does what the core's outputs say, in their order, and decides nothing.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::core::dashboard::{Config, Input, Notification, Output, RequestId};
use crate::core::health::Health;
use crate::core::ids::{CallId, SocketId};
use crate::core::log::LogEntry;
use crate::core::page::PageEvent;
use crate::core::pump::{Heard, Pump, Pumped};
use crate::core::realtime::frame::Inbound;
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::{Status, Subscription};
use crate::core::realtime::{Command, Traffic};
use crate::core::session::token::QuestionId;
use crate::core::store::names::Kind;
use crate::core::tabs::body::Echo;
use crate::core::time::Instant;
use crate::core::{connectivity, realtime, session, store};
use crate::shell::environment::{Page, epoch, read_clocks, seed};
use crate::shell::http::Project;
use crate::shell::object;
use crate::shell::promise::{Ended, once, settle};
use crate::shell::router::{Router, forwarding};
use crate::shell::socket::{Socket, SocketEvent};
use crate::shell::store::{Storage, remember_user};
use crate::shell::tabs::{Tabs, name as tab_name};
use crate::shell::token::claims;
use crate::shell::wake::Wake;

/// What the driver is told once.
pub struct Setup {
    /// What the core is told.
    pub config: Config,
    /// The socket's URL with its query.
    pub url: String,
    /// The project that requests go to.
    pub project: Rc<Project>,
    /// Called with each batch of notifications.
    pub notify: Function,
    /// Called with each entry of the log.
    pub log: Option<Function>,
    /// Asked for the access token.
    pub access_token: Option<Function>,
}

/// What the application is told at the end of a pump.
#[derive(Default)]
struct Told {
    notifications: Vec<Notification<JsValue>>,
    log: Vec<LogEntry>,
}

/// Drives one dashboard.
pub struct Driver {
    pump: RefCell<Pump<JsValue>>,
    router: Router,
    /// The open one, and for a time its successor.
    sockets: RefCell<Vec<(SocketId, Socket)>>,
    wake: Wake,
    /// What has happened and is not taken in yet.
    inputs: RefCell<Vec<Input<JsValue>>>,
    /// The present user's.
    storage: RefCell<Storage>,
    is_pumping: Cell<bool>,
    setup: Setup,
    tabs: Option<Tabs>,
    page: Page,
    _control: Closure<dyn FnMut(u32, JsValue)>,
    _overflow: Closure<dyn FnMut(u32, u32)>,
}

impl Driver {
    /// An idle driver: nothing is opened before a subscription asks for it.
    pub fn new(setup: Setup) -> Rc<Self> {
        let driver = Rc::new_cyclic(|driver: &Weak<Self>| {
            let tell = {
                let driver = driver.clone();
                move |input| {
                    if let Some(driver) = driver.upgrade() {
                        driver.handle(input);
                    }
                }
            };
            let on_control = tell.clone();
            let protocol = setup.config.protocol;
            let control = Closure::<dyn FnMut(u32, JsValue)>::new(move |socket, frame| {
                if let Some(frame) = Inbound::decode(&frame, protocol) {
                    on_control(Traffic::Frame { socket: SocketId(socket), frame }.into());
                }
            });
            let on_overflow = tell.clone();
            let overflow = Closure::<dyn FnMut(u32, u32)>::new(move |slot, count| {
                on_overflow(Traffic::Overflow { slot, count }.into());
            });
            let pump = Pump::new(setup.config.clone(), seed());
            let on_tabs = tell.clone();
            let tabs = setup.config.tabs.map(|_| {
                let tell = move |membership, event| on_tabs(Input::Tabs { membership, event });
                Tabs::new(pump.dashboard().tabs().tab(), tell)
            });
            let on_wake = tell.clone();
            let hiding = driver.clone();
            let on_page = move |event: PageEvent| {
                // What a timer was to see to, which is late from now on.
                if event == PageEvent::Hidden
                    && let Some(driver) = hiding.upgrade()
                {
                    driver.router.flush();
                }
                tell(event.into());
            };
            let on_ticking = on_page.clone();
            let wake = Wake::new(
                move || on_wake(Input::Wake),
                move |ticking| on_ticking(PageEvent::Ticking(ticking)),
            );
            let router = Router::new(
                protocol,
                control.as_ref().unchecked_ref(),
                overflow.as_ref().unchecked_ref(),
                tabs.as_ref().map(|tabs| forwarding(&tabs.forward(), &wake.tick())),
            );
            if let Some(tabs) = &tabs {
                tabs.serve(&router);
            }
            Self {
                pump: RefCell::new(pump),
                router,
                tabs,
                sockets: RefCell::default(),
                wake,
                inputs: RefCell::default(),
                storage: RefCell::new(storage(driver.clone())),
                is_pumping: Cell::new(false),
                setup,
                page: Page::listen(on_page),
                _control: control,
                _overflow: overflow,
            }
        });
        driver.page.tell_now();
        driver
    }

    /// The router, where the callbacks' slots are.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Reads what the core counts, and how long nothing has been heard on the socket.
    pub fn stats<Read>(
        &self,
        read: impl FnOnce(&connectivity::stats::Stats, &realtime::stats::Stats, Option<u64>) -> Read,
    ) -> Option<Read> {
        let pump = self.pump.try_borrow().ok()?;
        let (dashboard, now) = (pump.dashboard(), pump.clock().moment(read_clocks().monotonic));
        Some(read(dashboard.connectivity_stats(), dashboard.realtime_stats(), dashboard.silence(now)))
    }

    /// What the cache has counted; nothing while it cannot be asked.
    pub fn cache_stats(&self) -> crate::core::cache::stats::Stats {
        self.pump.try_borrow().map(|pump| pump.dashboard().cache_stats()).unwrap_or_default()
    }

    /// How long ago the tab that holds the connection was last heard, in milliseconds, if that is another one.
    pub fn silence(&self) -> Option<u64> {
        let pump = self.pump.try_borrow().ok()?;
        let now = pump.clock().moment(read_clocks().monotonic);
        pump.dashboard().tabs().silence(now)
    }

    /// Reads how everything is, at this moment.
    pub fn health<Read>(&self, read: impl FnOnce(&Health, Instant) -> Read) -> Option<Read> {
        let pump = self.pump.try_borrow().ok()?;
        let now = pump.clock().moment(read_clocks().monotonic);
        Some(read(pump.dashboard().health(), now))
    }

    /// Who is on the channel of a subscription to presence.
    pub fn presence(&self, id: &str) -> Option<JsValue> {
        self.pump.try_borrow().ok()?.dashboard().presence(id)
    }

    /// Gives the core a token that the application sets by itself, with what it says of itself.
    pub fn set_token(self: &Rc<Self>, value: Option<String>) {
        let claims = value.as_deref().map(claims).unwrap_or_default();
        self.handle(session::Event::SetToken { value, claims }.into());
    }

    /// Gives the core what the application asks for.
    pub fn command(self: &Rc<Self>, command: Command<JsValue>) {
        self.handle(command.into());
    }

    /// Asks something of the store.
    pub fn store(self: &Rc<Self>, call: CallId, command: store::input::Command<JsValue>) {
        self.handle(Input::Store { call, command });
    }

    /// What a database of the present user's takes, in bytes.
    pub fn stored_bytes(&self, database: Kind) -> u64 {
        let pump = self.pump.try_borrow();
        pump.ok().and_then(|pump| Some(pump.dashboard().store()?.sizes(database).2)).unwrap_or(0)
    }

    /// The name of the database that keeps the key of what the present user's cache encrypts.
    pub fn key_database(&self) -> Option<Rc<str>> {
        self.pump.try_borrow().ok()?.dashboard().store()?.key_database()
    }

    /// Whether a subscription would be refused, next to the others there are.
    pub fn is_refused(&self, id: &str, subscription: &Subscription) -> bool {
        self.pump.try_borrow().is_ok_and(|pump| pump.dashboard().conflict(id, subscription).is_some())
    }

    /// The callback of an id that stands for this very subscription.
    pub fn slot_of(&self, id: &str, subscription: &Subscription) -> Option<Slot> {
        self.pump.try_borrow().ok()?.dashboard().slot_of(id, subscription)
    }

    /// The state of a subscription, if there is one of this id.
    pub fn status(&self, id: &str) -> Option<Status> {
        self.pump.try_borrow().ok()?.dashboard().status(id)
    }

    /// Tells the core, does all it says, sets the timer, and lastly, with every borrow released, tells the application.
    pub fn handle(self: &Rc<Self>, input: Input<JsValue>) {
        self.inputs.borrow_mut().push(input);
        // A tap of the traffic is called while a frame goes out; what it asks for comes after the outputs under way.
        if self.is_pumping.replace(true) {
            return;
        }
        let mut told = Told::default();
        loop {
            let inputs = self.inputs.take();
            if inputs.is_empty() {
                break;
            }
            for input in inputs {
                self.run_pump(input, &mut told);
            }
        }
        self.is_pumping.set(false);
        // `js/` catches what listeners throw and hands it to the page's error handlers.
        for entry in told.log {
            let _ = self.setup.log.as_ref().map(|log| log.call1(&JsValue::NULL, &object::log_entry(&entry)));
        }
        if !told.notifications.is_empty() {
            let batch = object::notifications(&told.notifications);
            let _ = self.setup.notify.call1(&JsValue::NULL, &batch);
        }
    }

    /// One pump.
    fn run_pump(self: &Rc<Self>, input: Input<JsValue>, told: &mut Told) {
        let mut heard: Vec<Heard> = Vec::new();
        for (socket, _) in self.sockets.borrow().iter() {
            heard.extend(self.router.heard(*socket));
        }
        let Ok(mut pump) = self.pump.try_borrow_mut() else { return };
        let Pumped { now, outputs, deadline, is_punctual } = pump.run(read_clocks(), heard, input);
        drop(pump);

        for output in outputs {
            self.execute(output, told);
        }
        self.wake.set(now, deadline, is_punctual);
    }

    fn execute(self: &Rc<Self>, output: Output<JsValue>, told: &mut Told) {
        match output {
            Output::Connectivity(connectivity::Action::Open { socket }) => self.open(socket),
            Output::Connectivity(connectivity::Action::Close { socket }) => self.close(socket),
            Output::Connectivity(connectivity::Action::Probe { within }) => self.probe(within),
            Output::Realtime(action) => self.send(action),
            Output::Routes(edit) => self.router.edit(edit),
            Output::Tabs(action) => {
                if let Some(tabs) = &self.tabs {
                    tabs.act(action);
                }
            }
            Output::Forward { topic, tabs } => {
                let (seen, hidden) = (Array::new(), Array::new());
                for (tab, is_seen) in tabs {
                    let tabs = if is_seen { &seen } else { &hidden };
                    tabs.push(&JsValue::from_str(&tab_name(tab)));
                }
                self.router.forward_to(&topic, &seen, &hidden);
            }
            Output::Deliver(Echo { topic, event, payload, is_bytes }) => {
                self.router.echo(&topic, &event, &payload, is_bytes);
            }
            Output::AskToken { question } => self.ask_token(question),
            Output::Http { request, path, body, token, within } => {
                self.request(request, path, body, token, within);
            }
            Output::Storage { id, operation } => self.storage.borrow().execute(id, operation),
            Output::RenewStorage => drop(self.storage.replace(storage(Rc::downgrade(self)))),
            Output::RememberUser(user) => remember_user(&self.setup.project.url, user),
            Output::Log(entry) => told.log.push(entry),
            Output::Notify(notification) => told.notifications.push(notification),
        }
    }

    fn send(&self, action: realtime::Action<JsValue>) {
        match action {
            realtime::Action::Send { socket, frame } => self.with_socket(socket, |open| open.send(&frame)),
            realtime::Action::SendBroadcast { socket, header, payload, encoding } => {
                self.with_socket(socket, |open| open.send_broadcast(&header, &payload, encoding));
            }
        }
    }

    fn with_socket(&self, socket: SocketId, work: impl FnOnce(&Socket)) {
        if let Some((_, open)) = self.sockets.borrow().iter().find(|(id, _)| *id == socket) {
            work(open);
        }
    }

    fn close(&self, socket: SocketId) {
        let mut sockets = self.sockets.borrow_mut();
        let at = sockets.iter().position(|(id, _)| *id == socket);
        let closed = at.map(|at| sockets.remove(at));
        // Released before it closes.
        drop(sockets);
        drop(closed);
        self.router.forget(socket.0);
    }

    fn open(self: &Rc<Self>, socket: SocketId) {
        let driver = Rc::downgrade(self);
        let listener = move |event| {
            if let Some(driver) = driver.upgrade() {
                let input = match event {
                    SocketEvent::Opened => Input::SocketOpened { socket, epoch: epoch() },
                    SocketEvent::Closed(code) => connectivity::Event::Closed { socket, code }.into(),
                };
                let is_over = matches!(event, SocketEvent::Closed(_));
                driver.handle(input);
                if is_over {
                    driver.close(socket);
                }
            }
        };
        match Socket::open(&self.setup.url, &self.router, socket, listener.clone()) {
            Ok(opening) => self.sockets.borrow_mut().push((socket, opening)),
            // The browser refused the URL itself; 1006 is what a socket that could not open closes with.
            Err(_) => {
                settle(&JsValue::UNDEFINED, &once(move |_| listener(SocketEvent::Closed(1006))));
            }
        }
    }

    fn probe(self: &Rc<Self>, within: u64) {
        let driver = Rc::downgrade(self);
        self.setup.project.answers(within, move |answered| {
            if let Some(driver) = driver.upgrade() {
                driver.handle(connectivity::Event::Probed { answered }.into());
            }
        });
    }

    fn request(
        self: &Rc<Self>,
        request: RequestId,
        path: String,
        body: Option<JsValue>,
        token: Option<String>,
        within: u64,
    ) {
        let driver = Rc::downgrade(self);
        self.setup.project.request(&path, body, token.as_deref(), within, move |answer, ahead| {
            if let Some(driver) = driver.upgrade() {
                if let Some(ahead) = ahead {
                    driver.handle(session::Event::Clock { ahead }.into());
                }
                driver.handle(Input::HttpDone { request, answer });
            }
        });
    }

    /// Asks in a later turn, because the application's function is a callback like any other.
    fn ask_token(self: &Rc<Self>, question: QuestionId) {
        let Some(source) = &self.setup.access_token else { return };
        let driver = Rc::downgrade(self);
        let told = once(move |answer| {
            if let Some(driver) = driver.upgrade() {
                driver.handle(token_event(question, answer).into());
            }
        });
        settle(source, &told);
    }
}

/// The browser's storage, which tells this driver.
fn storage(driver: Weak<Driver>) -> Storage {
    Storage::new(move |event| {
        if let Some(driver) = driver.upgrade() {
            driver.handle(Input::Storage(event));
        }
    })
}

fn token_event(question: QuestionId, answer: Ended) -> session::Event {
    let failed = |reason: &str| session::Event::TokenFailed { question, reason: reason.to_owned() };
    let given = |value, claims| session::Event::Token { question, value, claims };
    match answer {
        // `js/options/token.ts` has checked what the application gave.
        Ok(token) => {
            let token = token.as_string();
            let claims = token.as_deref().map(claims).unwrap_or_default();
            given(token, claims)
        }
        Err(error) => failed(&message_of(&error)),
    }
}

fn message_of(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "it threw something that is no error".into())
}
