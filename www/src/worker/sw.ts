/// <reference lib="webworker" />
import { NetworkFirst, NetworkOnly, type PrecacheEntry, Serwist } from 'serwist';
import { offlineShell } from '../lib/offline-shell';
import { isStorable, rscCache } from './rsc';

declare const self: ServiceWorkerGlobalScope & { __SW_MANIFEST: (PrecacheEntry | string)[] | undefined };

const build = process.env.WEDSYNC_BUILD ?? '';

/**
 * Keeps the files of the build, and the one page that opens without a network. It answers for nothing else: `/api/**` and other
 * origins pass it by, and no page is stored.
 */
const serwist = new Serwist({
  precacheEntries: self.__SW_MANIFEST ?? [],
  // Pages that are open run the former build: it is for a person to say when they end.
  skipWaiting: false,
  // The page that has installed the first worker can be left without a network at once.
  clientsClaim: true,
  navigationPreload: true,
  runtimeCaching: [
    {
      matcher: ({ request, sameOrigin, url }) => sameOrigin && request.headers.has('rsc') && !isApi(url),
      handler: new NetworkFirst({ cacheName: rscCache(build), plugins: [{ cacheWillUpdate: isStorable }] }),
    },
    {
      matcher: ({ request, sameOrigin, url }) => sameOrigin && request.mode === 'navigate' && !isApi(url),
      // A network that swallows requests is none.
      handler: new NetworkOnly({ networkTimeoutSeconds: 10 }),
    },
  ],
  fallbacks: {
    entries: [{ url: offlineShell, matcher: ({ request }) => request.mode === 'navigate' }],
  },
});

function isApi({ pathname }: URL): boolean {
  return pathname.startsWith('/api/');
}

self.addEventListener('message', (event) => {
  const { data, ports } = event;
  if (data === 'build') ports[0]?.postMessage(build);
  if (data === 'take-over') event.waitUntil(takeOver(ports[0]));
});

/** Replaces the former worker, unless another page than the one that asks still runs under it. */
async function takeOver(port: MessagePort | undefined): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const isAlone = pages.length <= 1;
  port?.postMessage(isAlone);
  if (isAlone) await self.skipWaiting();
}

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOtherBuilds());
});

/** What another build was answered is none of this one's. */
async function dropOtherBuilds(): Promise<void> {
  const names = (await caches.keys()).filter(
    (name) => name.startsWith(rscCache('')) && name !== rscCache(build),
  );
  await Promise.all(names.map((name) => caches.delete(name)));
}

serwist.addEventListeners();
