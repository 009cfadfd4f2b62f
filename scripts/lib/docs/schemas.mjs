import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../paths.mjs';

/**
 * What is looked at of a schema of valibot's.
 * @typedef {object} Schema
 * @property {string} type
 * @property {unknown} [message]
 * @property {unknown} [default]
 * @property {Schema} [wrapped]
 * @property {Schema[]} [pipe]
 * @property {Record<string, Schema>} [entries]
 * @property {(given: unknown) => Schema} [getter]
 */

/** The modules of js/options that have schemas, as they run in a browser. */
const modules = [
  'manager',
  'subscription',
  'presence',
  'delivery',
  'http',
  'place',
  'breaker',
  'retry',
  'policy',
  'service',
  'health',
  'cache',
  'server',
];

/**
 * Loads the schemas from their sources, so that nothing need be built before.
 * @returns {Promise<Record<string, any>>} what each module exports, by the module's name
 */
export async function loadOptions() {
  // The bundler of the benchmark.
  const { resolve } = createRequire(join(root, 'tests', 'bench', 'package.json'));
  const { build } = await import(pathToFileURL(resolve('vite')).href);
  const entry = 'virtual:options';
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: true, write: false, minify: false, rollupOptions: { input: entry } },
    plugins: [
      {
        name: 'options',
        resolveId: (/** @type {string} */ id) => (id === entry ? id : undefined),
        load: (/** @type {string} */ id) =>
          id === entry
            ? modules.map((name) => `export * as ${name} from '/js/options/${name}.ts';`).join('\n')
            : undefined,
      },
    ],
  });
  const [{ code }] = built.output;
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}
