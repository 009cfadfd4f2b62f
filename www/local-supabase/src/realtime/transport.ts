import type { RawData, WebSocket } from 'ws';
import { corrupted, type Frame, labelOf } from '../faults/frame.js';
import { Lane } from '../faults/lane.js';
import type { FaultRules, FrameVerdict } from '../faults/rules.js';
import { anonymous } from '../http/who.js';
import { type CountedSocket, noSocketCounts } from '../traffic.js';
import type { JoinResult } from './join.js';

const mostUnreadBytes = 50_000_000;

interface Incoming {
  data: Buffer;
  isBinary: boolean;
}

/** What a transport is opened with besides its connection. */
export interface TransportOptions {
  /** In order of opening, from 1. */
  id: number;
  /** The name that the client gave itself. */
  name: string | null;
  faults: FaultRules;
}

/**
 * The connection under a socket: frames in, frames out. Here frames are counted, as they cross the connection, and
 * here faults happen to them.
 */
export class Transport implements CountedSocket {
  readonly id: number;
  /** It is over as far as the server is concerned. */
  readonly closed: Promise<void>;
  /** The connection is gone, too. */
  readonly ended: Promise<void>;
  readonly counts = { opened: 1, ...noSocketCounts() };
  readonly #connection: WebSocket;
  readonly #name: string | null;
  readonly #faults: FaultRules;
  /** Frames, and the code of a close that waits behind them. */
  readonly #outgoing = new Lane<Frame | number>((item) => {
    if (typeof item === 'number') this.#close(item);
    else this.#transmit(item);
  });
  /** Frames, and the client's going that comes after them: `null`. */
  readonly #incoming = new Lane<Incoming | null>((frame) => {
    if (frame === null) this.#endForServer();
    else this.#hear(frame);
  });
  /** What came in while frozen. */
  #unheard: Incoming[] = [];
  #listener: (data: Buffer, isBinary: boolean) => void = () => {};
  #session: string | null = null;
  #isFrozen = false;
  #isOver = false;
  /** The server itself ends the connection: whatever is still to come is lost. */
  #isEnding = false;
  #onOver = (): void => {};

  constructor(connection: WebSocket, { id, name, faults }: TransportOptions) {
    this.id = id;
    this.#connection = connection;
    this.#name = name;
    this.#faults = faults;
    // A connection that breaks is closed next; without a listener the error would end the process.
    connection.on('error', () => {});
    connection.on('message', (data, isBinary) => this.#receive(toBuffer(data), isBinary));
    this.closed = new Promise((resolve) => {
      this.#onOver = resolve;
    });
    this.ended = new Promise((resolve) => {
      connection.on('close', () => {
        this.#outgoing.drop();
        if (this.#isEnding) this.#endForServer();
        else this.#incoming.putLast(null);
        resolve();
      });
    });
  }

  /** Who is at the other end: the name it gave, else the session of the newest join. */
  get client(): string {
    return this.#name ?? this.#session ?? anonymous;
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#connection.readyState === this.#connection.OPEN;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  onFrame(listener: (data: Buffer, isBinary: boolean) => void): void {
    this.#listener = listener;
  }

  send(frame: Frame): void {
    // What is lost anyway is no frame that a fault could hit.
    if (this.#isFrozen || !this.isOpen) return;
    if (this.#outgoing.isIdle && !this.#faults.touchesFrames) this.#transmit(frame);
    else this.#sendWithFaults(frame);
  }

  /** After the frames that still wait, if any do. */
  close(code: number): void {
    if (this.#outgoing.isIdle) this.#close(code);
    else this.#outgoing.putLast(code);
  }

  /** As a server that goes down: it cannot wait for frames that wait. They come, but at once. */
  closeAtOnce(code: number): void {
    this.#outgoing.flush();
    this.#close(code);
  }

  /** Cuts the connection without a close frame, as a lost network does. What is on its way is lost. */
  terminate(): void {
    this.#isEnding = true;
    this.#incoming.drop();
    this.#outgoing.drop();
    this.#connection.terminate();
    // The client had gone already, only the server had not noticed yet.
    if (this.#connection.readyState === this.#connection.CLOSED) this.#endForServer();
  }

  /** From now on the connection is half open: it stays, but nothing is read, and what is sent is lost. */
  freeze(): void {
    this.#isFrozen = true;
    this.#connection.pause();
  }

  /** The network delivers again. A connection that the server gave up meanwhile is reset. */
  thaw(): void {
    this.#isFrozen = false;
    if (this.#isOver) {
      this.terminate();
      return;
    }
    for (const frame of this.#unheard.splice(0)) this.#hear(frame);
    this.#connection.resume();
  }

  /** Counts a decided join and names the client by it; a fault may turn it into a refusal. */
  settleJoin(topic: string, result: JoinResult): JoinResult {
    const session = result.refusal === undefined ? result.options.access.claims.session_id : undefined;
    if (typeof session === 'string') this.#session = session;
    const reason = result.refusal?.reason ?? this.#faults.judgeJoin(topic, this.client);
    if (reason === null) this.counts.joins += 1;
    else this.counts.refusedJoins += 1;
    return reason === null || result.refusal !== undefined
      ? result
      : { refusal: { reason, closesSocket: false } };
  }

  resetCounts(): void {
    Object.assign(this.counts, { opened: 0, ...noSocketCounts() });
  }

  #transmit(frame: Frame): void {
    if (this.#isFrozen || !this.isOpen) return;
    this.counts.messagesOut += 1;
    this.counts.bytesOut += Buffer.byteLength(frame);
    this.#connection.send(frame);
    // The real server's process for a connection that does not read grows until it is killed.
    if (this.#connection.bufferedAmount > mostUnreadBytes) this.terminate();
  }

  #close(code: number): void {
    // Of a half-open connection the other side hears nothing.
    if (this.#isFrozen) {
      this.#endForServer();
      return;
    }
    this.#isEnding = true;
    this.#incoming.drop();
    this.#connection.close(code);
  }

  #endForServer(): void {
    this.#isOver = true;
    this.#incoming.drop();
    this.#onOver();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.counts.messagesIn += 1;
    this.counts.bytesIn += data.length;
    if (this.#incoming.isIdle && !this.#faults.touchesFrames) this.#hear({ data, isBinary });
    else this.#receiveWithFaults(isBinary ? data : data.toString());
  }

  #hear(frame: Incoming): void {
    if (this.#isOver || this.#isEnding) return;
    if (this.#isFrozen) this.#unheard.push(frame);
    else this.#listener(frame.data, frame.isBinary);
  }

  #sendWithFaults(frame: Frame): void {
    const verdict = this.#faults.judgeFrame('toClient', this.client, this.#outgoing.isHolding, () =>
      labelOf(frame),
    );
    enter(this.#outgoing, altered(frame, verdict), verdict);
  }

  #receiveWithFaults(frame: Frame): void {
    const verdict = this.#faults.judgeFrame('toServer', this.client, this.#incoming.isHolding, () =>
      labelOf(frame),
    );
    const frames = altered(frame, verdict).map((copy) => ({
      data: typeof copy === 'string' ? Buffer.from(copy) : copy,
      isBinary: typeof copy !== 'string',
    }));
    enter(this.#incoming, frames, verdict);
  }
}

/** What is left of a frame, as often as it comes. */
function altered(frame: Frame, verdict: FrameVerdict | null): Frame[] {
  if (verdict === null) return [frame];
  if (verdict.dropped) return [];
  const left = verdict.corruption === null ? frame : corrupted(frame, verdict.corruption);
  return new Array<Frame>(verdict.copies).fill(left);
}

function enter<Item>(lane: Lane<Item>, items: readonly Item[], verdict: FrameVerdict | null): void {
  if (items.length === 0) return;
  const delayMs = verdict?.delayMs ?? 0;
  if (verdict?.holdMs != null) lane.hold(items, verdict.holdMs, delayMs);
  else lane.put(items, delayMs);
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
