import type { Records } from '../records.js';
import type { HealthAlert } from './types.js';

/** Days of the history that are kept, today included; they share as many places. */
const DAYS = 8;

const ALERTS = 'health/alerts';
const MOST_ALERTS = 50;

/** What is kept of health on this device. What cannot be read or written is done without. */
export class Past {
  readonly #records: Records;
  #alerts: HealthAlert[] = [];

  constructor(records: Records) {
    this.#records = records;
  }

  get alerts(): readonly HealthAlert[] {
    return this.#alerts;
  }

  /** Gives the text of each day that is stored. */
  async load(give: (text: string) => void): Promise<void> {
    const today = Math.floor(Date.now() / 86_400_000);
    const readDay = async (ago: number) => {
      const day = today - ago;
      const stored = (await this.#records.get(keyOf(day))) as { day?: unknown; text?: unknown } | undefined;
      if (stored?.day === day && typeof stored.text === 'string') give(stored.text);
    };
    const readAlerts = async () => {
      const stored = await this.#records.get(ALERTS);
      if (Array.isArray(stored)) this.#merge(stored);
    };
    const reads = Array.from({ length: DAYS }, (_, ago) => readDay(ago));
    await Promise.all([...reads, readAlerts()].map((read) => read.catch(() => {})));
  }

  /** Stores a day in place of what it was before, and of the one eight days ago. */
  keep(day: number, text: string): void {
    this.#write(keyOf(day), { day, text });
  }

  /** Adds an alert, and stores it if it was found here. */
  add(alert: HealthAlert, isOwn: boolean): void {
    this.#merge([alert]);
    if (isOwn) this.#write(ALERTS, this.#alerts);
  }

  #merge(alerts: HealthAlert[]): void {
    const known = new Set(this.#alerts.map(({ name, at }) => `${at} ${name}`));
    const others = alerts.filter(({ name, at }) => !known.has(`${at} ${name}`));
    this.#alerts = [...others, ...this.#alerts].sort((one, other) => other.at - one.at).slice(0, MOST_ALERTS);
  }

  #write(key: string, value: unknown): void {
    this.#records.write([[key, value]]).catch(() => {});
  }
}

function keyOf(day: number): string {
  return `health/${day % DAYS}`;
}
