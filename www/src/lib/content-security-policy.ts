interface PolicyInput {
  nonce: string;
  /** The hashes of the inline scripts of a page that is the same for everybody; `null` for a page with a nonce. */
  scripts: readonly string[] | null;
  /** The backend's web address, or `null` where none is configured. */
  backendUrl: string | null;
  development: boolean;
}

/** The page's content security policy: own scripts by nonce or by hash, WebAssembly, and the backend over HTTP and WebSocket. */
export function contentSecurityPolicy({ nonce, scripts, backendUrl, development }: PolicyInput): string {
  const backend = backendUrl === null ? [] : [httpOrigin(backendUrl), socketOrigin(backendUrl)];
  const directives: [string, string[]][] = [
    ['default-src', ["'self'"]],
    [
      'script-src',
      [
        "'self'",
        // By hashes alone `strict-dynamic` would refuse the build's own files, which the page names.
        ...(scripts ? scripts.map((hash) => `'${hash}'`) : [`'nonce-${nonce}'`, "'strict-dynamic'"]),
        "'wasm-unsafe-eval'",
        ...(development ? ["'unsafe-eval'"] : []),
      ],
    ],
    // Positions of popovers and the like are inline styles, which cannot carry a nonce.
    ['style-src', ["'self'", "'unsafe-inline'"]],
    ['img-src', ["'self'", 'data:', 'blob:']],
    ['font-src', ["'self'"]],
    ['connect-src', ["'self'", ...backend, ...(development ? ['ws:'] : [])]],
    // The realtime module ticks its heartbeats in a worker, which bundlers may start from a blob.
    ['worker-src', ["'self'", 'blob:']],
    ['object-src', ["'none'"]],
    ['base-uri', ["'self'"]],
    ['form-action', ["'self'"]],
    ['frame-ancestors', ["'none'"]],
  ];
  return directives.map(([name, sources]) => `${name} ${sources.join(' ')}`).join('; ');
}

function httpOrigin(url: string): string {
  return new URL(url).origin;
}

function socketOrigin(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}`;
}
