import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Problem } from '../problem.mjs';
import { findProgram, isProgram, lastLines, run } from '../process.mjs';
import { say, step } from '../say.mjs';

/**
 * A program that the tests start: where it may already be, and the Debian package that brings it.
 * @typedef {object} TestProgram
 * @property {string} variable an environment variable that names it
 * @property {string[]} names
 * @property {string} package
 * @property {string} [beside] where Debian keeps it, out of PATH, in a `bin` by version
 */

/** @type {Record<'chromium' | 'chromedriver' | 'firefox' | 'webkitDriver' | 'xvfb' | 'initdb' | 'redis', TestProgram>} */
const programs = {
  chromium: {
    variable: 'CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    package: 'chromium',
  },
  chromedriver: { variable: 'CHROMEDRIVER', names: ['chromedriver'], package: 'chromium-driver' },
  firefox: { variable: 'FIREFOX', names: ['firefox-esr', 'firefox'], package: 'firefox-esr' },
  webkitDriver: { variable: 'SAFARIDRIVER', names: ['WebKitWebDriver'], package: 'webkit2gtk-driver' },
  xvfb: { variable: 'XVFB', names: ['Xvfb'], package: 'xvfb' },
  initdb: {
    variable: 'INITDB',
    names: ['initdb'],
    package: 'postgresql',
    beside: '/usr/lib/postgresql',
  },
  redis: { variable: 'REDIS_SERVER', names: ['redis-server'], package: 'redis-server' },
};

/** @typedef {{ [name in keyof typeof programs]: string }} TestPrograms */

/**
 * Paths of the browsers, their drivers, PostgreSQL and Redis, or of those named; installs Debian's packages for those that
 * are missing.
 * @template {keyof typeof programs} [Name=keyof typeof programs]
 * @param {Name[]} [names]
 * @returns {Promise<Pick<TestPrograms, Name>>}
 */
export async function requireTestPrograms(names = /** @type {Name[]} */ (Object.keys(programs))) {
  const missing = packagesMissing(names);
  if (missing.length > 0) await installPackages(missing);
  const still = packagesMissing(names);
  if (still.length > 0) throw new Problem(notFound(still));
  const found = names.map((name) => [name, locate(programs[name]) ?? '']);
  return /** @type {Pick<TestPrograms, Name>} */ (Object.fromEntries(found));
}

/** Where a program is, or null; installs nothing. @param {keyof typeof programs} name */
export function findTestProgram(name) {
  return locate(programs[name]);
}

/** @param {(keyof typeof programs)[]} names */
function packagesMissing(names) {
  return names
    .map((name) => programs[name])
    .filter((program) => locate(program) === null)
    .map((program) => program.package);
}

/** @param {TestProgram} program */
function locate({ variable, names, beside }) {
  const named = process.env[variable];
  if (named) {
    if (isProgram(named)) return named;
    throw new Problem(
      `${variable} is set to ${named}, where there is no program: correct it, or unset it to use the one on PATH.`,
    );
  }
  const kept = beside && existsSync(beside) ? readdirSync(beside) : [];
  const folders = kept.map((version) => join(beside ?? '', version, 'bin'));
  const searchPath = [process.env.PATH ?? '', ...folders].join(delimiter);
  return names.map((name) => findProgram(name, searchPath)).find((path) => path !== null) ?? null;
}

/** @param {string[]} packages */
async function installPackages(packages) {
  const isRoot = process.getuid?.() === 0;
  if (!findProgram('apt-get')) throw new Problem(notFound(packages));
  if (!isRoot && !findProgram('sudo')) {
    throw new Problem(
      `The tests need ${packages.join(', ')}, and there is no sudo to install them with: as root, run \`apt-get install ${packages.join(' ')}\`, then run the command again.`,
    );
  }
  const [program, prefix] = isRoot ? ['apt-get', []] : ['sudo', ['apt-get']];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await step(`Installing ${packages.join(', ')} by apt-get`, async () => {
    const updated = await run(program, [...prefix, 'update', '-q'], { env });
    if (updated.code !== 0) say('apt-get update failed; trying with the package lists that are there.');
    const flags = ['install', '-q', '-y', '--no-install-recommends', ...packages];
    const installed = await run(program, [...prefix, ...flags], { env });
    if (installed.code !== 0) {
      throw new Problem(
        `apt-get could not install ${packages.join(', ')}: check the network and the package sources, then run the command again, or install these by hand.`,
        { detail: lastLines(installed.output) },
      );
    }
  });
}

/** @param {string[]} packages */
function notFound(packages) {
  const variables = Object.values(programs)
    .filter((program) => packages.includes(program.package))
    .map((program) => program.variable);
  return `The tests need what Debian calls ${packages.join(', ')}, and it is not on PATH: install it, or name the programs in ${variables.join(', ')}, then run the command again.`;
}
