'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { darkQuery, type Theme, themeKey } from './theme';

const listeners = new Set<() => void>();

function systemTheme(): Theme {
  return matchMedia(darkQuery).matches ? 'dark' : 'light';
}

function rememberedTheme(): Theme | null {
  try {
    const value = localStorage.getItem(themeKey);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    // Storage may be forbidden; the system's theme then holds.
    return null;
  }
}

function apply(): void {
  document.documentElement.dataset.theme = rememberedTheme() ?? systemTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(darkQuery);
  listeners.add(listener);
  query.addEventListener('change', apply);
  addEventListener('storage', apply);
  return () => {
    listeners.delete(listener);
    query.removeEventListener('change', apply);
    removeEventListener('storage', apply);
  };
}

function shownTheme(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

/** The theme on the screen (`null` on the server) and a switch to the other one. */
export function useTheme(): { theme: Theme | null; toggle: () => void } {
  const theme = useSyncExternalStore<Theme | null>(subscribe, shownTheme, () => null);
  const toggle = useCallback(() => {
    const next: Theme = shownTheme() === 'dark' ? 'light' : 'dark';
    try {
      // Back on the system's own theme there is nothing to remember: the page follows the system again.
      if (next === systemTheme()) localStorage.removeItem(themeKey);
      else localStorage.setItem(themeKey, next);
      apply();
    } catch {
      document.documentElement.dataset.theme = next;
      for (const listener of listeners) listener();
    }
  }, []);
  return { theme, toggle };
}
