import { limitedText } from '../external/limited-text.ts';

export type Status = 'healthy' | 'degraded' | 'unhealthy';

/** How something answered just now. */
export interface Check {
  status: Status;
  /** How long it took to answer, in whole milliseconds; `null`: it did not. */
  latencyMs: number | null;
}

/** An answer that takes longer than so many milliseconds is degraded. */
const slowMs = 1_000;
/** What has not answered within so many milliseconds is not there. */
const timeoutMs = 3_000;

/** What tells whether something works, by the status and the text of its answer. */
export type Judge = (status: number, text: string) => Status;

export const notThere: Check = { status: 'unhealthy', latencyMs: null };

/** Asks something once how it is. It never rejects, and what it says names neither addresses nor errors. */
export async function check(
  url: string,
  headers: Record<string, string>,
  judge: Judge = byStatus,
): Promise<Check> {
  const started = performance.now();
  try {
    const response = await fetch(url, {
      headers,
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = (await limitedText(response, 10_000)) ?? '';
    const latencyMs = Math.round(performance.now() - started);
    const status = judge(response.status, text);
    return { status: status === 'healthy' && latencyMs > slowMs ? 'degraded' : status, latencyMs };
  } catch {
    return notThere;
  }
}

/** Who is only asked too often still works. */
export function byStatus(status: number): Status {
  if (status === 429) return 'degraded';
  return status >= 200 && status < 300 ? 'healthy' : 'unhealthy';
}

/** PostgREST answers in the database's name: a refusal with one of PostgreSQL's own codes is the database's, too. */
export function byDatabase(status: number, text: string): Status {
  const isRefusal = status >= 400 && status < 500 && /"code" *: *"[0-9A-Z]{5}"/.test(text);
  return isRefusal ? 'healthy' : byStatus(status);
}
