import { invalid } from '../arguments.js';
import type { DashboardIntegrationClient } from '../integrations/client.js';
import type { HealthAlert } from './types.js';

/** Alerts that could not be sent are kept, the oldest given up first. */
const MOST_WAITING = 50;

interface Waiting {
  key: string;
  alert: HealthAlert;
}

/** Where alerts go besides the application's own listeners. */
export class Sinks {
  readonly #integrations: DashboardIntegrationClient;
  readonly #endings = new Set<(alert: HealthAlert) => void>();
  #notifies = false;

  constructor(integrations: DashboardIntegrationClient) {
    this.#integrations = integrations;
  }

  async showNotifications(): Promise<boolean> {
    if (typeof Notification === 'undefined') return false;
    this.#notifies = (await Notification.requestPermission()) === 'granted';
    return this.#notifies;
  }

  send(service: string, path: string): () => void {
    this.#integrations.status(service);
    if (typeof path !== 'string') throw invalid('sendAlerts takes a path as its second argument: a string.');
    let waiting: Waiting[] = [];
    let isSending = false;
    const flush = async () => {
      if (isSending) return;
      isSending = true;
      try {
        for (let first = waiting[0]; first; first = waiting[0]) {
          const { key, alert } = first;
          await this.#integrations.request(service, path, {
            method: 'POST',
            json: alert,
            idempotencyKey: key,
            as: 'text',
          });
          waiting = waiting.filter((one) => one !== first);
        }
      } catch {
        // They are sent with the next one, or when the network is back.
      } finally {
        isSending = false;
      }
    };
    const tell = (alert: HealthAlert) => {
      waiting = [...waiting, { key: crypto.randomUUID(), alert }].slice(-MOST_WAITING);
      void flush();
    };
    this.#endings.add(tell);
    addEventListener('online', flush);
    return () => {
      this.#endings.delete(tell);
      removeEventListener('online', flush);
    };
  }

  tell(alert: HealthAlert): void {
    for (const tell of [...this.#endings]) tell(alert);
    if (this.#notifies && document.visibilityState === 'hidden') show(alert);
  }
}

function show({ name, status, message, recovery }: HealthAlert): void {
  try {
    const body = message ?? (recovery ? 'It answers again.' : '');
    new Notification(recovery ? `${name} is back` : `${name} is ${status}`, { body, tag: `health ${name}` });
  } catch {
    // Chromium on phones lets only a service worker show any.
  }
}
