//! The tabs' locks and channels (`tabs.js`), as the driver sees them.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::core::ids::TabId;
use crate::core::tabs::{Action, Event, Membership};
use crate::shell::router::Router;

#[wasm_bindgen(module = "/src/shell/tabs.js")]
extern "C" {
    #[wasm_bindgen(js_name = Tabs)]
    type Channels;

    #[wasm_bindgen(constructor, js_class = Tabs)]
    fn new(tab: &str, tell: &Function) -> Channels;

    #[wasm_bindgen(method, setter)]
    fn set_router(this: &Channels, router: &Router);

    #[wasm_bindgen(method, getter)]
    fn forward(this: &Channels) -> Function;

    #[wasm_bindgen(method)]
    fn enter(this: &Channels, membership: u32, group: &str);

    #[wasm_bindgen(method)]
    fn leave(this: &Channels);

    #[wasm_bindgen(method)]
    fn queue(this: &Channels);

    #[wasm_bindgen(method)]
    fn steal(this: &Channels);

    #[wasm_bindgen(method)]
    fn check(this: &Channels);

    #[wasm_bindgen(method)]
    fn watch(this: &Channels, tab: &str);

    #[wasm_bindgen(method)]
    fn unwatch(this: &Channels, tab: &str);

    #[wasm_bindgen(method, js_name = takeFrom)]
    fn take_from(this: &Channels, tab: &str);

    #[wasm_bindgen(method, catch)]
    fn post(this: &Channels, tab: Option<&str>, message: &JsValue) -> Result<(), JsValue>;

    /// Whether this browser, and this page in it, has what sharing takes.
    #[wasm_bindgen(js_name = canShare)]
    pub fn can_share() -> bool;

    /// The application's source of tokens, asked by one tab of the project's at a time.
    #[wasm_bindgen(js_name = inTurn)]
    pub fn in_turn(project: &str, source: &Function) -> Function;
}

/// This tab's locks and channels. Dropped, they are given back.
pub struct Tabs {
    channels: Channels,
    _tell: Closure<dyn FnMut(u32, u8, JsValue)>,
}

impl Tabs {
    /// None yet, of a tab of this name.
    pub fn new(tab: TabId, tell: impl Fn(Membership, Event<JsValue>) + 'static) -> Self {
        let tell = Closure::<dyn FnMut(u32, u8, JsValue)>::new(move |membership, event, value| {
            if let Some(event) = event_of(event, value) {
                tell(Membership(membership), event);
            }
        });
        Self { channels: Channels::new(&name(tab), tell.as_ref().unchecked_ref()), _tell: tell }
    }

    /// What the router hands frames for other tabs to.
    pub fn forward(&self) -> Function {
        self.channels.forward()
    }

    /// The router that takes the frames of other tabs.
    pub fn serve(&self, router: &Router) {
        self.channels.set_router(router);
    }

    /// Does what the core says.
    pub fn act(&self, action: Action<JsValue>) {
        match action {
            Action::Enter { membership, group } => self.channels.enter(membership.0, &group),
            Action::Leave => self.channels.leave(),
            Action::Queue => self.channels.queue(),
            Action::Steal => self.channels.steal(),
            Action::Check => self.channels.check(),
            Action::Watch(tab) => self.channels.watch(&name(tab)),
            Action::Unwatch(tab) => self.channels.unwatch(&name(tab)),
            Action::TakeFrom(tab) => self.channels.take_from(&name(tab)),
            Action::Post { to, message } => {
                // What cannot be cloned was none of JSON's; it is not understood elsewhere either.
                let _ = self.channels.post(to.map(name).as_deref(), &message);
            }
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channels.leave();
    }
}

/// A tab's name for locks, channels and the router.
pub fn name(tab: TabId) -> String {
    tab.0.to_string()
}

fn event_of(event: u8, value: JsValue) -> Option<Event<JsValue>> {
    Some(match event {
        0 => Event::Entered,
        1 => Event::Granted,
        2 => Event::Lost,
        3 => Event::Unavailable,
        4 => Event::Checked(value.is_truthy()),
        5 => Event::Gone(TabId(value.as_string()?.parse().ok()?)),
        _ => Event::Said(value),
    })
}
