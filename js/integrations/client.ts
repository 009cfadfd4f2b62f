import { checkListener, copied, invalid } from '../arguments.js';
import { Emitter, report } from '../emitter.js';
import { DashboardError } from '../errors.js';
import { type Asked, checkedRequest, checkName, type ServiceRequest } from '../options/request.js';
import { checkedService, type ServiceOptions } from '../options/service.js';
import { checkOperation, flagOf, signalOf } from '../resilience/arguments.js';
import type { AttemptContext } from '../resilience/attempt.js';
import type { DashboardCircuitBreaker } from '../resilience/breaker.js';
import { type ExecuteOptions, fallbacksOf, fallenBack } from '../resilience/fallback.js';
import { eitherOf, rejectedLater } from '../resilience/promises.js';
import { FAILURE, NEUTRAL, ofError, ofStatus, SUCCESS, type Verdict, WELL } from '../resilience/verdict.js';
import { type Answer, contentOf, responseOf } from './answer.js';
import { ask, probe } from './asking.js';
import { Flights } from './flights.js';
import { Service, type ServiceStatus, type ServiceWatcher } from './service.js';
import type { SharedBreakers } from './sharing.js';
import { Watch } from './watching.js';

/** What `on` can listen to. */
export interface IntegrationEvents {
  /** An attempt at a call of a service has come to its end, or its breaker has changed. */
  service: { name: string } & ServiceStatus;
}

/**
 * Calls services that may fail: each is registered by name, with its own breaker, retries, timeout and bulkhead, which all calls of
 * it share. `fetch(name)` is a drop-in for libraries that take a `fetch`. That of a dashboard has the project's `database` and `realtime`. May be constructed anywhere, also before `init()`.
 *
 * @example
 * ```ts
 * const integrations = new DashboardIntegrationClient();
 * integrations.register('calendar', { url: 'https://calendar.example/v1', credentials: () => ({ authorization: `Bearer ${token}` }) });
 * const days = await integrations.request<Day[]>('calendar', '/availability?days=30');
 * ```
 *
 * @example
 * Every call of supabase-js, without a change where it is called:
 * ```ts
 * const supabase = createClient(url, key, { global: { fetch: integrations.fetch('database') } });
 * ```
 */
export class DashboardIntegrationClient {
  readonly #services = new Map<string, Service>();
  readonly #flights = new Flights<Answer>();
  readonly #events = new Emitter<IntegrationEvents>();
  readonly #watches = new Map<string, Watch<unknown>>();
  #health: ServiceWatcher | undefined;
  #breakers: SharedBreakers | undefined;
  #isClosed = false;
  /** Aborted when another user is here: what was asked for as one user is neither carried out nor answered as another. */
  #user = new AbortController();

  /**
   * @param options `services`: those that are registered from the start, by name
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(options: { services?: Record<string, ServiceOptions> } = {}) {
    const { services = {}, ...others } = copied('DashboardIntegrationClient', options);
    const [other] = Object.keys(others);
    if (other !== undefined) {
      const message = `DashboardIntegrationClient has no option "${other}". It knows: services.`;
      throw new DashboardError('unknown_option', message);
    }
    for (const [name, service] of Object.entries(copied('services', services))) this.register(name, service);
  }

  /**
   * Registers a service.
   *
   * @throws {DashboardError} `already_registered`, `invalid_option`, `unknown_option`.
   */
  register(name: string, options: ServiceOptions): void {
    checkName('register', name);
    if (this.#services.has(name)) {
      throw new DashboardError(
        'already_registered',
        `There is a service "${name}" already. Register it once, where the application begins.`,
      );
    }
    const service = new Service(name, checkedService(name, options));
    this.#services.set(name, service);
    service.runner.breaker?.onChange(() => this.#tell(service));
    this.#share(service);
    this.#watchHealth(service);
  }

  /** The names of the services there are. */
  get names(): string[] {
    return [...this.#services.keys()];
  }

  /**
   * How a service does, as its callers have seen it.
   *
   * @throws {DashboardError} `unknown_service`, `closed`.
   */
  status(name: string): ServiceStatus {
    return this.#service(name).status();
  }

  /**
   * A service's breaker.
   *
   * @throws {DashboardError} `unknown_service`, `closed`, `invalid_option` for one that has none.
   */
  breaker(name: string): DashboardCircuitBreaker {
    const { breaker } = this.#service(name).runner;
    if (!breaker) throw invalid(`The service "${name}" was registered without a breaker.`);
    return breaker;
  }

  /**
   * Sends a request to a service and reads the answer, JSON unless `as` says otherwise. Whoever asks for the same with GET meanwhile
   * or HEAD shares it. Retried is only what may be carried out twice: GET, HEAD, OPTIONS, PUT, DELETE, and what has an `idempotencyKey`.
   *
   * @throws {DashboardError} `request_failed` for an answer that is no success, with `{ status, body }` as its cause; `unreachable`,
   * `timed_out`, `breaker_open`, `bulkhead_full`, `response_too_large`, `response_invalid`, `token_unavailable`, `unknown_service`,
   * `invalid_option`, `user_changed`, `closed`, `module_unavailable`, `not_in_browser`; the signal's reason.
   */
  async request<Value = unknown>(name: string, path: string, init?: ServiceRequest): Promise<Value> {
    const service = this.#service(name);
    const asked = checkedRequest(path, init);
    const answer = await this.#ask(service, service.address(path), asked);
    if (answer.status < 400) return contentOf(answer, asked.as) as Value;
    throw failed(service, answer);
  }

  /**
   * Calls an operation under the policy of a service, and falls back if it fails for good: retried, counted by the breaker, and given up
   * after the service's `timeout`. A result with a `status`, as `fetch` and supabase-js give it, is looked at.
   *
   * @param options `signal`, `idempotent` (default `false`: it may be carried out only once, and is not retried), `fallback`, `fallbacks`
   * @throws what the operation was rejected with last; {@link DashboardError} `breaker_open`, `bulkhead_full`, `timed_out`,
   * `user_changed`, `unknown_service`, `closed`, `invalid_option`, `module_unavailable`, `not_in_browser`; the signal's reason.
   */
  call<Value>(
    name: string,
    operation: (context: AttemptContext) => Value | PromiseLike<Value>,
    options?: ExecuteOptions<Value>,
  ): Promise<Value> {
    try {
      const service = this.#service(name);
      checkOperation('call', operation);
      const signal = signalOf('call', options);
      const isRepeatable = flagOf(options, 'idempotent', false);
      const timed = async (context: AttemptContext) => {
        const began = performance.now();
        try {
          const value = await operation(context);
          this.#note(service, ofResult(value).outcome !== FAILURE, performance.now() - began);
          return value;
        } catch (error) {
          const { outcome } = ofError(error);
          const wasEnded = context.signal.aborted && context.signal.reason?.code !== 'timed_out';
          const isSaid = outcome !== NEUTRAL && !wasEnded;
          if (isSaid) this.#note(service, outcome !== FAILURE, performance.now() - began);
          throw error;
        }
      };
      const fallbacks = fallbacksOf('call', options);
      const run = (own: AbortSignal) =>
        service.runner.run(timed, { signal: own, isRepeatable, ofValue: ofResult });
      return fallenBack(this.#ofUser(run, signal), fallbacks, signal);
    } catch (error) {
      return rejectedLater(error);
    }
  }

  /**
   * A `fetch` whose requests go through the policy of a service, for libraries that take one. It reads each answer whole, and resolves also
   * where the package itself refuses a call or gives up: with the status 504 and `{ code, message }` as JSON, which supabase-js
   * makes its own error of. The last answer of a request that was retried in vain is given that status too if it is 503 or 520, which
   * postgrest-js would begin to retry by itself; the header `x-service-status` has the service's own. The signal of a request rejects as that of
   * `fetch` does.
   *
   * @throws {DashboardError} `unknown_service`, `closed`.
   */
  fetch(name: string): typeof fetch {
    const service = this.#service(name);
    return async (input, init) => {
      const user = this.#user;
      const request = new Request(input, init);
      const { method, headers, signal, credentials, cache, keepalive, mode, redirect } = request;
      // Not every browser tells of a request whether it has a body.
      const isRead = method === 'GET' || method === 'HEAD';
      const bytes = isRead ? undefined : await request.arrayBuffer();
      const body = bytes && bytes.byteLength > 0 ? bytes : null;
      const passed = { credentials, cache, keepalive, mode, redirect };
      try {
        const asked: Asked = { method, headers, body, signal, as: 'bytes', init: passed };
        const answer = await this.#ask(service, request.url, asked, user);
        const { status } = answer;
        if (status !== 503 && status !== 520) return responseOf(answer);
        // Those of an answer cannot be changed.
        const told = new Headers(answer.headers);
        told.set('x-service-status', String(status));
        return responseOf({ ...answer, headers: told, status: 504, statusText: '' });
      } catch (error) {
        if (signal.aborted || !(error instanceof DashboardError)) throw error;
        const { code, message } = error;
        return Response.json({ code, message, details: null, hint: null }, { status: 504 });
      }
    };
  }

  /**
   * Calls `listener` whenever it happens, until the function that is returned is called.
   *
   * @throws {DashboardError} `invalid_option` for an event that there is not.
   */
  on<Name extends keyof IntegrationEvents>(
    name: Name,
    listener: (value: IntegrationEvents[Name]) => void,
  ): () => void {
    if (name !== 'service') throw invalid('on takes an event as its first argument: service.');
    checkListener('on', 'second', listener);
    return this.#events.on(name, listener);
  }

  /** @internal The states of its breakers, and of those of services registered later, are shared. */
  shareBreakers(breakers: SharedBreakers): void {
    this.#breakers = breakers;
    for (const service of this.#services.values()) this.#share(service);
  }

  /** @internal Each service is a check of this monitor's, those that are registered later too. */
  watchedBy(health: ServiceWatcher): void {
    this.#health = health;
    for (const service of this.#services.values()) this.#watchHealth(service);
  }

  /** @internal Ends what is under way; later calls fail with `closed`. */
  close(): void {
    this.#isClosed = true;
    this.#flights.abortAll(closed());
    this.#user.abort(closed());
    for (const watch of this.#watches.values()) watch.close();
  }

  /** @internal What a service answers to a path, for all who look at it. */
  watch<Value>(name: string, path: string, every: number): Watch<Value> {
    this.#service(name);
    const key = JSON.stringify([name, path, every]);
    const watch = this.#watches.get(key) ?? new Watch(this, name, path, every);
    this.#watches.set(key, watch);
    return watch as Watch<Value>;
  }

  /** @internal Another user is here: what was asked for as the former one is given up. */
  userChanged(): void {
    const former = this.#user;
    this.#user = new AbortController();
    this.#flights.abortAll(userChanged());
    former.abort(userChanged());
    for (const watch of this.#watches.values()) watch.clear();
  }

  #ask(service: Service, address: string, asked: Asked, user = this.#user): Promise<Answer> {
    const send = (signal: AbortSignal) =>
      ask(service, address, { ...asked, signal }, this.#flights, this.#note);
    return this.#ofUser(send, asked.signal, user);
  }

  /** What is asked for as one user is ended with that one, and nobody else's to see. */
  async #ofUser<Value>(
    run: (signal: AbortSignal) => Promise<Value>,
    caller: AbortSignal | undefined,
    user = this.#user,
  ): Promise<Value> {
    const { signal, end } = eitherOf(user.signal, caller);
    try {
      const value = await run(signal);
      user.signal.throwIfAborted();
      return value;
    } finally {
      end();
    }
  }

  readonly #note = (service: Service, isOk: boolean, latency: number): void => {
    service.note(isOk, latency);
    this.#health?.observed(service.name, isOk, latency);
    this.#tell(service);
  };

  #watchHealth({ name, options: { check, critical, timeout, slow } }: Service): void {
    const ask = check === undefined ? undefined : (signal: AbortSignal) => this.#probe(name, check, signal);
    this.#health?.watch(name, { critical, timeout, slow }, ask);
  }

  /** Through the breaker: where that is half-open, the answer is one of its probes. */
  async #probe(name: string, path: string, signal: AbortSignal): Promise<boolean> {
    const service = this.#service(name);
    const asked = checkedRequest(path, { method: 'HEAD', signal, as: 'text' });
    const { status } = await probe(service, service.address(path), asked);
    return status < 500;
  }

  #share({ runner: { breaker } }: Service): void {
    if (breaker) this.#breakers?.share(breaker);
  }

  #tell(service: Service): void {
    report(() => this.#events.emit('service', { name: service.name, ...service.status() }));
  }

  #service(name: string): Service {
    if (this.#isClosed) throw closed();
    const service = this.#services.get(name);
    if (service) return service;
    throw new DashboardError(
      'unknown_service',
      `There is no service of this name. There are: ${this.names.join(', ') || 'none'}. Register it first.`,
    );
  }
}

/** What a result with a status says, as `fetch` and supabase-js give it. */
function ofResult(value: unknown): Verdict {
  const { status } = Object(value) as { status?: unknown };
  if (typeof status !== 'number') return WELL;
  // supabase-js tells a request that came to no answer as status 0.
  const verdict = ofStatus(status);
  return verdict.outcome === SUCCESS ? WELL : verdict;
}

function failed(service: Service, answer: Answer): DashboardError {
  const { status } = answer;
  const { isRetryable, retryAfter } = service.verdictOf(answer);
  let body: unknown;
  try {
    body = contentOf(answer, 'json');
  } catch {
    body = contentOf(answer, 'text');
  }
  return new DashboardError(
    'request_failed',
    `The service "${service.name}" has answered with the status ${status}.`,
    {
      retryable: isRetryable,
      cause: { status, body },
      ...(retryAfter >= 0 && { retryAfter }),
    },
  );
}

function closed(): DashboardError {
  return new DashboardError('closed', 'This dashboard was closed. Make another one.');
}

function userChanged(): DashboardError {
  return new DashboardError(
    'user_changed',
    'Another user is here since this was asked for. Ask again as that one.',
  );
}
