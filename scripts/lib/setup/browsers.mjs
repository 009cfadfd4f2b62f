import { Problem } from '../problem.mjs';
import { findProgram, isProgram, lastLines, run } from '../process.mjs';
import { say, step } from '../say.mjs';

/**
 * A program of the tests' browsers: where it may already be, and the Debian package that brings it.
 * @typedef {object} BrowserProgram
 * @property {string} variable an environment variable that names it
 * @property {string[]} names
 * @property {string} package
 */

/** @type {Record<'chromium' | 'chromedriver' | 'firefox' | 'webkitDriver' | 'xvfb', BrowserProgram>} */
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
};

/** @typedef {{ [name in keyof typeof programs]: string }} Browsers */

/**
 * Paths of the browsers and drivers; installs Debian's packages for those that are missing.
 * @returns {Promise<Browsers>}
 */
export async function requireBrowsers() {
  const missing = packagesMissing();
  if (missing.length > 0) await installPackages(missing);
  const still = packagesMissing();
  if (still.length > 0) throw new Problem(notFound(still));
  const { chromium, chromedriver, firefox, webkitDriver, xvfb } = programs;
  return {
    chromium: locate(chromium) ?? '',
    chromedriver: locate(chromedriver) ?? '',
    firefox: locate(firefox) ?? '',
    webkitDriver: locate(webkitDriver) ?? '',
    xvfb: locate(xvfb) ?? '',
  };
}

function packagesMissing() {
  return Object.values(programs)
    .filter((program) => locate(program) === null)
    .map((program) => program.package);
}

/** @param {BrowserProgram} program */
function locate({ variable, names }) {
  const named = process.env[variable];
  if (named) {
    if (isProgram(named)) return named;
    throw new Problem(
      `${variable} is set to ${named}, where there is no program: correct it, or unset it to use the one on PATH.`,
    );
  }
  return names.map((name) => findProgram(name)).find((path) => path !== null) ?? null;
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
