import { type Demo, parseDemo } from './demo.ts';

/** What the server tells the browser about its backend, or the sentence that says why it cannot. */
export type Settings =
  | { problem: null; url: string; anonKey: string; demo: Demo | null }
  | { problem: string; url: null; anonKey: null; demo: Demo | null };

/**
 * Reads the settings of this deployment.
 *
 * The environment comes in as an object: a literal `process.env.NEXT_PUBLIC_…` would be replaced by its value at
 * build time, and one build has to serve backends that are chosen later.
 */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const demo = environment.WEDSYNC_DEMO ? parseDemo(environment.WEDSYNC_DEMO) : null;
  const url = environment.SUPABASE_URL || environment.NEXT_PUBLIC_SUPABASE_URL;
  const anonKey = environment.SUPABASE_ANON_KEY || environment.NEXT_PUBLIC_SUPABASE_ANON_KEY;
  const fail = (problem: string): Settings => ({ problem, url: null, anonKey: null, demo });

  if (!url) {
    return fail(
      'SUPABASE_URL is not set. Set it to your project’s address, for example https://<ref>.supabase.co, and restart.',
    );
  }
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return fail('SUPABASE_URL is not a web address. Set it to http://… or https://… and restart.');
  }
  if (!anonKey) {
    return fail('SUPABASE_ANON_KEY is not set. Set it to your project’s publishable (anon) key and restart.');
  }
  if (environment.WEDSYNC_DEMO && demo === null) {
    return fail('WEDSYNC_DEMO is not the JSON that `npm run demo` sets. Unset it and restart.');
  }
  return { problem: null, url: url.replace(/\/+$/, ''), anonKey, demo };
}
