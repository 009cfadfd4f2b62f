//! One WebSocket, with its listeners; dropping it closes it and drops them.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::core::ids::SocketId;
use crate::core::realtime::frame::Encoding;
use crate::shell::router::Router;

#[wasm_bindgen(module = "/src/shell/socket.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = openSocket)]
    fn open_socket(url: &str, receive: &Function, tell: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = closeSocket)]
    fn close_socket(socket: &JsValue);
}

/// What happens to a socket.
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// It has closed, or failed to open, with this code.
    Closed(u16),
}

/// An open or opening socket.
pub struct Socket {
    socket: JsValue,
    router: Router,
    _tell: Closure<dyn Fn(Option<u16>)>,
}

impl Socket {
    /// Begins to open `url`. Data frames go through the router without entering wasm, control frames with `id`.
    ///
    /// # Errors
    /// Where the browser refuses the URL, for example by a content security policy.
    pub fn open(
        url: &str,
        router: &Router,
        id: SocketId,
        listener: impl Fn(SocketEvent) + 'static,
    ) -> Result<Self, JsValue> {
        let tell = Closure::<dyn Fn(Option<u16>)>::new(move |code: Option<u16>| {
            listener(code.map_or(SocketEvent::Opened, SocketEvent::Closed));
        });
        let socket = open_socket(url, &router.receiver(id.0), tell.as_ref().unchecked_ref())?;
        Ok(Self { socket, router: router.clone(), _tell: tell })
    }

    /// Sends a frame. A socket that is closing drops it; its `close` event tells the core.
    pub fn send(&self, frame: &JsValue) {
        let _ = self.router.send(&self.socket, frame);
    }

    /// Sends a binary broadcast: the core's header with the payload behind it, which is bytes (an `ArrayBuffer` or a
    /// view) or a value to be written as JSON. The payload does not enter wasm.
    pub fn send_broadcast(&self, header: &[u8], payload: &JsValue, encoding: Encoding) {
        let _ = self.router.send_broadcast(&self.socket, header, payload, encoding == Encoding::Json);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        close_socket(&self.socket);
    }
}
