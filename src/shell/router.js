/**
 * Executes the routing table that the core writes: data frames go from the socket to their callbacks without
 * entering wasm, control frames go to the core. Its twin in Rust is `tests/twin/router.rs`; a differential
 * test holds the two to each other, so a change here is a change there.
 */

import { broadcastFrame, broadcastOf, echoOf, show, sizeOf, V1, V2 } from './router/frames.js';
import { Reader } from './router/reader.js';
import { Handover, Received, Table } from './router/table.js';

/** What comes and goes on sockets, and what the core says of slots and topics. `Reader` has what becomes of a frame. */
export class Router {
  frames = 0;
  bytes = 0;
  dropped = 0;
  /** What came by way of another tab, which is counted in no other frames and bytes. */
  taken = 0;
  takenBytes = 0;
  #protocol;
  #reader;
  #tap;
  #shared;
  #table;
  #forwarder;
  #received = new Received();

  /**
   * @param {1 | 2} version of the protocol whose frames are read
   * @param {(socket: number, frame: unknown) => void} control takes a control frame
   * @param {(slot: number, count: number) => void} overflow is told, before a slot is handed what it waits for, how
   *   many of its messages were dropped because it was too much
   * @param {ReturnType<typeof import('./router/forward.js').forwarding>} [forwarding] where frames go to other tabs too
   */
  constructor(version, control, overflow, forwarding) {
    this.#protocol = version === 1 ? V1 : V2;
    this.#table = new Table(this.#protocol);
    const dropped = (slot, count) => {
      this.dropped += count;
      overflow(slot, count);
    };
    this.#shared = { handover: new Handover(), dropped };
    this.#forwarder = forwarding?.(this.#shared.handover);
    this.#reader = new Reader(this.#protocol, control, this.#table, this.#forwarder);
  }

  /** What waits for a slot whose `delivery` changes is dropped. */
  setSlot(slot, callback, delivery) {
    this.#table.setSlot(slot, callback, delivery, this.#shared);
  }

  /** One that is being delivered to does not hear of it either, and what waits for it is dropped. */
  dropSlot(slot) {
    this.#table.dropSlot(slot);
  }

  setRoutes(topic, ...routes) {
    this.#table.setRoutes(topic, ...routes);
  }

  /** What came on the topic and is not handed over yet is not any more. */
  dropRoutes(topic) {
    this.#table.dropRoutes(topic);
  }

  /**
   * A topic's data frames go to these tabs too, whether or not it has routes; if to none, what waits to go is dropped.
   * @param {string[]} tabs that somebody sees @param {string[]} hidden that nobody does
   */
  setForward(topic, tabs, hidden) {
    const former = this.#table.topic(topic)?.forward;
    this.#table.setForward(topic, this.#forwarder?.to(topic, tabs, hidden, former));
  }

  /**
   * Takes data frames that the router of another tab has forwarded, and routes them as if they came from a socket.
   * @param {(string | ArrayBuffer)[]} frames
   * @param {(string | number)[]} dropped `[topic, count, …]` of those before them that were too much for that tab
   */
  take(frames, dropped) {
    this.#shared.handover.frameCame();
    for (let at = 0; at < dropped.length; at += 2) {
      const slots = this.#table.topic(dropped[at])?.slots ?? [];
      for (const slot of slots) this.#shared.dropped(slot, dropped[at + 1]);
    }
    for (const data of frames) {
      this.taken += 1;
      this.takenBytes += sizeOf(data);
      if (this.#tap) show(this.#tap, 'in', data);
      this.read(undefined, data);
    }
  }

  /** What waits to go to other tabs goes now. */
  flush() {
    this.#forwarder?.flush();
  }

  /** Delivers a broadcast of another tab's, which the server does not send back to the socket that they share. */
  echo(topic, event, payload, isBytes) {
    const data = isBytes ? broadcastOf(topic, event, payload) : echoOf(this.#protocol, topic, event, payload);
    this.read(undefined, data);
  }

  /** @param {number | undefined} socket `undefined` if the frame came by way of another tab */
  read(socket, data) {
    if (typeof data === 'string') this.#reader.text(socket, data);
    else this.#reader.binary(socket, data);
  }

  /** What was received, and what became of it, as a part of the client's counters. */
  counts() {
    const { frames, bytes, malformed, unrouted, duplicates } = this;
    return { frames, bytes, malformed, unrouted, duplicates };
  }

  /** @param {undefined | ((frame: { direction: 'in' | 'out', data: string | ArrayBuffer }) => void)} tap is shown every frame */
  setTap(tap) {
    this.#tap = tap;
  }

  send(socket, frame) {
    this.#send(socket, JSON.stringify(frame));
  }

  sendBroadcast(socket, header, payload, isJson) {
    this.#send(socket, broadcastFrame(header, payload, isJson));
  }

  #send(socket, data) {
    if (this.#tap) show(this.#tap, 'out', data);
    socket.send(data);
  }

  /** The listener of a socket's `message` events. */
  receiver(socket) {
    const received = this.#received.of(socket);
    const reader = this.#reader;
    return (event) => {
      const { data } = event;
      this.frames += 1;
      received.frames += 1;
      received.last = event;
      this.#shared.handover.frameCame();
      if (this.#tap) show(this.#tap, 'in', data);
      if (typeof data === 'string') {
        this.bytes += data.length;
        reader.text(socket, data);
      } else {
        this.bytes += data.byteLength;
        reader.binary(socket, data);
      }
    };
  }

  /** How many frames a socket has received since the last call, and when the last of them came: `[frames, time]`. */
  heard(socket) {
    return this.#received.take(socket);
  }

  /** The socket is closed. */
  forget(socket) {
    this.#received.forget(socket);
  }

  get malformed() {
    return this.#reader.malformed;
  }

  get unrouted() {
    return this.#reader.unrouted;
  }

  get duplicates() {
    return this.#reader.duplicates;
  }
}
