import { type FrameLabel, topicName } from './frame.js';
import type { Fault, FaultState, FrameFault, HandshakeFault, RequestFault, Service } from './types.js';

/** What becomes of one frame. */
export interface FrameVerdict {
  dropped: boolean;
  corruption: 'truncate' | 'flip' | null;
  copies: number;
  delayMs: number;
  /** Held until another frame has passed, at most so long; `null`: not held. */
  holdMs: number | null;
}

/** What is known of a request before it runs. */
export interface RequestFacts {
  method: string;
  path: string;
  service: Service | 'other';
  client: string;
}

const defaultHoldMs = 1_000;
const defaultReason = 'UnknownErrorOnChannel: A fault was asked for';

/** A fault, and how much of it is left. */
interface Rule<Kind extends Fault = Fault> {
  id: number;
  fault: Kind;
  toSkip: number;
  hits: number;
  /** Of a limit: when those passed that still count, in milliseconds. */
  passed: number[];
}

/** Over how long a limit counts, in milliseconds. */
const limitWindowMs = 1_000;

/**
 * Which faults are set, and whom they hit. It only decides: whoever asks does what it says. Faults apply in the order
 * in which they were set.
 */
export class FaultRules {
  readonly #rules = new Map<number, Rule>();
  #lastId = 0;
  #touchesFrames = false;
  #losesConnections = false;

  /** Whether any frame may be hit; asked for each frame, so it is kept ready. */
  get touchesFrames(): boolean {
    return this.#touchesFrames;
  }

  /** Whether any request may lose its connection. */
  get losesConnections(): boolean {
    return this.#losesConnections;
  }

  add(fault: Fault): number {
    this.#lastId += 1;
    this.#rules.set(this.#lastId, { id: this.#lastId, fault, toSkip: fault.skip ?? 0, hits: 0, passed: [] });
    this.#summarize();
    return this.#lastId;
  }

  /** Whether there was one. */
  remove(id: number): boolean {
    const removed = this.#rules.delete(id);
    this.#summarize();
    return removed;
  }

  clear(): void {
    this.#rules.clear();
    this.#summarize();
  }

  /** All that were set and not removed, spent ones too. */
  list(): FaultState[] {
    return [...this.#rules.values()].map(({ id, fault, hits }) => ({ id, hits, ...fault }));
  }

  /**
   * `null`: nothing happens to the frame. `label` is called only if a fault asks for it; `isHolding` says that a frame
   * of this direction waits already for this one to pass it.
   */
  judgeFrame(
    direction: FrameFault['direction'],
    client: string,
    isHolding: boolean,
    label: () => FrameLabel,
  ): FrameVerdict | null {
    let verdict: FrameVerdict | null = null;
    let known: FrameLabel | null = null;
    const knownLabel = (): FrameLabel => {
      known ??= label();
      return known;
    };
    for (const rule of this.#active('frame', client)) {
      const { fault } = rule;
      if (fault.direction !== direction || !matchesLabel(fault, knownLabel)) continue;
      if (fault.action === 'reorder' && (isHolding || verdict?.holdMs != null)) continue;
      if (!this.#hit(rule)) continue;
      verdict ??= { dropped: false, corruption: null, copies: 1, delayMs: 0, holdMs: null };
      apply(fault, verdict);
      if (verdict.dropped) break;
    }
    return verdict;
  }

  /** In order: delays, and last a refusal if there is one. */
  judgeHandshake(client: string): HandshakeFault[] {
    return this.#untilTheEnd(this.#active('handshake', client), () => true, 0);
  }

  /** Why a join that would be accepted is refused, or `null`. */
  judgeJoin(topic: string, client: string): string | null {
    for (const rule of this.#active('join', client)) {
      const isMeant = rule.fault.topic === undefined || topicName(rule.fault.topic) === topicName(topic);
      if (isMeant && this.#hit(rule)) return rule.fault.reason ?? defaultReason;
    }
    return null;
  }

  /** In order: delays, and last what else becomes of the request if anything does. `now` is in milliseconds. */
  judgeRequest(facts: RequestFacts, now: number): RequestFault[] {
    const rules = this.#active('request', facts.client);
    return this.#untilTheEnd(rules, (fault) => matchesRequest(fault, facts), now);
  }

  #untilTheEnd<Kind extends HandshakeFault | RequestFault>(
    rules: Iterable<Rule<Kind>>,
    isMeant: (fault: Kind) => boolean,
    now: number,
  ): Kind[] {
    const found: Kind[] = [];
    for (const rule of rules) {
      if (!isMeant(rule.fault) || isWithinLimit(rule, now) || !this.#hit(rule)) continue;
      found.push(rule.fault);
      if (rule.fault.action !== 'delay') break;
    }
    return found;
  }

  *#active<On extends Fault['on']>(on: On, client: string): Iterable<Rule<Extract<Fault, { on: On }>>> {
    for (const rule of this.#rules.values()) {
      const { fault } = rule;
      if (fault.on !== on || isSpent(rule)) continue;
      if (fault.client !== undefined && fault.client !== client) continue;
      yield rule as Rule<Extract<Fault, { on: On }>>;
    }
  }

  /** Counts a match; `false`: it is one of those to skip. */
  #hit(rule: Rule): boolean {
    if (rule.toSkip > 0) {
      rule.toSkip -= 1;
      return false;
    }
    rule.hits += 1;
    if (isSpent(rule)) this.#summarize();
    return true;
  }

  #summarize(): void {
    const faults = [...this.#rules.values()].filter((rule) => !isSpent(rule)).map(({ fault }) => fault);
    this.#touchesFrames = faults.some(({ on }) => on === 'frame');
    this.#losesConnections = faults.some(({ action }) => action === 'loseRequest' || action === 'loseReply');
  }
}

/** Whether a limit lets this one pass, which then counts. */
function isWithinLimit({ fault, passed }: Rule, now: number): boolean {
  if (fault.action !== 'limit') return false;
  while (passed[0] !== undefined && now - passed[0] >= limitWindowMs) passed.shift();
  if (passed.length >= fault.perSecond) return false;
  passed.push(now);
  return true;
}

function isSpent({ fault, hits }: Rule): boolean {
  return fault.times !== undefined && hits >= fault.times;
}

function matchesLabel({ topic, event }: FrameFault, label: () => FrameLabel): boolean {
  if (topic === undefined && event === undefined) return true;
  const found = label();
  return (
    (topic === undefined || topicName(topic) === topicName(found.topic)) &&
    (event === undefined || found.events.includes(event))
  );
}

function matchesRequest({ service, method, path }: RequestFault, facts: RequestFacts): boolean {
  return (
    (service === undefined || service === facts.service) &&
    (method === undefined || method.toUpperCase() === facts.method) &&
    (path === undefined ||
      (path.endsWith('*') ? facts.path.startsWith(path.slice(0, -1)) : facts.path === path))
  );
}

function apply(fault: FrameFault, verdict: FrameVerdict): void {
  switch (fault.action) {
    case 'drop':
      verdict.dropped = true;
      return;
    case 'delay':
      verdict.delayMs += fault.delayMs;
      return;
    case 'duplicate':
      verdict.copies += 1;
      return;
    case 'reorder':
      verdict.holdMs = fault.delayMs ?? defaultHoldMs;
      return;
    case 'corrupt':
      verdict.corruption = fault.how ?? 'truncate';
      return;
  }
}
