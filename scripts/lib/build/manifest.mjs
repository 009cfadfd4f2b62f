import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir, root } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { oldestNode } from '../versions.mjs';
import { noticesFile } from './notices.mjs';

/** The entry points: what a user imports, and the file that answers. */
const entryPoints = {
  '.': 'index',
  './react': 'react',
  './server': 'server',
  './testing': 'testing',
  './internal': 'internal',
};

/** Writes pkg/package.json, the one that npm publishes. */
export function writeManifest() {
  const manifest = {
    name: '@wedsync/dashboard',
    version: crateVersion(),
    description:
      "Keeps a wedding supplier's Next.js or React dashboard live over Supabase: one WebAssembly module, no policy in JavaScript.",
    keywords: ['supabase', 'realtime', 'dashboard', 'react', 'nextjs', 'wasm', 'webassembly'],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: `>=${oldestNode}` },
    exports: {
      ...Object.fromEntries(
        Object.entries(entryPoints).map(([name, file]) => [
          name,
          { types: `./${file}.d.ts`, default: `./${file}.js` },
        ]),
      ),
      './package.json': './package.json',
    },
    types: './index.d.ts',
    files: publishedFiles(),
    dependencies: dependencies(),
    peerDependencies: { '@playwright/test': '>=1.50.0', ioredis: '>=5.4.0', react: '>=18.0.0' },
    peerDependenciesMeta: {
      '@playwright/test': { optional: true },
      ioredis: { optional: true },
      react: { optional: true },
    },
  };
  writeFileSync(join(packageDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What the package's JavaScript imports by name, in the versions that it is built and tested with. */
function dependencies() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.fromEntries(
    ['jose', 'lru-cache', 'valibot'].map((name) => [name, `^${devDependencies[name]}`]),
  );
}

/** The crate's version is the package's. */
export function crateVersion() {
  const version = /^\[package\][^[]*?^version\s*=\s*"([^"]+)"/ms.exec(
    readFileSync(join(root, 'Cargo.toml'), 'utf8'),
  )?.[1];
  if (!version) {
    throw new Problem(
      'Cargo.toml has no version under [package]: give it one, it is also the npm package’s.',
    );
  }
  return version;
}

/** Names every file, so that nothing else of the folder is ever published. */
function publishedFiles() {
  return readdirSync(packageDir, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && (/\.(js|d\.ts|wasm)$/.test(entry.name) || entry.name === noticesFile),
    )
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(packageDir.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}
