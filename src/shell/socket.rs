//! One WebSocket, with its listeners; dropping it closes it and drops them.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, Event, WebSocket};

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
    _opened: Closure<dyn FnMut(Event)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Begins to open `url`. Data frames go to `receiver` without entering wasm.
    ///
    /// # Errors
    /// Where the browser refuses the URL, for example by a content security policy.
    pub fn open(
        url: &str,
        receiver: &Function,
        listener: impl Fn(SocketEvent) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = listener.clone();
        let opened = Closure::<dyn FnMut(Event)>::new(move |_| on_open(SocketEvent::Opened));
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            listener(SocketEvent::Closed(event.code()));
        });
        socket.set_onmessage(Some(receiver));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, _opened: opened, _closed: closed })
    }

    /// Sends a frame. A socket that is closing drops it; its `close` event tells the core.
    pub fn send(&self, frame: &JsValue) {
        if let Ok(text) = js_sys::JSON::stringify(frame) {
            let _ = self.socket.send_with_str(&String::from(text));
        }
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
