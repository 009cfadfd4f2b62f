import { checkListener, invalid } from '../arguments.js';
import type { Client } from '../client.js';
import { Emitter } from '../emitter.js';
import { DashboardError } from '../errors.js';
import type { DashboardIntegrationClient } from '../integrations/client.js';
import type { Tabs } from '../messages.js';
import { type CheckAnswer, type CheckOptions, checkedCheck } from '../options/health.js';
import { checkName } from '../options/request.js';
import { Records } from '../records.js';
import { untilAborted } from '../resilience/promises.js';
import type { HealthNews } from './news.js';
import { Past } from './past.js';
import { type HealthReport, redactedReport } from './report.js';
import { Sinks } from './sinks.js';
import { spaceLeft } from './space.js';
import type { HealthAlert, HealthHistory, HealthState, HealthStatus } from './types.js';

/** What `on` can listen to. */
export interface HealthEvents {
  /** The status of a check, or of everything, has changed. */
  status: HealthStatus;
  /** Something that somebody should know. */
  alert: HealthAlert;
}

/** What the module watches itself, and what it calls the alert that nothing can be reached. */
const OWN_CHECKS = ['realtime', 'storage', 'cache', 'clock', 'heartbeats', 'session', 'network'];

const MOST_CHECKS = 100;

const EVENTS: Record<keyof HealthEvents, true> = { status: true, alert: true };

const NONE: HealthStatus = { overall: 'healthy', offline: false, interval: null, checks: {} };

/**
 * Watches all that the dashboard depends on, and tells when something fails and when it is back.
 *
 * What the application's own calls meet with comes first; only what nobody has used for an interval is asked for, by one of the user's
 * tabs. Three failures in a row make a check unhealthy, two successes bring it back. When nothing at all can be reached it is the network:
 * then what depends on it is `unknown`.
 *
 * @example
 * ```ts
 * const { health } = dashboard;
 * health.registerCheck('printer', async (signal) => (await fetch('/printer', { signal })).ok);
 * health.onAlert(({ name, status, recovery }) => toast(recovery ? `${name} is back` : `${name} is ${status}`));
 * await health.startMonitoring(60_000);
 * ```
 */
export class DashboardHealthMonitor {
  readonly #client: Client;
  readonly #events = new Emitter<HealthEvents>();
  readonly #checks = new Map<string, Asked>();
  /** Those of this tab. What the leading tab watches besides is shown, and is not this one's. */
  readonly #names = new Set(OWN_CHECKS);
  readonly #tabs: () => Tabs;
  readonly #past: Past;
  readonly #sinks: Sinks;
  #status: HealthStatus | undefined;

  /** @internal */
  constructor(client: Client, integrations: DashboardIntegrationClient, tabs: () => Tabs) {
    this.#client = client;
    this.#tabs = tabs;
    this.#past = new Past(new Records(client, 'data'));
    this.#sinks = new Sinks(integrations);
    client.tellHealth = (news) => this.#told(news);
  }

  /**
   * Begins to monitor, or goes on with another interval. Only one of the user's tabs asks for anything; call it in all.
   *
   * @param intervalMs milliseconds between two questions after the same, from 1,000 to 86,400,000
   * @throws {DashboardError} `invalid_option`, `closed`.
   */
  async startMonitoring(intervalMs = 60_000): Promise<void> {
    if (!Number.isInteger(intervalMs) || intervalMs < 1_000 || intervalMs > 86_400_000) {
      throw invalid(
        'startMonitoring takes milliseconds as its first argument: a whole number from 1,000 to 86,400,000.',
      );
    }
    this.#client.start().healthStart(intervalMs);
    if (!this.#names.has('space')) this.registerCheck('space', { check: spaceLeft, remote: false });
  }

  /** Asks for nothing any more. What calls meet with is still taken note of. */
  async stopMonitoring(): Promise<void> {
    this.#client.present?.healthStop();
  }

  /** How everything stands. The same object until the event `status`. What is told of no change is as of then: see {@link refresh}. */
  getHealthStatus(): HealthStatus {
    this.#status ??= this.#client.present?.healthStatus() as HealthStatus | undefined;
    return this.#status ?? NONE;
  }

  /**
   * Looks whether anything has changed that nobody is told of: when a check was last heard of, and how long its answer took. Tells
   * the listeners of `status` if so.
   */
  refresh(): void {
    const former = this.getHealthStatus();
    this.#status = undefined;
    const next = this.getHealthStatus();
    if (JSON.stringify(former) === JSON.stringify(next)) this.#status = former;
    else this.#events.emit('status', next);
  }

  /** `unhealthy` if a critical check is; `degraded` if any other is, or is degraded; otherwise `healthy`. */
  getOverallHealth(): HealthStatus['overall'] {
    return this.getHealthStatus().overall;
  }

  /**
   * Adds a check of the application's own.
   *
   * @param check a function, or an object with it and options
   * @returns a function that removes it
   * @throws {DashboardError} `already_registered`, `invalid_option`, `unknown_option`, `closed`.
   */
  registerCheck(name: string, check: CheckOptions | CheckOptions['check']): () => void {
    checkName('registerCheck', name);
    const { check: ask, ...options } = checkedCheck(check);
    const asked = { ask, timeout: options.timeout };
    if (this.#names.has(name)) {
      throw new DashboardError(
        'already_registered',
        `There is a check "${name}" already. Remove it first, or take another name.`,
      );
    }
    if (this.#names.size >= MOST_CHECKS)
      throw invalid(`There are ${MOST_CHECKS} checks already. Remove one first.`);
    this.#client.start().healthRegister(name, { ...options, active: true });
    this.#names.add(name);
    this.#checks.set(name, asked);
    return () => {
      if (this.#checks.get(name) !== asked) return;
      this.#checks.delete(name);
      this.#names.delete(name);
      this.#client.present?.healthUnregister(name);
    };
  }

  /** @internal Watches a service, which `ask` asks for where it can be asked. */
  watch(
    name: string,
    config: { critical: boolean; timeout: number; slow: number },
    ask: Asked['ask'] | undefined,
  ): void {
    const { check: _, ...options } = checkedCheck({ check: () => {}, ...config });
    const own = checkOf(name);
    this.#client.start().healthRegister(own, { ...options, active: ask !== undefined });
    this.#names.add(own);
    if (ask) this.#checks.set(own, { ask, timeout: options.timeout });
  }

  /** @internal What a call of a service has met with. */
  observed(name: string, isOk: boolean, latency: number): void {
    this.#client.present?.healthObserved(checkOf(name), isOk, latency, '');
  }

  /** The last 50 alerts, the newest first, those of before this page included. */
  get alerts(): readonly HealthAlert[] {
    return this.#past.alerts;
  }

  /**
   * Also shows the alerts that this tab finds as notifications of the browser's, while nobody sees it. Call it after the user has done something that shows why:
   * the browser asks the user.
   *
   * @returns whether the user allows it
   */
  showNotifications(): Promise<boolean> {
    return this.#sinks.showNotifications();
  }

  /**
   * Also posts each alert, as JSON, to a registered service, by the tab that has found it. What could not be sent is kept in memory and sent
   * with the next alert or as soon as the browser says `online`, under the same `Idempotency-Key`; the last 50 wait.
   *
   * @returns a function that ends it
   * @throws {DashboardError} `unknown_service`, `invalid_option`, `closed`.
   */
  sendAlerts(service: string, path: string): () => void {
    return this.#sinks.send(service, path);
  }

  /**
   * All of it as JSON, for a support ticket. In its texts e-mail addresses, tokens, UUIDs and what looks like a telephone number are
   * `[redacted]`.
   *
   * @throws {DashboardError} `closed`.
   */
  async report(): Promise<HealthReport> {
    const status = this.getHealthStatus();
    const history: Record<string, HealthHistory> = {};
    for (const name of Object.keys(status.checks)) history[name] = await this.history(name);
    return redactedReport({
      at: new Date().toISOString(),
      status,
      history,
      alerts: this.alerts,
      tabs: this.#tabs(),
    });
  }

  /**
   * Calls `listener` with each alert of any of the user's tabs, until the function that is returned is called: once when something is
   * degraded or unhealthy, again when it gets worse and once a `reminder` while it is, and once when it is over. There are none before
   * `startMonitoring`.
   *
   * @throws {DashboardError} `invalid_option`.
   */
  onAlert(listener: (alert: HealthAlert) => void): () => void {
    checkListener('onAlert', 'first', listener);
    return this.#events.on('alert', listener);
  }

  /**
   * Calls `listener` whenever it happens, until the function that is returned is called.
   *
   * @throws {DashboardError} `invalid_option` for an event that there is not.
   */
  on<Name extends keyof HealthEvents>(name: Name, listener: (value: HealthEvents[Name]) => void): () => void {
    if (typeof name !== 'string' || !Object.hasOwn(EVENTS, name)) {
      throw invalid(`on takes an event as its first argument: ${Object.keys(EVENTS).join(', ')}.`);
    }
    checkListener('on', 'second', listener);
    return this.#events.on(name, listener);
  }

  /**
   * The past of a check, up to seven days of it, kept on this device.
   *
   * @throws {DashboardError} `unknown_check`, `closed`.
   */
  async history(name: string): Promise<HealthHistory> {
    const { checks } = this.getHealthStatus();
    if (typeof name !== 'string' || !Object.hasOwn(checks, name)) {
      throw new DashboardError(
        'unknown_check',
        `There is no check of this name. There are: ${Object.keys(checks).join(', ')}.`,
      );
    }
    const module = this.#client.start();
    // What this tab knows of it may be old: the one that leads keeps it.
    if (this.#tabs().role === 'following') await this.#load();
    return module.healthHistory(name) as HealthHistory;
  }

  #told(news: HealthNews): void {
    switch (news.name) {
      case 'changed':
        this.#status = undefined;
        this.#events.emit('status', this.getHealthStatus());
        break;
      case 'alert':
        this.#past.add(news.value, news.isOwn);
        if (news.isOwn) this.#sinks.tell(news.value);
        this.#events.emit('alert', news.value);
        break;
      case 'probe':
        void this.#probe(news.probe, news.check);
        break;
      case 'load':
        void this.#load();
        break;
      case 'keep':
        this.#past.keep(news.day, news.text);
    }
  }

  async #load(): Promise<void> {
    await this.#past.load((text) => this.#client.present?.healthLoaded(text));
  }

  async #probe(probe: number, name: string): Promise<void> {
    const began = performance.now();
    const tell = (isOk: boolean, message: string) =>
      this.#client.present?.healthProbed(probe, isOk, performance.now() - began, message);
    const report = (status: HealthState, message: string) =>
      this.#client.present?.healthReported(name, status, message);
    const asked = this.#checks.get(name);
    try {
      const signal = AbortSignal.timeout(asked?.timeout ?? 0);
      const answer = (await untilAborted(Promise.resolve(asked?.ask(signal)), signal)) as CheckAnswer;
      if (typeof answer === 'object' && answer !== null) {
        const { status, message = '' } = answer;
        if (asked) asked.reports = true;
        tell(true, '');
        report(status, String(message));
      } else tell(answer !== false, '');
    } catch (error) {
      const message = messageOf(error);
      tell(false, message);
      // One that says itself how it is has said nothing.
      if (asked?.reports) report('unhealthy', message);
    }
  }
}

/** The check of a service. What the module watches itself has its name already, but for Realtime, which is the same. */
function checkOf(service: string): string {
  return OWN_CHECKS.includes(service) && service !== 'realtime' ? `${service} service` : service;
}

/** What an error says; reading it may run the application's code. */
function messageOf(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.message);
  } catch {
    // As below.
  }
  return 'The check has thrown what is no error.';
}

/** A check of the application's. */
interface Asked {
  ask: (signal: AbortSignal) => unknown;
  timeout: number;
  /** It has said itself how it is. */
  reports?: boolean;
}
