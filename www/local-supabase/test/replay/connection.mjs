import { request as httpRequest } from 'node:http';
import WebSocket from 'ws';
import {
  binaryAnswer,
  closeAnswer,
  httpAnswer,
  openAnswer,
  pongAnswer,
  rejectedAnswer,
  textAnswer,
} from './answers.mjs';

/** One socket of a replay; `hear` is told everything the server says on it. */
export class Connection {
  #socket;
  #settled;
  #isRefused = false;

  constructor(url, headers, hear) {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, skipUTF8Validation: true });
    this.#socket = socket;
    socket.on('open', () => hear(openAnswer()));
    socket.on('message', (data, isBinary) => hear(isBinary ? binaryAnswer(data) : textAnswer(String(data))));
    socket.on('pong', (data) => hear(pongAnswer(data.toString('base64'))));
    socket.on('close', (code, reason) => {
      // A handshake that was refused never was a connection.
      if (!this.#isRefused) hear(closeAnswer(code, String(reason)));
    });
    // What follows an error is a close event with the code 1006.
    socket.on('error', () => {});
    this.#settled = new Promise((resolve) => {
      for (const event of ['open', 'close']) socket.on(event, resolve);
      socket.on('unexpected-response', async (_, response) => {
        this.#isRefused = true;
        hear(rejectedAnswer(response.statusCode, response.headers['content-type'], await readAll(response)));
        resolve();
      });
    });
  }

  async sendText(text) {
    await this.#settled;
    // What was not UTF-8 is recorded as replacement characters; any byte that never occurs in UTF-8 will do.
    const isInvalid = text.includes('\ufffd');
    const bytes = isInvalid ? Buffer.from(text.replaceAll('\ufffd', '\u00ff'), 'latin1') : Buffer.from(text);
    this.#send(bytes, false);
  }

  async sendBytes(bytes) {
    await this.#settled;
    this.#send(bytes, true);
  }

  async ping(bytes) {
    await this.#settled;
    if (this.#isOpen) this.#socket.ping(bytes);
  }

  async close(code, reason) {
    await this.#settled;
    if (code === 1006) this.#socket.terminate();
    else if (code === 1005) this.#socket.close();
    else this.#socket.close(code, reason);
  }

  terminate() {
    this.#socket.terminate();
  }

  get #isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** On a socket that has gone away nothing is sent: that it has shows in the answers that are missing. */
  #send(bytes, binary) {
    if (this.#isOpen) this.#socket.send(bytes, { binary });
  }
}

/** Not `fetch`, which adds headers of its own and refuses some of the recorded ones. */
export function ask(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, async (response) => {
      const text = await readAll(response);
      resolve(httpAnswer(response.statusCode, response.headers['content-type'], text));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
