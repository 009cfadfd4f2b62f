import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { installedPackageDir, root } from '../../../scripts/lib/paths.mjs';
import { serveFolder } from '../../../scripts/lib/static-server.mjs';
import { launchBrowser, openDiskContext } from './browser.mjs';
import { OwnCache } from './own-cache.mjs';
import { RealtimeServer } from './realtime-server.mjs';
import { RemoteCache } from './remote-cache.mjs';

/**
 * Pages are isolated, or the browsers would round their clocks to a tenth of a millisecond and more.
 */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

/**
 * Starts the server and the browser, lets `work` use them, and ends both.
 * @template T
 * @param {{ browserName: import('./browser.mjs').BrowserName, executablePath: string, site: string, quick: boolean }} run
 * @param {(workplace: import('./run-cases.mjs').Workplace & { machine: Record<string, string | number>, versions: Record<string, string> }) => Promise<T>} work
 */
export async function withWorkplace({ browserName, executablePath, site, quick }, work) {
  // What the server answers besides the pages: the first that takes a request as its own.
  const handlers = [new RemoteCache().handle, new OwnCache().handle];
  const server = await serveFolder(site, {
    headers: isolated,
    handle: (request, response) => handlers.some((handle) => handle(request, response)),
  });
  const realtime = new RealtimeServer(server.server);
  const browser = await launchBrowser(browserName, executablePath);
  try {
    const versions = { ...packageVersions(), [browserName]: browser.version() };
    return await work({
      browser,
      browserName,
      executablePath,
      openDiskContext: () => openDiskContext(browserName, executablePath, browser),
      siteUrl: server.url,
      realtime,
      quick,
      machine: machine(),
      versions,
    });
  } finally {
    await browser.close();
    realtime.stop();
    await server.stop();
  }
}

function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split('-')[0]} ${arch()}`,
    node: process.versions.node,
  };
}

/** The exact versions of what was measured. */
function packageVersions() {
  const manifest = JSON.parse(readFileSync(join(root, 'tests', 'bench', 'package.json'), 'utf8'));
  const ours = JSON.parse(readFileSync(join(installedPackageDir, 'package.json'), 'utf8')).version;
  /** @type {Record<string, string>} */
  const versions = { '@wedsync/dashboard': ours, commit: commit() };
  for (const name of Object.keys(manifest.devDependencies)) versions[name] = installedVersion(name);
  return versions;
}

/** @param {string} name */
function installedVersion(name) {
  const places = createRequire(join(root, 'tests', 'bench', 'package.json')).resolve.paths(name) ?? [];
  const file = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path));
  return file ? JSON.parse(readFileSync(file, 'utf8')).version : 'not installed';
}

/** The commit that was measured; a plus where the tree differed from it. */
function commit() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'js') ? '+' : '');
  } catch {
    return 'unknown';
  }
}
