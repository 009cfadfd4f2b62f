/** What Chromium tells before it offers to install; in no standard. */
export interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const key = 'wedsync-install-hint';

let offer: InstallOffer | null = null;
const listeners = new Set<() => void>();

// The browser may offer it before anything is on the screen, and once.
if (typeof window !== 'undefined') {
  addEventListener('beforeinstallprompt', (event) => {
    if (isDeclined()) return;
    event.preventDefault();
    set(event as InstallOffer);
  });
  addEventListener('appinstalled', () => set(null));
}

function set(next: InstallOffer | null): void {
  offer = next;
  for (const listener of listeners) listener();
}

/** What the browser has offered and nobody has answered, for `useSyncExternalStore`. */
export const installOffer = {
  get: () => offer,
  none: () => null,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** It has been answered, either way: it is not asked again. */
export function declineInstall(): void {
  try {
    localStorage.setItem(key, 'dismissed');
  } catch {
    // It is asked again next time.
  }
  set(null);
}

/** Whether it has been answered on this device, or could not be kept that it was. */
export function isDeclined(): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return true;
  }
}
