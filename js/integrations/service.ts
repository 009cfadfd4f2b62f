import { invalid } from '../arguments.js';
import type { HealthState } from '../health/types.js';
import type { CheckedService } from '../options/service.js';
import type { BreakerState } from '../resilience/events.js';
import { Runner } from '../resilience/runner.js';
import { asked, FAILURE, NEUTRAL, ofStatus, SUCCESS, type Verdict } from '../resilience/verdict.js';
import { retryAfterOf } from '../wedsync_dashboard.js';
import type { Answer } from './answer.js';

/** How a service does, as its callers have seen it. */
export interface ServiceStatus {
  /**
   * `healthy`: the last attempt went well. `degraded`: it failed, or it took longer than `slow`. `unhealthy`: the breaker is open or
   * isolated. `unknown`: nothing was asked yet.
   */
  state: HealthState;
  /** What its breaker lets through; `closed` if it has none. */
  breaker: BreakerState;
  /** Milliseconds until its breaker lets a call through; `null` unless it is open. */
  retryAfter: number | null;
  /** When an attempt went well for the last time, in milliseconds since 1970; `null` if none has. */
  lastSuccess: number | null;
}

/** Who is told how services do, and asks them now and then. */
export interface ServiceWatcher {
  /** A service is to be watched; where `ask` is given it can be asked. */
  watch(
    name: string,
    config: { critical: boolean; timeout: number; slow: number },
    ask: ((signal: AbortSignal) => unknown) | undefined,
  ): void;
  /** A call of it has gone well or not, after so many milliseconds. */
  observed(name: string, isOk: boolean, latency: number): void;
}

/** A registered service: its policy, and what is known of it. */
export class Service {
  readonly name: string;
  readonly options: CheckedService;
  readonly runner: Runner;
  #last: { isOk: boolean; isSlow: boolean } | undefined;
  #lastSuccess: number | null = null;

  constructor(name: string, options: CheckedService) {
    this.name = name;
    this.options = options;
    this.runner = new Runner(options);
  }

  /**
   * The address of a path.
   *
   * @throws {DashboardError} `invalid_option` for one that leads out of the service, as `..` may.
   */
  address(path: string): string {
    const { url } = this.options;
    if (path === '') return url;
    const separator = /^[/?#]/.test(path) || url.endsWith('/') ? '' : '/';
    const address = url + separator + path;
    if (this.isOwn(address)) return address;
    throw invalid(
      `request takes a path of the service "${this.name}" as its second argument: this one leads out of it.`,
    );
  }

  /** Whether an address is at or below its own: only there its credentials go. */
  isOwn(address: string): boolean {
    const [own, asked] = [this.options.url, address].map((url) => new URL(url, location.href).href);
    const [path = ''] = (own ?? '').split(/[?#]/, 1);
    return (
      asked?.startsWith(path) === true && (path.endsWith('/') || /^($|[/?#])/.test(asked.slice(path.length)))
    );
  }

  /** What an answer says of it. */
  verdictOf({ status, headers }: Pick<Answer, 'status' | 'headers'>): Verdict {
    const { isFailure, countsRateLimit } = this.options;
    const given = headers.get('retry-after');
    const retryAfter = given === null ? -1 : retryAfterOf(given, headers.get('date') ?? '', Date.now());
    const verdict = ofStatus(status, retryAfter);
    if (status === 429) return { ...verdict, outcome: countsRateLimit ? FAILURE : NEUTRAL };
    if (!isFailure) return verdict;
    return {
      ...verdict,
      outcome: asked(() => isFailure({ status, headers }), undefined, verdict.outcome === FAILURE)
        ? FAILURE
        : verdict.outcome === FAILURE
          ? SUCCESS
          : verdict.outcome,
    };
  }

  /** Takes note of how an attempt went. */
  note(isOk: boolean, latency: number): void {
    this.#last = { isOk, isSlow: latency > this.options.slow };
    if (isOk) this.#lastSuccess = Date.now();
  }

  status(): ServiceStatus {
    const metrics = this.runner.breaker?.getMetrics();
    const { state: breaker = 'closed', retryAfter = null } = metrics ?? {};
    const isRefusing = breaker === 'open' || breaker === 'isolated';
    const seen = !this.#last ? 'unknown' : this.#last.isOk && !this.#last.isSlow ? 'healthy' : 'degraded';
    return { state: isRefusing ? 'unhealthy' : seen, breaker, retryAfter, lastSuccess: this.#lastSuccess };
  }
}
