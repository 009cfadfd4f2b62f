import { createSerwistRoute } from '@serwist/turbopack';
import { offlineShell } from '@/lib/offline-shell';

const revision = process.env.WEDSYNC_BUILD ?? '';

/** The service worker, made during the build with the list of the build's files. */
export const { dynamic, dynamicParams, revalidate, generateStaticParams, GET } = createSerwistRoute({
  swSrc: 'src/worker/sw.ts',
  useNativeEsbuild: true,
  // The icons are for a device that installs the application, which it does with a network.
  globPatterns: ['.next/static/**/*.{js,css,wasm,woff2,svg}'],
  additionalPrecacheEntries: [
    { url: offlineShell, revision },
    { url: '/manifest.webmanifest', revision },
  ],
  esbuildOptions: { define: { 'process.env.WEDSYNC_BUILD': JSON.stringify(revision) }, sourcemap: false },
});
