import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedPackageDir, root } from '../../scripts/lib/paths.mjs';
import { serveFolder } from '../../scripts/lib/static-server.mjs';

const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
const valibot = join(root, 'node_modules', 'valibot', 'dist', 'index.mjs');

/**
 * Serves the installed package to pages without a bundler. What it imports by name has an address instead, as a
 * development server gives it. `folder` is where the package lies.
 */
export async function servePackage(folder = installedPackageDir) {
  return serveFolder(folder, {
    handle(request, response) {
      const { pathname, origin } = new URL(request.url ?? '/', `http://${request.headers.host}`);
      const file = pathname === '/valibot.js' ? valibot : join(folder, pathname);
      if (!file.endsWith('js') || !existsSync(file)) return false;
      const text = readFileSync(file, 'utf8').replaceAll("from 'valibot'", `from '${origin}/valibot.js'`);
      response.writeHead(200, headers).end(text);
      return true;
    },
  });
}
