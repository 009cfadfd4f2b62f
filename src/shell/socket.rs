//! One WebSocket, with its listeners; dropping it closes it and drops them.

use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, WebSocket};

use crate::core::ids::SocketId;
use crate::core::realtime::frame::Encoding;
use crate::shell::router::Router;

/// What happens to a socket.
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// It has closed, or failed to open, with this code.
    Closed(u16),
}

/// An open or opening socket.
pub struct Socket {
    socket: WebSocket,
    router: Router,
    _opened: Closure<dyn FnMut()>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
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
        listener: impl Fn(SocketEvent) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = listener.clone();
        let opened = Closure::<dyn FnMut()>::new(move || on_open(SocketEvent::Opened));
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            listener(SocketEvent::Closed(event.code()));
        });
        socket.set_onmessage(Some(&router.receiver(id.0)));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, router: router.clone(), _opened: opened, _closed: closed })
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
        self.socket.set_onmessage(None);
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        // 1000 is always allowed.
        let _ = self.socket.close_with_code(1000);
    }
}
