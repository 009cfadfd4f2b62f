import { randomUUID } from 'node:crypto';
import { withSerwist } from '@serwist/turbopack';
import type { NextConfig } from 'next';

// Several processes read this file during a build: they agree by the environment, which they inherit.
process.env.WEDSYNC_BUILD ??= randomUUID();
const build = process.env.WEDSYNC_BUILD;

const config: NextConfig = {
  poweredByHeader: false,
  generateBuildId: () => build,
  // The page and the service worker tell by it whether they are of one build.
  env: { WEDSYNC_BUILD: build },
  reactStrictMode: true,
  async headers() {
    // The content security policy is not here: it names the backend, which is known at run time (src/proxy.ts).
    return [
      {
        source: '/:path*',
        headers: [
          { key: 'X-Content-Type-Options', value: 'nosniff' },
          { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
          { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
          { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        ],
      },
      // A year of https alone, where the browser's connection is https already. Other hosts of the domain are not this
      // app's to decide about.
      ...(process.env.NODE_ENV === 'production'
        ? [
            {
              source: '/:path*',
              has: [{ type: 'header' as const, key: 'x-forwarded-proto', value: 'https.*' }],
              headers: [{ key: 'Strict-Transport-Security', value: 'max-age=31536000' }],
            },
          ]
        : []),
    ];
  },
};

export default withSerwist(config);
