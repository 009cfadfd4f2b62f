import { connect } from 'node:net';

/**
 * Knocks at a server until it is stopped: connections that come and go.
 *
 * The server of wasm-bindgen's test runner gives each connection a thread of a pool, which takes a thread that has just
 * been woken for a free one. When a browser asks for many files at once, a connection may then wait until another ends,
 * and browsers keep theirs for five minutes. One that ends at once has its thread look after those that wait.
 * @param {number} port
 */
export function knockAt(port) {
  let lastAnswered = Date.now();
  const timer = setInterval(() => {
    const socket = connect(port, '127.0.0.1', () => {
      lastAnswered = Date.now();
      socket.end();
    });
    // Between two test programs nobody is there.
    socket.on('error', () => {});
  }, 250);
  return {
    /** When the server was last there, or the knocking began. */
    lastAnswered: () => lastAnswered,
    stop: () => clearInterval(timer),
  };
}
