import { setTimeout as sleep } from 'node:timers/promises';
import { ask, Connection } from './connection.mjs';
import { inlineParameters } from './database.mjs';
import { flood } from './flood.mjs';
import { Inbox } from './inbox.mjs';

/** Longer than any answer takes; only what never comes costs it. */
const patienceMs = 2_500;

/** Once something has failed to come, the rest of the scenario is seldom worth so long a wait. */
const lostPatienceMs = 400;

/**
 * Where the recording waited and nothing came, nothing must come here. A heartbeat would be one more frame on the
 * wire, so it is time that proves it: everything happens in one process, where an answer takes a few milliseconds.
 */
const quietMs = 40;

/** From so long a pause on, the recording was waiting for what might come; shorter ones are its own slowness. */
const recordedPauseMs = 100;

/** How long the server stays away when it restarts: long enough for the clients that try in vain meanwhile. */
const downForMs = 500;

/** Does to a backend what the client of a recording did, each action once everything recorded before it has come. */
export class Driver {
  inbox = new Inbox();
  /** What could not be done: statements that fail, requests that the control server does not know. */
  failures = [];
  #backend;
  #control;
  #tokens;
  #connections = new Map();
  #restarting = null;
  #last = null;
  #patience = patienceMs;

  constructor(backend, control, tokens) {
    this.#backend = backend;
    this.#control = control;
    this.#tokens = tokens;
  }

  async run(timeline) {
    try {
      for (const item of timeline) {
        if (item.type === 'answer') {
          this.inbox.expect(item);
        } else {
          await this.#arrived();
          if (this.#isAfterSilence(item)) {
            await sleep(quietMs);
            this.inbox.barrier += 1;
          }
          item.performedAt = performance.now();
          await this.#perform(item);
        }
        this.#last = item;
      }
      await this.#arrived();
      await sleep(quietMs);
    } finally {
      this.inbox.isClosed = true;
      for (const connection of this.#connections.values()) connection.terminate();
    }
  }

  async #arrived() {
    if (!(await this.inbox.all(this.#patience))) this.#patience = lostPatienceMs;
  }

  /** Before a client goes, the silence counts even if something came: what comes too late is lost with it. */
  #isAfterSilence(action) {
    if (this.#last === null || action.at - this.#last.at < recordedPauseMs) return false;
    return this.#last.type === 'action' || action.do === 'close';
  }

  async #perform(action) {
    const connection = this.#connections.get(action.connection);
    switch (action.do) {
      case 'open':
        return this.#open(action);
      case 'send':
        if (action.bytes !== undefined) return connection.sendBytes(action.bytes);
        return connection.sendText(await this.#tokens.replace(action.text, action));
      case 'ping':
        return connection.ping(action.bytes);
      case 'close':
        return connection.close(action.code, action.reason);
      case 'sql':
        return this.#try(() => this.#control.sql(inlineParameters(action.sql, action.params)));
      case 'http':
        return this.#ask(action);
      case 'flood':
        return flood(connection, () => this.inbox.has(action.lane, 'Too many messages'));
      case 'settings':
        return this.#try(() => this.#control.post('/realtime/settings', action.settings));
      case 'restart':
        // It is answered when the server is back, which is no concern of those who meanwhile try in vain.
        this.#restarting = this.#try(() => this.#control.post('/server/restart', { downForMs }));
        return;
      case 'awaitServer':
        return this.#awaitServer();
      default:
        throw new Error(`The replayer cannot do "${action.do}"`);
    }
  }

  async #open(action) {
    const path = await this.#tokens.replace(action.path, action);
    const headers = await this.#handshakeHeaders(action);
    const hear = (answer) => this.inbox.hear(action.lane, answer);
    const url = `${this.#backend.url.replace('http', 'ws')}${path}`;
    this.#connections.set(action.connection, new Connection(url, headers, hear));
  }

  /** Headers of handshakes are not recorded; the steps that are about them say which there were. */
  async #handshakeHeaders({ step }) {
    if (step.startsWith('x-api-key header')) return { 'x-api-key': this.#backend.anonKey };
    if (step === 'authorization header only') return { authorization: `Bearer ${this.#backend.anonKey}` };
    return {};
  }

  async #ask(action) {
    const replace = (text) => this.#tokens.replace(text, action);
    const { host, connection, 'content-length': length, ...recorded } = action.headers;
    const headers = JSON.parse(await replace(JSON.stringify(recorded)));
    const { method } = action;
    const body = action.bytes ?? (await replace(action.text));
    if (length !== undefined) headers['content-length'] = Buffer.byteLength(body);
    const url = `${this.#backend.url}${await replace(action.path)}`;
    const asking = ask(url, { method, headers, body: length === undefined ? undefined : body });
    asking.then(
      (answer) => this.inbox.hear(action.lane, answer),
      (cause) => this.failures.push(`${method} ${action.path}: ${cause.message}`),
    );
  }

  async #awaitServer() {
    await this.#restarting;
    const url = `${this.#backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${this.#backend.anonKey}`;
    const deadline = Date.now() + 4 * downForMs;
    while (Date.now() < deadline) {
      const kind = await new Promise((resolve) => {
        const probe = new Connection(url, {}, (answer) => {
          resolve(answer.kind);
          probe.terminate();
        });
      });
      if (kind === 'open') return;
      await sleep(20);
    }
    this.failures.push('the server did not come back');
  }

  async #try(action) {
    try {
      await action();
    } catch (cause) {
      this.failures.push(cause.message);
    }
  }
}
