import type { BackendSettings } from './session';

const key = 'wedsync-backend';

/** Notes which backend this deployment has, for the page that opens without a server to ask. Neither is a secret. */
export function rememberSettings(settings: BackendSettings): void {
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // The page cannot be opened without a network then.
  }
}

export function keptSettings(): BackendSettings | null {
  try {
    const { url, anonKey } = JSON.parse(localStorage.getItem(key) ?? 'null') ?? {};
    return typeof url === 'string' && URL.canParse(url) && typeof anonKey === 'string'
      ? { url, anonKey }
      : null;
  } catch {
    return null;
  }
}
