import type { Tabs } from '../messages.js';
import type { HealthAlert, HealthHistory, HealthStatus } from './types.js';

/** How everything stands, and stood, for a support ticket. */
export interface HealthReport {
  /** When it was made, as ISO 8601 has it. */
  at: string;
  status: HealthStatus;
  /** By check. */
  history: Readonly<Record<string, HealthHistory>>;
  alerts: readonly HealthAlert[];
  tabs: Tabs;
}

/** E-mail addresses, tokens (JWTs and keys of a project), UUIDs, and numbers as long as those of telephones. */
const PERSONAL =
  /[^\s"'<>]+@[^\s"'<>]+|\beyJ[\w-]+(\.[\w-]+)*|\bsb_(secret|publishable)_\w+|\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b|\+?\d[\d ()-]{8,}\d/gi;

/** A copy in whose texts nothing stands that tells of whom it is. */
export function redactedReport(report: HealthReport): HealthReport {
  const copy = JSON.stringify(report, (key, value) => {
    const isOurs = key === 'at' && value === report.at;
    if (typeof value === 'string') return isOurs ? value : redacted(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, own]) => [redacted(name), own]));
  });
  return JSON.parse(copy);
}

function redacted(text: string): string {
  return text.replace(PERSONAL, '[redacted]');
}
