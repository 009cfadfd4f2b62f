/** Opens a socket. `receive` listens to its messages; `tell()` says that it is open, `tell(code)` that it has closed. */
export function openSocket(url, receive, tell) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = receive;
  socket.onopen = () => tell();
  socket.onclose = ({ code }) => tell(code);
  return socket;
}

/** Closes it; nothing is told of it any more. */
export function closeSocket(socket) {
  socket.onmessage = null;
  socket.onopen = null;
  socket.onclose = null;
  // Always allowed.
  socket.close(1000);
}
