import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageDir, root } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { mustRun } from '../process.mjs';
import { readStandardLibrary } from './standard-library.mjs';

export const noticesFile = 'THIRD-PARTY-NOTICES.txt';

const target = 'wasm32-unknown-unknown';
const licenceFile = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;

/**
 * Somebody else's code in the package, and what its authors want to have said of it.
 * @typedef {object} Component
 * @property {string} name with its version
 * @property {string} licence as an SPDX expression
 * @property {string | null} home
 * @property {string[]} texts
 */

/**
 * Writes the notices of all that is linked into the module: crates, and the parts of Rust's standard library. The
 * package's JavaScript is its own and wasm-bindgen's; an npm package that it imports is a dependency, and not bundled.
 */
export async function writeNotices() {
  const { stdout } = await mustRun('rustc', ['--print', 'sysroot'], {
    cwd: root,
    sentence: 'rustc does not run: run `npm run setup`, then the command again.',
  });
  const sysroot = stdout.trim();
  const components = [...(await linkedCrates(sysroot)), ...readStandardLibrary(sysroot, target)];
  writeFileSync(join(packageDir, noticesFile), describe(components));
}

/** @param {string} sysroot @returns {Promise<Component[]>} */
async function linkedCrates(sysroot) {
  const { stdout } = await mustRun(
    'cargo',
    ['metadata', '--locked', '--format-version', '1', '--filter-platform', target],
    { cwd: root, sentence: 'cargo cannot tell what the crate depends on: correct what it says above.' },
  );
  /** @type {{ packages: Crate[], resolve: { root: string } }} */
  const { packages, resolve } = JSON.parse(stdout);
  const linked = await linkedNames();
  return packages
    .filter(({ id, name, version }) => id !== resolve.root && linked.has(`${name} v${version}`))
    .map((crate) => ({
      name: `${crate.name} ${crate.version}`,
      licence: crate.license ?? 'see below',
      home: crate.repository,
      texts: licenceTexts(crate, sysroot),
    }))
    .sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

/**
 * The crates by name and version. Of what tests alone depend on, the metadata shows the features too, and crates that only
 * these bring in.
 */
async function linkedNames() {
  const edges = ['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'];
  const { stdout } = await mustRun('cargo', ['tree', '--locked', '--target', target, ...edges], {
    cwd: root,
    sentence: 'cargo cannot tell what is linked: correct what it says above.',
  });
  return new Set(stdout.split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')));
}

/**
 * @typedef {{ id: string, name: string, version: string, license: string | null, repository: string | null,
 *   authors: string[], manifest_path: string }} Crate
 */

/**
 * The crate's own files; where it was published without any, the text that its manifest names.
 * @param {Crate} crate
 * @param {string} sysroot
 */
function licenceTexts(crate, sysroot) {
  const folder = dirname(crate.manifest_path);
  const own = readdirSync(folder)
    .filter((name) => licenceFile.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  if (own.length > 0) return own;
  const named = (crate.license ?? '')
    .split(/\s+OR\s+|\//)
    .map((licence) => join(sysroot, 'share', 'doc', 'rust', 'licenses', `${licence}.txt`))
    .find((file) => existsSync(file));
  if (named === undefined) {
    throw new Problem(
      `${crate.name} has no licence text and its manifest names none that is known (${crate.license}): use another crate.`,
    );
  }
  return [
    `Copyright (c) ${crate.authors.join(', ') || `the authors of ${crate.name}`}\n\n${readFileSync(named, 'utf8')}`,
  ];
}

/** Each text once: most of them are the same. @param {Component[]} components */
function describe(components) {
  /** @type {string[]} */
  const texts = [];
  /** @param {string} text */
  const numberOf = (text) => {
    const plain = text
      .replaceAll('\r\n', '\n')
      .replace(/[ \t]+$/gm, '')
      .replace(/^\n+|\n+$/g, '');
    if (!texts.includes(plain)) texts.push(plain);
    return `[${texts.indexOf(plain) + 1}]`;
  };
  const entries = components.map(({ name, licence, home, texts: own }) =>
    [
      name,
      `  Licence: ${licence}`,
      ...(home ? [`  ${home}`] : []),
      `  Texts: ${own.map(numberOf).join(', ')}`,
    ].join('\n'),
  );
  return [
    'Third-party notices',
    'The WebAssembly module of @wedsync/dashboard, and the JavaScript that loads it, contain code of the following\nprojects. The texts of their licences are below, each once, under its number.',
    ...entries,
    ...texts.map((text, index) => `${'-'.repeat(80)}\n[${index + 1}]\n\n${text}`),
  ]
    .join('\n\n')
    .concat('\n');
}
